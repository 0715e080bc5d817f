"""Third-party panels 第三方评议 as the desk and their members read them; votes are in it only when nobody votes any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from core.evaluation.panels.counting import counted
from core.evaluation.panels.drawing import draws_of, follows
from core.evaluation.panels.held import matter_words
from core.evaluation.panels.models import PanelDraw, PanelMember, PanelSeat, PanelVote, ReviewPanel
from core.evaluation.panels.rules_in_force import proposals_for, rules_of
from core.evaluation.panels.voting import Seated, get_panel, seat_held_by, seats_of, votes_of
from core.evaluation.panels.words import (
    CAUSE_LABELS,
    EXCLUSION_LABELS,
    FOUND_LABELS,
    GROUP_LABELS,
    SEAT_LABELS,
    SITTING,
    STATE_LABELS,
    UNDER_WAY,
    VERDICT_LABELS,
)
from core.hooks.values import ReviewProposal
from core.journey.queries.lights import Light, left_in_words
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.queries import directory

NEARLY_OVER = timedelta(days=1)
VOTED, NOT_VOTED = "已投票", "未投票"


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A member drawn, as the desk sees them; how they voted stands nowhere beside their name."""

    number: str
    name: str
    group: str
    place: int
    state: str
    state_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A vote, by the group of who gave it."""

    group: str
    verdict: str
    scores: tuple[tuple[str, int], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ExclusionLine:
    """Somebody who could not be drawn, and why."""

    number: str
    group: str
    why: str


@dataclass(frozen=True, slots=True)
class DrawLine:
    """A draw: its seed and whence it came, whether it comes out the same again, and who could not be drawn."""

    round: int
    seed: str
    source: str
    comes_out_again: bool
    excluded: tuple[ExclusionLine, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A panel. `counts` and `votes` are empty as long as votes are taken; `sitting` and `voted` are always told."""

    id: int
    number: str
    state: str
    state_label: str
    cause: str
    question: str
    parties: tuple[str, ...]
    other_unit: str
    opened_by: str
    opened_by_id: int | None
    opened_at: datetime
    closes_at: datetime
    is_under_way: bool
    was_extended: bool
    is_binding: bool
    verdict: str
    found: str
    sitting: int
    voted: int
    quorum: int
    counts: tuple[tuple[str, int], ...]
    scores: tuple[tuple[str, str], ...]
    votes: tuple[VoteLine, ...]
    seats: tuple[SeatLine, ...]
    draws: tuple[DrawLine, ...]
    outcome: str
    settled_by: str
    settled_at: datetime | None
    notice: str
    proposed_by: str
    proposed_by_id: int | None
    published_by: str
    published_at: datetime | None

    @property
    def for_parties(self) -> "PanelLine":
        """The panel as units whose work is judged see it: nobody who sits on it, and of the votes not even the group."""
        return replace(self, seats=(), draws=(), votes=tuple(replace(vote, group="") for vote in self.votes))


@dataclass(frozen=True, slots=True)
class MyPanel:
    """A panel as a member's list shows it."""

    number: str
    question: str
    state: str
    state_label: str
    seat: str
    seat_label: str
    has_voted: bool
    light: Light
    found: str


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody may read of a panel."""

    number: str
    matter: str
    parties: tuple[str, ...]
    found: str
    counts: tuple[tuple[str, int], ...]
    notice: str
    opened_at: datetime
    published_at: datetime


def panels_of(scope: Scope, ticket: Ticket) -> tuple[PanelLine, ...]:
    """Return the panels on a ticket, the newest first."""
    rows = scope.session.scalars(
        select(ReviewPanel)
        .where(ReviewPanel.tenant_id == scope.tenant.id, ReviewPanel.ticket_id == ticket.id)
        .order_by(ReviewPanel.opened_at.desc(), ReviewPanel.id.desc())
    ).all()
    return tuple(panel_line(scope, row) for row in rows)


def proposals_on(scope: Scope, ticket_id: int) -> tuple[ReviewProposal, ...]:
    """Return the reasons that the district sees to put a ticket before a panel."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    return tuple(proposals_for(scope, ticket).values)


def panel_line(scope: Scope, panel: ReviewPanel) -> PanelLine:
    """Return a panel as the desk sees it."""
    units, seats, votes = directory(scope), seats_of(scope, panel), votes_of(scope, panel)
    rules, is_closed = rules_of(panel.rules), panel.state != "voting"
    shown = votes if is_closed else []
    count = counted([vote.verdict for vote in shown], quorum=rules.quorum, majority_percent=rules.majority_percent)
    groups = {each.seat.id: each.seat.member_group for each in seats}
    return PanelLine(
        id=panel.id,
        number=panel.number,
        state=panel.state,
        state_label=STATE_LABELS[panel.state],
        cause=CAUSE_LABELS[panel.cause],
        question=panel.question,
        parties=party_names(scope, panel),
        other_unit=units.name_of(panel.other_unit_id) if panel.other_unit_id else "",
        opened_by=panel.opened_by,
        opened_by_id=panel.opened_by_id,
        opened_at=panel.opened_at,
        closes_at=panel.closes_at,
        is_under_way=panel.state in UNDER_WAY,
        was_extended=panel.extended_at is not None,
        is_binding=rules.is_binding,
        verdict=panel.verdict,
        found=FOUND_LABELS.get(panel.verdict, ""),
        sitting=sum(each.seat.state in SITTING for each in seats),
        voted=len(votes),
        quorum=rules.quorum,
        counts=tuple((VERDICT_LABELS[verdict], number) for verdict, number in count.by_verdict),
        scores=_means(shown, rules.criteria),
        votes=tuple(_vote_line(vote, groups[vote.seat_id]) for vote in shown),
        seats=tuple(_seat_line(each) for each in seats),
        draws=tuple(_draw_line(each) for each in draws_of(scope, panel)),
        outcome=panel.outcome,
        settled_by=panel.settled_by or "",
        settled_at=panel.settled_at,
        notice=panel.notice,
        proposed_by=panel.proposed_by or "",
        proposed_by_id=panel.proposed_by_id,
        published_by=panel.published_by or "",
        published_at=panel.published_at,
    )


def my_panels(scope: Scope, actor: Actor, *, now: datetime) -> tuple[MyPanel, ...]:
    """Return the panels on which somebody sits or sat, those under way first, then the newest."""
    today = now.astimezone(scope.tenant.zone).date()
    rows = scope.session.execute(
        select(ReviewPanel, PanelSeat, PanelVote.id)
        .join(PanelSeat, (PanelSeat.tenant_id == ReviewPanel.tenant_id) & (PanelSeat.panel_id == ReviewPanel.id))
        .join(PanelMember, (PanelMember.tenant_id == PanelSeat.tenant_id) & (PanelMember.id == PanelSeat.member_id))
        .outerjoin(PanelVote, (PanelVote.tenant_id == PanelSeat.tenant_id) & (PanelVote.seat_id == PanelSeat.id))
        .where(
            ReviewPanel.tenant_id == scope.tenant.id,
            PanelMember.account_id == actor.id,
            PanelMember.active_until.is_(None) | (PanelMember.active_until >= today),
            PanelSeat.round == ReviewPanel.round,
            PanelSeat.state != "standby",
        )
        .order_by(ReviewPanel.opened_at.desc(), ReviewPanel.id.desc())
    ).all()
    lines = [_mine(panel, seat, has_voted=vote is not None, now=now) for panel, seat, vote in rows]
    return tuple(sorted(lines, key=lambda line: line.state != "voting"))


def result_for(scope: Scope, number: str, *, actor: Actor, sees_all: bool, now: datetime) -> PanelLine:
    """Return a panel's result for whoever supervises, or for a member who sits on it, without the others' names.

    Raises `NoSuchPanel`.
    """
    panel = get_panel(scope, number)
    if sees_all:
        return panel_line(scope, panel)
    seat_held_by(scope, panel, actor, now=now)
    return replace(panel_line(scope, panel), seats=(), draws=(), opened_by="", settled_by="", proposed_by="")


def ticket_of_panel(scope: Scope, number: str) -> Ticket:
    """Return the ticket that a panel judges. Raises `NoSuchPanel`."""
    return scope.session.get_one(Ticket, (scope.tenant.id, get_panel(scope, number).ticket_id))


def published_panels(scope: Scope) -> tuple[Published, ...]:
    """Return what was published of panels, the newest first."""
    rows = scope.session.execute(
        select(ReviewPanel, Ticket.matter)
        .join(Ticket, (Ticket.tenant_id == ReviewPanel.tenant_id) & (Ticket.id == ReviewPanel.ticket_id))
        .where(ReviewPanel.tenant_id == scope.tenant.id, ReviewPanel.published_at.is_not(None))
        .order_by(ReviewPanel.published_at.desc())
    ).all()
    found = []
    for panel, matter in rows:
        if panel.published_at is None:
            continue
        line = panel_line(scope, panel)
        found.append(
            Published(
                number=panel.number,
                matter=matter_words(scope, matter),
                parties=line.parties,
                found=line.found,
                counts=line.counts,
                notice=panel.notice,
                opened_at=panel.opened_at,
                published_at=panel.published_at,
            )
        )
    return tuple(found)


def has_published(scope: Scope) -> bool:
    """Tell whether anything was published of panels."""
    published = exists().where(ReviewPanel.tenant_id == scope.tenant.id, ReviewPanel.published_at.is_not(None))
    return bool(scope.session.scalar(select(published)))


def party_names(scope: Scope, panel: ReviewPanel) -> tuple[str, ...]:
    """Return the names of the units whose work a panel judges."""
    units = directory(scope)
    return tuple(unit.name if (unit := units.find_unit(code)) else "已停用的单位" for code in panel.parties)


def panel_light(panel: ReviewPanel, *, now: datetime) -> Light:
    """Return the dot of a vote: how long it still goes on."""
    if panel.state != "voting":
        return Light("grey", "done", STATE_LABELS[panel.state], "评议已结束")
    left = panel.closes_at - now
    tone = "red" if left <= timedelta(0) else "yellow" if left <= NEARLY_OVER else "green"
    words = left_in_words(left, is_over=left <= timedelta(0), day_seconds=86_400)
    return Light(tone, tone, words, "投票截止前的自然时间", ticking=True, seconds_left=int(left.total_seconds()))


def exclusion_lines(excluded: Sequence[dict[str, Any]]) -> tuple[ExclusionLine, ...]:
    """Return in words who could not be drawn."""
    return tuple(
        ExclusionLine(
            each["number"],
            GROUP_LABELS[each["group"]],
            EXCLUSION_LABELS[each["reason"]] + (said("（{words}）", words=each["words"]) if each["words"] else ""),
        )
        for each in excluded
    )


def _mine(panel: ReviewPanel, seat: PanelSeat, *, has_voted: bool, now: datetime) -> MyPanel:
    return MyPanel(
        number=panel.number,
        question=panel.question,
        state=panel.state,
        state_label=STATE_LABELS[panel.state],
        seat=seat.state,
        seat_label=VOTED if has_voted else SEAT_LABELS[seat.state],
        has_voted=has_voted,
        light=panel_light(panel, now=now),
        found=FOUND_LABELS.get(panel.verdict, ""),
    )


def _seat_line(each: Seated) -> SeatLine:
    return SeatLine(
        number=each.member.number,
        name=each.member.name,
        group=GROUP_LABELS[each.seat.member_group],
        place=each.seat.place,
        state=each.seat.state,
        state_label=SEAT_LABELS[each.seat.state],
        reason=each.seat.reason,
    )


def _vote_line(vote: PanelVote, group: str) -> VoteLine:
    return VoteLine(GROUP_LABELS[group], VERDICT_LABELS[vote.verdict], tuple(vote.scores.items()), vote.reason)


def _draw_line(draw: PanelDraw) -> DrawLine:
    return DrawLine(
        round=draw.round,
        seed=draw.seed,
        source="" if draw.seed_from == "given" else draw.seed_from,
        comes_out_again=follows(draw),
        excluded=exclusion_lines(draw.record["excluded"]),
        by=draw.drawn_by,
        at=draw.drawn_at,
    )


def _means(votes: Sequence[PanelVote], criteria: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the mean score of each criterion, to a tenth."""
    if not votes:
        return ()
    return tuple(
        (criterion, f"{sum(vote.scores[criterion] for vote in votes) / len(votes):.1f}") for criterion in criteria
    )
