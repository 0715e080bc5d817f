"""Units of all districts beside each other 承办单位: those first whose figure is worst, small samples never ranked."""

from collections.abc import Sequence
from fractions import Fraction

from core.documents.model import Cell, Section, Table, Words
from core.kit.saying import said, word
from core.statistics.asked import Narrowing
from core.statistics.central.districts import not_comparable
from core.statistics.central.pages import (
    METRICS,
    NO_CHOICES,
    Choices,
    Choosing,
    CityPage,
    Led,
    Reader,
    cells_href,
    count_cell,
    figure_cell,
    href,
    metric_chosen,
    page,
)
from core.statistics.city import FLOOR, NONE
from core.statistics.figures import Figure, figure
from core.statistics.gathered.cube import UnitKey, counts_by_unit, unit_names
from core.statistics.grades import floor_of
from core.statistics.words import change_words, remark_words

SHOWN = ("on_time", "overdue", "resolved", "satisfied", "returned", "ping_pong", "extended", "redone")
RANKED_BY = ("accepted", "concluded", *SHOWN)
MEASURED = tuple(
    dict.fromkeys(
        measure for each in RANKED_BY for measure in (METRICS[each].numerator, METRICS[each].denominator) if measure
    )
)
NARROWINGS: tuple[Narrowing, ...] = ("group", "district")
MOST = 30
"""So many stand on the page at first, so that it stays light; all of them are one choice away, and in every file."""
ALL = "1"


def units_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page; `all=1` in the choices lists every unit. Raises `NotNarrowedSo`, `NoSuchMetric`."""
    asked = reading.asked.only(*NARROWINGS, of="承办单位")
    metric = METRICS[metric_chosen(choices, "satisfied")]
    if metric.id not in RANKED_BY:
        metric = METRICS["satisfied"]
    now, before = (counts_by_unit(reading.cube, span, *MEASURED) for span in (asked.span, asked.before))
    names = unit_names(reading.cube)
    told = [
        (key, figure(metric, counted, before.get(key, NONE)))
        for key, counted in now.items()
        if key in names and any(counted.n(measure) for measure in MEASURED)
    ]
    sign = -1 if metric.better in ("down", "neither") else 1

    def order(each: tuple[UnitKey, Figure]) -> tuple[bool, Fraction, int, UnitKey]:
        key, one = each
        value = one.now.value
        return value is None or one.is_small, sign * (value or Fraction(0)), -now[key].n("accepted"), key

    ranked = sorted(told, key=order)
    shown = ranked if choices.get("all") == ALL else ranked[:MOST]
    floor = floor_of(reading.scope, "satisfied") or FLOOR
    members = reading.members
    rows: list[Sequence[Cell]] = []
    for place, (key, one) in enumerate(shown, start=1):
        member = members[key[0]]
        satisfied = figure(METRICS["satisfied"], now[key], NONE)
        under = not satisfied.is_small and satisfied.now.value is not None and satisfied.now.value < floor
        compared = one.now.value is not None and not one.is_small
        rows.append(
            (
                str(place) if compared else "—",
                names[key],
                Led.to(member.name, href(asked, "units", district=member.slug, group="")),
                count_cell(
                    now[key].n("accepted"), cells_href(asked, "accepted", "day", district=member.slug, group="")
                ),
                *(
                    figure_cell(
                        figure(METRICS[each], now[key], before.get(key, NONE)),
                        cells_href(asked, each, "unit", district=member.slug, group=""),
                        is_under=under and each == "satisfied",
                    )
                    for each in SHOWN
                ),
                change_words(one.now.value, one.before.value, one.unit),
                "低于通报线" if under else remark_words(one),
            )
        )
    head = (
        "名次",
        "单位",
        "区（市）县",
        "受理",
        *(METRICS[each].label for each in SHOWN),
        said("{label}变化", label=word(metric.label)),
        "提示",
    )
    words = said(
        "共 {n:,} 个单位有数，{shown}按{label}排，{first}在前；分母不足 30 的列在后面，不排名。",
        n=len(ranked),
        shown=said("列出前 {n} 个，", n=len(shown)) if len(shown) < len(ranked) else word(""),
        label=word(metric.label),
        first=word("低的" if metric.better == "up" else "高的"),
    )
    return page(
        reading,
        "units",
        "承办单位",
        [Section("", [Words(words), Table(head, rows, empty="这段时间各单位都没有数。")])],
        narrowings=NARROWINGS,
        warnings=not_comparable(reading),
        choices=[
            Choosing("metric", "按哪项指标排", {each: METRICS[each].label for each in RANKED_BY}, metric.id),
            Choosing("all", "列出", {"": said("前 {n} 个", n=MOST), ALL: "全部"}, choices.get("all", "")),
        ],
    )
