"""What a case of accountability does to the figures: a missed limit for which the unit is not held responsible is left out."""

from sqlalchemy import select

from core.escalation.accountability.models import AccountabilityCase, AccountabilityStep
from core.evaluation.disputes import Overlay, is_adjudicated, keep_dispute, lay_over, settle_dispute
from core.evaluation.models import Dispute
from core.evaluation.subjects import Subject
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Actor, Order

REASON = "other"


def correct_figures(scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order, *, finding: str) -> None:
    """Adjudicate the missed clock of the case as an upheld objection to it would be: what happened stays as it was.

    Nothing is done where there is none, or where it was adjudicated before.
    """
    if case.clock_id is None or is_adjudicated(scope, "clock", case.clock_id):
        return
    dispute = _dispute(scope, ticket, case, order, case.clock_id)
    if dispute.state == "open":
        settle_dispute(dispute, order, state="upheld", finding=finding)
    scope.session.flush()
    laid = lay_over(scope, ticket, dispute, order, overlay=Overlay("exclude", None), reason_code=REASON)
    note(
        scope,
        ticket,
        "adjudication",
        order,
        summary=said("依{label}的决定，这次超期不计入裁定后的指标", label=word(case.label)),
        detail={
            "dispute": dispute.id,
            "kind": dispute.kind,
            "subject": dispute.subject_id,
            "outcome": dispute.state,
            "effect": "exclude",
            "unit": None,
            "reason": REASON,
        },
        records=[laid] if laid else [],
    )


def _dispute(scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order, clock_id: int) -> Dispute:
    """Return the unit's objection to the missed limit: its own, else one for its appeal, or for what was found without any."""
    before = scope.session.scalar(
        select(Dispute).where(
            Dispute.tenant_id == scope.tenant.id,
            Dispute.kind == "overdue",
            Dispute.subject_id == clock_id,
            Dispute.state != "withdrawn",
        )
    )
    if before is not None:
        return before
    appeal = scope.session.scalar(
        select(AccountabilityStep).where(
            AccountabilityStep.tenant_id == scope.tenant.id,
            AccountabilityStep.case_id == case.id,
            AccountabilityStep.kind == "appeal",
        )
    )
    filed = Order(Actor("staff", appeal.by, appeal.by_id, appeal.by_unit_id), appeal.at) if appeal else order
    grounds = appeal.text if appeal else said("{label}未认定应当问责", label=word(case.label))
    subject = Subject(clock_id, case.unit_id, case.opened_at, said("{label}所涉时限", label=word(case.label)))
    return keep_dispute(scope, ticket, filed, kind="overdue", subject=subject, grounds=grounds)
