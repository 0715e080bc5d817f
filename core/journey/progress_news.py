"""Telling a resident how their appeal goes 进展告知, step by step: in the words of a feature, with the entry that it is about.

The message is written in the transaction of the step and carries the step's name, so that no step is told twice. Those who
are handled with another ticket hear of its steps under their own number, and of a letter that was split its writer hears which
units have the parts. Nothing is told of what another tenant referred here, or of the past. Where no feature answers, the
resident is told that the answer is there, and nothing of the steps before.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core.hooks import specs
from core.hooks.values import ProgressNews, ProgressStep, StepName
from core.intake.portal import page_of
from core.journey.answer_news import RATE_HERE, tell_answered
from core.journey.resident_links import rating_link, stop_link
from core.kit.blanks import filled
from core.kit.saying import said
from core.routing.models import Assignment
from core.sla.live import live_clocks
from core.sla.models import ExtensionRequest, PauseRequest
from core.tenancy.scope import Scope
from core.tickets.answering import goes_whole
from core.tickets.failing import note_failures
from core.tickets.messages import Transport, chosen_way, contact_of, say, transport_to
from core.tickets.models import Message, Ticket, TicketEvent
from core.tickets.news import gathering_steps
from core.tickets.views import view_of
from core.units.queries import directory

STEP_OF: Mapping[str, StepName] = {
    "accept": "filed",
    "dispatch": "dispatched",
    "redirect": "dispatched",
    "sign": "signed",
    "on_site": "on_site",
    "extension": "extended",
    "pause": "paused",
    "resume": "resumed",
    "submit_result": "replied",
    "audit_pass": "concluded",
    "answer_directly": "concluded",
    "redo": "redone",
    "reopen": "redone",
    "attach": "attached",
    "detach": "detached",
}
"""Which entries of a timeline are steps for a resident."""
GRANTED: Mapping[str, str] = {"extension": "approved", "pause": "holding"}
"""Of requests, the state in whose entry time was given; the others change nothing for the resident."""
ONCE_A_CYCLE: tuple[StepName, ...] = ("filed", "on_site", "replied", "concluded")
"""Steps that may come again within a cycle, such as a reply that is returned and handed in anew, and are told the first time."""
OF_ALL_ATTACHED: tuple[StepName, ...] = ("dispatched", "signed", "on_site", "replied")
"""Steps of a master that its attached tickets share. Their limits stay as they are, and their answers are entries of their own."""
OF_THE_WHOLE: tuple[StepName, ...] = ("dispatched", "signed", "on_site")
"""Steps of a part that whoever wrote the whole is told of."""
JUST_NOW = timedelta(minutes=30)
"""Who spoke so short a time ago is awake, and is answered at night too."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A step as it is told on one ticket: under which key, by whom it was done, and when."""

    ticket: Ticket
    name: StepName
    key: str
    unit: str
    entry: TicketEvent


@contextmanager
def telling_steps(scope: Scope, *, now: datetime) -> Iterator[None]:
    """Tell residents of the steps that are written in the block, when it is over; nothing where it raises."""
    with gathering_steps(scope) as entries:
        yield
    tell_steps(scope, entries, now=now)


def tell_steps(scope: Scope, entries: Sequence[TicketEvent], *, now: datetime) -> None:
    """Tell residents of these entries, as far as they are steps to them, each step of a ticket once."""
    steps = {(entry.ticket_id, STEP_OF[entry.kind]): entry for entry in entries if _is_step(scope, entry)}
    for (ticket_id, name), entry in steps.items():
        ticket = _ticket(scope, ticket_id)
        for told in _everybody(scope, ticket, name, entry):
            _tell(scope, told, is_locked=told.ticket is ticket, now=now)


def _is_step(scope: Scope, entry: TicketEvent) -> bool:
    if entry.kind in GRANTED:
        return entry.detail.get("state") == GRANTED[entry.kind] and _is_of_lead(scope, entry)
    return entry.kind in STEP_OF


def _is_of_lead(scope: Scope, entry: TicketEvent) -> bool:
    key = (scope.tenant.id, entry.detail["request"])
    request: ExtensionRequest | PauseRequest = (
        scope.session.get_one(ExtensionRequest, key)
        if entry.kind == "extension"
        else scope.session.get_one(PauseRequest, key)
    )
    assignment = scope.session.get_one(Assignment, (scope.tenant.id, request.assignment_id))
    return assignment.role == "lead" and assignment.parent_id is None


def _ticket(scope: Scope, ticket_id: int) -> Ticket:
    fresh = (row for row in scope.session.fresh if isinstance(row, Ticket) and row.id == ticket_id)
    return next(fresh, None) or scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))


def _everybody(scope: Scope, ticket: Ticket, name: StepName, entry: TicketEvent) -> Iterator[_Told]:
    """Yield whom the step is told, each on the ticket whose number they know."""
    unit = _unit(scope, ticket, entry)
    mark = f"{name}/{ticket.cycle_no}" if name in ONCE_A_CYCLE else f"{name}/{entry.seq}"
    if ticket.part_of_id is not None:
        if name in OF_THE_WHOLE:
            yield _Told(_ticket(scope, ticket.part_of_id), name, f"{mark}/{ticket.id}", unit, entry)
        return
    yield _Told(ticket, name, mark, unit, entry)
    if name in OF_ALL_ATTACHED and ticket not in scope.session.fresh:
        attached = select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.master_id == ticket.id)
        for each in scope.session.scalars(attached.order_by(Ticket.id)).all():
            yield _Told(each, name, f"{mark}/{ticket.id}", unit, entry)


def _unit(scope: Scope, ticket: Ticket, entry: TicketEvent) -> str:
    """Return the unit that did it where the entry names an assignment, else the one that has the ticket, or its master."""
    units, unit_id = directory(scope), ticket.lead_unit_id
    if ticket.master_id is not None:
        unit_id = _ticket(scope, ticket.master_id).lead_unit_id
    if entry.kind == "on_site" and (assignment_id := entry.detail.get("assignment")):
        unit_id = scope.session.get_one(Assignment, (scope.tenant.id, assignment_id)).unit_id
    return units.name_of(unit_id) if unit_id else ""


def _tell(scope: Scope, told: _Told, *, is_locked: bool, now: datetime) -> None:
    ticket = told.ticket
    if ticket.is_from_elsewhere or (ticket.news_stopped and told.name != "concluded") or _is_told(scope, told):
        return
    if told.name == "concluded" and goes_whole(scope, ticket):
        return
    step = ProgressStep(told.name, told.unit, _due(scope, ticket))
    answers = scope.hooks.ask(specs.progress_news, ticket=view_of(scope, ticket), step=step)
    if is_locked:
        note_failures(scope, ticket, answers.failures, instead="没有推送这一步的进展", now=now)
    if answers.first is None:
        if told.name == "concluded":
            tell_answered(scope, ticket, now=now)
        return
    _send(scope, told, step, answers.first, now=now)


def _send(scope: Scope, told: _Told, step: ProgressStep, news: ProgressNews, *, now: datetime) -> None:
    transport = _transport(scope, told.ticket, news)
    if transport is None:
        return
    serial_no, page = told.ticket.serial_no, page_of(scope, told.ticket.serial_no)
    names = {"serial_no": serial_no, "unit": step.unit or "承办单位", "due": step.due, "page": page}
    names |= {"rate": page, "stop": page}
    if transport == "wechat":
        names["rate"] = f"{page} {RATE_HERE}"
    elif transport in ("sms", "mail"):
        names["rate"] = rating_link(scope, told.ticket, now=now) or page
        names["stop"] = stop_link(scope, told.ticket, now=now) or page
    text = filled(news.text, names)
    if transport == "wechat" and told.name == "concluded" and "{rate}" not in news.text:
        text = f"{text} {RATE_HERE}"
    by_night = news.urgent or _is_awake(told, now)
    say(
        scope,
        ticket_id=told.ticket.id,
        transport=transport,
        text=text,
        to_unit_id=None,
        now=now,
        at_night=transport == "wechat" or by_night,
        news=told.key,
        or_sms="never" if not news.by_sms else "at_once" if by_night else "by_day",
    )


def _transport(scope: Scope, ticket: Ticket, news: ProgressNews) -> Transport | None:
    """Return by which transport this is told, None = by none: the resident does not want it, or it is not worth an SMS.

    What costs nothing, WeChat or e-mail, tells a resident who chose it of whatever is told at all.
    """
    contact = contact_of(scope, ticket)
    way = transport_to(contact)
    is_free = way == "mail" or (way == "wechat" and chosen_way(contact) == "wechat")
    if way is None or ((news.by_wechat or (news.by_sms and is_free)) and way != "sms"):
        return way
    return "sms" if news.by_sms and contact is not None and contact.phone is not None else None


def _is_awake(told: _Told, now: datetime) -> bool:
    """Tell whether the step answers what the resident did just now."""
    spoke_just_now = told.name == "filed" and told.ticket.submitted_at > now - JUST_NOW
    return spoke_just_now or told.entry.actor_kind == "resident"


def _is_told(scope: Scope, told: _Told) -> bool:
    fresh = (row for row in scope.session.fresh if isinstance(row, Message) and row.ticket_id == told.ticket.id)
    if any(row.news == told.key for row in fresh):
        return True
    if told.ticket in scope.session.fresh:
        return False
    known = select(Message.id).where(
        Message.tenant_id == scope.tenant.id, Message.ticket_id == told.ticket.id, Message.news == told.key
    )
    return scope.session.scalar(known) is not None


def _due(scope: Scope, ticket: Ticket) -> str:
    """Return in words until when the resident is to be answered, empty = no such clock runs."""
    due = next((clock.due_at for clock in live_clocks(scope, ticket) if clock.name == "reply" and clock.due_at), None)
    if due is None:
        return ""
    local = due.astimezone(scope.tenant.zone)
    return said("{month} 月 {day} 日 {local:%H:%M}", month=local.month, day=local.day, local=local)
