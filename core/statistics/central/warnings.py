"""What a city should look at 综合预警: categories that rise unusually, districts that fall below, and counts that are not complete.

A rise is judged by the same rule as in a district (`core.statistics.warnings.rules`), of the last seven days that are over against
the eight weeks before them; a warning says that more came in than is usual, not that something is wrong.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from core.documents.model import Cell, Section, Table, Words
from core.kit.saying import joined, said, word
from core.statistics.asked import Narrowing
from core.statistics.central.districts import not_comparable
from core.statistics.central.pages import (
    METRICS,
    NO_CHOICES,
    Choices,
    CityPage,
    Led,
    Reader,
    cells_href,
    count_cell,
    figure_cell,
    href,
    late_words,
    page,
)
from core.statistics.city import FLOOR, NONE
from core.statistics.days import ONE_DAY
from core.statistics.figures import figure
from core.statistics.gathered.cube import categories_by_week, counts_by_district
from core.statistics.grades import floor_of
from core.statistics.warnings.rules import Rise, Thresholds, is_unusual, rise_of
from core.statistics.words import change_words, value_words

NARROWINGS: tuple[Narrowing, ...] = ("group", "district")
WEEKS = 8
THRESHOLDS = Thresholds(least=8, factor=2.0, chance=0.05)
WORSE = {
    "overdue": Fraction(1, 100),
    "satisfied": Fraction(-2, 100),
    "resolved": Fraction(-2, 100),
    "redone": Fraction(1, 100),
}
"""By so much a district's rate must have changed for the worse to be told of."""
MEASURED = tuple(
    dict.fromkeys(
        measure for each in WORSE for measure in (METRICS[each].numerator, METRICS[each].denominator) if measure
    )
)


def warnings_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    reading.asked.only(*NARROWINGS, of="综合预警")
    last = min(reading.asked.span.last, reading.now.date() - ONE_DAY)
    return page(
        reading,
        "warnings",
        "综合预警",
        [_rises(reading, last), _worse(reading), _incomplete(reading)],
        narrowings=NARROWINGS,
        warnings=not_comparable(reading),
    )


def _rises(reading: Reader, last: date) -> Section:
    counted = categories_by_week(reading.cube, last, WEEKS + 1, "accepted")
    weeks: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * (WEEKS + 1))
    for (district, category, back), n in counted.items():
        if category:
            weeks[district, category][back] = n
            weeks[0, category][back] += n
    many = len(reading.chosen) > 1
    judged = [(key, rise_of(each[0], each[1:])) for key, each in weeks.items() if key[0] or many]
    found = sorted(
        (each for each in judged if is_unusual(each[1], THRESHOLDS, watched=len(judged))),
        key=lambda each: (each[0][0] != 0, each[1].chance, each[0]),
    )
    since = last - 6 * ONE_DAY
    words = said(
        "{since:%m月%d日} 至 {last:%m月%d日} 与之前 {weeks} 周相比：不少于 {least} 件、达到平常的 {factor:g} 倍、"
        "且这样多纯属偶然的可能不到 5%（已按同时看的 {n:,} 个数折算）。预警只说明比平常多，不等于出了问题。",
        since=since,
        last=last,
        weeks=WEEKS,
        least=THRESHOLDS.least,
        factor=THRESHOLDS.factor,
        n=len(judged),
    )
    rows = [_rise_row(reading, key, rise, since, last) for key, rise in found]
    head = ("类别", "范围", "近七天", "平常一周", "倍数", "偶然的可能")
    return Section("诉求突增", [Words(words), Table(head, rows, empty="没有异常增多的类别。")])


def _rise_row(reading: Reader, key: tuple[int, str], rise: Rise, since: date, last: date) -> Sequence[Cell]:
    district, category = key
    member = reading.members.get(district)
    days = {"month": "", "from": since.isoformat(), "until": last.isoformat(), "category": category}
    narrowed = {**days, "district": member.slug, "group": ""} if member else days
    return (
        Led.to(category, href(reading.asked, "matters", **narrowed)),
        member.name if member else "全市",
        count_cell(rise.count, cells_href(reading.asked, "accepted", "day", **narrowed)),
        f"{rise.expected:.1f}",
        f"{rise.count / rise.expected:.1f}",
        "不到万分之一" if rise.chance < 0.0001 else f"{rise.chance:.2%}",
    )


def _worse(reading: Reader) -> Section:
    asked = reading.asked
    now, before = (counts_by_district(reading.cube, asked, span, *MEASURED) for span in (asked.span, asked.before))
    floor = floor_of(reading.scope, "satisfied") or FLOOR
    rows: list[Sequence[Cell]] = []
    for member in reading.chosen:
        for metric_id, limit in WORSE.items():
            metric = METRICS[metric_id]
            one = figure(metric, now.get(member.id, NONE), before.get(member.id, NONE))
            if one.now.value is None or one.is_small or member.lacks(metric):
                continue
            told: list[str] = []
            if metric_id == "satisfied" and one.now.value < floor:
                told.append(said("低于通报线 {floor}", floor=word(value_words(floor, "percent"))))
            before_small = (one.before.denominator or 0) < 30
            if (
                one.change is not None
                and not before_small
                and (one.change >= limit if limit > 0 else one.change <= limit)
            ):
                told.append("明显变差")
            if told:
                rows.append(
                    (
                        Led.to(member.name, href(asked, "units", district=member.slug, group="")),
                        metric.label,
                        figure_cell(
                            one,
                            cells_href(asked, metric_id, "unit", district=member.slug, group=""),
                            is_under="明显变差" not in told or len(told) > 1,
                        ),
                        value_words(one.before.value, one.unit),
                        change_words(one.now.value, one.before.value, one.unit),
                        joined("；", told),
                    )
                )
    words = (
        "满意率低于通报线，或超期率、重办率上升 1 个百分点以上，满意率、解决率下降 2 个百分点以上；分母不足 30 的不看。"
    )
    head = ("区（市）县", "指标", "本月" if asked.month else "本期", "上月" if asked.month else "上期", "变化", "原因")
    return Section(
        "指标变差的区（市）县", [Words(words), Table(head, rows, empty="没有低于通报线或明显变差的区（市）县。")]
    )


def _incomplete(reading: Reader) -> Section:
    rows: list[Sequence[Cell]] = [
        (
            member.name,
            late_words(member, reading.now),
            member.last_day.isoformat() if member.last_day else "—",
        )
        for member in reading.chosen
        if member.is_late(reading.asked, now=reading.now)
    ]
    return Section(
        "统计不全的区（市）县",
        [Table(("区（市）县", "统计到哪里", "最近一次受理"), rows, empty="各区都统计到最近。")],
    )
