"""Referring a ticket to another tenant 跨区移交: what the sender tells, and what the receiver does about it.

What is told is a value, read in a transaction of the one tenant and acted upon in a transaction of the other. Acting on
it twice, or on an old and then a newer one, comes to the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select

from core.handling.service import add_reply
from core.hooks.values import Appellant, Complexity, Nature, Urgency
from core.intake.channels import REFERRAL
from core.intake.joining import has_attached
from core.intake.rules import Appeal
from core.journey.accept import find_unit, take_in
from core.journey.command import command
from core.journey.conclude import begin_cycle, conclude
from core.journey.erase import erase_contact
from core.journey.void import end_by_voiding, others_hang_on
from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.consultations import drop_consultation
from core.routing.models import Assignment, Referral
from core.routing.referrals import (
    find_former,
    find_incoming,
    find_referral,
    keep_incoming,
    name_of_tenant,
    tell_other_side,
)
from core.routing.returns import return_words
from core.routing.states import ACTIVE, AssignmentState
from core.sla.service import live_clocks, tighten
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact, TicketEvent
from core.tickets.sealing import opened
from core.tickets.service import check_state, lock_ticket_of_id, move, note, reason_of
from core.tickets.states import ANSWERED, MOVES, OPEN, WAITING_FOR_DISPATCH, Command, State
from core.tickets.timeline import Actor, Order

WAITING = (AssignmentState.PENDING_SIGN, AssignmentState.SIGNED)
"""States in which the sender waits for the receiver to act."""
TAKEN_AWAY = (Command.REDIRECT, Command.RETURN, Command.VOID, Command.TRANSFER_OUT)
GIVEN_BACK = (Command.AUDIT_RETURN, "return_denied")
BEGUN_ANEW = (Command.REDO, Command.REOPEN)
SENDER = "sender"
"""Destination of a ticket that goes back to the tenant which referred it."""
DECLINED = "declined"
"""Key in the detail of a timeline entry by which the sender could not take up the outcome of a cycle."""
Standing = Literal["open", "withdrawn", "returned", "done"]


class CannotSendBack(Refused):
    """The ticket did not come from another tenant, is nobody's concern there any more, or others hang on it."""

    code = "cannot-send-back"


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral as the sender has it now. Held in memory only: it may hold the resident's words and contact.

    `trail` names the tenants by which the ticket goes, the sender last. `is_waiting`: the receiver is to act.
    `declined_cycle` is the receiver's last cycle when its outcome was given back, else 0, and `words` says why; of a
    referral that has ended it says how. `former` is the reference of an earlier referral of the same ticket.
    `appeal` is there as long as the receiver is not known to have it.
    """

    reference: str
    receiver: str
    sender_name: str
    trail: tuple[str, ...]
    standing: Standing
    is_waiting: bool
    due_at: datetime | None
    declined_cycle: int = 0
    words: str = ""
    former: str = ""
    appeal: Appeal | None = None


@command(Command.TRANSFER_OUT, "退回移交方")
def send_back(scope: Scope, ticket: Ticket, order: Order, *, reason_code: str, evidence: str) -> None:
    """The desk sends a ticket back to the tenant that referred it 退回移交方, before any unit has it.

    Here it is concluded; there it becomes a request to give it back, on which that tenant's desk decides.
    Raises `CannotSendBack`, `ReturnReasonUnknown`, `ReasonMissing`, `MoveNotAllowed`.
    """
    words = return_words(reason_code)
    shown = reason_of(evidence, "退回移交方")
    incoming = find_incoming(scope, ticket.id)
    if incoming is None or incoming.ended_at is not None:
        raise CannotSendBack(
            said(
                "工单 {serial_no} 不是移交来的，或对方已不再等待结果，不能退回。请改用「移交」。",
                serial_no=ticket.serial_no,
            )
        )
    check_state(ticket, WAITING_FOR_DISPATCH, "退回移交方")
    if has_attached(scope, ticket):
        raise CannotSendBack(
            said("工单 {serial_no} 还有并入的工单，不能退回移交方。请先拆并。", serial_no=ticket.serial_no)
        )
    sender = name_of_tenant(scope, incoming.other_tenant)
    move(
        scope,
        ticket,
        Command.TRANSFER_OUT,
        order,
        summary=said("退回{sender}（{words}）：{shown}", sender=sender, words=words, shown=shown),
        detail={"destination": SENDER, "reason": reason_code},
    )
    drop_consultation(scope, ticket, order, why=said("已退回{sender}", sender=sender))
    incoming.sent_back = reason_code
    kept = add_reply(scope, ticket, order, text=shown, disposition="transferred", unit_id=None, state="approved")
    conclude(scope, ticket, Command.TRANSFER_OUT, order, reply=kept)


def read_referral(scope: Scope, reference: str) -> Referred | None:
    """Return an outgoing referral as it stands, locked until the transaction ends: one at a time speaks for it."""
    referral = find_referral(scope, "out", reference, locked=True)
    if referral is None:
        return None
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, referral.ticket_id))
    assignment = scope.session.get_one(Assignment, (scope.tenant.id, referral.assignment_id))
    standing, is_waiting = _standing(assignment), assignment.state in WAITING
    former = find_former(scope, referral)
    return Referred(
        reference=reference,
        receiver=referral.other_tenant,
        sender_name=scope.tenant.name,
        trail=(*_trail(scope, ticket), scope.tenant.slug),
        standing=standing,
        is_waiting=is_waiting,
        due_at=_due_of(scope, ticket, assignment),
        declined_cycle=referral.their_cycle if is_waiting else 0,
        words=_words(scope, ticket, referral, standing),
        former=former.reference if former else "",
        appeal=_appeal(scope, ticket, reference) if referral.their_version == 0 else None,
    )


def take_over(scope: Scope, referred: Referred, *, now: datetime) -> None:
    """Bring the receiver's ticket in line with the sender: make it, shorten its time, take it up again, or let it go.

    Its own time limits run from now, but never past the sender's due time. A sender that has it no longer changes
    nothing here before the ticket is made. Raises the refusals of intake.
    """
    incoming = find_referral(scope, "in", referred.reference)
    if incoming is None:
        if referred.standing == "open" and referred.appeal:
            _open(scope, referred, referred.appeal, now=now)
        return
    ticket = lock_ticket_of_id(scope, incoming.ticket_id)
    scope.session.refresh(incoming)
    if incoming.ended_at is not None:
        return
    order = Order(Actor("tenant", referred.sender_name), now)
    if referred.standing == "withdrawn" or (referred.standing == "returned" and ticket.state in OPEN):
        _withdraw(scope, ticket, incoming, referred, order)
    elif referred.standing == "open":
        incoming.their_due_at = referred.due_at
        _go_on(scope, ticket, incoming, referred, order)
    else:
        _settle(scope, ticket, incoming, referred, order)
    mark_ticket(scope, ticket)


def end_referral(scope: Scope, referred: Referred, *, now: datetime) -> None:
    """Take note, in the sender's tenant, that the receiver knows of the end of an outgoing referral."""
    referral = find_referral(scope, "out", referred.reference)
    if referral is not None and referred.standing != "open":
        referral.ended_at = referral.ended_at or now


def _standing(assignment: Assignment) -> Standing:
    if assignment.state in ACTIVE:
        return "open"
    endings: dict[str, Standing] = {AssignmentState.DONE: "done", AssignmentState.RETURNED: "returned"}
    return endings.get(assignment.state, "withdrawn")


def _trail(scope: Scope, ticket: Ticket) -> Sequence[str]:
    incoming = find_incoming(scope, ticket.part_of_id or ticket.id)
    return incoming.trail if incoming else ()


def _due_of(scope: Scope, ticket: Ticket, assignment: Assignment) -> datetime | None:
    """Return when the resident's time ends, or that of the unit which stands for the receiver, if that is earlier."""
    return min(
        (
            clock.due_at
            for clock in live_clocks(scope, ticket)
            if clock.due_at and (clock.name, clock.subject_id) in (("reply", ticket.id), ("handle", assignment.id))
        ),
        default=None,
    )


def _words(scope: Scope, ticket: Ticket, referral: Referral, standing: Standing) -> str:
    """Return what the sender has to say besides: how it ended the referral, gave an outcome back, or begins anew."""
    has_ended = standing != "open"
    kinds = TAKEN_AWAY if has_ended else GIVEN_BACK if referral.their_cycle else BEGUN_ANEW
    says_why = TicketEvent.kind.in_(kinds)
    if not has_ended and referral.their_cycle:
        says_why |= TicketEvent.detail.has_key(DECLINED)
    entry = scope.session.scalar(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id, says_why)
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    if entry is None:
        return ""
    return MOVES[Command(entry.kind)].label if has_ended else entry.summary


def _appeal(scope: Scope, ticket: Ticket, reference: str) -> Appeal:
    """Return the appeal as the receiver takes it in. Who spoke is known to the whole of a split ticket alone."""
    contact = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    return Appeal(
        channel=REFERRAL.id,
        text=ticket.text,
        title=ticket.title,
        place=ticket.place,
        point=ticket.point,
        contact=opened(scope.keys, contact) if contact else Contact(),
        external_id=reference,
        nature=cast(Nature, ticket.nature),
        urgency=cast(Urgency, ticket.urgency),
        complexity=cast(Complexity, ticket.complexity),
        affected_count=ticket.affected_count,
        appellant=cast(Appellant, ticket.appellant),
    )


def _open(scope: Scope, referred: Referred, appeal: Appeal, *, now: datetime) -> None:
    order = Order(Actor("tenant", referred.sender_name), now)
    with scope.session.gathering() as rows:
        taken_in = take_in(scope, appeal, actor=order.actor, now=now)
    insert_rows(scope.session, rows)
    ticket = lock_ticket_of_id(scope, taken_in.id)
    keep_incoming(scope, ticket, reference=referred.reference, trail=referred.trail, due_at=referred.due_at, now=now)
    note(scope, ticket, "referral", order, summary=_arrival(scope, referred), detail={"from": referred.trail[-1]})
    scope.session.flush()
    tell_other_side(scope, ticket, now=now)
    _tighten(scope, ticket, referred, order)
    find_unit(scope, ticket, now=now)
    mark_ticket(scope, ticket)


def _arrival(scope: Scope, referred: Referred) -> str:
    words: list[str] = [said("由{sender_name}移交", sender_name=referred.sender_name)]
    if referred.due_at:
        words.append(
            said("对方应于 {due_at:%Y-%m-%d %H:%M} 前办结", due_at=referred.due_at.astimezone(scope.tenant.zone))
        )
    if referred.words:
        words.append(referred.words)
    former = find_referral(scope, "in", referred.former) if referred.former else None
    if former:
        before = scope.session.get_one(Ticket, (scope.tenant.id, former.ticket_id))
        words.append(said("此前移交的工单为 {serial_no}", serial_no=before.serial_no))
    return joined("；", words)


def _tighten(scope: Scope, ticket: Ticket, referred: Referred, order: Order) -> None:
    """Let the resident's clock here end no later than the sender's; a due time that has passed binds nobody."""
    due = referred.due_at
    if due is None or due <= order.now:
        return
    felt = [clock.due_at for clock in live_clocks(scope, ticket) if clock.name == "reply"]
    if felt and all(at is None or at <= due for at in felt):
        return
    cause = f"referral/{referred.reference}/{due.timestamp():.0f}"
    tighten(
        scope,
        ticket,
        due,
        order,
        cause=cause,
        reason=said("不晚于{sender_name}的时限", sender_name=referred.sender_name),
    )


def _go_on(scope: Scope, ticket: Ticket, incoming: Referral, referred: Referred, order: Order) -> None:
    has_ended = ticket.state in ANSWERED
    if has_ended and referred.declined_cycle == ticket.cycle_no:
        again = Command.REOPEN if ticket.state == State.ARCHIVED else Command.REDO
        keep_unit = not incoming.sent_back
        incoming.sent_back = ""
        because = (
            said("{sender_name}未采用：{words}", sender_name=referred.sender_name, words=word(referred.words))
            if referred.words
            else said("{sender_name}未采用", sender_name=referred.sender_name)
        )
        begin_cycle(scope, ticket, order, again, reason=because, keep_unit=keep_unit)
        scope.session.flush()
        tell_other_side(scope, ticket, now=order.now)
    elif has_ended and referred.is_waiting:  # the outcome could not be taken up when it was told
        tell_other_side(scope, ticket, now=order.now)
    version = ticket.version
    _tighten(scope, ticket, referred, order)
    if ticket.version != version:
        tell_other_side(scope, ticket, now=order.now)


def _settle(scope: Scope, ticket: Ticket, incoming: Referral, referred: Referred, order: Order) -> None:
    incoming.ended_at = order.now
    if ticket.state != State.ARCHIVED:
        outcome = "同意退回" if incoming.sent_back else "采用答复"
        note(
            scope,
            ticket,
            "referral",
            order,
            summary=said("{sender_name}已{outcome}，移交了结", sender_name=referred.sender_name, outcome=word(outcome)),
        )


def _withdraw(scope: Scope, ticket: Ticket, incoming: Referral, referred: Referred, order: Order) -> None:
    """Void what is not concluded yet, unless others of ours hang on it: then the desk decides.

    Whoever has the task no more has no use for who spoke: with the task their contact goes, and they in its words.
    """
    incoming.ended_at = order.now
    by = said("（{words}）", words=word(referred.words)) if referred.words else ""
    withdrawn = said("{sender_name}已撤回移交{by}", sender_name=referred.sender_name, by=by)
    if ticket.state in OPEN and not others_hang_on(scope, ticket):
        end_by_voiding(scope, ticket, order, because=withdrawn)
        scope.session.flush()  # so that it is read again as ended
        erase_contact(scope, ticket.serial_no, order, reason=withdrawn)
    elif ticket.state in OPEN:
        note(
            scope,
            ticket,
            "referral",
            order,
            summary=said("{withdrawn}；本单另有并入的工单或分项，请受理席处理", withdrawn=withdrawn),
        )
    elif ticket.state != State.ARCHIVED:
        note(scope, ticket, "referral", order, summary=withdrawn)
    tell_other_side(scope, ticket, now=order.now)
