"""What is asked about most: hot matters, weak spots, topics that are followed over months, places over a year."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from core.classification.locating import area_words
from core.statistics.counting import CODES
from core.statistics.days import ONE_DAY, Span
from core.statistics.kinds import KINDS
from core.statistics.periods import Month
from core.statistics.queries import Cube, counts_by_matter, matter_names
from core.statistics.report import matter_label
from core.statistics.warnings.models import Topic
from core.tenancy.scope import Scope

TOP = 20
ENOUGH = 10
"""Appeals from which a matter is held against others."""
MONTHS_FOLLOWED = 13


@dataclass(frozen=True, slots=True)
class HotMatter:
    """A matter, how many appeals came in on it in a period and in as many days before."""

    matter: str
    label: str
    now: int
    before: int

    @property
    def growth(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class WeakSpot:
    """A matter on which what was done did not hold: redone, not satisfied, overdue, in the period."""

    matter: str
    label: str
    accepted: int
    redone: int
    dissatisfied: int
    overdue: int

    @property
    def trouble(self) -> int:
        return self.redone + self.dissatisfied + self.overdue


@dataclass(frozen=True, slots=True)
class FollowedTopic:
    """A topic with its counts by month, the oldest first."""

    id: int
    name: str
    why: str
    matters: Sequence[str]
    months: Sequence[tuple[Month, int]]

    @property
    def now(self) -> int:
        return self.months[-1][1]

    @property
    def before(self) -> int:
        return self.months[-2][1]

    @property
    def year_before(self) -> int:
        return self.months[0][1]


@dataclass(frozen=True)
class PlacesReport:
    """Matters by area over a period: for those who plan public facilities."""

    span: Span
    matters: Sequence[str]
    """Labels of the matters, the most asked first: the columns."""
    rows: Sequence[tuple[str, Sequence[int], int]]
    """Area, its counts by matter, and their sum; the highest sum first."""
    total: int


def hot_matters(scope: Scope, span: Span) -> list[HotMatter]:
    """Return the matters most asked about in a period, beside as many days before; those that nobody classified left out."""
    before = Span(span.first - (span.last - span.first) - ONE_DAY, span.first - ONE_DAY)
    cube = Cube.of(scope)
    names, now, then = matter_names(cube), _accepted(cube, span), _accepted(cube, before)
    found = [
        HotMatter(matter, matter_label(names, matter), now.get(matter, 0), then.get(matter, 0))
        for matter in {*now, *then}
        if matter
    ]
    return sorted(found, key=lambda each: (-each.now, each.label))


def fastest(matters: Sequence[HotMatter]) -> list[HotMatter]:
    """Return the matters that grew most, of those with enough appeals to speak of."""
    grown = [each for each in matters if each.growth > 0 and each.now >= ENOUGH]
    return sorted(grown, key=lambda each: (-each.growth, each.label))


def weak_spots(scope: Scope, span: Span) -> list[WeakSpot]:
    """Return the matters on which most was redone, found wanting or late in a period, by its share of what came in."""
    cube = Cube.of(scope)
    names = matter_names(cube)
    counted = counts_by_matter(cube, span, "accepted", "redone", "dissatisfied", "overdue")
    spots = [
        WeakSpot(
            matter,
            matter_label(names, matter),
            each.n("accepted"),
            each.n("redone"),
            each.n("dissatisfied"),
            each.n("overdue"),
        )
        for matter, each in counted.items()
        if matter and each.n("accepted") >= ENOUGH
    ]
    troubled = [each for each in spots if each.trouble]
    return sorted(troubled, key=lambda each: (-each.trouble / each.accepted, each.label))


def followed_topics(scope: Scope, month: Month) -> list[FollowedTopic]:
    """Return the topics that are followed, or were in this month, with their counts of the thirteen months up to it."""
    months = [month]
    while len(months) < MONTHS_FOLLOWED:
        months.insert(0, months[0].previous)
    cube = Cube.of(scope)
    counts = {each: _accepted(cube, each.span) for each in months}
    topics = scope.session.scalars(
        select(Topic).where(Topic.tenant_id == scope.tenant.id).order_by(Topic.at, Topic.id)
    ).all()
    return [
        FollowedTopic(
            topic.id,
            topic.name,
            topic.why,
            [matter_label(matter_names(cube), matter) for matter in topic.matters],
            [(each, sum(counts[each].get(matter, 0) for matter in topic.matters)) for each in months],
        )
        for topic in topics
        if topic.ended_at is None or topic.ended_at.astimezone(scope.tenant.zone).date() > month.span.last
    ]


def places(scope: Scope, span: Span, *, category: str = "", most_matters: int = TOP) -> PlacesReport:
    """Count the matters of a category, or the most asked of all, by area in a period."""
    cube = Cube.of(scope)
    names = matter_names(cube)
    wanted = {matter for matter, name in names.items() if not category or name.category == category}
    rows = scope.session.execute(
        select(CODES.c.code, CODES.c.matter, func.sum(CODES.c.n))
        .where(
            CODES.c.tenant_id == cube.tenant_id,
            CODES.c.kind == KINDS["accepted_by_area"].column,
            CODES.c.day.between(span.first, span.last),
        )
        .group_by(CODES.c.code, CODES.c.matter)
    ).all()
    by_matter: dict[str, int] = defaultdict(int)
    cells: dict[str, dict[str, int]] = defaultdict(dict)
    for area, matter, n in rows:
        if matter in wanted:
            by_matter[matter] += int(n)
            cells[area][matter] = int(n)
    columns = sorted(by_matter, key=lambda matter: (-by_matter[matter], matter))[:most_matters]
    table = [
        (_area_label(scope, area), [counts.get(matter, 0) for matter in columns], sum(counts.values()))
        for area, counts in cells.items()
    ]
    return PlacesReport(
        span,
        [matter_label(names, matter) for matter in columns],
        sorted(table, key=lambda row: (-row[2], row[0])),
        sum(by_matter.values()),
    )


def last_days(today: date, days: int) -> Span:
    """Return so many whole days that ended with yesterday."""
    return Span(today - timedelta(days=days), today - ONE_DAY)


def _area_label(scope: Scope, area: str) -> str:
    return (area_words(scope, area) or area) if area else KINDS["accepted_by_area"].none


def _accepted(cube: Cube, span: Span) -> Mapping[str, int]:
    return {matter: each.n("accepted") for matter, each in counts_by_matter(cube, span, "accepted").items()}
