"""What is done with an appeal in the same breath as it is accepted: dispatched, answered, or called out as urgent."""

from typing import Protocol

from core.intake.clearances.service import find_clearance
from core.journey import tell
from core.journey.accept import Accepted
from core.journey.desk import answer_directly, dispatch
from core.journey.held import Form as HeldForm
from core.journey.held import hold
from core.kit.saying import said
from core.knowledge.queries import find_answer
from core.people.roles import Permission
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH, State
from core.tickets.timeline import Order
from core.units.queries import directory
from core.web.desk.answers import Rests
from core.web.input import InputUnusable, text
from core.web.visit import Visit

LONGEST_REASON = 2000


class Form(Protocol):
    """What the form of a new ticket says of it."""

    @property
    def then(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def command_id(self) -> str: ...


def go_on(visit: Visit, form: Form, receipt: Accepted) -> str:
    """Do what the form asks for beside acceptance; return in words what was left undone, empty = nothing.

    Raises what the commands refuse, and `InputUnusable` without an answer: then nothing is accepted.
    """
    if receipt.state == State.ATTACHED or not receipt.created:
        return ""
    if form.article:
        return _answer_with_article(visit, receipt.serial_no, form)
    if form.then == "answer":
        return _answer(visit, receipt.serial_no, form)
    if form.then in ("dispatch", "urgent"):
        return _dispatch(visit, receipt, form)
    return ""


def _dispatch(visit: Visit, receipt: Accepted, form: Form) -> str:
    ticket = visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, receipt.ticket_id))
    if ticket.state not in WAITING_FOR_DISPATCH or Permission.DISPATCH not in visit.permissions:
        return ""
    if find_clearance(visit.scope, ticket) is not None:
        return "须先由审核席审定，还没有派单。"
    units = directory(visit.scope)
    suggested = units.unit_of_id(ticket.suggested_unit_id) if ticket.suggested_unit_id else None
    lead = form.unit or (suggested.code if suggested else "")
    if not lead:
        return "没有建议的单位，还没有派单，请在派单台选择单位。"
    reason = text("reason", longest=LONGEST_REASON)
    order = _order(visit, form, "dispatch")
    if form.then == "urgent":  # danger does not wait until nobody takes it back
        dispatch(visit.scope, receipt.serial_no, order, lead=lead, reason=reason)
        return ""
    again = HeldForm(page=f"/desk?lane=dispatch&at={receipt.serial_no}")
    doing = said("派给{name}", name=units.get_unit(lead).name)
    hold(visit.scope, dispatch, receipt.serial_no, order, doing=doing, form=again, lead=lead, reason=reason)
    return ""


def _answer(visit: Visit, serial_no: str, form: Form) -> str:
    words = text("answer", longest=5000)
    if not words:
        raise InputUnusable("请先写下给诉求人的答复，再直接答复办结；或改为受理并派单。")
    tell.tell_on_the_spot(visit.scope, serial_no, visit.actor, words, now=visit.now)
    answer_directly(visit.scope, serial_no, _order(visit, form, "answer"), text=words)
    return ""


def _answer_with_article(visit: Visit, serial_no: str, form: Form) -> str:
    """Answer with the article that was chosen, in its words."""
    rests = Rests.read()
    article, number = rests.article_id or 0, rests.article_version or 0
    found = find_answer(visit.scope, article, today=visit.now.astimezone(visit.scope.tenant.zone).date())
    words = found.answer if found else ""
    tell.tell_on_the_spot(visit.scope, serial_no, visit.actor, words, now=visit.now)
    order = _order(visit, form, "answer")
    answer_directly(visit.scope, serial_no, order, text=words, article_id=article, article_version=number)
    return ""


def _order(visit: Visit, form: Form, what: str) -> Order:
    return Order(visit.actor, visit.now, command_id=form.command_id and f"{form.command_id}/{what}")
