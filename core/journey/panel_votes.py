"""Sitting on a panel 评议: members accept or recuse themselves, vote without seeing each other's votes, and time closes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from core.evaluation.panels.counting import Count
from core.evaluation.panels.models import PanelSeat, ReviewPanel
from core.evaluation.panels.rules_in_force import rules_of
from core.evaluation.panels.voting import (
    PanelClosed,
    SeatAccepted,
    SeatNotAccepted,
    all_are_in,
    close,
    keep_vote,
    move_up,
    panel_on,
    refuse_second_vote,
    seat_held_by,
    seats_of,
    votes_of,
)
from core.evaluation.panels.words import FOUND_LABELS, SITTING, VERDICT_LABELS
from core.journey.command import command
from core.journey.panels import as_member, tell
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.statistics.dirty import mark_dirty, mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket_of_id, note, reason_of
from core.tickets.timeline import SYSTEM, Order

REMINDS_BEFORE = timedelta(days=1)
"""How long before the end those who have not voted are reminded."""


@command(Permission.JUDGE, "接受评议")
def accept_seat(scope: Scope, ticket: Ticket, order: Order, *, panel: str) -> None:
    """The member says that nothing keeps them from judging.

    Raises `NoSuchPanel`, `PanelClosed`, `SeatNotAccepted`, `SeatAccepted`.
    """
    found, seat = _seat(scope, ticket, order, panel, deed="接受")
    if seat.state == "accepted":
        raise SeatAccepted(said("您已接受评议 {panel}，请阅读材料后投票。", panel=panel))
    seat.state, seat.changed_at = "accepted", order.now
    tell(scope, ticket, as_member(order), found, "一名评议员接受评议")


@command(Permission.JUDGE, "回避评议")
def recuse_from_panel(scope: Scope, ticket: Ticket, order: Order, *, panel: str, reason: str) -> None:
    """The member recuses themselves 回避; the next substitute of the group moves up. The reason is for the desk alone.

    Raises `ReasonMissing`, `NoSuchPanel`, `PanelClosed`, `AlreadyVoted`, `SeatNotAccepted`.
    """
    because = reason_of(reason, "回避")
    found, seat = _seat(scope, ticket, order, panel, deed="回避")
    refuse_second_vote(scope, seat)
    seat.state, seat.reason, seat.changed_at = "recused", because, order.now
    scope.session.flush()
    following = move_up(scope, found, seat, now=order.now)
    scope.session.flush()
    moved = "由同组递补人员接替" if following else "该组没有递补人员，席位空缺"
    tell(scope, ticket, as_member(order), found, said("一名评议员回避，{moved}", moved=word(moved)))
    if votes_of(scope, found) and all_are_in(scope, found):
        _close(scope, ticket, found, now=order.now)


@command(Permission.JUDGE, "评议投票")
def vote_on_panel(
    scope: Scope, ticket: Ticket, order: Order, *, panel: str, verdict: str, scores: Sequence[str], reason: str
) -> None:
    """The member votes: a score for each criterion, a verdict, and why. It cannot be changed; others see it at the end.

    `scores` stand in the order of the criteria. With the last vote the panel closes. Raises `ReasonMissing`, `NoSuchPanel`, `PanelClosed`, `SeatNotAccepted`,
    `AlreadyVoted`, `VoteUnusable`.
    """
    because = reason_of(reason, "投票")
    found, seat = _seat(scope, ticket, order, panel, deed="投票")
    refuse_second_vote(scope, seat)
    if seat.state != "accepted":
        raise SeatNotAccepted("请先确认与当事各方没有利害关系、接受评议，再投票。")
    vote = keep_vote(scope, found, seat, verdict=verdict, scores=scores, reason=because, now=order.now)
    sitting = sum(each.seat.state in SITTING for each in seats_of(scope, found))
    note(
        scope,
        ticket,
        "panel",
        as_member(order),
        summary=said(
            "一名评议员投票，已投 {number} 票，共 {sitting} 席", number=len(votes_of(scope, found)), sitting=sitting
        ),
        detail={"panel": found.number, "round": found.round, "state": found.state},
        records=[vote],
    )
    if all_are_in(scope, found):
        _close(scope, ticket, found, now=order.now)


def panels_due(scope: Scope, *, now: datetime) -> list[int]:
    """Return the ids of the panels whose time is over, or whose members are to be reminded."""
    rows = scope.session.scalars(
        select(ReviewPanel).where(
            ReviewPanel.tenant_id == scope.tenant.id,
            ReviewPanel.state == "voting",
            ReviewPanel.closes_at <= now + REMINDS_BEFORE,
        )
    )
    return [panel.id for panel in rows if panel.closes_at <= now or panel.reminded_at is None]


def keep_panel_time(scope: Scope, panel_id: int, *, now: datetime) -> None:
    """Close a panel whose time is over, or remind those who have not voted; judged anew under the ticket's lock."""
    ticket = lock_ticket_of_id(scope, scope.session.get_one(ReviewPanel, (scope.tenant.id, panel_id)).ticket_id)
    panel = scope.session.get_one(ReviewPanel, (scope.tenant.id, panel_id), populate_existing=True)
    if panel.state != "voting":
        return
    now = in_order(scope, ticket, Order(SYSTEM, now)).now
    if panel.closes_at <= now:
        _close(scope, ticket, panel, now=now)
        mark_dirty(scope, panel.opened_at)  # by its finding it counts anew on the day it was opened
    elif panel.reminded_at is None and panel.closes_at - REMINDS_BEFORE <= now:
        panel.reminded_at = now
        waiting = sum(each.seat.state in SITTING for each in seats_of(scope, panel)) - len(votes_of(scope, panel))
        ends = f"{panel.closes_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        tell(
            scope,
            ticket,
            Order(SYSTEM, now),
            panel,
            said("评议将于 {ends} 截止，还有 {waiting} 名评议员没有投票", ends=ends, waiting=waiting),
        )
    mark_ticket(scope, ticket)


def _seat(scope: Scope, ticket: Ticket, order: Order, number: str, *, deed: str) -> tuple[ReviewPanel, PanelSeat]:
    """Return the panel and the actor's seat while votes are taken. A stranger hears the same as of a panel that is none."""
    panel = panel_on(scope, ticket, number, states=("voting", "no_quorum", "found", "carried", "declined"), deed=deed)
    seat = seat_held_by(scope, panel, order.actor, now=order.now)
    panel_on(scope, ticket, number, states=("voting",), deed=deed)
    if order.now >= panel.closes_at:
        raise PanelClosed(said("评议 {number} 的期限已过，不能再{deed}。", number=number, deed=word(deed)))
    if seat.state == "recused":
        raise SeatNotAccepted(said("您已回避评议 {number}，不能再{deed}。", number=number, deed=word(deed)))
    return panel, seat


def _close(scope: Scope, ticket: Ticket, panel: ReviewPanel, *, now: datetime) -> None:
    result = close(scope, panel, now=now)
    tell(scope, ticket, Order(SYSTEM, now), panel, _found_words(panel, result))


def _found_words(panel: ReviewPanel, result: Count) -> str:
    told = joined(
        "，",
        (
            said("{verdict} {number} 票", verdict=word(VERDICT_LABELS[verdict]), number=number)
            for verdict, number in result.by_verdict
        ),
    )
    if not result.has_quorum:
        quorum = rules_of(panel.rules).quorum
        return said(
            "评议截止，收到 {votes} 票，不足 {quorum} 票，没有结论。可以延期一次或重新抽签",
            votes=result.votes,
            quorum=quorum,
        )
    return said("评议结束：{told}。结论：{found}", told=told, found=word(FOUND_LABELS[result.verdict]))
