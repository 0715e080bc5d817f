"""The report of a month: what came in, by nature, channel and matter, and every figure beside the month before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.hooks.values import Metric
from core.hooks.values.words import APPELLANT_LABELS, NATURE_LABELS
from core.intake.channels import channels_of
from core.intake.sources.queries import source_book
from core.routing.rules_in_force import rules_of
from core.statistics.causes import Causes, causes_in
from core.statistics.figures import MEDIANS, Figure, figure, median_figure, metrics_of
from core.statistics.filing import Filing, filing_in
from core.statistics.grades import Band, bands_of, grade_of
from core.statistics.kinds import KINDS
from core.statistics.measures import MEASURES
from core.statistics.outside.queries import OutsideLine, outside_in
from core.statistics.owners import UnitOwning, owning_units
from core.statistics.periods import Month
from core.statistics.queries import (
    Counts,
    Cube,
    MatterName,
    counts_by_matter,
    counts_by_way,
    hours_of,
    matter_names,
)
from core.statistics.returning import UnitReturns, returning_units
from core.statistics.shares import Share, shares
from core.statistics.sources import counts_by_source
from core.statistics.units import UnitMonth, units_in
from core.tenancy.scope import Scope

TOP = 10
TOP_SOURCES = 200
"""Named one by one: each of 151 merged sources still counts."""
UNNAMED = "未定事项"


@dataclass(frozen=True)
class MonthReport:
    """What a tenant's month looked like, beside the month before.

    `is_over` is False while the month still runs: then it stands beside a whole month.
    """

    tenant: str
    tenant_name: str
    month: Month
    is_over: bool
    by_nature: Sequence[Share]
    by_channel: Sequence[Share]
    by_source: Sequence[Share]
    """The sources by name, then those that say none; empty where the registry has no source."""
    by_appellant: Sequence[Share]
    """Persons, enterprises and other bodies."""
    by_matter: Sequence[Share]
    """The ten largest matters by name, then all others, then those of no matter."""
    figures: Sequence[Figure]
    grades: Mapping[str, Band]
    """The bands that figures fall into, by the figure's id."""
    units: Sequence[UnitMonth]
    """The units, where the district grades or scores them."""
    returning: Sequence[UnitReturns]
    """The units that gave tickets back, each with its ping-pong index."""
    causes: Sequence[Causes]
    """Why limits were missed and residents dissatisfied."""
    year_before: Sequence[Figure]
    """The figures beside those of the same month a year before; none where nothing was counted then."""
    fastest: int | None
    """Whole hours that the fastest reply of the month took; None where nothing was replied."""
    filing: Sequence[Filing]
    """How fast messages that waited for a person were taken up, where the district sets a limit for it."""
    owning: Sequence[UnitOwning]
    """Who was asked and handled first and passed on, where the district keeps those informed whom residents asked first."""
    outside: Sequence[OutsideLine]
    """Figures that others counted, such as petitions, where any were imported for the month."""

    def figure(self, figure_id: str) -> Figure:
        return next(figure for figure in self.figures if figure.id == figure_id)


def month_report(scope: Scope, month: Month, *, today: date) -> MonthReport:
    """Read the report of a month from the cube; days marked dirty are not counted first."""
    cube, span, earlier = Cube.of(scope), month.span, month.previous.span
    now, before = counts_by_way(cube, span), counts_by_way(cube, earlier)
    matters_now, matters_before = (
        {matter: counted.n("accepted") for matter, counted in counts_by_matter(cube, each, "accepted").items()}
        for each in (span, earlier)
    )
    names, channels, book = matter_names(cube), channels_of(scope), source_book(scope)

    def channel_label(channel: str) -> str:
        return channels[channel].label if channel in channels else channel

    figures = (
        *(figure(metric, now, before) for metric in metrics_of(scope)),
        *(
            median_figure(median, lambda measure: (hours_of(cube, span, measure), hours_of(cube, earlier, measure)))
            for median in MEDIANS
        ),
    )
    bands = bands_of(scope)
    return MonthReport(
        tenant=scope.tenant.slug,
        tenant_name=scope.tenant.name,
        month=month,
        is_over=span.last < today,
        by_nature=shares(
            now.by("nature", "accepted"), before.by("nature", "accepted"), lambda nature: NATURE_LABELS[nature]
        ),
        by_channel=shares(now.by("channel", "accepted"), before.by("channel", "accepted"), channel_label),
        by_source=shares(
            counts_by_source(scope, span),
            counts_by_source(scope, earlier),
            book.name_of,
            top=TOP_SOURCES,
            others="其他来源",
            none=KINDS["accepted_by_source"].none,
        )
        if book.sources
        else (),
        by_appellant=shares(
            now.by("appellant", "accepted"), before.by("appellant", "accepted"), lambda kind: APPELLANT_LABELS[kind]
        ),
        by_matter=shares(
            matters_now,
            matters_before,
            lambda matter: matter_label(names, matter),
            top=TOP,
            others="其他事项",
            none=UNNAMED,
        ),
        figures=figures,
        grades={each.id: grade for each in figures if (grade := grade_of(each, bands))},
        units=units_in(scope, month),
        returning=returning_units(scope, month),
        causes=causes_in(
            cube, span, earlier, matter_label=lambda matter: matter_label(names, matter) if matter else UNNAMED
        ),
        year_before=beside_year_before(metrics_of(scope), now, counts_by_way(cube, month.year_before.span)),
        fastest=min(hours_of(cube, span, "replied"), default=None),
        filing=filing_in(scope, span),
        owning=owning_units(scope, span) if rules_of(scope).informs_asked else (),
        outside=outside_in(scope, month),
    )


def beside_year_before(
    metrics: Sequence[Metric], now: Counts, earlier: Counts, *, of: Iterable[str] = MEASURES
) -> Sequence[Figure]:
    """Return the figures beside those of the same month a year before, none where nothing of these measures was counted then."""
    if not any(earlier.n(measure) for measure in of):
        return ()
    return tuple(figure(metric, now, earlier) for metric in metrics)


def matter_label(names: dict[str, MatterName], matter: str) -> str:
    """Write a matter as category / subcategory, or as its code when it has no name."""
    name = names.get(matter)
    return f"{name.category} / {name.subcategory}" if name else matter
