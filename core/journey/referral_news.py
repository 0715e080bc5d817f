"""News of a referred ticket: what the receiving tenant tells, and what comes of it in the sender's ticket.

The unit that stands for the receiver signs, reaches the resident, replies and gives back as any other unit, by the same
commands and under the same rules; its hands are the receiver's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from core.handling.models import ContactAttempt, Reply
from core.handling.rules import ReplyUnusable
from core.handling.service import reply_under_review
from core.journey import handle
from core.journey.give_back import ReturnWindowOver, request_return
from core.journey.refer import DECLINED, WAITING
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.routing.models import Assignment, Referral
from core.routing.referrals import find_referral, name_of_tenant, tell_other_side
from core.routing.returns import NotReturnable
from core.routing.states import ACTIVE, AssignmentState
from core.sla.service import live_clocks
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import lock_ticket_of_id, note
from core.tickets.states import ANSWERED, STATE_LABELS, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, State
from core.tickets.timeline import SYSTEM, Actor, Order

FOR_GOOD: dict[type[Refused], str] = {
    ReturnWindowOver: "退单期限已过",
    NotReturnable: "会商已指定其主办，不能退回",
    ReplyUnusable: "答复超过字数上限，或含有无法保存的字符",
}
"""Refusals that no later try gets past: the receiver has to take the ticket up again, and is told why in these words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver's cycle came to, and when: a reply, or with `reason_code` a return."""

    text: str
    disposition: str
    reason_code: str
    concluded_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """A referred ticket as the receiver has it now. `contacts`: per attempt, whether the resident was reached."""

    reference: str
    sender: str
    teller: str
    version: int
    state: State
    cycle_no: int
    due_at: datetime | None
    contacts: tuple[bool, ...] = ()
    is_on_site: bool = False
    outcome: Outcome | None = None


def read_news(scope: Scope, reference: str) -> News | None:
    """Return how a ticket that was referred here stands; None when its sender does not wait for it any more."""
    incoming = find_referral(scope, "in", reference)
    if incoming is None or incoming.ended_at is not None:
        return None
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, incoming.ticket_id))
    due = [clock.due_at for clock in live_clocks(scope, ticket) if clock.name == "reply"]
    return News(
        reference=reference,
        sender=incoming.other_tenant,
        teller=scope.tenant.name,
        version=ticket.version,
        state=State(ticket.state),
        cycle_no=ticket.cycle_no,
        due_at=due[0] if due else None,
        contacts=_contacts(scope, ticket),
        is_on_site=_is_on_site(scope, ticket),
        outcome=_outcome(scope, ticket, incoming) if ticket.state in ANSWERED else None,
    )


def take_news(scope: Scope, news: News, *, now: datetime) -> None:
    """Act on the receiver's news in the sender's ticket: note it, sign, and hand in what it came to.

    News older than what is known changes nothing. What the rules do not allow yet (a co-unit has not answered, a
    request is pending) is tried again after the next change of the ticket.
    """
    referral = find_referral(scope, "out", news.reference)
    if referral is None:
        return
    ticket = lock_ticket_of_id(scope, referral.ticket_id)
    referral = find_referral(scope, "out", news.reference, locked=True)
    if referral is None or referral.ended_at is not None or news.version < referral.their_version:
        return
    assignment = scope.session.get_one(Assignment, (scope.tenant.id, referral.assignment_id), populate_existing=True)
    if assignment.state not in ACTIVE:
        return
    hands = _Hands(scope, ticket, assignment, news, now)
    _keep(scope, ticket, referral, hands, news)
    if news.state not in (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH):
        if assignment.state == AssignmentState.PENDING_SIGN and not _is_return(news):
            hands.give(handle.sign, "sign")
        _pass_on_contacts(scope, ticket, assignment, hands, news)
    if news.outcome and news.cycle_no > referral.their_cycle and assignment.state in WAITING:
        _take_up(scope, ticket, referral, hands, news, news.outcome)
    mark_ticket(scope, ticket)


def note_undelivered(scope: Scope, direction: str, reference: str, reason: str, *, now: datetime) -> None:
    """Write into our ticket that the other side could not be told, and that somebody has to look after it."""
    referral = find_referral(scope, direction, reference)
    if referral is None:
        return
    ticket = lock_ticket_of_id(scope, referral.ticket_id)
    name = name_of_tenant(scope, referral.other_tenant)
    summary = said("多次未能告知{name}（{reason}），请与对方联系；本单再有变动时会重新告知", name=name, reason=reason)
    note(scope, ticket, "referral", Order(SYSTEM, now), summary=summary)


@dataclass(frozen=True, slots=True)
class _Hands:
    """The unit that stands for the receiver, as whoever acts for it."""

    scope: Scope
    ticket: Ticket
    assignment: Assignment
    news: News
    now: datetime

    @property
    def actor(self) -> Actor:
        permissions = frozenset({Permission.HANDLE})
        return Actor("tenant", self.news.teller, unit_id=self.assignment.unit_id, permissions=permissions)

    def give(self, command: Callable[..., Ticket], once: str, **given: Any) -> Refused | None:
        """Give a command on the sender's ticket, once for all time; return its refusal, which leaves nothing behind."""
        order = Order(self.actor, self.now, command_id=f"referral/{self.news.reference}/{once}")
        try:
            with self.scope.session.begin_nested():
                command(self.scope, self.ticket.serial_no, order, **given)
                self.scope.session.flush()
        except Refused as refusal:
            return refusal
        return None


def _contacts(scope: Scope, ticket: Ticket) -> tuple[bool, ...]:
    outcomes = scope.session.scalars(
        select(ContactAttempt.outcome)
        .where(ContactAttempt.tenant_id == scope.tenant.id, ContactAttempt.ticket_id == ticket.id)
        .order_by(ContactAttempt.id)
    )
    return tuple(outcome == "reached" for outcome in outcomes)


def _is_on_site(scope: Scope, ticket: Ticket) -> bool:
    entry = exists().where(
        TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "on_site"
    )
    return bool(scope.session.scalar(select(entry)))


def _outcome(scope: Scope, ticket: Ticket, incoming: Referral) -> Outcome:
    reply = scope.session.scalars(
        select(Reply)
        .where(
            Reply.tenant_id == scope.tenant.id,
            Reply.ticket_id == ticket.id,
            Reply.cycle_no == ticket.cycle_no,
            Reply.state == "approved",
        )
        .order_by(Reply.id.desc())
        .limit(1)
    ).one()
    return Outcome(reply.text, reply.disposition, incoming.sent_back, ticket.concluded_at or reply.submitted_at)


def _is_return(news: News) -> bool:
    return news.outcome is not None and bool(news.outcome.reason_code)


def _keep(scope: Scope, ticket: Ticket, referral: Referral, hands: _Hands, news: News) -> None:
    """Keep what we were told, and write into the timeline what of it is new."""
    told = (referral.their_state, referral.their_due_at)
    referral.their_state, referral.their_due_at = news.state, news.due_at
    referral.their_version = news.version
    if told == (news.state, news.due_at):
        return
    words = "已退回" if _is_return(news) else STATE_LABELS[news.state]
    due = (
        said("，应于 {due_at:%Y-%m-%d %H:%M} 前办结", due_at=news.due_at.astimezone(scope.tenant.zone))
        if news.due_at
        else ""
    )
    detail = {"state": str(news.state), "due_at": news.due_at.isoformat() if news.due_at else None}
    note(
        scope,
        ticket,
        "referral",
        Order(hands.actor, hands.now),
        summary=said("{teller}：{words}{due}", teller=news.teller, words=word(words), due=due),
        detail=detail,
    )


def _pass_on_contacts(scope: Scope, ticket: Ticket, assignment: Assignment, hands: _Hands, news: News) -> None:
    """Pass on that the resident was called, or somebody was on site, where a clock of ours waits for it."""
    awaited = {clock.name for clock in live_clocks(scope, ticket) if clock.subject_id == assignment.id}
    if "first_contact" in awaited:
        for number, is_reached in enumerate(news.contacts, 1):
            hands.give(handle.contact, f"contact/{number}", reached=is_reached)
    if "on_site" in awaited and news.is_on_site:
        hands.give(handle.arrive, "arrive")


def _take_up(scope: Scope, ticket: Ticket, referral: Referral, hands: _Hands, news: News, outcome: Outcome) -> None:
    if outcome.reason_code:
        once, reason_code, evidence = f"return/{news.cycle_no}", outcome.reason_code, outcome.text
        refusal = hands.give(request_return, once, reason_code=reason_code, evidence=evidence)
    else:
        once = f"reply/{news.cycle_no}"
        refusal = hands.give(
            handle.reply,
            once,
            text=outcome.text,
            disposition=outcome.disposition,
            confirmed=said("{teller}已审核发出", teller=news.teller),
        )
    if refusal is None:
        referral.their_cycle = news.cycle_no
        if not outcome.reason_code:
            _count_from(scope, ticket, hands.assignment, outcome.concluded_at)
    elif why := FOR_GOOD.get(type(refusal)):
        referral.their_cycle = news.cycle_no
        note(
            scope,
            ticket,
            "referral",
            Order(SYSTEM, hands.now),
            summary=why,
            detail={DECLINED: news.cycle_no},
        )
        scope.session.flush()
        tell_other_side(scope, ticket, now=hands.now)


def _count_from(scope: Scope, ticket: Ticket, assignment: Assignment, concluded_at: datetime) -> None:
    """Let the reply count as handed in when the receiver concluded: the way of the news is not the unit's delay."""
    handed_in_at = max(concluded_at, assignment.assigned_at)
    assignment.submitted_at = reply_under_review(scope, ticket).submitted_at = handed_in_at
