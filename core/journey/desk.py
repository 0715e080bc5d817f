"""What the dispatch desk does with a ticket: correct its classification, dispatch or redirect it, answer it, hand it on."""

from collections.abc import Sequence

from core.classification.service import change_urgency as note_urgency
from core.classification.service import reclassify
from core.escalation.service import escalate
from core.handling.checked import pass_checks
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.rules import usable_reply
from core.handling.service import add_reply, set_aside_reply
from core.hooks.values import Complexity, Nature, Trigger, Urgency
from core.intake.clearances.service import drop_clearance, refuse_uncleared
from core.intake.destinations import destination_words
from core.journey.answer_news import tell_answer
from core.journey.command import command
from core.journey.conclude import conclude
from core.journey.resident_words import tell_with_page
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.knowledge.models import ArticleVersion
from core.knowledge.service import note_use
from core.people.roles import Permission
from core.routing.consultations import drop_consultation
from core.routing.deciding import follow_rules, propose
from core.routing.firsts import keep_first_handler
from core.routing.models import Assignment
from core.routing.referrals import refer_if_elsewhere
from core.routing.returns import drop_request
from core.routing.service import (
    BY_PERSON,
    UNEXPLAINED,
    assign,
    end_assignments,
    has_returned,
    lead_assignment,
    refuse_consultation,
    tell_assigned,
)
from core.routing.service import dispatch as dispatch_to
from core.routing.states import AssignmentState
from core.sla.service import supersede, turn_clocks
from core.tenancy.scope import Scope
from core.tickets.answering import ANSWER
from core.tickets.models import Ticket
from core.tickets.service import MoveNotAllowed, check_state, move, reason_of, refuse_actor
from core.tickets.states import MOVES, OPEN, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, Command, State
from core.tickets.timeline import Order
from core.units.queries import directory

CHANGEABLE = tuple(state for state in OPEN if state not in (*WAITING_FOR_ACCEPTANCE, State.ATTACHED, State.SUBMITTED))


class SameUnit(Refused):
    """The ticket is with this unit already."""

    code = "same-unit"


class StillAttached(Refused):
    """The ticket is handled with its master, and answered with it."""

    code = "still-attached"


class OverrideReasonMissing(Refused):
    """The ticket goes to another unit than the one suggested, and nobody says why."""

    code = "override-reason-missing"


@command(Command.DISPATCH)
def dispatch(
    scope: Scope, ticket: Ticket, order: Order, *, lead: str, co: Sequence[str] = (), reason: str = ""
) -> None:
    """Give the ticket to a unit 派单 and start the clocks of the units.

    Where rules or duty list suggest another unit, which did not give it back, the reason is needed.
    Raises `NoSuchUnit`, `OverrideReasonMissing`, `ConsultationOpen`, `MoveNotAllowed`.
    """
    because = reason.strip()
    check_state(ticket, MOVES[Command.DISPATCH].sources, "派单")
    if not because:
        _refuse_unexplained(scope, ticket, lead)
    assigned = dispatch_to(
        scope, ticket, lead=lead, co=co, rule_id=BY_PERSON, reason=because or UNEXPLAINED, order=order
    )
    start_work(scope, ticket, Command.DISPATCH, order, assigned)


@command(Command.REDIRECT)
def redirect(scope: Scope, ticket: Ticket, order: Order, *, lead: str, co: Sequence[str] = (), reason: str) -> None:
    """Take the ticket from its unit and give it to another 改派; the resident's clock runs on.

    Raises `ReasonMissing`, `SameUnit`, `NoSuchUnit`, `ConsultationOpen`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "改派")
    check_state(ticket, MOVES[Command.REDIRECT].sources, "改派")
    unit = directory(scope).get_unit(lead)
    if lead_assignment(scope, ticket).unit_id == unit.id:
        raise SameUnit(
            said(
                "工单 {serial_no} 现在就由{name}主办。请另选单位，或写办理记录催办。",
                serial_no=ticket.serial_no,
                name=unit.name,
            )
        )
    drop_request(scope, ticket, order)
    end_assignments(scope, ticket, AssignmentState.SUPERSEDED, now=order.now)
    scope.session.flush()  # the unit before gives up its place as the one lead
    assigned = assign(scope, ticket, lead=lead, co=co, rule_id=BY_PERSON, reason=because, order=order)
    tell_assigned(scope, ticket, Command.REDIRECT, assigned, rule_id=BY_PERSON, reason=because, order=order)
    start_work(scope, ticket, Command.REDIRECT, order, assigned)


@command(Command.ANSWER_DIRECTLY)
def answer_directly(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    text: str,
    disposition: str = "explained",
    article_id: int | None = None,
    article_version: int | None = None,
    basis: str = "",
    confirmed: str = "",
) -> None:
    """Answer without dispatch 直接答复; the ticket is concluded. `article_id` and `article_version` say what it rests on.

    `basis` is the law or rule that a refused application stands on, `confirmed` why an answer is sent that the checks hold
    back. Raises `ReplyUnusable`, `UnknownDisposition`, `BasisMissing`, `ReplyOffPoint`, `NoSuchArticle`, `ArticleChanged`,
    `ClearanceOpen` and the refusals of moves.
    """
    if ticket.is_attached:
        raise StillAttached(
            said("工单 {serial_no} 已并单，随主单一并答复。需要单独答复时请先拆并。", serial_no=ticket.serial_no)
        )
    rests_on = None
    if article_id is not None:
        rests_on = note_use(
            scope, article_id, article_version or 0, ticket_id=ticket.id, actor=order.actor, now=order.now
        )
    conclude_with_answer(
        scope, ticket, order, text=text, disposition=disposition, rests_on=rests_on, basis=basis, confirmed=confirmed
    )
    tell_answer(scope, ticket, text.strip(), now=order.now)


def conclude_with_answer(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    text: str,
    disposition: str,
    rests_on: ArticleVersion | None = None,
    basis: str = "",
    confirmed: str | None = None,
) -> None:
    """Answer a ticket in hand and conclude it; shared by the desk and the import of history.

    What goes out now is checked against the appeal (`pass_checks`); with `confirmed` None it went out long ago, or is a
    leader's own word.
    """
    text = usable_reply(text, disposition, nature=ticket.nature, basis=basis)
    check_state(ticket, WAITING_FOR_DISPATCH, "直接答复")
    refuse_uncleared(scope, ticket, "直接答复")
    words = said("，依据知识“{title}”第 {number} 版", title=rests_on.title, number=rests_on.number) if rests_on else ""
    kept = add_reply(
        scope, ticket, order, text=text, disposition=disposition, unit_id=None, state="approved", basis=basis
    )
    overridden, records = "", []
    if confirmed is not None:
        vouched = rests_on is not None
        overridden, check = pass_checks(
            scope, ticket, kept, order, stage="direct", confirmed=confirmed, vouched=vouched
        )
        records = [check]
    article = {"article": rests_on.article_id, "article_version": rests_on.number} if rests_on else {}
    move(
        scope,
        ticket,
        Command.ANSWER_DIRECTLY,
        order,
        summary=said("直接答复（{disposition}）{words}", disposition=word(DISPOSITION_LABELS[disposition]), words=words)
        + overridden,
        detail={"disposition": disposition, **article},
        records=records,
    )
    drop_consultation(scope, ticket, order, why="受理席已直接答复")
    keep_first_handler(ticket, order.actor.unit_id or directory(scope).desk.id)
    conclude(scope, ticket, Command.ANSWER_DIRECTLY, order, reply=kept)


@command(Command.TRANSFER_OUT)
def transfer_out(scope: Scope, ticket: Ticket, order: Order, *, destination: str, reason: str) -> None:
    """Hand the matter to a body outside 移交 (police, petition office, courts, discipline); the ticket is concluded.

    The resident is told where it went. Raises `UnknownDestination`, `ReasonMissing`, `StillAttached`, `MoveNotAllowed`.
    """
    where = destination_words(destination)
    because = reason_of(reason, "移交")
    if ticket.is_attached:
        raise StillAttached(
            said("工单 {serial_no} 已并单，随主单一并移交。需要单独移交时请先拆并。", serial_no=ticket.serial_no)
        )
    words = said("移交{where}：{because}", where=where, because=because)
    move(scope, ticket, Command.TRANSFER_OUT, order, summary=words, detail={"destination": destination})
    drop_request(scope, ticket, order)
    drop_consultation(scope, ticket, order, why=words)
    drop_clearance(scope, ticket, order, why=words)
    set_aside_reply(scope, ticket, order, note="工单已移交")
    end_assignments(scope, ticket, AssignmentState.RECALLED, now=order.now)
    text = said("您反映的事项已移交{where}办理。{because}", where=where, because=because)
    kept = add_reply(scope, ticket, order, text=text, disposition="transferred", unit_id=None, state="approved")
    conclude(scope, ticket, Command.TRANSFER_OUT, order, reply=kept)
    tell_with_page(
        scope,
        ticket,
        said("您的诉求 {serial_no} 已移交{where}办理。", serial_no=ticket.serial_no, where=where),
        now=order.now,
        news=f"{ANSWER}/{ticket.cycle_no}",
    )


@command(Permission.DISPATCH, "更正分类")
def correct(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    nature: Nature,
    matter: str | None = None,
    complexity: Complexity = "simple",
    area: str | None = None,
) -> None:
    """Correct what a ticket is about, and where, before it is dispatched: its clock and suggested unit follow.

    `area` is a code of the gazetteer; without it the area stays, an empty one says that it is unknown.
    An item that the duty list grades urgent or major makes the ticket urgent, which presses at once.
    The reply clock is replaced by one of the new limit with the same beginning, never from now.
    Raises `NoSuchMatter`, `NoSuchArea` and the refusals of moves.
    """
    check_state(ticket, WAITING_FOR_DISPATCH, "更改分类")
    was_urgent = ticket.urgency == "urgent"
    reclassify(scope, ticket, order, nature=nature, matter=matter, complexity=complexity, area=area)
    becomes_urgent = not was_urgent and ticket.urgency == "urgent"
    follow_rules(scope, ticket, keeps_urgency=ticket.urgency == "urgent", now=order.now)
    if becomes_urgent:
        drop_clearance(scope, ticket, order, why="紧急工单不等待审定")
    supersede(scope, ticket, order)
    propose(scope, ticket, now=order.now)
    if becomes_urgent:
        _press_if_urgent(scope, ticket, order)


@command(Permission.DISPATCH, "改变紧急程度")
def change_urgency(scope: Scope, ticket: Ticket, order: Order, *, urgency: Urgency, reason: str) -> None:
    """Raise or lower the urgency; the clocks follow, never later when raised, and never from now when lowered.

    Only a supervisor lowers it. Raises `ReasonMissing`, `NotPermitted`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "改变紧急程度")
    check_state(ticket, CHANGEABLE, "改变紧急程度")
    if urgency == ticket.urgency:
        raise MoveNotAllowed(said("工单 {serial_no} 已是这个紧急程度，没有改动。", serial_no=ticket.serial_no))
    if urgency == "normal":
        refuse_actor(order.actor, Permission.SUPERVISE, "降低紧急程度")
    note_urgency(scope, ticket, order, urgency=urgency, reason=because)
    if urgency == "urgent":
        drop_clearance(scope, ticket, Order(order.actor, order.now), why="紧急工单不等待审定")
    supersede(scope, ticket, order)
    _press_if_urgent(scope, ticket, order)


def _refuse_unexplained(scope: Scope, ticket: Ticket, lead: str) -> None:
    units = directory(scope)
    suggested = units.unit_of_id(ticket.suggested_unit_id) if ticket.suggested_unit_id else None
    chosen = units.get_unit(lead)
    if suggested is None or suggested.id == chosen.id or has_returned(scope, ticket, suggested):
        return
    refuse_consultation(scope, ticket)
    raise OverrideReasonMissing(
        said(
            "工单 {serial_no} 建议派给{name}，您选的是{chosen_name}。请写明不按建议派单的理由，"
            "承办单位会看到；或者按建议派单。",
            serial_no=ticket.serial_no,
            name=suggested.name,
            chosen_name=chosen.name,
        )
    )


def start_work(scope: Scope, ticket: Ticket, command: Command, order: Order, assigned: Sequence[Assignment]) -> None:
    """Start the clocks of units that have just got the ticket, and press at once where it is urgent.

    Raises `ReferralLoop`, `LeadsOnly` where one of them stands for another tenant, and the ticket is not referred there.
    """
    turn_clocks(scope, ticket, command, order, assignments=assigned)
    refer_if_elsewhere(scope, ticket, assigned, order)
    _press_if_urgent(scope, ticket, order)


def _press_if_urgent(scope: Scope, ticket: Ticket, order: Order) -> None:
    if ticket.urgency == "urgent":
        cause = f"urgent/{ticket.id}/{ticket.version}"
        escalate(scope, ticket, Trigger("urgent"), cause=cause, due=ticket.next_due_at, now=order.now)
