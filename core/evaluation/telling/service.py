"""Keeping that a resident was told, and what is done where nothing proves it. Flushes, never commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select

from core.evaluation.answers import known
from core.evaluation.models import FollowUp
from core.evaluation.telling.models import Telling, Untold
from core.evaluation.telling.reading import (
    days_of,
    has_proof,
    is_told,
    is_unproven,
    tries_since,
)
from core.evaluation.telling.words import ANSWER_NEWS, BY_PEOPLE, WAY_LABELS
from core.kit import saying
from core.kit.errors import Refused
from core.routing.rules_in_force import rules_of
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Message, Ticket
from core.tickets.service import note, reason_of
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory
from core.workdays.queries import timetable


class NotUntold(Refused):
    """The ticket does not wait for its resident to be told."""

    code = "not-untold"


class TriedTooLittle(Refused):
    """Nobody gives up telling a resident before it was tried on enough days."""

    code = "tried-too-little"


def keep_telling(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    way: str,
    arrived: bool,
    text: str,
    document: str = "",
    unit_id: int | None = None,
) -> Telling:
    """Keep that somebody told the resident what became of the appeal, or tried to; the wait for it ends with that.

    Raises `UnknownAnswer`, `ReasonMissing`.
    """
    known(way, BY_PEOPLE, "告知方式")
    said = reason_of(text, "告知诉求人（告知了什么，或没有联系上的情形）")
    telling = _telling(scope, ticket, order, way=way, arrived=arrived, text=said, document=document, unit_id=unit_id)
    words = (
        saying.said("已告知诉求人（{way}）", way=saying.word(WAY_LABELS[way]))
        if arrived
        else saying.said("没有告知到诉求人（{way}）", way=saying.word(WAY_LABELS[way]))
    )
    note(
        scope,
        ticket,
        "telling",
        order,
        summary=saying.said("{words}：{said}", words=words, said=said),
        detail={"way": way, "arrived": "yes" if arrived else "no"},
        records=[telling],
    )
    if arrived:
        settle(scope, ticket, order)
    return telling


def keep_page_read(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Keep that the resident read the answer with number and code, once a cycle."""
    telling = _telling(scope, ticket, order, way="page", arrived=True, text="诉求人凭提取码看到了答复")
    note(
        scope,
        ticket,
        "telling",
        order,
        summary="诉求人凭提取码看到了答复",
        detail={"way": "page", "arrived": "yes"},
        records=[telling],
    )
    settle(scope, ticket, order)


def has_read_page(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether it is kept that the resident read the answer of the present cycle."""
    read = select(Telling.id).where(
        Telling.tenant_id == scope.tenant.id,
        Telling.ticket_id == ticket.id,
        Telling.cycle_no == ticket.cycle_no,
        Telling.way == "page",
    )
    return scope.session.scalar(read) is not None


def settle(scope: Scope, ticket: Ticket, order: Order) -> None:
    """End the ticket's wait for its resident to be told, where it waits: a proof is there."""
    if (row := find_untold(scope, ticket)) is not None:
        row.state, row.ended_by, row.ended_at = "told", order.actor.name, order.now


def find_untold(scope: Scope, ticket: Ticket) -> Untold | None:
    """Return the ticket's wait for its resident to be told, None = it does not wait."""
    return scope.session.scalar(
        select(Untold).where(
            Untold.tenant_id == scope.tenant.id,
            Untold.ticket_id == ticket.id,
            Untold.cycle_no == ticket.cycle_no,
            Untold.state == "open",
        )
    )


def give_up(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """A person gives up telling the resident, after it was tried on enough days.

    Raises `ReasonMissing`, `NotUntold`, `TriedTooLittle`.
    """
    why = reason_of(reason, "不再联系")
    row = find_untold(scope, ticket)
    if row is None:
        raise NotUntold(
            saying.said("工单 {serial_no} 没有在等待告知诉求人。请刷新后查看。", serial_no=ticket.serial_no)
        )
    tries, needed = tries_since(scope, ticket, row.opened_at), rules_of(scope).telling_days
    days = days_of(scope, tries)
    if days < needed:
        raise TriedTooLittle(
            saying.said(
                "工单 {serial_no} 只在 {days} 天里联系过 {number} 次，须在 {needed} 个不同的日子联系过才能不再联系"
                "。请改天再联系，并登记“告知诉求人”。",
                serial_no=ticket.serial_no,
                days=days,
                number=len(tries),
                needed=needed,
            )
        )
    row.state, row.reason, row.ended_by, row.ended_at = "closed", why, order.actor.name, order.now
    words = saying.said("联系 {number} 次没有联系上，不再联系：{why}", number=len(tries), why=why)
    note(scope, ticket, "untold", order, summary=words, detail={"state": "closed", "tries": len(tries)})


def untold_tickets(scope: Scope, *, since: datetime | None, limit: int, only: int | None = None) -> Sequence[int]:
    """Return the ids of tickets whose resident nothing proves to have been told and that nobody is asked about yet.

    Of those concluded since then, None = whenever, or `only` this; the oldest come first.
    """
    wanted = [is_unproven(scope)]
    if since is not None:
        wanted.append(Ticket.concluded_at > since)
    if only is not None:
        wanted.append(Ticket.id == only)
    return scope.session.scalars(
        select(Ticket.id)
        .where(Ticket.tenant_id == scope.tenant.id, *wanted)
        .order_by(Ticket.concluded_at, Ticket.id)
        .limit(limit)
    ).all()


def waiting_tickets(scope: Scope, today: date, *, limit: int) -> Sequence[int]:
    """Return the ids of waiting tickets that have got their proof, went into another cycle, or are to be tried today."""
    moved_on = or_(has_proof(), Ticket.cycle_no > Untold.cycle_no)
    return scope.session.scalars(
        select(Ticket.id)
        .join(Untold, (Untold.tenant_id == Ticket.tenant_id) & (Untold.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, Untold.state == "open", or_(moved_on, Untold.next_try_on <= today))
        .order_by(Untold.opened_at, Untold.id)
        .limit(limit)
    ).all()


def open_untold(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Have the desk tell the resident: the ticket waits from now on, and the desk is told why."""
    today = now.astimezone(scope.tenant.zone).date()
    days = timetable(scope)
    row = Untold(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        because=_why(scope, ticket),
        opened_at=now,
        next_try_on=days.working_day_after(today, 1),
        tries_until=days.working_day_after(today, rules_of(scope).telling_days),
    )
    scope.session.add(row)
    words = saying.said(
        "答复没有告知到诉求人，请联系并登记“告知诉求人”；每个工作日联系，到 {tries_until}", tries_until=row.tries_until
    )
    note(scope, ticket, "untold", Order(SYSTEM, now), summary=words, detail={"state": "open", "because": row.because})
    _tell_desk(scope, ticket, words, now=now)


def look_again(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Look at what waits: end it where there is a proof or another cycle, else ask the desk to try again today."""
    today = now.astimezone(scope.tenant.zone).date()
    waiting = scope.session.scalars(
        select(Untold).where(Untold.tenant_id == scope.tenant.id, Untold.ticket_id == ticket.id, Untold.state == "open")
    ).all()
    for row in waiting:
        if row.cycle_no != ticket.cycle_no or is_told(scope, ticket):
            row.state, row.ended_by, row.ended_at = "told", SYSTEM.name, now
            words = "已重新办理，不再就上一轮联系" if row.cycle_no != ticket.cycle_no else "答复已经送达诉求人"
            if row.cycle_no != ticket.cycle_no:
                row.state, row.reason = "closed", words
            note(scope, ticket, "untold", Order(SYSTEM, now), summary=words, detail={"state": row.state})
        elif row.next_try_on <= today:
            _ask_again(scope, ticket, row, today, now=now)


def _ask_again(scope: Scope, ticket: Ticket, row: Untold, today: date, *, now: datetime) -> None:
    row.next_try_on = timetable(scope).working_day_after(today, 1)
    if today > row.tries_until:
        words = saying.said(
            "已过 {tries_until} 仍没有告知到诉求人：请继续联系，或由人写明理由不再联系", tries_until=row.tries_until
        )
    else:
        words = saying.said("今天请再联系诉求人，告知答复（到 {tries_until}）", tries_until=row.tries_until)
    _tell_desk(scope, ticket, words, now=now)


def _why(scope: Scope, ticket: Ticket) -> str:
    failed = select(Message.id).where(
        Message.tenant_id == scope.tenant.id,
        Message.ticket_id == ticket.id,
        Message.to_unit_id.is_(None),
        Message.state == "failed",
        Message.news.in_([f"{kind}/{ticket.cycle_no}{more}" for kind in ANSWER_NEWS for more in ("", "/sms")]),
    )
    if scope.session.scalar(failed.limit(1)) is not None:
        return "failed"
    vain = select(Telling.id).where(
        Telling.tenant_id == scope.tenant.id, Telling.ticket_id == ticket.id, Telling.cycle_no == ticket.cycle_no
    )
    asked = select(FollowUp.id).where(
        FollowUp.tenant_id == scope.tenant.id, FollowUp.ticket_id == ticket.id, FollowUp.cycle_no == ticket.cycle_no
    )
    tried = any(scope.session.scalar(each.limit(1)) is not None for each in (vain, asked))
    return "unreached" if tried else "nothing"


def _tell_desk(scope: Scope, ticket: Ticket, words: str, *, now: datetime) -> None:
    desk = directory(scope).desk
    text = saying.said("工单 {serial_no}：{words}", serial_no=ticket.serial_no, words=words)
    say(scope, ticket_id=ticket.id, transport="inbox", text=text, to_unit_id=desk.id, now=now)


def _telling(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    way: str,
    arrived: bool,
    text: str,
    document: str = "",
    unit_id: int | None = None,
) -> Telling:
    telling = Telling(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        way=way,
        arrived=arrived,
        text=text,
        document=document.strip(),
        unit_id=unit_id,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(telling)
    return telling
