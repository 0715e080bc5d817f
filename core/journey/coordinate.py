"""Coordination 协调: meetings over one ticket or several, who does what by when, what comes later, and what stays of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.coordination.checks import close_if_answered
from core.coordination.errands import errand_of, give_errand, keep_answer, usable_due
from core.coordination.labels import MEETING_LABELS
from core.coordination.meetings import (
    MeetingHeld,
    MeetingNotHeld,
    guests_in,
    keep_meeting,
    meeting_of,
    meeting_words,
    numbers_of,
    usable_meeting_time,
)
from core.coordination.models import Errand, MeetingTicket, Policy
from core.escalation.rules import listed, words_of
from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.consultations import has_share
from core.routing.service import NotYours
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state, lock_ticket, note
from core.tickets.states import CONCLUDED, OPEN, State
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit, directory

MEETABLE = (*OPEN, *CONCLUDED)
"""States in which units can still be called together over a ticket."""
LASTING = (*MEETABLE, State.ARCHIVED)
"""States in which something can still come of it: what comes later comes when the ticket is long put away."""
SEVERAL = re.compile(r"[\s,，、;；]+")
MOST_TICKETS = 20


class TooManyTickets(Refused):
    """A meeting is about so many tickets that nobody could say what came of it for each."""

    code = "too-many-tickets"


class CountUnusable(Refused):
    """More was mended than found, or only one of the two is said."""

    code = "count-unusable"


def numbers_in(text: str) -> list[str]:
    """Return the serial numbers in what was typed, each once, in their order."""
    return list(dict.fromkeys(number for number in SEVERAL.split(text.strip()) if number))


def _named(_scope: Scope, given: Mapping[str, Any]) -> list[str]:
    return numbers_in(given.get("others", ""))


def _of_meeting(scope: Scope, given: Mapping[str, Any]) -> Sequence[str]:
    return numbers_of(scope, given["meeting_id"])


@command(Permission.DISPATCH, "召集协调会", also=_named)
def call_meeting(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    kind: str,
    subject: str,
    meets_at: datetime,
    place: str,
    units: Sequence[str] = (),
    guests: str = "",
    others: str = "",
) -> None:
    """Call units, and people from outside, to a meeting over this ticket and `others`, whose numbers are given.

    `guests` are experts, media and others from outside, one a line: `专家：张教授`. Each unit is told, each ticket's
    timeline tells of it. Raises `NothingSaid`, `NotListed`, `MeetingTimeUnusable`, `GuestUnusable`, `NoSuchUnit`,
    `NoSuchTicket`, `TooManyTickets`, `MoveNotAllowed`.
    """
    about, where = words_of(subject, "会议的议题"), words_of(place, "会议的地点")
    listed(kind, MEETING_LABELS, "会议种类")
    when = usable_meeting_time(scope, meets_at, now=order.now)
    coming = [directory(scope).get_unit(code) for code in dict.fromkeys(units)]
    numbers = numbers_in(others)
    if len(numbers) >= MOST_TICKETS:
        raise TooManyTickets(
            saying.said("一次会议最多研究 {most_tickets} 件工单，没有保存。请分几次召集。", most_tickets=MOST_TICKETS)
        )
    tickets = _each(scope, ticket, numbers)
    for each in tickets:
        check_state(each, MEETABLE, "召集协调会")
    meeting, records = keep_meeting(
        scope,
        tickets,
        order,
        kind=kind,
        subject=about,
        meets_at=when,
        place=where,
        units=coming,
        guests=guests_in(guests),
    )
    words = meeting_words(scope, meeting, coming)
    for each, record in zip(tickets, records, strict=True):
        together = saying.joined("、", (other.serial_no for other in tickets if other is not each))
        summary = saying.said(
            "召集{words}{together}",
            words=words,
            together=saying.said("；与 {together} 一并研究", together=together) if together else "",
        )
        _tell(scope, ticket, each, "meeting", order, summary=summary, meeting_id=meeting.id, records=[record])
    for unit in coming:
        text = saying.said(
            "工单 {serial_no}「{title}」{words}", serial_no=ticket.serial_no, title=ticket.title, words=words
        )
        say(scope, ticket_id=ticket.id, transport="inbox", text=text, to_unit_id=unit.id, now=order.now)


@command(Permission.DISPATCH, "记录协调会结果", also=_of_meeting)
def hold_meeting(scope: Scope, ticket: Ticket, order: Order, *, meeting_id: int, outcome: str) -> None:
    """Write down what came of a meeting, once; every ticket that it was about has it in its timeline.

    Raises `NothingSaid`, `NoSuchMeeting`, `MeetingHeld`.
    """
    said = words_of(outcome, "协调会结果")
    meeting = meeting_of(scope, ticket, meeting_id)
    if meeting.held_at is not None:
        raise MeetingHeld(
            saying.said(
                "“{subject}”的结果已由{held_by}记录，不能再改。需要时请再召集一次。",
                subject=meeting.subject,
                held_by=meeting.held_by,
            )
        )
    meeting.outcome, meeting.held_by, meeting.held_at = said, order.actor.name, order.now
    for each in _each(scope, ticket, numbers_of(scope, meeting.id)):
        summary = saying.said("{meeting}结果：{said}", meeting=saying.word(MEETING_LABELS[meeting.kind]), said=said)
        _tell(scope, ticket, each, "meeting", order, summary=summary, meeting_id=meeting.id)


@command(Permission.DISPATCH, "会议分工")
def assign_errand(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    meeting_id: int,
    unit: str,
    what: str,
    due: datetime | None = None,
) -> None:
    """Give a unit its part of what a meeting settled: what, and by when. It answers to it by itself.

    Raises `NothingSaid`, `NoSuchMeeting`, `MeetingNotHeld`, `NoSuchUnit`, `DueTimeUnusable`, `MoveNotAllowed`.
    """
    part = words_of(what, "会议分工")
    check_state(ticket, MEETABLE, "会议分工")
    meeting = meeting_of(scope, ticket, meeting_id)
    if meeting.held_at is None:
        raise MeetingNotHeld(
            saying.said("“{subject}”还没有记录结果，不能分工。请先记下会上怎么定的。", subject=meeting.subject)
        )
    until = usable_due(due, now=order.now) if due else None
    receiving = directory(scope).get_unit(unit)
    give_errand(scope, ticket, order, receiving, kind="meeting", what=part, due=until, meeting=meeting)


@command(Permission.HANDLE, "列出后续安排")
def plan_stage(scope: Scope, ticket: Ticket, order: Order, *, what: str, due: datetime | None = None) -> None:
    """The unit that leads says what comes later, a stage of the result 后续安排, and by when where that is known.

    It stays open after the ticket is concluded, and archived, until the unit says that it has come about.
    Raises `NothingSaid`, `NotYours`, `DueTimeUnusable`, `MoveNotAllowed`.
    """
    later = words_of(what, "后续安排")
    check_state(ticket, LASTING, "列出后续安排")
    until = usable_due(due, now=order.now) if due else None
    give_errand(
        scope, ticket, order, _leading(scope, ticket, order, "列出后续安排"), kind="stage", what=later, due=until
    )


@command(Permission.HANDLE, "回复交办事项")
def answer_errand(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    errand_id: int,
    text: str,
    found: int | None = None,
    mended: int | None = None,
) -> None:
    """The unit answers to its errand, once; to a class-wide check also how much it `found` and `mended`.

    The last answer closes a check. Raises `NothingSaid`, `NoSuchErrand`, `NotYours`, `ErrandAnswered`,
    `CountUnusable`, `MoveNotAllowed`.
    """
    said = words_of(text, "回复")
    check_state(ticket, LASTING, "回复交办事项")
    errand = errand_of(scope, ticket, errand_id)
    _refuse_counts(errand, found, mended)
    keep_answer(scope, ticket, errand, order, text=said, found=found, mended=mended)
    close_if_answered(scope, ticket, errand, order)


@command(Permission.HANDLE, "形成政策")
def record_policy(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    title: str,
    analysis: str,
    measure: str,
    document_no: str = "",
) -> None:
    """The unit that leads keeps the policy that came of this single ticket: what was analysed, what holds from now on.

    Raises `NothingSaid`, `NotYours`, `MoveNotAllowed`.
    """
    called, why = words_of(title, "政策名称"), words_of(analysis, "系统性分析")
    rule = words_of(measure, "政策措施")
    check_state(ticket, LASTING, "形成政策")
    unit = _leading(scope, ticket, order, "形成政策")
    policy = Policy(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        title=called,
        analysis=why,
        measure=rule,
        document_no=document_no.strip(),
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(policy)
    numbered = saying.said("（{document_no}）", document_no=policy.document_no) if policy.document_no else ""
    note(
        scope,
        ticket,
        "policy",
        order,
        summary=saying.said("由本件形成政策：{called}{numbered}。{rule}", called=called, numbered=numbered, rule=rule),
        detail={"policy": policy.id},
        records=[policy],
    )


def _each(scope: Scope, ticket: Ticket, numbers: Sequence[str]) -> list[Ticket]:
    """Return this ticket and those of the numbers, which are locked with it."""
    return [ticket, *(lock_ticket(scope, number) for number in numbers if number != ticket.serial_no)]


def _tell(
    scope: Scope,
    own: Ticket,
    ticket: Ticket,
    kind: str,
    order: Order,
    *,
    summary: str,
    meeting_id: int,
    records: Sequence[MeetingTicket] = (),
) -> None:
    """Write it into the timeline of the ticket; one beside the command's own carries no command id of its own."""
    given = order if ticket is own else Order(order.actor, order.now)
    note(scope, ticket, kind, given, summary=summary, detail={"meeting": meeting_id}, records=records)
    if ticket is not own:
        mark_ticket(scope, ticket)


def _leading(scope: Scope, ticket: Ticket, order: Order, deed: str) -> DirectoryUnit:
    """Return the unit that leads, or led. Raises `NotYours` unless the actor acts for it."""
    lead = directory(scope).unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    if lead is None or not order.actor.acts_for(lead.id) or not has_share(scope, ticket, lead):
        raise NotYours(
            saying.said(
                "工单 {serial_no} 由其他单位主办，您不能代为{deed}。",
                serial_no=ticket.serial_no,
                deed=saying.word(deed),
            )
        )
    return lead


def _refuse_counts(errand: Errand, found: int | None, mended: int | None) -> None:
    if (found is None) != (mended is None) or (found is not None and mended is not None and mended > found):
        raise CountUnusable("整改数不能多于查出数，两个数要一起填，没有保存。请核对后再提交。")
    if errand.kind == "check" and found is None:
        raise CountUnusable("举一反三要写明查出多少处、整改多少处，没有查出的填 0。没有保存，请补填后再提交。")
