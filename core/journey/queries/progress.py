"""How one's own appeal stands 办理进展: what is told to whoever brings its number and code, in words for residents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.disclosure.service import disclosure_of
from core.journey.complete import ASKABLE, COMPLETION_ASKED
from core.journey.own_appeal import UrgedAlready, refuse_more_urging
from core.journey.own_files import OwnFile, own_files
from core.journey.queries.answers import ReplyLine, replies_of
from core.journey.queries.judging import Judging, judging_of
from core.journey.queries.lights import Light, lights_of, settled
from core.journey.queries.news_choice import NewsChoice, news_choice_of
from core.journey.queries.own_steps import OwnStep, find_lead_id, own_steps
from core.journey.receipt_sms import phone_for_receipt
from core.journey.supplement import SUPPLEMENTED
from core.kit import saying
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.plain_words import STANDS, WITHDRAWN
from core.tickets.screening import INVALID
from core.tickets.states import CONCLUDED, MOVES, OPEN, Command, State
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class Progress:
    """An appeal as its resident sees it: nothing that the house says to itself."""

    serial_no: str
    version: int
    title: str
    stands: str
    rejected_because: str
    lacks: str
    """What the resident was asked for 退回补正 and has not added yet; empty = nothing."""
    submitted_at: datetime
    unit: str
    due: datetime | None
    """Until when the answer is due; before dispatch, where the time for it begins only then, the dispatch."""
    due_label: str
    is_over: bool
    due_words: str
    """The same in a sentence, with day and time; empty = no time runs."""
    light: Light
    """What is left of it, as staff see it (`core.journey.queries.lights`)."""
    steps: tuple[OwnStep, ...]
    is_merged: bool
    """It is handled together with others' appeals about the same thing, of which another leads."""
    replies: tuple[ReplyLine, ...]
    files: tuple[OwnFile, ...]
    """What the resident sent, and what units added to their reply for them."""
    judging: Judging
    """How it was rated, and what may be said of the handling."""
    may_urge: bool
    urged_lately: bool
    may_supplement: bool
    may_withdraw: bool
    news: NewsChoice | None
    """How they are told, and what they may choose instead; None = nobody is told of it any more."""
    wish: str
    """What the resident said of making it public: a key of `core.disclosure.rules.WISH_LABELS`."""
    sms_to: str
    """The phone, masked, to which number and code can be sent again; empty = there is none."""
    public_no: str
    """Under which everybody may read it among the cases; empty = it is not public."""


DUE_LABELS = {"reply": "答复期限", "dispatch": "派单期限（派单后开始计答复期限）"}
"""What is told of the time, the first that runs."""
UNTIL = {"reply": "答复", "dispatch": "派给承办单位，派单后开始计答复期限"}


def progress_of(scope: Scope, ticket: Ticket, *, now: datetime) -> Progress:
    """Return how the appeal stands. Of one handled together with others the unit and its steps are those of the one that leads."""
    units = directory(scope)
    entries = _entries(scope, ticket)
    led_by = find_lead_id(scope, ticket, entries)
    lead_id = ticket.lead_unit_id
    if ticket.master_id is not None:
        lead_id = scope.session.get_one(Ticket, (scope.tenant.id, ticket.master_id)).lead_unit_id
    all_replies = replies_of(scope, ticket.id)
    replies = tuple(reply for reply in all_replies if reply.state == "approved")
    due = _due(scope, ticket, all_replies, now=now)
    published = disclosure_of(scope, ticket.id)
    return Progress(
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=ticket.title,
        stands=WITHDRAWN if ticket.withdrawn_reason else STANDS[State(ticket.state)],
        rejected_because=_rejection(scope, ticket),
        lacks=_lacks(ticket, entries),
        submitted_at=ticket.submitted_at,
        unit=units.name_of(lead_id) if lead_id else "",
        due=due.at,
        due_label=due.label,
        is_over=due.at is not None and due.at <= now and ticket.state in OPEN,
        due_words=due.words,
        light=due.light,
        steps=own_steps(scope, ticket, entries, now=now),
        is_merged=led_by is not None,
        replies=replies,
        files=own_files(
            scope,
            ticket,
            lead_id=led_by,
            answered_at=max((each.submitted_at for each in replies), default=None),
            now=now,
        ),
        judging=judging_of(scope, ticket),
        may_urge=ticket.state in OPEN,
        urged_lately=_urged_lately(scope, ticket, now=now),
        may_supplement=ticket.state in (*OPEN, *CONCLUDED),
        may_withdraw=ticket.state in MOVES[Command.WITHDRAW].sources,
        news=news_choice_of(scope, ticket),
        wish=published.wish if published else "none",
        sms_to=phone_for_receipt(scope, ticket),
        public_no=published.public_no if published and published.state == "published" else "",
    )


def _entries(scope: Scope, ticket: Ticket) -> list[TicketEvent]:
    return list(
        scope.session.scalars(
            select(TicketEvent)
            .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id)
            .order_by(TicketEvent.seq)
        )
    )


def _lacks(ticket: Ticket, entries: Sequence[TicketEvent]) -> str:
    asked = [entry for entry in entries if entry.kind in (COMPLETION_ASKED, SUPPLEMENTED)]
    if not asked or asked[-1].kind == SUPPLEMENTED or ticket.state not in ASKABLE:
        return ""
    return str(asked[-1].detail["what"])


@dataclass(frozen=True, slots=True)
class _Due:
    at: datetime | None
    label: str
    words: str
    light: Light


def _due(scope: Scope, ticket: Ticket, replies: Sequence[ReplyLine], *, now: datetime) -> _Due:
    """Return until when the resident is to be answered, else until when it is to be dispatched; which it is, and what is left."""
    running = {
        clock.name: clock
        for clock in scope.session.scalars(
            select(Clock)
            .where(
                Clock.tenant_id == scope.tenant.id,
                Clock.ticket_id == ticket.id,
                Clock.name.in_(DUE_LABELS),
                Clock.state.in_(LIVE),
            )
            .order_by(Clock.id)
        )
    }
    name = next((name for name in DUE_LABELS if name in running), None)
    if name is None:
        return _Due(None, DUE_LABELS["reply"], "", settled(ticket.state))
    clock = running[name]
    handed_in_at = next((reply.submitted_at for reply in replies if reply.state == "submitted"), None)
    light = lights_of(scope, [clock], now=now, handed_in={ticket.id: handed_in_at})[clock.id]
    words = ""
    if clock.due_at is not None:
        until = clock.due_at.astimezone(scope.tenant.zone)
        words = saying.said(
            "最晚 {month} 月 {day} 日 {time:%H:%M} 前{what}",
            month=until.month,
            day=until.day,
            time=until,
            what=saying.word(UNTIL[name]),
        )
    return _Due(clock.due_at, DUE_LABELS[name], words, light)


def _rejection(scope: Scope, ticket: Ticket) -> str:
    """Return the words with which it was not accepted, or was set aside: they were told to the resident."""
    if ticket.state != State.REJECTED and ticket.screened != INVALID:
        return ""
    found = scope.session.scalar(
        select(TicketEvent.detail["words"].astext)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind.in_((Command.REJECT, Command.SET_ASIDE)),
        )
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    return found or ""


def _urged_lately(scope: Scope, ticket: Ticket, *, now: datetime) -> bool:
    try:
        refuse_more_urging(scope, ticket, now=now)
    except UrgedAlready:
        return True
    return False
