"""Watching 预警扫描: the counts of the last days beside those of the weeks before, and a record of each unusual rise."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from core.hooks import specs
from core.hooks.values import WarningRules
from core.statistics.counting import CELLS, PLACES
from core.statistics.days import ONE_DAY, Span
from core.statistics.queries import Cube, counted_days
from core.statistics.warnings.models import Warned
from core.statistics.warnings.rules import FEWEST_WEEKS, Rise, Thresholds, is_unusual, rise_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

A_WEEK = timedelta(days=7)
URGENT_HOURS = timedelta(hours=24)
LISTED = 30
"""Tickets named with a warning."""
FOLLOWED = timedelta(days=28)
"""How long after a warning its peak is looked for."""
Key = tuple[str, str, str, str]
"""What is counted: rule, matter, area, who appeals."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days or hours that are looked at: from one instant until another, the latter left out."""

    from_at: datetime
    until_at: datetime

    def back(self, weeks: int) -> "Window":
        """Return the same days so many weeks before."""
        return Window(self.from_at - weeks * A_WEEK, self.until_at - weeks * A_WEEK)


@dataclass(frozen=True, slots=True)
class Found:
    """An unusual rise before it is a record."""

    key: Key
    rise: Rise
    before: Sequence[int]
    watched: int


def rules_of(scope: Scope) -> WarningRules | None:
    """Return the rules by which the district watches, None where it does not; asked once per process and epoch."""
    asked = lambda: next(iter(scope.hooks.ask(specs.warning_rules).values), None)  # noqa: E731 -- asked once
    return scope.remember("warning_rules", asked)


def watch_days(scope: Scope, *, today: date, now: datetime) -> list[Warned]:
    """Watch the days that ended with yesterday, and return the warnings that were raised; the cube must be counted."""
    rules = rules_of(scope)
    if rules is None:
        return []
    last = today - ONE_DAY
    counts = _by_window(scope, rules, last)
    if counts is None:
        return []
    _follow_peaks(scope, counts[0], last)
    found = unusual(counts, Thresholds(rules.least, rules.factor, rules.chance_percent / 100))
    span = Span(last - timedelta(days=rules.window_days - 1), last)
    window = Window(_midnight(scope, span.first), _midnight(scope, today))
    return _raised(scope, found, window, rules, quiet=timedelta(days=rules.window_days), now=now)


def watch_urgent(scope: Scope, *, now: datetime) -> list[Warned]:
    """Watch the urgent appeals of the last 24 hours, and return the warnings that were raised."""
    rules = rules_of(scope)
    if rules is None:
        return []
    until = now.replace(minute=0, second=0, microsecond=0)
    window = Window(until - URGENT_HOURS, until)
    first = scope.session.scalar(
        select(func.min(Ticket.accepted_at)).where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at.is_not(None))
    )
    weeks = 0 if first is None else min(rules.baseline_weeks, (window.from_at - first) // A_WEEK)
    if weeks < FEWEST_WEEKS:
        return []
    counts = [_urgent_in(scope, window.back(back)) for back in range(weeks + 1)]
    found = unusual(counts, Thresholds(rules.urgent_least, rules.factor, rules.chance_percent / 100))
    return _raised(scope, found, window, rules, quiet=URGENT_HOURS, now=now)


def unusual(counts: Sequence[Mapping[Key, int]], thresholds: Thresholds) -> list[Found]:
    """Return what rises unusually in the first of these counts against the others, the unlikeliest first."""
    every = {key for each in counts for key in each}
    watched = Counter(rule for rule, *_ in every)
    found = []
    for key, count in counts[0].items():
        if count < thresholds.least:
            continue
        before = [each.get(key, 0) for each in counts[1:]]
        rise = rise_of(count, before)
        if is_unusual(rise, thresholds, watched=watched[key[0]]):
            found.append(Found(key, rise, before, watched[key[0]]))
    return sorted(found, key=lambda each: (each.rise.chance, each.key))


def daily_counts(scope: Scope, span: Span) -> Iterator[tuple[Key, date, int]]:
    """Yield how many appeals were accepted on each day, by each of the ways in which they are watched."""
    cube = Cube.of(scope)
    total = func.sum(CELLS.c.accepted)
    by_matter = (
        select(CELLS.c.matter, CELLS.c.appellant, CELLS.c.day, total)
        .where(
            CELLS.c.tenant_id == cube.tenant_id,
            CELLS.c.aspect == "matter",
            CELLS.c.day.between(span.first, span.last),
            CELLS.c.accepted > 0,
        )
        .group_by(CELLS.c.matter, CELLS.c.appellant, CELLS.c.day)
    )
    for matter, appellant, day, n in scope.session.execute(by_matter):
        yield ("whole", matter, "", ""), day, int(n)
        if appellant not in ("", "person"):
            yield ("appellant", matter, "", appellant), day, int(n)
    by_area = (
        select(PLACES.c.matter, PLACES.c.area, PLACES.c.day, func.sum(PLACES.c.n))
        .where(
            PLACES.c.tenant_id == cube.tenant_id,
            PLACES.c.day.between(span.first, span.last),
            PLACES.c.area != "",
        )
        .group_by(PLACES.c.matter, PLACES.c.area, PLACES.c.day)
    )
    for matter, area, day, n in scope.session.execute(by_area):
        yield ("area", matter, area, ""), day, int(n)


def _by_window(scope: Scope, rules: WarningRules, last: date) -> list[Counter[Key]] | None:
    """Count the days up to `last`, and as many in each week before as the district has a past for."""
    days, step = rules.window_days, -(-rules.window_days // 7)
    there = counted_days(Cube.of(scope))
    if there is None:
        return None
    first_of_window = last - timedelta(days=days - 1)
    weeks = min(rules.baseline_weeks, (first_of_window - there.first) // A_WEEK // step)
    if weeks < FEWEST_WEEKS:
        return None
    counts: list[Counter[Key]] = [Counter() for _ in range(weeks + 1)]
    begin = first_of_window - weeks * step * A_WEEK
    for key, day, n in daily_counts(scope, Span(begin, last)):
        back, rest = divmod((last - day).days, 7 * step)
        if rest < days and back <= weeks:
            counts[back][key] += n
    return counts


def _urgent_in(scope: Scope, window: Window) -> Counter[Key]:
    rows = scope.session.execute(
        select(func.coalesce(Ticket.matter, ""), func.count())
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.urgency == "urgent", *_within(window))
        .group_by(Ticket.matter)
    )
    return Counter({("urgent", matter, "", ""): n for matter, n in rows})


def _within(window: Window) -> tuple[ColumnElement[bool], ...]:
    return Ticket.accepted_at >= window.from_at, Ticket.accepted_at < window.until_at, Ticket.part_of_id.is_(None)


def _raised(
    scope: Scope, found: Sequence[Found], window: Window, rules: WarningRules, *, quiet: timedelta, now: datetime
) -> list[Warned]:
    """Write a record for each rise of which there is none yet, or none of late."""
    told = {
        (each.rule, each.matter, each.area, each.appellant)
        for each in scope.session.scalars(
            select(Warned).where(
                Warned.tenant_id == scope.tenant.id,
                or_(Warned.state == "open", Warned.until_at > window.until_at - quiet),
                Warned.until_at > window.until_at - FOLLOWED,
            )
        )
    }
    raised = []
    for each in found:
        if each.key in told:
            continue
        rule, matter, area, appellant = each.key
        warned = Warned(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            rule=rule,
            matter=matter,
            area=area,
            appellant=appellant,
            from_at=window.from_at,
            until_at=window.until_at,
            count=each.rise.count,
            expected=round(each.rise.expected, 3),
            chance=each.rise.chance,
            baseline=list(each.before),
            watched=each.watched,
            thresholds=asdict(rules),
            tickets=_tickets(scope, each.key, window),
            raised_at=now,
            peak=each.rise.count,
            peak_on=(window.until_at - timedelta(microseconds=1)).astimezone(scope.tenant.zone).date(),
        )
        scope.session.add(warned)
        raised.append(warned)
    return raised


def _tickets(scope: Scope, key: Key, window: Window) -> list[str]:
    rule, matter, area, appellant = key
    wanted = [Ticket.tenant_id == scope.tenant.id, func.coalesce(Ticket.matter, "") == matter, *_within(window)]
    if area:
        wanted.append(Ticket.area == area)
    if appellant:
        wanted.append(Ticket.appellant == appellant)
    if rule == "urgent":
        wanted.append(Ticket.urgency == "urgent")
    numbers = select(Ticket.serial_no).where(*wanted).order_by(Ticket.accepted_at.desc(), Ticket.id.desc())
    return list(scope.session.scalars(numbers.limit(LISTED)).all())


def _follow_peaks(scope: Scope, counts: Mapping[Key, int], last: date) -> None:
    """Note the highest count since each warning of late, so that it can be told how early it came."""
    since = _midnight(scope, last) - FOLLOWED
    warned = scope.session.scalars(
        select(Warned).where(Warned.tenant_id == scope.tenant.id, Warned.until_at > since, Warned.rule != "urgent")
    )
    for each in warned:
        count = counts.get((each.rule, each.matter, each.area, each.appellant), 0)
        if count > each.peak:
            each.peak, each.peak_on = count, last


def _midnight(scope: Scope, day: date) -> datetime:
    return datetime.combine(day, time(), scope.tenant.zone)
