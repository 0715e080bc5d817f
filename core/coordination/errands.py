"""Errands 交办事项: what one unit is to do about a ticket beside handling it, until when, and what it answers, once."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.coordination.labels import ERRAND_LABELS
from core.coordination.models import ClassCheck, Errand, Meeting
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said, word
from core.routing.consultations import has_share
from core.routing.service import NotYours, open_assignment
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Detail, Order
from core.units.queries import DirectoryUnit, directory

ERRAND_DUE = "errand-due"
"""Kind of the job that says at its due time that an errand is not answered."""
LATEST = timedelta(days=3650)


class NoSuchErrand(Refused):
    """The ticket has no errand with this id."""

    code = "no-such-errand"


class ErrandAnswered(Refused):
    """The errand has its answer."""

    code = "errand-answered"


class DueTimeUnusable(Refused):
    """The time until which something is to be done has passed already, or lies years ahead."""

    code = "due-time-unusable"


def usable_due(due: datetime, *, now: datetime) -> datetime:
    """Return the due time. Raises `DueTimeUnusable`."""
    if not now < due <= now + LATEST:
        raise DueTimeUnusable(
            said("完成时间 {due:%Y-%m-%d %H:%M} 已经过去，或在十年以后，没有保存。请核对日期。", due=due)
        )
    return due


def give_errand(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    unit: DirectoryUnit,
    *,
    kind: str,
    what: str,
    due: datetime | None,
    meeting: Meeting | None = None,
    check: ClassCheck | None = None,
) -> Errand:
    """Give a unit an errand and tell it; it sees the ticket from now on, and hears of it again when it is late."""
    errand = Errand(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        kind=kind,
        what=what,
        given_by=order.actor.name,
        given_at=order.now,
        due_at=due,
        meeting_id=meeting.id if meeting else None,
        check_id=check.id if check else None,
    )
    scope.session.add(errand)
    if not has_share(scope, ticket, unit):
        open_assignment(scope, ticket, unit, role="info", now=order.now)
    until = said("，{due:%Y-%m-%d %H:%M} 前完成", due=due.astimezone(scope.tenant.zone)) if due else ""
    words = said(
        "{errand} → {name}：{what}{until}", errand=word(ERRAND_LABELS[kind]), name=unit.name, what=what, until=until
    )
    detail: Detail = {
        "errand": errand.id,
        "kind": kind,
        "to": unit.code,
        "due_at": due.isoformat() if due else None,
    }
    note(scope, ticket, "errand", order, summary=words, detail=detail)
    text = said(
        "工单 {serial_no}「{title}」交办：{what}{until}",
        serial_no=ticket.serial_no,
        title=ticket.title,
        what=what,
        until=until,
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=text, to_unit_id=unit.id, now=order.now)
    if due:
        enqueue(
            scope.session,
            ERRAND_DUE,
            dedup_key=f"{ERRAND_DUE}/{errand.id}",
            payload={"errand_id": errand.id},
            now=order.now,
            run_after=due,
        )
    return errand


def errand_of(scope: Scope, ticket: Ticket, errand_id: int) -> Errand:
    """Return an errand about this ticket. Raises `NoSuchErrand`."""
    found = scope.session.get(Errand, (scope.tenant.id, errand_id))
    if found is None or found.ticket_id != ticket.id:
        raise NoSuchErrand(
            said(
                "工单 {serial_no} 没有编号为 {errand_id} 的交办事项。请从列表中选择。",
                serial_no=ticket.serial_no,
                errand_id=errand_id,
            )
        )
    return found


def keep_answer(
    scope: Scope, ticket: Ticket, errand: Errand, order: Order, *, text: str, found: int | None, mended: int | None
) -> None:
    """Keep what the unit answers to its errand; once. Raises `NotYours`, `ErrandAnswered`."""
    unit = directory(scope).name_of(errand.unit_id)
    if not order.actor.acts_for(errand.unit_id):
        raise NotYours(said("这件事交给{unit}办，您不能代为回复。", unit=unit))
    if not errand.is_open:
        raise ErrandAnswered(said("{unit}已经回复过这件交办事项，不能再改。", unit=unit))
    errand.answer, errand.found, errand.mended = text, found, mended
    errand.answered_by, errand.answered_at = order.actor.name, order.now
    counted = "" if found is None else said("（查出 {found} 处，整改 {mended} 处）", found=found, mended=mended or 0)
    late = "，已超过要求的时间" if errand.due_at and order.now > errand.due_at else ""
    note(
        scope,
        ticket,
        "errand",
        order,
        summary=said(
            "{unit}回复{errand}{late}：{text}{counted}",
            unit=unit,
            errand=word(ERRAND_LABELS[errand.kind]),
            late=word(late),
            text=text,
            counted=counted,
        ),
        detail={"errand": errand.id, "kind": errand.kind, "found": found, "mended": mended},
    )


def find_ticket_of(scope: Scope, errand_id: int) -> int | None:
    """Return the id of the ticket that an errand is about, None where there is no such errand."""
    found: int | None = scope.session.scalar(
        select(Errand.ticket_id).where(Errand.tenant_id == scope.tenant.id, Errand.id == errand_id)
    )
    return found


def say_overdue(scope: Scope, ticket: Ticket, errand_id: int, *, now: datetime) -> bool:
    """Tell unit and desk that the errand is not answered in time; return whether that was so."""
    errand = errand_of(scope, ticket, errand_id)
    if not errand.is_open or errand.due_at is None or now < errand.due_at:
        return False
    units = directory(scope)
    name = units.name_of(errand.unit_id)
    words = said(
        "{name}没有按时回复{errand}：{what}", name=name, errand=word(ERRAND_LABELS[errand.kind]), what=errand.what
    )
    note(scope, ticket, "errand", Order(SYSTEM, now), summary=words, detail={"errand": errand.id, "overdue": 1})
    text = said("工单 {serial_no}「{title}」：{words}", serial_no=ticket.serial_no, title=ticket.title, words=words)
    for unit_id in dict.fromkeys((errand.unit_id, units.desk.id)):
        say(scope, ticket_id=ticket.id, transport="inbox", text=text, to_unit_id=unit_id, now=now)
    return True
