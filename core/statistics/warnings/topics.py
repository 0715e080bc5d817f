"""What is asked about most: hot matters, weak spots, topics that are followed over months, places over a year."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from core.statistics.days import ONE_DAY, Span
from core.statistics.periods import Month
from core.statistics.places import Only, area_label, areas_within, count_placed, counts_by_day, counts_by_place
from core.statistics.queries import Cube, counted_days, counts_by_matter, matter_names
from core.statistics.report import matter_label
from core.statistics.warnings.models import Topic
from core.tenancy.scope import Scope

TOP = 20
ENOUGH = 10
"""Appeals from which a matter is held against others."""
MONTHS_FOLLOWED = 13
EFFECT_DAYS = 30
"""Days before and after a measure that are held against each other."""


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
class Measured:
    """A measure taken on a topic, with the appeals of as many days before it and from it on; None = not over yet."""

    on: date
    text: str
    by: str
    before: int
    after: int | None


@dataclass(frozen=True, slots=True)
class FollowedTopic:
    """A topic with its counts by month, the oldest first, everywhere or in its areas, and what was done about it."""

    id: int
    name: str
    why: str
    matters: Sequence[str]
    months: Sequence[tuple[Month, int]]
    areas: Sequence[str] = ()
    measures: Sequence[Measured] = ()

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
    topics = scope.session.scalars(
        select(Topic).where(Topic.tenant_id == scope.tenant.id).order_by(Topic.at, Topic.id)
    ).all()
    return [
        _followed(scope, topic, months)
        for topic in topics
        if topic.ended_at is None or topic.ended_at.astimezone(scope.tenant.zone).date() > month.span.last
    ]


def effect_of(scope: Scope, only: Only, on: date, *, until: date) -> tuple[int, int | None]:
    """Count the days before a day and those from it on; None for the latter as long as they are not over by `until`."""
    cube = Cube.of(scope)
    before = count_placed(cube, Span(on - timedelta(days=EFFECT_DAYS), on - ONE_DAY), only)
    last = on + timedelta(days=EFFECT_DAYS - 1)
    return before, count_placed(cube, Span(on, last), only) if last <= until else None


def _followed(scope: Scope, topic: Topic, months: Sequence[Month]) -> FollowedTopic:
    cube = Cube.of(scope)
    names = matter_names(cube)
    only = Only(matters=frozenset(topic.matters), areas=areas_within(scope, topic.areas) if topic.areas else None)
    counts = counts_by_day(cube, Span(months[0].first, months[-1].span.last), only)
    by_month: dict[Month, int] = defaultdict(int)
    for day, n in counts.items():
        by_month[Month.of(day)] += n
    measures = []
    counted = counted_days(cube)
    for each in topic.measures:
        on = date.fromisoformat(each["on"])
        before, after = effect_of(scope, only, on, until=counted.last if counted else on)
        measures.append(Measured(on, each["text"], each["by"], before, after))
    return FollowedTopic(
        topic.id,
        topic.name,
        topic.why,
        [matter_label(names, matter) for matter in topic.matters],
        [(each, by_month[each]) for each in months],
        [area_label(scope, area) for area in topic.areas],
        measures,
    )


def places(scope: Scope, span: Span, *, category: str = "", most_matters: int = TOP) -> PlacesReport:
    """Count the matters of a category, or the most asked of all, by area in a period."""
    cube = Cube.of(scope)
    names = matter_names(cube)
    wanted = {matter for matter, name in names.items() if not category or name.category == category}
    by_matter: dict[str, int] = defaultdict(int)
    cells: dict[str, dict[str, int]] = defaultdict(dict)
    for (matter, area), n in counts_by_place(cube, span).items():
        if matter in wanted:
            by_matter[matter] += n
            cells[area][matter] = n
    columns = sorted(by_matter, key=lambda matter: (-by_matter[matter], matter))[:most_matters]
    table = [
        (area_label(scope, area), [counts.get(matter, 0) for matter in columns], sum(counts.values()))
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


def _accepted(cube: Cube, span: Span) -> Mapping[str, int]:
    return {matter: each.n("accepted") for matter, each in counts_by_matter(cube, span, "accepted").items()}
