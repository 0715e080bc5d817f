"""Comparing districts 区县对比: every figure of each, ranked by one of them, beside the city and the groups of peers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from core.documents.charts import Mark
from core.documents.model import Bars, Cell, Chart, Dots, Section, Table, Words
from core.hooks.values import Metric
from core.kit.saying import joined, said, word
from core.statistics.asked import Narrowing
from core.statistics.central.pages import (
    METRICS,
    NO_CHOICES,
    Choices,
    Choosing,
    CityPage,
    Led,
    Reader,
    cells_href,
    figure_cell,
    href,
    if_any,
    late_words,
    metric_chosen,
    page,
)
from core.statistics.city import FLOOR, MEASURED, NONE
from core.statistics.figures import CORE_METRICS, Figure, figure
from core.statistics.gathered.cube import counts_by_district, pooled
from core.statistics.gathered.members import Member
from core.statistics.grades import floor_of
from core.statistics.queries import Counts
from core.statistics.words import change_words, remark_words, value_words

FIRST = (
    "accepted",
    "concluded",
    "closed",
    "on_time",
    "overdue",
    "resolved",
    "satisfied",
    "coverage",
    "mean_days_to_reply",
)
ADJUDICATED = ("on_time_adjudicated", "overdue_adjudicated", "resolved_adjudicated", "satisfied_adjudicated")
BESIDE = ("returned", "ping_pong", "extended", "redone", "attached", "rejected", "voided", "mean_minutes_to_dispatch")
NARROWINGS: tuple[Narrowing, ...] = ("nature", "channel", "category", "group", "district")
TICK = 10


def districts_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`, `NoSuchMetric`."""
    asked = reading.asked.only(*NARROWINGS, of="区县对比")
    metric = METRICS[metric_chosen(choices, "satisfied")]
    now = counts_by_district(reading.cube, asked, asked.span, *MEASURED)
    before = counts_by_district(reading.cube, asked, asked.before, *MEASURED)
    ranked = rank(reading, metric, now, before)
    whole = figure(metric, pooled(now), pooled(before))
    hold = floor_of(reading.scope, metric.id) or (FLOOR if metric.id == "satisfied" else None)
    sections = [
        Section(
            said("{label}排名", label=word(metric.label)),
            [*if_any(_chart(metric, ranked, whole, hold)), _ranking(reading, metric, ranked, whole, hold)],
        ),
        Section("各项指标", [_table(reading, FIRST, now, before)]),
        Section("裁定后", [_table(reading, ADJUDICATED, now, before)]),
        Section("退单、延期、重办等", [_table(reading, BESIDE, now, before)]),
    ]
    return page(
        reading,
        "districts",
        "区县对比",
        sections,
        narrowings=NARROWINGS,
        warnings=not_comparable(reading),
        choices=[Choosing("metric", "按哪项指标排", {each.id: each.label for each in CORE_METRICS}, metric.id)],
    )


def rank(
    reading: Reader, metric: Metric, now: Mapping[int, Counts], before: Mapping[int, Counts]
) -> Sequence[tuple[Member, Figure]]:
    """Return each district with the figure: the worst first, then those that cannot be compared, by name."""
    told = [
        (member, figure(metric, now.get(member.id, NONE), before.get(member.id, NONE))) for member in reading.chosen
    ]
    sign = -1 if metric.better in ("down", "neither") else 1

    def order(each: tuple[Member, Figure]) -> tuple[bool, Fraction, str]:
        member, one = each
        return not is_compared(member, one, metric), sign * (one.now.value or Fraction(0)), member.name

    return sorted(told, key=order)


def is_compared(member: Member, one: Figure, metric: Metric) -> bool:
    """Tell whether a district's figure may stand in a ranking: defined alike, counted, and over enough."""
    return one.now.value is not None and not one.is_small and not member.lacks(metric)


def not_comparable(reading: Reader) -> Sequence[str]:
    """Say which figures of which districts are of another version, so that they are not compared."""
    lacking = {
        member.name: [metric.label for metric in CORE_METRICS if member.lacks(metric)]
        for member in reading.chosen
        if member.counted_at is not None
    }
    return [
        said(
            "{name}还没有按现行口径统计：{labels}。这些数不参加对比；待该区重新统计后自动恢复。",
            name=name,
            labels=joined("、", (word(label) for label in labels[:6])) + (word(" 等") if len(labels) > 6 else ""),
        )
        for name, labels in lacking.items()
        if labels
    ]


def _chart(
    metric: Metric, ranked: Sequence[tuple[Member, Figure]], whole: Figure, hold: Fraction | None
) -> Chart | None:
    compared = [(member, one) for member, one in ranked if is_compared(member, one, metric)]
    if not compared:
        return None
    if metric.unit == "percent" and metric.better == "up":
        line = hold if hold is not None else whole.now.value or Fraction(0)
        lowest = min(int(float((one.now.value or 0) * 100)) // TICK * TICK for _, one in compared)
        return Dots(
            said(
                "各区（市）县{label}，虚线为{line}", label=word(metric.label), line=word("通报线" if hold else "全市")
            ),
            [
                Mark(
                    member.name,
                    float((one.now.value or 0) * 100),
                    value_words(one.now.value, metric.unit),
                    f"#d-{member.slug}",
                )
                for member, one in compared
            ],
            hold=float(line * 100),
            low=min(lowest, int(float(line * 100)) // TICK * TICK),
        )
    return Bars(
        said("各区（市）县{label}", label=word(metric.label)),
        [
            Mark(
                member.name,
                float(one.now.value or 0) * (100 if metric.unit == "percent" else 1),
                value_words(one.now.value, metric.unit),
                f"#d-{member.slug}",
            )
            for member, one in compared
            if one.now.value
        ],
    )


def _ranking(
    reading: Reader, metric: Metric, ranked: Sequence[tuple[Member, Figure]], whole: Figure, hold: Fraction | None
) -> Table:
    asked, place = reading.asked, 0
    rows: list[Sequence[Cell]] = []
    for member, one in ranked:
        compared = is_compared(member, one, metric)
        place += compared
        under = bool(hold is not None and compared and metric.better == "up" and (one.now.value or 0) < hold)
        rows.append(
            (
                str(place) if compared else "—",
                Led.to(member.name, href(asked, "cells", metric=metric.id, by="unit", district=member.slug, group="")),
                reading.membership.group_of(member.slug) or "—",
                figure_cell(one, cells_href(asked, metric.id, "unit", district=member.slug, group=""), is_under=under),
                value_words(one.before.value, one.unit),
                change_words(one.now.value, one.before.value, one.unit),
                _remark(reading, member, one, metric, under=under),
            )
        )
    rows.append(
        (
            "",
            "合计" if asked.group or asked.district else "全市",
            "",
            figure_cell(whole, cells_href(asked, metric.id)),
            value_words(whole.before.value, whole.unit),
            change_words(whole.now.value, whole.before.value, whole.unit),
            "全部分子比全部分母，不是各区的平均" if metric.unit != "count" else "",
        )
    )
    before = word("上月" if asked.month else "上期")
    return Table(("名次", "区（市）县", "同类组", metric.label, before, "变化", "提示"), rows)


def _remark(reading: Reader, member: Member, one: Figure, metric: Metric, *, under: bool) -> str:
    told = []
    if member.lacks(metric):
        told.append("口径版本不同，不作比较" if member.counted_at else "还没有统计过")
    elif member.is_late(reading.asked, now=reading.now):
        told.append(said("统计不全：{words}", words=word(late_words(member, reading.now))))
    if under:
        told.append("低于通报线")
    if words := remark_words(one):
        told.append(words)
    return joined("；", told)


def _table(reading: Reader, shown: Sequence[str], now: Mapping[int, Counts], before: Mapping[int, Counts]) -> Table:
    asked = reading.asked
    rows: list[Sequence[Cell]] = []
    for member in reading.chosen:
        cells = [
            "口径不同"
            if member.counted_at and member.lacks(METRICS[each])
            else figure_cell(
                figure(METRICS[each], now.get(member.id, NONE), before.get(member.id, NONE)),
                cells_href(asked, each, "unit", district=member.slug, group=""),
            )
            for each in shown
        ]
        rows.append((Led.to(member.name, href(asked, "units", district=member.slug, group="")), *cells))
    for name, slugs in reading.membership.groups.items():
        ids = [member.id for member in reading.chosen if member.slug in slugs]
        if len(ids) < 2 or asked.group or asked.district:
            continue
        together = [pooled({key: each[key] for key in ids if key in each}) for each in (now, before)]
        rows.append(
            (
                Led.to(said("{name}（{n} 个区）", name=name, n=len(ids)), href(asked, "districts", group=name)),
                *(figure_cell(figure(METRICS[each], *together), cells_href(asked, each, group=name)) for each in shown),
            )
        )
    all_now, all_before = pooled(now), pooled(before)
    rows.append(
        (
            "合计" if asked.group or asked.district else "全市",
            *(figure_cell(figure(METRICS[each], all_now, all_before), cells_href(asked, each)) for each in shown),
        )
    )
    return Table(("区（市）县", *(METRICS[each].label for each in shown)), rows)


def small_words() -> Words:
    """Say what the star means."""
    return Words("带 * 的分母不足 30，不作比较。")
