"""The clock of the other side of a referral 对方的时限: as it told it last, beside our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from core.journey.queries.lights import CALENDAR_DAY, Light, left_in_words
from core.journey.queries.queue import QueueRow, rows_where
from core.kit.saying import said
from core.routing.models import Referral
from core.routing.referrals import name_of_tenant
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import ANSWERED, STATE_LABELS, State

SOON = timedelta(days=1)
"""What the other side has left in all hours, not only working ones, when its dot turns yellow."""
KEPT = timedelta(days=30)
"""For so long what was settled is still listed."""
MOST = 300
"""Matters that are listed; those due first come first."""
Which = Literal["all", "joint", "over"]
WHICH_LABELS: Mapping[Which, str] = {"all": "全部", "joint": "多区联办", "over": "有一方超期"}


@dataclass(frozen=True, slots=True)
class OtherSide:
    """A tenant with which a ticket is shared: how it stands there and until when, as it was told last."""

    tenant: str
    came_in: bool
    serial_no: str
    """Our own number of what is shared: that of the ticket, or of one of its parts."""
    title: str
    state: str
    due_at: datetime | None
    light: Light
    has_ended: bool


@dataclass(frozen=True, slots=True)
class JointMatter:
    """A ticket that is shared with other tenants: our own row with our own clock, and the others."""

    ours: QueueRow
    sides: Sequence[OtherSide]

    @property
    def is_joint(self) -> bool:
        """Tell whether several other tenants handle a part of it."""
        return len({side.tenant for side in self.sides if not side.came_in}) > 1

    @property
    def is_over(self) -> bool:
        """Tell whether our time or that of another has run out."""
        return self.ours.light.tone == "red" or any(side.light.tone == "red" for side in self.sides)


def other_light(due_at: datetime | None, *, is_answered: bool, has_ended: bool, now: datetime) -> Light:
    """Return the dot of the other side's clock, counted in all hours: its working hours are not ours to know.

    `due_at` is told in its own zone, which is ours.
    """
    if has_ended:
        return Light("grey", "done", "已了结", "移交已了结，不再计时")
    if is_answered:
        return Light("grey", "done", "已答复", "对方已答复，不再计时")
    if due_at is None:
        return Light("grey", "none", "还没有时限", "对方还没有告知时限")
    tone = "red" if now > due_at else "yellow" if due_at - now <= SOON else "green"
    return Light(
        tone,
        tone,
        left_in_words(due_at - now, is_over=now > due_at, day_seconds=CALENDAR_DAY),
        said("对方 {due:%m-%d %H:%M} 截止；按自然时间计，不分昼夜", due=due_at),
        ticking=True,
        seconds_left=int((due_at - now).total_seconds()),
    )


def joint_matters(scope: Scope, which: Which, *, now: datetime) -> Sequence[JointMatter]:
    """Return what is shared with other tenants and not settled for long; what is most pressing anywhere first."""
    asked = (
        select(Referral, Ticket)
        .join(Ticket, (Ticket.tenant_id == Referral.tenant_id) & (Ticket.id == Referral.ticket_id))
        .where(
            Referral.tenant_id == scope.tenant.id,
            func.coalesce(Referral.ended_at, now) > now - KEPT,
        )
        .order_by(Referral.ended_at.is_not(None), Referral.their_due_at.asc().nulls_last(), Referral.id)
        .limit(MOST)
    )
    names: dict[str, str] = {}
    sides: dict[int, list[OtherSide]] = {}
    for referral, ticket in scope.session.execute(asked):
        slug = referral.other_tenant
        if slug not in names:
            names[slug] = name_of_tenant(scope, slug)
        due = referral.their_due_at.astimezone(scope.tenant.zone) if referral.their_due_at else None
        has_ended, is_answered = referral.ended_at is not None, referral.their_state in ANSWERED
        side = OtherSide(
            names[slug],
            referral.direction == "in",
            ticket.serial_no,
            ticket.title,
            STATE_LABELS[State(referral.their_state)] if referral.their_state else "",
            due,
            other_light(due, is_answered=is_answered, has_ended=has_ended, now=now),
            has_ended,
        )
        sides.setdefault(ticket.part_of_id or ticket.id, []).append(side)
    rows = rows_where(scope, [Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(sides)], limit=MOST, now=now)
    matters = [JointMatter(row, sides[ticket.id]) for row, ticket in rows]
    chosen = [each for each in matters if which == "all" or (each.is_joint if which == "joint" else each.is_over)]
    return sorted(chosen, key=_pressing)


def _pressing(matter: JointMatter) -> tuple[bool, int, str]:
    left = [side.light.seconds_left for side in matter.sides if side.light.ticking]
    left += [matter.ours.light.seconds_left] if matter.ours.light.tone in ("green", "yellow", "red") else []
    return (not left, min(left, default=0), matter.ours.serial_no)
