"""Meetings 协调会: called over one ticket or several, with people from outside, and what came of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from core.coordination.errands import LATEST
from core.coordination.labels import GUEST_LABELS, MEETING_LABELS
from core.coordination.models import Meeting, MeetingTicket
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit

MOST_GUESTS = 100


class NoSuchMeeting(Refused):
    """The ticket has called no meeting with this id."""

    code = "no-such-meeting"


class MeetingHeld(Refused):
    """What came of the meeting is written down already."""

    code = "meeting-held"


class MeetingNotHeld(Refused):
    """Nothing is known yet of what came of the meeting."""

    code = "meeting-not-held"


class MeetingTimeUnusable(Refused):
    """The day of a meeting that is called has passed already, or lies years ahead."""

    code = "meeting-time-unusable"


class GuestUnusable(Refused):
    """It is not said who somebody from outside is, or in what capacity they come."""

    code = "guest-unusable"


def guests_in(text: str) -> list[dict[str, Any]]:
    """Read those from outside, one a line: `专家：张教授（某大学）`. Raises `GuestUnusable`."""
    kinds = {label: kind for kind, label in GUEST_LABELS.items()}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_GUESTS:
        raise GuestUnusable(
            said("参加人多于 {most_guests} 位，没有保存。请只写主要的参加人。", most_guests=MOST_GUESTS)
        )
    guests = []
    for line in lines:
        label, _, name = line.replace(":", "：", 1).partition("：")
        if label.strip() not in kinds or not name.strip():
            raise GuestUnusable(
                said(
                    "“{line}”没有写清是谁、以什么身份参加，没有保存。请一行写一位，如“专家：张教授”；身份可以是{kinds}。",
                    line=line[:40],
                    kinds=joined("、", kinds),
                )
            )
        guests.append({"kind": kinds[label.strip()], "name": name.strip()})
    return guests


def usable_meeting_time(scope: Scope, meets_at: datetime, *, now: datetime) -> datetime:
    """Return when the meeting is: today, also if it has begun, or later. Raises `MeetingTimeUnusable`."""
    today = datetime.combine(now.astimezone(scope.tenant.zone), time(), scope.tenant.zone)
    if not today <= meets_at <= now + LATEST:
        raise MeetingTimeUnusable(
            said(
                "会议时间 {meets_at:%Y-%m-%d %H:%M} 在今天以前，或在十年以后，没有保存。"
                "请核对日期；已经开过的会请用“受理席记录”写明。",
                meets_at=meets_at,
            )
        )
    return meets_at


def guest_words(guests: Sequence[Mapping[str, Any]]) -> str:
    """Say who comes from outside."""
    return joined(
        "、", (said("{name}（{guest}）", name=each["name"], guest=word(GUEST_LABELS[each["kind"]])) for each in guests)
    )


def keep_meeting(
    scope: Scope,
    tickets: Sequence[Ticket],
    order: Order,
    *,
    kind: str,
    subject: str,
    meets_at: datetime,
    place: str,
    units: Sequence[DirectoryUnit],
    guests: list[dict[str, Any]],
) -> tuple[Meeting, list[MeetingTicket]]:
    """Keep that a meeting was called over these tickets, the first of which calls it, and return it.

    With it, in the tickets' order, the record that it is about each: for that ticket's timeline to vouch for.
    """
    meeting = Meeting(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=tickets[0].id,
        kind=kind,
        subject=subject,
        meets_at=meets_at,
        place=place,
        units=[unit.code for unit in units],
        guests=guests,
        called_by=order.actor.name,
        called_at=order.now,
    )
    scope.session.add(meeting)
    scope.session.flush()
    about = [MeetingTicket(tenant_id=scope.tenant.id, meeting_id=meeting.id, ticket_id=ticket.id) for ticket in tickets]
    scope.session.add_all(about)
    return meeting, about


def meeting_of(scope: Scope, ticket: Ticket, meeting_id: int) -> Meeting:
    """Return a meeting that this ticket called. Raises `NoSuchMeeting`."""
    found = scope.session.get(Meeting, (scope.tenant.id, meeting_id))
    if found is None or found.ticket_id != ticket.id:
        raise NoSuchMeeting(
            said(
                "工单 {serial_no} 没有召集编号为 {meeting_id} 的会议。请在召集会议的工单上办理。",
                serial_no=ticket.serial_no,
                meeting_id=meeting_id,
            )
        )
    return found


def numbers_of(scope: Scope, meeting_id: int) -> Sequence[str]:
    """Return the numbers of all tickets that a meeting is about; none where there is no such meeting."""
    return scope.session.scalars(
        select(Ticket.serial_no)
        .join(MeetingTicket, (MeetingTicket.tenant_id == Ticket.tenant_id) & (MeetingTicket.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, MeetingTicket.meeting_id == meeting_id)
        .order_by(Ticket.id)
    ).all()


def meeting_words(scope: Scope, meeting: Meeting, units: Sequence[DirectoryUnit]) -> str:
    """Say where and when the meeting is, about what, and who is asked to come."""
    when = f"{meeting.meets_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    coming = [unit.name for unit in units]
    invited = said("，请{coming}参加", coming=joined("、", coming)) if coming else ""
    guests = said("，邀请{guest}", guest=guest_words(meeting.guests)) if meeting.guests else ""
    return said(
        "{meeting}（{when}，{place}）：{subject}{invited}{guests}",
        meeting=word(MEETING_LABELS[meeting.kind]),
        when=when,
        place=meeting.place,
        subject=meeting.subject,
        invited=invited,
        guests=guests,
    )
