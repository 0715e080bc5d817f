"""Challenging a rule 质疑规则: whoever works by a suggestion, a limit or an escalation says that its rule is wrong, and why.

The rule stays as it is; whoever keeps the rules reads the challenge and answers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.journey.command import command
from core.journey.queries.stamps import stamp_words
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.routing.models import RouteDecision
from core.sla.labels import CLOCK_LABELS
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import RuleChallenge, Ticket, TicketEvent
from core.tickets.service import note, reason_of
from core.tickets.timeline import Order

CHALLENGED = "rule_challenged"
"""Kind of the timeline's entries about it."""
MOST_ROWS = 200


class NoSuchRule(Refused):
    """The rule bears on the ticket in nothing."""

    code = "no-such-rule-here"


class NoOpenChallenge(Refused):
    """There is no such challenge on the ticket, or it is answered."""

    code = "no-open-challenge"


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule that bore on a ticket: its id, who it belongs to (feature, version, revision), and in what it did, in words."""

    rule_id: str
    stamp: str
    words: str


@dataclass(frozen=True, slots=True)
class ChallengeLine:
    """A challenge as people see it."""

    id: int
    serial_no: str
    version: int
    rule_id: str
    stamp: str
    words: str
    raised_by: str
    raised_at: datetime
    answer: str
    answered_by: str | None
    answered_at: datetime | None


def rules_applied(scope: Scope, ticket: Ticket) -> tuple[AppliedRule, ...]:
    """Return the rules that suggested its unit, set its limits or pressed for it, each once; what a person decided is none."""
    found = [*_of_routing(scope, ticket), *_of_limits(scope, ticket), *_of_events(scope, ticket)]
    return tuple({each.rule_id: each for each in found if "@" in each.stamp}.values())


@command(Permission.SEE_TICKETS, "质疑规则")
def challenge_rule(scope: Scope, ticket: Ticket, order: Order, *, rule: str, words: str) -> None:
    """Say that a rule that bears on the ticket is wrong, and why; administrators read it.

    Raises `ReasonMissing`, `NoSuchRule`.
    """
    why = reason_of(words, "质疑规则")
    applied = next((each for each in rules_applied(scope, ticket) if each.rule_id == rule), None)
    if applied is None:
        raise NoSuchRule(
            said(
                "规则 {rule} 没有用在工单 {serial_no} 上，没有记下。请从列表中选择。",
                rule=rule,
                serial_no=ticket.serial_no,
            )
        )
    challenge = RuleChallenge(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        rule_id=applied.rule_id,
        stamp=applied.stamp,
        words=why,
        raised_by=order.actor.name,
        raised_by_id=order.actor.id,
        raised_at=order.now,
    )
    scope.session.add(challenge)
    note(
        scope,
        ticket,
        CHALLENGED,
        order,
        summary=said("质疑：{words}", words=why),
        detail={"challenge": challenge.id, "rule_id": applied.rule_id, "by": applied.stamp},
    )


@command(Permission.ADMINISTER, "答复质疑")
def answer_challenge(scope: Scope, ticket: Ticket, order: Order, *, challenge_id: int, answer: str) -> None:
    """Answer a challenge: the rule stands, or a change is drafted. It is answered once.

    Raises `ReasonMissing`, `NoOpenChallenge`.
    """
    words = reason_of(answer, "答复质疑")
    challenge = scope.session.get(RuleChallenge, (scope.tenant.id, challenge_id))
    if challenge is None or challenge.ticket_id != ticket.id or challenge.answered_at is not None:
        raise NoOpenChallenge(said("工单 {serial_no} 没有这条待答复的质疑。请刷新后再看。", serial_no=ticket.serial_no))
    challenge.answer, challenge.answered_by, challenge.answered_at = words, order.actor.name, order.now
    note(
        scope,
        ticket,
        CHALLENGED,
        order,
        summary=said("答复质疑：{words}", words=words),
        detail={"challenge": challenge.id, "rule_id": challenge.rule_id, "by": challenge.stamp},
    )


def challenges(scope: Scope, *, is_open: bool = True) -> list[ChallengeLine]:
    """Return the challenges that wait for an answer, the oldest first, or those that were answered, the newest first."""
    which = RuleChallenge.answered_at.is_(None) if is_open else RuleChallenge.answered_at.is_not(None)
    order = RuleChallenge.raised_at if is_open else RuleChallenge.answered_at.desc()
    rows = scope.session.execute(
        select(RuleChallenge, Ticket.serial_no, Ticket.version)
        .join(Ticket, (Ticket.tenant_id == RuleChallenge.tenant_id) & (Ticket.id == RuleChallenge.ticket_id))
        .where(RuleChallenge.tenant_id == scope.tenant.id, which)
        .order_by(order, RuleChallenge.id)
        .limit(MOST_ROWS)
    )
    return [
        ChallengeLine(
            row.id,
            serial_no,
            version,
            row.rule_id,
            stamp_words(scope, row.stamp),
            row.words,
            row.raised_by,
            row.raised_at,
            row.answer,
            row.answered_by,
            row.answered_at,
        )
        for row, serial_no, version in rows
    ]


def _of_routing(scope: Scope, ticket: Ticket) -> list[AppliedRule]:
    rows = scope.session.scalars(
        select(RouteDecision)
        .where(RouteDecision.tenant_id == scope.tenant.id, RouteDecision.ticket_id == ticket.id)
        .order_by(RouteDecision.id)
    )
    return [AppliedRule(row.rule_id, row.by, said("派单：{reason}", reason=row.reason)) for row in rows]


def _of_limits(scope: Scope, ticket: Ticket) -> list[AppliedRule]:
    rows = scope.session.scalars(
        select(Clock).where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id).order_by(Clock.id)
    )
    return [
        AppliedRule(row.rule_id, row.by, said("{clock}时限：{reason}", clock=CLOCK_LABELS[row.name], reason=row.reason))
        for row in rows
    ]


def _of_events(scope: Scope, ticket: Ticket) -> list[AppliedRule]:
    rows: Sequence[TicketEvent] = scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind.in_(("escalate", "classify")),
        )
        .order_by(TicketEvent.seq)
    ).all()
    return [
        AppliedRule(str(each["rule_id"]), str(each["by"]), row.summary) for row in rows for each in _told(row.detail)
    ]


def _told(detail: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in (detail, *detail.get("rules", ())) if each.get("rule_id") and each.get("by")]
