"""What became of answers at once 秒回: how many were given, by topic, whether they helped, and what should be written better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.knowledge.models import InstantAnswer
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

DAYS = 30
MOST_TOPICS = 200
MOST_TICKETS = 3


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How often an answer was shown, and how often it was said to have helped or not; the rest said nothing."""

    shown: int = 0
    helped: int = 0
    unhelped: int = 0

    @property
    def unsaid(self) -> int:
        return self.shown - self.helped - self.unhelped

    @property
    def helped_share(self) -> float | None:
        """Of those who said something, the share whom it helped; None = nobody said anything."""
        said = self.helped + self.unhelped
        return self.helped / said if said else None


@dataclass(frozen=True, slots=True)
class TopicOutcomes:
    """An article, or a topic of the district's rules, with what came of it and the last tickets that it did not spare."""

    title: str
    article_id: int | None
    outcomes: Outcomes
    tickets: Sequence[str]


@dataclass(frozen=True, slots=True)
class InstantFigures:
    """All of it within the last days. Topics that helped least come first."""

    all: Outcomes
    accepted: int
    """Appeals accepted in the same time: what was not settled at once."""
    topics: Sequence[TopicOutcomes]

    @property
    def share_at_once(self) -> float | None:
        """Of all that residents brought, the share that was settled at once; None = nobody brought anything."""
        brought = self.all.helped + self.accepted
        return self.all.helped / brought if brought else None


def instant_figures(scope: Scope, *, now: datetime) -> InstantFigures:
    """Count what was answered at once within the last days."""
    since = now - timedelta(days=DAYS)
    helped, unhelped = (func.count().filter(InstantAnswer.outcome == outcome) for outcome in ("helped", "unhelped"))
    within = (InstantAnswer.tenant_id == scope.tenant.id, InstantAnswer.at > since, InstantAnswer.at <= now)
    rows = scope.session.execute(
        select(InstantAnswer.title, InstantAnswer.article_id, func.count(), helped, unhelped)
        .where(*within)
        .group_by(InstantAnswer.title, InstantAnswer.article_id)
        .order_by(unhelped.desc(), func.count().desc(), InstantAnswer.title)
        .limit(MOST_TOPICS)
    ).all()
    became: dict[tuple[str, int | None], list[str]] = {}
    for title, article_id, serial_no in scope.session.execute(
        select(InstantAnswer.title, InstantAnswer.article_id, Ticket.serial_no)
        .join(Ticket, (Ticket.tenant_id == InstantAnswer.tenant_id) & (Ticket.id == InstantAnswer.ticket_id))
        .where(*within)
        .order_by(InstantAnswer.at.desc(), InstantAnswer.id.desc())
        .limit(MOST_TOPICS * MOST_TICKETS)
    ):
        became.setdefault((title, article_id), []).append(serial_no)
    total = scope.session.execute(select(func.count(), helped, unhelped).where(*within)).one()
    accepted = scope.session.scalar(
        select(func.count()).where(
            Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at > since, Ticket.accepted_at <= now
        )
    )
    return InstantFigures(
        Outcomes(*total),
        accepted or 0,
        [
            TopicOutcomes(title, article_id, Outcomes(*counted), became.get((title, article_id), [])[:MOST_TICKETS])
            for title, article_id, *counted in rows
        ],
    )
