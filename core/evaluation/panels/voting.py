"""The life of a panel: its record, who sits on it, votes that nobody else sees before the end, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.evaluation.models import Dispute
from core.evaluation.panels.counting import Count, counted
from core.evaluation.panels.models import PanelMember, PanelSeat, PanelVote, ReviewPanel
from core.evaluation.panels.rules_in_force import rules_of
from core.evaluation.panels.words import SITTING, STATE_LABELS, UNDER_WAY, VERDICT_LABELS
from core.hooks.values import Budget
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.sla.rules import reckon
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.workdays.queries import current_calendar

SCORES = ("1", "2", "3", "4", "5")
"""What a criterion can be given."""
LONGEST_REASON = 2000


class NoSuchPanel(Refused):
    """There is no such panel, or none on which the asker sits."""

    code = "no-such-panel"


class PanelClosed(Refused):
    """The panel is not at the point at which this can be done."""

    code = "panel-closed"


class PanelUnderWay(Refused):
    """The ticket has a panel of which something is still to come."""

    code = "panel-under-way"


class AlreadyVoted(Refused):
    """A member votes once."""

    code = "already-voted"


class SeatNotAccepted(Refused):
    """The member has not said yet that nothing keeps them from judging, or has recused themselves."""

    code = "seat-not-accepted"


class SeatAccepted(Refused):
    """The member has said before that nothing keeps them from judging."""

    code = "seat-accepted"


class VoteUnusable(Refused):
    """A vote lacks a score, a verdict or a reason."""

    code = "vote-unusable"


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat with its member."""

    seat: PanelSeat
    member: PanelMember


def find_panel_under_way(scope: Scope, ticket: Ticket) -> ReviewPanel | None:
    """Return the panel on the ticket of which something is still to come."""
    return scope.session.scalar(
        select(ReviewPanel).where(
            ReviewPanel.tenant_id == scope.tenant.id,
            ReviewPanel.ticket_id == ticket.id,
            ReviewPanel.state.in_(UNDER_WAY),
        )
    )


def refuse_judged(scope: Scope, dispute: Dispute) -> None:
    """Raise `PanelUnderWay` while a panel judges what the dispute is about: what it finds is carried out, or declined."""
    judging = scope.session.scalar(
        select(ReviewPanel.number).where(
            ReviewPanel.tenant_id == scope.tenant.id,
            ReviewPanel.dispute_id == dispute.id,
            ReviewPanel.state.in_(UNDER_WAY),
        )
    )
    if judging is not None:
        raise PanelUnderWay(
            said(
                "这件申诉正由评议 {judging} 评议，不能另行裁定。请在评议有结论后执行，或写明理由结束评议。",
                judging=judging,
            )
        )


def get_panel(scope: Scope, number: str) -> ReviewPanel:
    """Return the panel with this number. Raises `NoSuchPanel`."""
    panel = scope.session.scalar(
        select(ReviewPanel).where(ReviewPanel.tenant_id == scope.tenant.id, ReviewPanel.number == number)
    )
    if panel is None:
        raise _no_such(number)
    return panel


def panel_on(scope: Scope, ticket: Ticket, number: str, *, states: Sequence[str], deed: str) -> ReviewPanel:
    """Return the ticket's panel with this number if it stands in one of these states.

    Raises `NoSuchPanel`, `PanelClosed`.
    """
    panel = get_panel(scope, number)
    if panel.ticket_id != ticket.id:
        raise _no_such(number)
    if panel.state not in states:
        raise PanelClosed(
            said(
                "评议 {number} 现为“{state}”，不能{deed}。请刷新后查看它的进展。",
                number=number,
                state=word(STATE_LABELS[panel.state]),
                deed=word(deed),
            )
        )
    return panel


def seats_of(scope: Scope, panel: ReviewPanel) -> list[Seated]:
    """Return the seats of the present draw, by group and place."""
    rows = scope.session.execute(
        select(PanelSeat, PanelMember)
        .join(PanelMember, (PanelMember.tenant_id == PanelSeat.tenant_id) & (PanelMember.id == PanelSeat.member_id))
        .where(PanelSeat.tenant_id == scope.tenant.id, PanelSeat.panel_id == panel.id, PanelSeat.round == panel.round)
        .order_by(PanelSeat.member_group, PanelSeat.place)
    )
    return [Seated(seat, member) for seat, member in rows]


def votes_of(scope: Scope, panel: ReviewPanel) -> list[PanelVote]:
    """Return the votes of the present draw. Whoever shows them must ask before whether they may be seen."""
    return list(
        scope.session.scalars(
            select(PanelVote)
            .join(PanelSeat, (PanelSeat.tenant_id == PanelVote.tenant_id) & (PanelSeat.id == PanelVote.seat_id))
            .where(
                PanelVote.tenant_id == scope.tenant.id,
                PanelVote.panel_id == panel.id,
                PanelSeat.round == panel.round,
            )
            .order_by(PanelSeat.member_group, PanelSeat.place)
        )
    )


def seat_held_by(scope: Scope, panel: ReviewPanel, actor: Actor, *, now: datetime) -> PanelSeat:
    """Return the seat on which the actor sits. Raises `NoSuchPanel` for anybody else, and when their term has ended."""
    today = now.astimezone(scope.tenant.zone).date()
    for each in seats_of(scope, panel):
        is_theirs = actor.kind == "staff" and actor.id is not None and each.member.account_id == actor.id
        has_ended = each.member.active_until is not None and each.member.active_until < today
        if is_theirs and each.seat.state != "standby" and not has_ended:
            return each.seat
    raise _no_such(panel.number)


def voting_ends(scope: Scope, days: int, since: datetime) -> datetime:
    """Return the end of the working day by which a vote of so many working days has to be in."""
    return reckon(current_calendar(scope).timetable, Budget("wd_eod", days), since).due


def move_up(scope: Scope, panel: ReviewPanel, leaving: PanelSeat, *, now: datetime) -> PanelSeat | None:
    """Give the seat to the next substitute of the group; None when there is none, and the seat stays empty."""
    following = next(
        (
            each.seat
            for each in seats_of(scope, panel)
            if each.seat.member_group == leaving.member_group and each.seat.state == "standby"
        ),
        None,
    )
    if following is not None:
        following.state, following.changed_at = "asked", now
    return following


def refuse_second_vote(scope: Scope, seat: PanelSeat) -> None:
    """Raise `AlreadyVoted` when the seat's vote is in."""
    voted = select(PanelVote.id).where(PanelVote.tenant_id == scope.tenant.id, PanelVote.seat_id == seat.id)
    if scope.session.scalar(voted) is not None:
        raise AlreadyVoted("您已经投过票，票投出后不能更改，也不能再回避。")


def keep_vote(
    scope: Scope,
    panel: ReviewPanel,
    seat: PanelSeat,
    *,
    verdict: str,
    scores: Sequence[str],
    reason: str,
    now: datetime,
) -> PanelVote:
    """Keep a vote. Raises `VoteUnusable` where a criterion is not scored, or the verdict is none of the panel's."""
    if verdict not in panel.verdicts:
        known = joined(
            "、",
            (said("{code}（{verdict}）", code=code, verdict=word(VERDICT_LABELS[code])) for code in panel.verdicts),
        )
        raise VoteUnusable(said("没有结论“{verdict}”。可选：{known}。", verdict=verdict, known=known))
    criteria = rules_of(panel.rules).criteria
    if len(scores) != len(criteria) or not set(scores) <= set(SCORES):
        raise VoteUnusable(
            said(
                "请给每一项打分，{scores} 到 {scores_2} 分：{criteria}。",
                scores=word(SCORES[0]),
                scores_2=word(SCORES[-1]),
                criteria=joined("、", criteria),
            )
        )
    if len(reason) > LONGEST_REASON:
        raise VoteUnusable(said("理由最多 {longest_reason:,} 字。请精简后再投。", longest_reason=LONGEST_REASON))
    vote = PanelVote(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        panel_id=panel.id,
        seat_id=seat.id,
        verdict=verdict,
        scores={criterion: int(score) for criterion, score in zip(criteria, scores, strict=True)},
        reason=reason,
        at=now,
    )
    scope.session.add(vote)
    scope.session.flush()
    return vote


def all_are_in(scope: Scope, panel: ReviewPanel) -> bool:
    """Tell whether everybody who sits has voted."""
    sitting = [each for each in seats_of(scope, panel) if each.seat.state in SITTING]
    return len(votes_of(scope, panel)) == len(sitting)


def count(scope: Scope, panel: ReviewPanel) -> Count:
    """Count the votes that are in."""
    rules = rules_of(panel.rules)
    verdicts = [vote.verdict for vote in votes_of(scope, panel)]
    return counted(verdicts, quorum=rules.quorum, majority_percent=rules.majority_percent)


def close(scope: Scope, panel: ReviewPanel, *, now: datetime) -> Count:
    """End the voting: with a finding, or without one when too few votes are in."""
    result = count(scope, panel)
    panel.state, panel.verdict = ("found", result.verdict) if result.has_quorum else ("no_quorum", "")
    panel.closed_at = now
    scope.session.flush()
    return result


def _no_such(number: str) -> NoSuchPanel:
    return NoSuchPanel(said("没有编号为 {number} 的评议，或您不在这个评议小组中。请核对编号。", number=number))
