"""Consultation 会商 on whose a ticket is: units say their opinion, an authority designates one, which cannot give it back."""

from collections.abc import Sequence

from sqlalchemy import select

from core.journey.command import command
from core.journey.desk import start_work
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.models import Consultation, Opinion
from core.routing.service import dispatch, refuse_consultation
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import WAITING_FOR_DISPATCH, Command
from core.tickets.timeline import Detail, Order
from core.units.queries import directory

AUTHORITY_LABELS = {"coordinator": "派单中心协调", "establishment": "机构编制部门", "government": "政府"}
"""The ladder: who decides on whose a ticket is, from the first to the last."""
LADDER = tuple(AUTHORITY_LABELS)
BY_CONSULTATION = "consultation"


class NoConsultation(Refused):
    """No consultation on the ticket is open."""

    code = "no-consultation"


class HighestAuthority(Refused):
    """There is no authority above the one that has it."""

    code = "highest-authority"


@command(Permission.DISPATCH, "发起会商")
def open_consultation(scope: Scope, ticket: Ticket, order: Order, *, question: str) -> None:
    """Ask units to consult on whose the ticket is 会商. It waits undispatched meanwhile; the resident's clock runs on.

    Raises `ReasonMissing`, `ConsultationOpen`, `MoveNotAllowed`.
    """
    asked = reason_of(question, "发起会商")
    check_state(ticket, WAITING_FOR_DISPATCH, "发起会商")
    refuse_consultation(scope, ticket)
    _open(scope, ticket, order, asked)


def open_for_bounces(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Open the consultation that too many returns call for."""
    _open(scope, ticket, order, f"已退单 {ticket.bounce_count} 次，主办单位待明确")


@command(Permission.HANDLE, "会商意见")
def give_opinion(scope: Scope, ticket: Ticket, order: Order, *, text: str, unit: str = "") -> None:
    """Say the opinion of the actor's unit in the open consultation; it cannot be changed afterwards.

    `unit` names the unit when the system writes it down. Raises `NoConsultation`, `ReasonMissing`, `NoSuchUnit`.
    """
    said = reason_of(text, "会商意见")
    consultation = _open_one(scope, ticket)
    units = directory(scope)
    unit_id = order.actor.unit_id or units.get_unit(unit).id
    opinion = Opinion(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        consultation_id=consultation.id,
        unit_id=unit_id,
        text=said,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(opinion)
    _tell(scope, ticket, order, consultation, f"{units.name_of(unit_id)}意见：{said}", records=[opinion])


@command(Permission.DISPATCH, "提请上级会商")
def refer_upward(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Lay the question before the next authority of the ladder. Raises `NoConsultation`, `HighestAuthority`."""
    because = reason_of(reason, "提请上级")
    consultation = _open_one(scope, ticket)
    position = LADDER.index(consultation.authority) + 1
    if position == len(LADDER):
        raise HighestAuthority(
            f"工单 {ticket.serial_no} 的会商已提请{AUTHORITY_LABELS[LADDER[-1]]}，没有更高一级。请裁决。"
        )
    consultation.authority = LADDER[position]
    _tell(scope, ticket, order, consultation, f"提请{AUTHORITY_LABELS[consultation.authority]}明确：{because}")


@command(Permission.SUPERVISE, "会商裁决")
def decide_consultation(scope: Scope, ticket: Ticket, order: Order, *, unit: str, reason: str) -> None:
    """Designate the unit that must handle the ticket 指定承办; it is dispatched there and cannot be given back.

    Raises `ReasonMissing`, `NoConsultation`, `NoSuchUnit`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "会商裁决")
    consultation = _open_one(scope, ticket)
    designated = directory(scope).get_unit(unit)
    consultation.state, consultation.unit_id, consultation.decision = "decided", designated.id, because
    consultation.decided_by, consultation.decided_at = order.actor.name, order.now
    _tell(scope, ticket, order, consultation, f"指定{designated.name}承办：{because}")
    scope.session.flush()
    assigned = dispatch(
        scope,
        ticket,
        lead=unit,
        rule_id=BY_CONSULTATION,
        reason=f"会商指定：{because}",
        order=order,
        returnable=False,
    )
    start_work(scope, ticket, Command.DISPATCH, order, assigned)


def _open(scope: Scope, ticket: Ticket, order: Order, question: str) -> None:
    consultation = Consultation(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        question=question,
        opened_by=order.actor.name,
        opened_at=order.now,
    )
    scope.session.add(consultation)
    _tell(scope, ticket, order, consultation, f"发起会商：{question}")


def _open_one(scope: Scope, ticket: Ticket) -> Consultation:
    found = scope.session.scalar(
        select(Consultation).where(
            Consultation.tenant_id == scope.tenant.id,
            Consultation.ticket_id == ticket.id,
            Consultation.state == "open",
        )
    )
    if found is None:
        raise NoConsultation(f"工单 {ticket.serial_no} 没有进行中的会商。请刷新后再看。")
    return found


def _tell(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    consultation: Consultation,
    words: str,
    *,
    records: Sequence[Opinion] = (),
) -> None:
    detail: Detail = {"consultation": consultation.id, "authority": consultation.authority}
    note(scope, ticket, "consultation", order, summary=words, detail=detail, records=records)
