"""What became of the month's appeals 办结与首问首办: concluded and open, filed in time, asked and handled first, passed on."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from core.people.roles import Permission
from core.sla.budgets import duration_words
from core.statistics.behind import LISTED, MOST, overridden_in, tickets_behind
from core.statistics.figures import figure, metrics_of
from core.statistics.filing import filing_in
from core.statistics.outside.queries import outside_in
from core.statistics.owners import LABELS, SHOWN, owning_units
from core.statistics.periods import Month, MonthUnclear
from core.statistics.queries import Cube, counts_by_way
from core.statistics.words import change_words, growth_words, parts_words, remark_words, value_words
from core.units.queries import directory
from core.web.visit import Answer, Visit, allows

pages = Blueprint("figures", __name__)
BEHIND = {"concluded_of_accepted": "open", "first_hit": "first_hit", "filed_in_time": "filing_due"}
"""The list that stands behind a figure, by what it counts."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as the page shows it; `href` leads to the tickets behind it, empty = they are not listed."""

    label: str
    value: str
    parts: str
    change: str
    remark: str
    href: str
    note: str = ""
    """What it means, where it is narrowed to a part of what came in."""


@pages.get("/figures")
@allows(Permission.SEE_TICKETS)
def show_figures(visit: Visit) -> Answer:
    """Show a month's figures, `?month=2026-03`, each with both of its numbers; the present month where none is named."""
    scope, month = visit.scope, month_asked(visit)
    cube = Cube.of(scope)
    now, before = counts_by_way(cube, month.span), counts_by_way(cube, month.previous.span)
    known = {
        (metric.label, metric.numerator): metric for metric in metrics_of(scope)
    }  # a feature's words before the core's
    figures = [(metric, figure(metric, now, before)) for metric in known.values()]
    return render_template(
        "figures/month.html",
        month=month,
        lines=[
            Line(
                each.label,
                value_words(each.now.value, each.unit),
                parts_words(each.now, each.unit),
                change_words(each.now.value, each.before.value, each.unit),
                remark_words(each),
                _href(month, BEHIND[metric.numerator]) if metric.numerator in BEHIND else "",
                metric.note if metric.where else "",
            )
            for metric, each in figures
        ],
        filing=filing_in(scope, month.span),
        overridden=overridden_in(scope, month.span),
        owning=owning_units(scope, month.span),
        shown=SHOWN,
        labels=LABELS,
        href=lambda what, unit="": _href(month, what, unit),
        outside=outside_in(scope, month),
        growth=growth_words,
        length=duration_words,
    )


@pages.get("/figures/tickets")
@allows(Permission.SEE_TICKETS)
def show_behind(visit: Visit) -> Answer:
    """List the tickets behind a number of a month: `?what=` is what was counted, `?unit=` whose, all units' without."""
    month, what = month_asked(visit), request.args.get("what", "")
    if what not in LISTED:
        what = "open"
    unit = directory(visit.scope).find_unit(request.args.get("unit", "")[:100])
    return render_template(
        "figures/tickets.html",
        month=month,
        unit=unit,
        listing=tickets_behind(visit.scope, what, month.span, unit_id=unit.id if unit else None),
        most=MOST,
        back=f"/figures?month={month}",
        ticket_at="/t",
    )


def month_asked(visit: Visit) -> Month:
    """Return the month that the address names, the present one where it names none."""
    try:
        return Month.parse(request.args.get("month", "")[:20])
    except MonthUnclear:
        return Month.of(visit.now.astimezone(visit.scope.tenant.zone).date())


def _href(month: Month, what: str, unit: str = "") -> str:
    asked = {"month": str(month), "what": what, "unit": unit}
    return f"/figures/tickets?{urlencode({name: value for name, value in asked.items() if value})}"
