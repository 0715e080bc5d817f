"""Live counters for everybody 办理数据: this month by level and unit, of a city by district, with what each figure means."""

import csv
import io

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from core.kit.saying import said
from core.statistics.figures import Figure
from core.statistics.public import DEFINITIONS, Counter, Counters, Rate, city_counters, district_counters
from core.statistics.words import parts_words, value_words
from core.web.public.site import Entry, Guest, public, public_page
from core.web.visit import installation

ENTRY = Entry("办理数据", "figures", "本月受理、承办、已办，按期率和满意率，按层级和单位", lambda _scope: True)
TOO_FEW = "样本太少"
BOM = "\ufeff"


@public.get("/figures")
@public_page
def show_figures(guest: Guest) -> ResponseReturnValue:
    """Show the figures of the present month."""
    counters = _counters(guest)
    return render_template(
        "public/figures.html",
        counters=counters,
        definitions=DEFINITIONS,
        percent=percent,
        own=_own(counters),
        as_of=guest.now,
    )


@public.get("/figures.csv")
@public_page
def download_figures(guest: Guest) -> ResponseReturnValue:
    """Give the same figures as a table, every quotient with both its numbers."""
    counters = _counters(guest)
    out = io.StringIO()
    table = csv.writer(out)
    as_of = f"{guest.now.astimezone(guest.scope.tenant.zone):%Y-%m-%d %H:%M}"
    head = (
        "范围",
        "名称",
        "受理",
        "承办",
        "已办",
        "按时答复",
        "到期时限",
        "按期率",
        "满意和基本满意",
        "有效评价",
        "满意率",
    )
    table.writerow(
        (said("{name} {month} 数据截至 {as_of}", name=guest.scope.tenant.name, month=counters.month, as_of=as_of),)
    )
    table.writerow(head)
    table.writerow(_row("合计", counters.whole))
    table.writerows(_row(caption, row) for caption, rows in counters.groups.items() for row in rows)
    own = _own(counters)
    if own:
        table.writerow(("指标", "本月", "本月分子/分母", "本年累计", "本年分子/分母", "怎么算"))
    for label, month, year, note in own:
        table.writerow((label, *month, *year, note))
    for each in DEFINITIONS:
        table.writerow((each.label, each.numerator + (f" ÷ {each.denominator}" if each.denominator else "")))
    answer: Response = make_response(BOM + out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{guest.scope.tenant.slug}-{counters.month}.csv"'
    return answer


def percent(rate: Rate) -> str:
    """Write a quotient to one decimal, or say that too few stand behind it."""
    return TOO_FEW if rate.value is None else f"{float(rate.value) * 100:.1f}%"


def _own(counters: Counters) -> list[tuple[str, tuple[str, str], tuple[str, str], str]]:
    """Return what the district publishes besides: what it is called, of month and year its value and both its numbers, and
    what it means.
    """
    return [
        (each.label, _said(each), _said(year), each.note)
        for each, year in zip(counters.own, counters.own_of_year, strict=True)
    ]


def _said(each: Figure) -> tuple[str, str]:
    value = TOO_FEW if each.is_small else value_words(each.now.value, each.unit)
    return value, parts_words(each.now, each.unit)


def _counters(guest: Guest) -> Counters:
    tenant = guest.scope.tenant
    today = guest.now.astimezone(tenant.zone).date()
    if tenant.kind == "city":
        return city_counters(installation(), tenant.slug, today=today)
    return district_counters(guest.scope, today=today)


def _row(caption: str, row: Counter) -> tuple[str | int, ...]:
    name = f"'{row.name}" if row.name[:1] in "=+-@" else row.name
    counted = (row.accepted, row.dispatched, row.concluded)
    rates = (
        each for rate in (row.on_time, row.satisfied) for each in (rate.numerator, rate.denominator, percent(rate))
    )
    return (caption, name, *counted, *rates)
