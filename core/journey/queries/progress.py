"""How one's own appeal stands 办理进展: what is told to whoever brings its number and code, in words for residents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.disclosure.service import disclosure_of
from core.disclosure.steps import Step, steps_of
from core.evaluation.models import Rating
from core.evaluation.queries import disputes_of, find_review_of_cycle
from core.journey.complete import ASKABLE, COMPLETION_ASKED
from core.journey.own_appeal import UrgedAlready, refuse_more_urging
from core.journey.queries.answers import RatingLine, ReplyLine, ratings_of, replies_of
from core.journey.queries.news_choice import NewsChoice, news_choice_of
from core.journey.supplement import SUPPLEMENTED
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.plain_words import STANDS
from core.tickets.screening import INVALID
from core.tickets.states import ANSWERED, MOVES, OPEN, Command, State
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
    steps: tuple[Step, ...]
    replies: tuple[ReplyLine, ...]
    ratings: tuple[RatingLine, ...]
    review: str
    """What became of the demand for review, empty = none was made."""
    may_urge: bool
    urged_lately: bool
    may_rate: bool
    may_ask_review: bool
    news: NewsChoice | None
    """How they are told, and what they may choose instead; None = nobody is told of it any more."""
    wish: str
    """What the resident said of making it public: a key of `core.disclosure.rules.WISH_LABELS`."""


DUE_LABELS = {"reply": "答复期限", "dispatch": "派单期限（派单后开始计答复期限）"}
"""What is told of the time, the first that runs."""
REVIEW_WORDS = {
    "open": "复核申请已收到，正在审查。",
    "upheld": "复核申请得到支持。",
    "dismissed": "复核申请没有得到支持。",
}


def progress_of(scope: Scope, ticket: Ticket, *, now: datetime) -> Progress:
    """Return how the appeal stands. Of an attached one the unit is its master's."""
    units = directory(scope)
    lead_id = ticket.lead_unit_id
    if ticket.master_id is not None:
        lead_id = scope.session.get_one(Ticket, (scope.tenant.id, ticket.master_id)).lead_unit_id
    due, due_label = _due(scope, ticket)
    entries = _entries(scope, ticket)
    reviews = [each for each in disputes_of(scope, ticket, tuple(REVIEW_WORDS)) if each.kind == "review"]
    return Progress(
        serial_no=ticket.serial_no,
        version=ticket.version,
        title=ticket.title,
        stands=STANDS[State(ticket.state)],
        rejected_because=_rejection(scope, ticket),
        lacks=_lacks(ticket, entries),
        submitted_at=ticket.submitted_at,
        unit=units.name_of(lead_id) if lead_id else "",
        due=due,
        due_label=due_label,
        is_over=due is not None and due <= now and ticket.state in OPEN,
        steps=steps_of(entries, lambda code: _name(scope, code)),
        replies=tuple(reply for reply in replies_of(scope, ticket.id) if reply.state == "approved"),
        ratings=ratings_of(scope, ticket.id),
        review=f"{REVIEW_WORDS[reviews[-1].state]}{reviews[-1].finding}" if reviews else "",
        may_urge=ticket.state in OPEN,
        urged_lately=_urged_lately(scope, ticket, now=now),
        may_rate=ticket.state in MOVES[Command.EVALUATE].sources and not _is_rated(scope, ticket),
        may_ask_review=ticket.state in ANSWERED and find_review_of_cycle(scope, ticket) is None,
        news=news_choice_of(scope, ticket),
        wish=row.wish if (row := disclosure_of(scope, ticket.id)) else "none",
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


def _name(scope: Scope, code: str) -> str:
    unit = directory(scope).find_unit(code)
    return unit.name if unit else ""


def _due(scope: Scope, ticket: Ticket) -> tuple[datetime | None, str]:
    """Return until when the resident is to be answered, else until when it is to be dispatched; and which it is."""
    running = scope.session.execute(
        select(Clock.name, Clock.due_at)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.name.in_(DUE_LABELS),
            Clock.state.in_(LIVE),
        )
        .order_by(Clock.id)
    ).all()
    dues: dict[str, datetime | None] = {name: due for name, due in running}  # noqa: C416 -- rows, and typed as pairs
    name = next((name for name in DUE_LABELS if name in dues), "reply")
    return dues.get(name), DUE_LABELS[name]


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


def _is_rated(scope: Scope, ticket: Ticket) -> bool:
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    return scope.session.scalar(rated) is not None


def _urged_lately(scope: Scope, ticket: Ticket, *, now: datetime) -> bool:
    try:
        refuse_more_urging(scope, ticket, now=now)
    except UrgedAlready:
        return True
    return False
