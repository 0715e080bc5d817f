"""Disputes on a ticket as people read them: who objects to what, and what was found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from core.evaluation.answers import ADJUDICATION_REASONS, DISPUTE_LABELS
from core.evaluation.disputes import STATE_LABELS
from core.evaluation.models import Adjudication, Dispute
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One dispute; `unit` None = the resident's demand for review. `effect` says what it does to the figures."""

    id: int
    kind: str
    label: str
    unit_id: int | None
    unit: str | None
    subject_id: int | None
    grounds: str
    filed_by: str
    filed_by_id: int | None
    filed_at: datetime
    state: str
    state_label: str
    finding: str
    decided_by: str
    decided_at: datetime | None
    effect: str

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def dispute_lines(scope: Scope, ticket: Ticket) -> tuple[DisputeLine, ...]:
    """Return the disputes on a ticket with what was adjudicated, the newest first."""
    units = directory(scope)
    rows = scope.session.execute(
        select(Dispute, Adjudication)
        .outerjoin(
            Adjudication, and_(Adjudication.tenant_id == Dispute.tenant_id, Adjudication.dispute_id == Dispute.id)
        )
        .where(Dispute.tenant_id == scope.tenant.id, Dispute.ticket_id == ticket.id)
        .order_by(Dispute.filed_at.desc(), Dispute.id.desc())
    )
    return tuple(
        DisputeLine(
            id=dispute.id,
            kind=dispute.kind,
            label=DISPUTE_LABELS[dispute.kind],
            unit_id=dispute.unit_id,
            unit=units.name_of(dispute.unit_id) if dispute.unit_id else None,
            subject_id=dispute.subject_id,
            grounds=dispute.grounds,
            filed_by=dispute.filed_by,
            filed_by_id=dispute.filed_by_id,
            filed_at=dispute.filed_at,
            state=dispute.state,
            state_label=STATE_LABELS[dispute.state],
            finding=dispute.finding,
            decided_by=dispute.decided_by or "",
            decided_at=dispute.decided_at,
            effect=_effect(scope, adjudication) if adjudication else "",
        )
        for dispute, adjudication in rows
    )


def _effect(scope: Scope, adjudication: Adjudication) -> str:
    reason = ADJUDICATION_REASONS[adjudication.reason_code]
    if adjudication.unit_id is None:
        return said("不计入裁定后的指标（{reason}）", reason=word(reason))
    return said(
        "裁定后的指标改由{name}承担（{reason}）",
        name=directory(scope).name_of(adjudication.unit_id),
        reason=word(reason),
    )
