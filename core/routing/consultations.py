"""Consultations 会商 as a record: the one that is open, the ladder of authorities, and each step as it is written down."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from core.kit.db import Base
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.models import Assignment, Consultation, ConsultationStep
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Detail, Order
from core.units.queries import DirectoryUnit, directory

AUTHORITY_LABELS = {"coordinator": "派单中心协调", "establishment": "机构编制部门", "government": "政府"}
"""The ladder: who decides on whose a ticket is, from the first to the last."""
LADDER = tuple(AUTHORITY_LABELS)
ANSWERING = {"coordinator": "dispatch_desk", "establishment": "establishment", "government": "government"}
"""Kind of the unit that answers for each authority."""
BECAUSE_LABELS = {"asked": "受理席发起", "returns": "退单达到次数", "stalled": "退单以后超过时间没有单位承办"}
"""Why a consultation was opened."""


class NoConsultation(Refused):
    """No consultation on the ticket is open."""

    code = "no-consultation"


def find_consultation(scope: Scope, ticket: Ticket) -> Consultation | None:
    """Return the consultation on the ticket that is open, if there is one."""
    return scope.session.scalar(
        select(Consultation).where(
            Consultation.tenant_id == scope.tenant.id,
            Consultation.ticket_id == ticket.id,
            Consultation.state == "open",
        )
    )


def get_consultation(scope: Scope, ticket: Ticket) -> Consultation:
    """Return the consultation on the ticket that is open. Raises `NoConsultation`."""
    found = find_consultation(scope, ticket)
    if found is None:
        raise NoConsultation(said("工单 {serial_no} 没有进行中的会商。请刷新后再看。", serial_no=ticket.serial_no))
    return found


def answering_unit(scope: Scope, authority: str) -> DirectoryUnit | None:
    """Return the unit that answers for an authority: the first of its kind, None where the tenant has none."""
    return next((unit for unit in directory(scope).units if unit.kind == ANSWERING[authority]), None)


def open_record(scope: Scope, ticket: Ticket, order: Order, *, question: str, because: str) -> Consultation:
    """Open a consultation on the ticket and write it down; nothing else happens to the ticket."""
    consultation = Consultation(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        question=question,
        opened_by=order.actor.name,
        opened_at=order.now,
        opened_because=because,
    )
    scope.session.add(consultation)
    asked = answering_unit(scope, consultation.authority)
    write_step(
        scope,
        ticket,
        order,
        consultation,
        "opened",
        question,
        words=said("发起会商：{question}", question=question),
        unit=asked,
    )
    return consultation


def drop_consultation(scope: Scope, ticket: Ticket, order: Order, *, why: str) -> None:
    """Let an open consultation go: the ticket came to its end in another way."""
    if consultation := find_consultation(scope, ticket):
        consultation.state = "dropped"
        write_step(scope, ticket, order, consultation, "dropped", why, words=said("会商终止：{why}", why=word(why)))


def write_step(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    consultation: Consultation,
    kind: str,
    text: str,
    *,
    words: str,
    unit: DirectoryUnit | None = None,
) -> None:
    """Write down a step of the consultation, and tell it in the timeline in these words."""
    step = ConsultationStep(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        consultation_id=consultation.id,
        kind=kind,
        authority=consultation.authority,
        unit_id=unit.id if unit else None,
        text=text,
        by=order.actor.name,
        by_id=order.actor.id,
        at=order.now,
    )
    scope.session.add(step)
    tell(scope, ticket, order, consultation, words, records=[step])


def tell(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    consultation: Consultation,
    words: str,
    *,
    records: Sequence[Base] = (),
) -> None:
    """Write into the timeline what happened in the consultation; the entry vouches for `records`."""
    detail: Detail = {"consultation": consultation.id, "authority": consultation.authority}
    note(scope, ticket, "consultation", order, summary=words, detail=detail, records=records)


def has_share(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> bool:
    """Tell whether the unit has, or had, a share in the ticket, so that it can read it."""
    share = exists().where(
        Assignment.tenant_id == scope.tenant.id, Assignment.ticket_id == ticket.id, Assignment.unit_id == unit.id
    )
    return bool(scope.session.scalar(select(share)))
