"""Panels held 第三方评议次数 and their topics, for bulletins and reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.words import CAUSE_LABELS
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class Held:
    """Panels held in a span of days: opened then, by what they were about and by cause, the most first."""

    total: int
    decided: int
    by_matter: tuple[tuple[str, int], ...]
    by_cause: tuple[tuple[str, int], ...]


def panels_held(scope: Scope, first: date, last: date) -> Held:
    """Count the panels opened from one day to another, both included, and how many of them have come to a finding."""
    zone = scope.tenant.zone
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    end = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)
    rows = scope.session.execute(
        select(ReviewPanel.cause, ReviewPanel.verdict, Ticket.matter)
        .join(Ticket, (Ticket.tenant_id == ReviewPanel.tenant_id) & (Ticket.id == ReviewPanel.ticket_id))
        .where(ReviewPanel.tenant_id == scope.tenant.id, ReviewPanel.opened_at >= begin, ReviewPanel.opened_at < end)
    ).all()
    return Held(
        total=len(rows),
        decided=sum(bool(each.verdict) for each in rows),
        by_matter=_tally([matter_words(scope, each.matter) for each in rows]),
        by_cause=_tally([CAUSE_LABELS[each.cause] for each in rows]),
    )


def _tally(words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((each, words.count(each)) for each in set(words)), key=lambda each: (-each[1], each[0])))


def matter_words(scope: Scope, matter: str | None) -> str:
    """Return what a matter is called, for strangers to the duty list."""
    duty = directory(scope).find_duty(matter)
    return duty.subcategory if duty else "未分类"
