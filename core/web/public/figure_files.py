"""The figures for everybody as files: CSV for a spreadsheet, JSON for programs, with the fields that stay."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flask import Response

from core.statistics.figures import SMALL_SAMPLE
from core.statistics.public import COUNTS, MEASURES, RATES, Counters, Row, Table
from core.statistics.public_own import OwnFigure
from core.statistics.public_terms import DEFINITIONS
from core.statistics.small_counts import FEWEST, STEP, STEP_OF_A_DAY, Told
from core.web.public.figure_words import own_words, rate_shown, words_in_file
from core.web.public.site import Guest

BOM = "\ufeff"
"""By which a spreadsheet knows that the file is UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
PART_LABELS = {"whole": "合计", "kind": "单位类别", "unit": "单位", "nobody": "未派单", "district": "区（市）县"}
FIELDS: Sequence[tuple[str, str]] = (
    ("period", "期间"),
    ("is_over", "是否结束"),
    ("part", "范围"),
    ("code", "代码"),
    ("name", "名称"),
    ("kind", "类别"),
    ("accepted", "受理"),
    ("dispatched", "已派单"),
    ("concluded", "已办"),
    ("on_time", "按时"),
    ("overdue", "超期"),
    ("on_time_rate", "按期率"),
    ("satisfied", "满意"),
    ("dissatisfied", "不满意"),
    ("satisfied_rate", "满意率"),
    ("as_of", "数据截至"),
)
"""What each field is called in JSON and in the head of a table. Names stay; new ones are added behind."""
OWN_HEAD = ("指标", "上月", "上月分子/分母", "本月", "本月分子/分母", "本年累计", "本年分子/分母", "怎么算")


def figures_csv(guest: Guest, counters: Counters, own: Sequence[OwnFigure]) -> Response:
    """Give how it stands as a table: today, the month so far, the same days of the month before, and the district's own."""
    lines: list[Sequence[str | int]] = [_line(period, row, guest) for period, row in _periods(counters)]
    if own:
        lines.append(OWN_HEAD)
        lines += [
            (each.label, *(cell for period in each.periods for cell in period), each.note) for each in own_words(own)
        ]
    return _table(guest, lines, f"{guest.scope.tenant.slug}-figures.csv")


def units_csv(guest: Guest, tables: Sequence[Table], asked: str) -> Response:
    """Give months as a table, one line for each row of each."""
    lines = [_line((str(table.month), table.is_over), row, guest) for table in tables for row in table.rows]
    name = tables[0].month if len(tables) == 1 else f"{tables[0].month}-{tables[-1].month}"
    return _table(guest, lines, f"{guest.scope.tenant.slug}-units-{name}.csv")


def figures_json(guest: Guest, counters: Counters, own: Sequence[OwnFigure]) -> Response:
    """Give how it stands to programs."""
    rows = [{"period": period, "is_over": is_over, **_plain(row)} for (period, is_over), row in _periods(counters)]
    told = [
        {
            "id": each.metric.id,
            "version": each.metric.version,
            "label": each.metric.label,
            "note": each.metric.note,
            **{
                name: {"shown": value, "parts": parts}
                for name, (value, parts) in zip(("month_before", "month", "year"), line.periods, strict=True)
            },
        }
        for each, line in zip(own, own_words(own), strict=True)
    ]
    return _answer(guest, {"rows": rows, "own": told})


def units_json(guest: Guest, tables: Sequence[Table]) -> Response:
    """Give months to programs."""
    months = [
        {
            "period": str(table.month),
            "is_over": table.is_over,
            "rows": [_plain(row) for row in table.rows],
        }
        for table in tables
    ]
    return _answer(guest, {"months": months})


def _periods(counters: Counters) -> Iterator[tuple[tuple[str, bool], Row]]:
    yield ("month", False), counters.month
    yield ("today", False), counters.today
    if counters.before:
        yield ("same-days-of-month-before", True), counters.before


def _line(period: tuple[str, bool], row: Row, guest: Guest) -> tuple[str | int, ...]:
    name, is_over = period
    counts = {measure: words_in_file(row.counts[measure]) for measure in MEASURES}
    values: Mapping[str, str | int] = {
        "period": name,
        "is_over": "是" if is_over else "未结束",
        "part": PART_LABELS[row.part],
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        **counts,
        **{f"{rate}_rate": rate_shown(row.rate(rate)) for rate in RATES},
        "as_of": f"{guest.now.astimezone(guest.scope.tenant.zone):%Y-%m-%d %H:%M}",
    }
    return tuple(values[field] for field, _ in FIELDS)


def _plain(row: Row) -> dict[str, Any]:
    return {
        "part": row.part,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "is_closed": row.is_closed,
        **{measure: _plain_count(row.counts[measure]) for measure in MEASURES},
        **{f"{rate}_rate": _plain_rate(row.rate(rate)) for rate in RATES},
    }


def _plain_count(count: Told) -> dict[str, Any]:
    return {"low": count.low, "high": count.high, "shown": str(words_in_file(count))}


def _plain_rate(between: tuple[Fraction, Fraction] | None) -> dict[str, Any]:
    low, high = (None, None) if between is None else (round(float(each), 6) for each in between)
    return {"low": low, "high": high, "shown": rate_shown(between)}


def _answer(guest: Guest, told: Mapping[str, Any]) -> Response:
    tenant = guest.scope.tenant
    body = {
        "tenant": tenant.slug,
        "name": tenant.name,
        "zone": tenant.zone.key,
        "as_of": guest.now.astimezone(tenant.zone).isoformat(timespec="seconds"),
        "definitions": [
            {
                "id": each.id if each.id in COUNTS else f"{each.id}_rate",
                "label": each.label,
                "numerator": each.numerator,
                "denominator": each.denominator,
                "counted_on": each.day,
                "versions": each.versions,
            }
            for each in DEFINITIONS
        ],
        "rules": {
            "fewest": FEWEST,
            "smallest_denominator": SMALL_SAMPLE,
            "step_of_unfinished_month": STEP,
            "step_of_today": STEP_OF_A_DAY,
        },
        **told,
    }
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def _table(guest: Guest, lines: Sequence[Sequence[str | int]], name: str) -> Response:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([label for _, label in FIELDS])
    table.writerows([_plainly(cell) for cell in line] for line in lines)
    answer = Response(BOM + out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _plainly(cell: str | int) -> str | int:
    """Return a cell that a spreadsheet takes for no formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
