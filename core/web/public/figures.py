"""Figures for everybody 办理数据: how it stands now, months compared by kind of unit and by unit, and what everything means.

All numbers come told from `core.statistics.public`; what is shown here is in the files as well, word for word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.queries.disclosures import has_public_cases
from core.statistics.bulletins.queries import has_published
from core.statistics.drawings import count_lines, rate_lines
from core.statistics.figures import SMALL_SAMPLE
from core.statistics.periods import Month
from core.statistics.public import (
    COUNTS,
    KINDS,
    MONTHS,
    RATES,
    Counters,
    Months,
    Row,
    Table,
    city_counters,
    city_months,
    counters_of,
    months_of,
)
from core.statistics.public_own import own_figures
from core.statistics.public_terms import DEFINITIONS
from core.statistics.small_counts import FEWEST, STEP, STEP_OF_A_DAY
from core.web.language.charts import chart_shown
from core.web.public.figure_files import FIELDS, PART_LABELS, figures_csv, figures_json, units_csv, units_json
from core.web.public.figure_words import (
    change_of_count,
    change_of_rate,
    count_words,
    own_words,
    parts_words,
    rate_shown,
)
from core.web.public.site import Entry, Guest, public, public_page
from core.web.visit import installation

ENTRY = Entry("办理数据", "figures", "受理、派单、办结了多少，按期率和满意率，逐月比较各单位", lambda _scope: True)
ALL_MONTHS = "all"
"""What `month` says of a file that holds every month shown."""
KINDS_BY_CODE = {kind.code: kind.label for kind in KINDS}
SORTS = {"": "按单位顺序", **{each.id: each.label for each in DEFINITIONS}}
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """One value under its column, with what it is made of."""

    label: str
    words: str
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the month so far: its value, how it has changed, how today stands, and what it means."""

    id: str
    label: str
    words: str
    parts: str
    change: str
    today: str


@public.get("/figures")
@public_page
def show_figures(guest: Guest) -> ResponseReturnValue:
    """Show how it stands today and in the month so far, beside the same days of the month before."""
    months = _months(guest, count=1)
    counters = _counters(guest, months)
    return render_template(
        "public/figures.html",
        month=months.present.month,
        cards=_cards(counters),
        counters=counters,
        definitions={each.id: each for each in DEFINITIONS},
        own=own_words(own_figures(guest.scope, today=_today(guest))) if not _is_city(guest) else (),
        is_settling=months.is_settling,
        is_city=_is_city(guest),
        as_of=guest.now,
        behind={"cases": has_public_cases(guest.scope), "bulletins": has_published(guest.scope)},
        rules=_rules(),
    )


@public.get("/figures.csv")
@public_page
def download_figures(guest: Guest) -> ResponseReturnValue:
    """Give the same as a table."""
    own = own_figures(guest.scope, today=_today(guest)) if not _is_city(guest) else ()
    return figures_csv(guest, _counters(guest, _months(guest, count=1)), own)


@public.get("/figures.json")
@public_page
def read_figures(guest: Guest) -> ResponseReturnValue:
    """Give the same to programs."""
    own = own_figures(guest.scope, today=_today(guest)) if not _is_city(guest) else ()
    return figures_json(guest, _counters(guest, _months(guest, count=1)), own)


@public.get("/figures/units")
@public_page
def compare_units(guest: Guest) -> ResponseReturnValue:
    """Compare a month, `?month=2026-03`, by kind and by unit: `kind=street`, `sort=accepted`, `order=up`, and one row's months."""
    asked = {name: _asked(name) for name in ("kind", "sort", "order", "row")}
    months = _months(guest)
    table = months.chosen(_asked("month"))
    rows = [row for row in table.rows if row.part in ("unit", "nobody", "district")]
    kinds = [row for row in table.rows if row.part == "kind"]
    if asked["kind"] in KINDS_BY_CODE:
        rows = [row for row in rows if row.kind == asked["kind"]]
    sort, is_up = asked["sort"] if asked["sort"] in SORTS else "", asked["order"] == "up"
    if sort:
        rows = _sorted(rows, sort, is_up=is_up)
    history, chosen = _history(months, asked["row"])
    here = {
        "month": "" if table is months.present else str(table.month),
        "kind": asked["kind"] if asked["kind"] in KINDS_BY_CODE else "",
        "sort": sort,
        "order": "up" if sort and is_up else "",
        "row": asked["row"] if chosen.part != "whole" else "",
    }
    charts = [chart for draw in (count_lines, rate_lines) if (chart := draw(chosen.name, history))]
    return render_template(
        "public/figure_units.html",
        table=table,
        months=list(reversed([each.month for each in months.tables])),
        present=months.present.month,
        whole=_cells(table.whole),
        kinds=[(row, _cells(row)) for row in kinds],
        rows=[(row, _cells(row)) for row in rows],
        kind_labels={row.code: row.name for row in kinds},
        columns=DEFINITIONS,
        sorts=SORTS,
        here=here,
        link=lambda **changed: _link(here, changed),
        chosen=chosen,
        history=[(month, _cells(row) if row else None) for month, row in reversed(history)],
        charts=[chart_shown(chart) for chart in charts],
        is_city=_is_city(guest),
        is_settling=months.is_settling,
        as_of=guest.now,
        rules=_rules(),
    )


@public.get("/figures/units.csv")
@public_page
def download_units(guest: Guest) -> ResponseReturnValue:
    """Give a month of all units as a table; `?month=all` all months that are shown."""
    return units_csv(guest, _tables(guest), _asked("month"))


@public.get("/figures/units.json")
@public_page
def read_units(guest: Guest) -> ResponseReturnValue:
    """Give a month of all units to programs; `?month=all` all months that are shown."""
    return units_json(guest, _tables(guest))


@public.get("/figures/definitions")
@public_page
def define_figures(guest: Guest) -> ResponseReturnValue:
    """Say what every figure means, how small counts are told, and what the fields of the files are."""
    return render_template(
        "public/figure_terms.html",
        definitions=DEFINITIONS,
        fields=FIELDS,
        part_labels=PART_LABELS,
        kinds=KINDS,
        rules=_rules(),
        is_city=_is_city(guest),
    )


def _rules() -> Mapping[str, int]:
    return {"fewest": FEWEST, "sample": SMALL_SAMPLE, "step": STEP, "step_of_a_day": STEP_OF_A_DAY}


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST].replace("\x00", "")


def _today(guest: Guest) -> date:
    return guest.now.astimezone(guest.scope.tenant.zone).date()


def _is_city(guest: Guest) -> bool:
    return guest.scope.tenant.kind == "city"


def _months(guest: Guest, *, count: int = MONTHS) -> Months:
    today, slug = _today(guest), guest.scope.tenant.slug
    if _is_city(guest):
        return city_months(installation(), slug, today=today, count=count)
    return months_of(guest.scope, today=today, count=count)


def _counters(guest: Guest, months: Months) -> Counters:
    today = _today(guest)
    if _is_city(guest):
        return city_counters(installation(), guest.scope.tenant.slug, months, today=today)
    return counters_of(guest.scope, months, today=today)


def _tables(guest: Guest) -> Sequence[Table]:
    months, asked = _months(guest), _asked("month")
    return months.tables if asked == ALL_MONTHS else [months.chosen(asked)]


def _cards(counters: Counters) -> list[Card]:
    now, before = counters.month, counters.before
    cards = []
    for each in DEFINITIONS:
        if each.id in COUNTS:
            change = change_of_count(now.counts[each.id], before.counts[each.id] if before else None)
        else:
            change = change_of_rate(now.rate(each.id), before.rate(each.id) if before else None)
        shown, today = _cell(now, each.id, each.label), _cell(counters.today, each.id, each.label)
        cards.append(Card(each.id, each.label, shown.words, shown.parts, change, today.words))
    return cards


def _cells(row: Row) -> list[Cell]:
    return [_cell(row, each.id, each.label) for each in DEFINITIONS]


def _cell(row: Row, column: str, label: str) -> Cell:
    if column in COUNTS:
        return Cell(label, count_words(row.counts[column]))
    return Cell(label, rate_shown(row.rate(column)), parts_words(column, *(row.counts[each] for each in RATES[column])))


def _sorted(rows: Sequence[Row], column: str, *, is_up: bool) -> list[Row]:
    """Sort rows by what is told of a column; those of which nothing can be compared come last either way."""

    def value(row: Row) -> float | None:
        if column in COUNTS:
            count = row.counts[column]
            return None if count.high is None else count.low
        between = row.rate(column)
        return None if between is None else float(sum(between))

    known = [row for row in rows if value(row) is not None]
    known.sort(key=lambda row: value(row) or 0, reverse=not is_up)
    return [*known, *(row for row in rows if value(row) is None)]


def _history(months: Months, wanted: str) -> tuple[list[tuple[Month, Row | None]], Row]:
    """Return the months of one row, `unit:roads`, and what it is; of the whole where there is no such row."""
    part, _, code = wanted.partition(":")
    found = [(table.month, table.find(part, code)) for table in months.tables] if part != "whole" else []
    latest = next((row for _, row in reversed(found) if row), None)
    if latest is None:
        return [(table.month, table.whole) for table in months.tables], months.present.whole
    return found, latest


def _link(here: Mapping[str, str], changed: Mapping[str, str]) -> str:
    told = {name: value for name, value in {**here, **changed}.items() if value}
    return f"{g.open_at}/figures/units?{urlencode(told)}" if told else f"{g.open_at}/figures/units"
