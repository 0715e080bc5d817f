"""What a resident may still say of how their appeal was handled 评价: rate, say why not content, ask for more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.evaluation.models import Rating
from core.evaluation.queries import disputes_of, find_review_of_cycle, find_unexplained_rating
from core.hooks import specs
from core.journey.queries.answers import RatingLine, ratings_of
from core.journey.redo_wish import may_ask_redo
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED, MOVES, Command
from core.units.queries import directory

REVIEW_WORDS = {
    "open": "复核申请已收到，正在审查。",
    "upheld": "复核申请得到支持。",
    "dismissed": "复核申请没有得到支持。",
}
DECISIONS = ("redo_asked", "redo_declined", Command.REDO, Command.REOPEN)
"""Kinds of entries that tell how it stands with doing it again."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How the handling was judged and what may be said of it; `matter` is what the appeal is about, as the duty list calls it."""

    serial_no: str
    version: int
    matter: str
    ratings: tuple[RatingLine, ...]
    may_rate: bool
    may_say_why: bool
    """They are dissatisfied and have not said with what."""
    may_ask_redo: bool
    redo_asked: bool
    redo_declined: str
    """Why it is not done again, as the desk wrote it; empty = nobody said so."""
    may_ask_review: bool
    has_panels: bool
    """The demand for review may come before outsiders 第三方评议."""
    review: str
    """What became of the demand for review, empty = none was made."""

    @property
    def is_discontent(self) -> bool:
        """Whether what they rated last was not to their content, so that more is offered at once."""
        return bool(self.ratings) and (self.may_say_why or self.may_ask_redo or not self.ratings[0].is_good)


def judging_of(scope: Scope, ticket: Ticket) -> Judging:
    """Return what a resident may say of how their appeal was handled."""
    reviews = [each for each in disputes_of(scope, ticket, tuple(REVIEW_WORDS)) if each.kind == "review"]
    duty = directory(scope).find_duty(ticket.matter, ticket.area)
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    return Judging(
        serial_no=ticket.serial_no,
        version=ticket.version,
        matter=duty.subcategory if duty else "",
        ratings=ratings_of(scope, ticket.id),
        may_rate=ticket.state in MOVES[Command.EVALUATE].sources and scope.session.scalar(rated) is None,
        may_say_why=find_unexplained_rating(scope, ticket) is not None,
        may_ask_redo=may_ask_redo(scope, ticket),
        redo_asked=ticket.redo_asked,
        redo_declined=_declined(scope, ticket),
        may_ask_review=ticket.state in ANSWERED and find_review_of_cycle(scope, ticket) is None,
        has_panels=bool(scope.hooks.answerers_of(specs.panel_rules)),
        review=f"{REVIEW_WORDS[reviews[-1].state]}{reviews[-1].finding}" if reviews else "",
    )


def _declined(scope: Scope, ticket: Ticket) -> str:
    entries: Sequence[TicketEvent] = scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind.in_(DECISIONS),
        )
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    ).all()
    return str(entries[0].detail["words"]) if entries and entries[0].kind == "redo_declined" else ""
