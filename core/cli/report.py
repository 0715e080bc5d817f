"""`huiying report`: the month of a district, and of a city with all its districts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.report import report_city, report_month
from core.statistics.city import FLOOR, BelowFloor, CityReport, Week
from core.statistics.figures import SMALL_SAMPLE, Figure
from core.statistics.grades import Band
from core.statistics.periods import Month
from core.statistics.plain import plain_city, plain_month
from core.statistics.report import MonthReport
from core.statistics.returning import UnitReturns
from core.statistics.shares import Share
from core.statistics.units import UnitMonth
from core.statistics.words import change_words, grade_words, parts_words, points_words, remark_words, value_words

IN_CITY = ("accepted", "concluded", "on_time", "resolved", "satisfied", "coverage")
"""Figures that stand beside each district."""
ADJUDICATED_IN_CITY = ("on_time_adjudicated", "overdue_adjudicated", "resolved_adjudicated", "satisfied_adjudicated")
BESIDE_IN_CITY = ("closed", "returned", "ping_pong", "extended", "redone", "attached", "rejected", "voided")
"""Figures without which the others could look better than they are."""
NO_GRADES: Mapping[str, Band] = {}


@click.group(name="report")
def report() -> None:
    """统计:区的月报、市的月报。"""


@report.command(name="month")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名，如 sandbox")
@click.option("--month", required=True, metavar="年-月", help="如 2019-04")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def month_(tenant: str, month: str, *, as_json: bool) -> None:
    """一个区的月报:受理、办结、构成与各项指标,均与上月对比。"""
    with installed() as installation:
        told = report_month(installation, tenant, month, now=datetime.now(UTC))
    if as_json:
        say_json(plain_month(told))
    else:
        click.echo("\n".join(_month_lines(told)))


@report.command(name="city")
@for_the_machine
@click.option("--city", required=True, metavar="市", help="市中心短名，如 center")
@click.option("--month", required=True, metavar="年-月", help="如 2019-04")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def city_(city: str, month: str, *, as_json: bool) -> None:
    """一个市的月报:各区合并计算,各区对照,事项前十,低于底线的单位,近十二周走势。"""
    with installed() as installation:
        told = report_city(installation, city, month, now=datetime.now(UTC))
    if as_json:
        say_json(plain_city(told))
    else:
        click.echo("\n".join(_city_lines(told)))


def _month_lines(told: MonthReport) -> Iterable[str]:
    yield from _heading(f"{told.tenant_name} {told.month.words}月报", told.month, is_over=told.is_over)
    yield from _figure_table(told.figures, told.grades)
    for title, shares in (
        ("诉求性质", told.by_nature),
        ("受理渠道", told.by_channel),
        ("诉求事项（前十）", told.by_matter),
    ):
        yield from ("", title, *_share_table(shares))
    if any(unit.graded for unit in told.units):
        yield from ("", f"承办单位等次（样本不足 {SMALL_SAMPLE} 的不评）", *_graded_table(told.units))
    if any(unit.score for unit in told.units):
        yield from ("", "承办单位绩效考核", *_score_table(told.units))
    if told.returning:
        title = f"退过单的单位：踢皮球指数（没有站住脚的退单/派单；派单不足 {SMALL_SAMPLE} 的不作比较）"
        yield from ("", title, *_returning_table(told.returning))


def _city_lines(told: CityReport) -> Iterable[str]:
    yield from _heading(f"{told.city_name} {told.month.words}月报（各区合并计算）", told.month, is_over=told.is_over)
    yield from _figure_table(told.figures)
    yield from ("", "各区", *_district_table(told, IN_CITY))
    yield from ("", "各区（裁定后）", *_district_table(told, ADJUDICATED_IN_CITY))
    yield from ("", "各区退单、延期、重办等", *_district_table(told, BESIDE_IN_CITY))
    yield from ("", "事项类别（前十）", *_share_table(told.by_matter))
    floor = value_words(FLOOR, "percent")
    yield from ("", f"群众满意率低于 {floor} 的区和单位（评价不足 {SMALL_SAMPLE} 件的不作评判）")
    yield from _below_table(told.below_floor) if told.below_floor else ["无"]
    yield from ("", "近十二周", *_week_table(told.weeks))


def _heading(title: str, month: Month, *, is_over: bool) -> Iterable[str]:
    yield title if is_over else f"{title}（本月未结束，与整个上月对比）"
    yield f"对比：{month.previous.words}"
    yield ""


def _figure_table(figures: Sequence[Figure], grades: Mapping[str, Band] = NO_GRADES) -> list[str]:
    rows = (
        (
            figure.label,
            value_words(figure.now.value, figure.unit),
            parts_words(figure.now, figure.unit),
            value_words(figure.before.value, figure.unit),
            change_words(figure.now.value, figure.before.value, figure.unit),
            grade_words(grades[figure.id].band) if figure.id in grades else remark_words(figure),
        )
        for figure in figures
    )
    return table(("指标", "本月", "分子/分母", "上月", "变化", "备注"), rows, right=(1, 2, 3))


def _graded_table(units: Sequence[UnitMonth]) -> list[str]:
    rows = (
        (
            unit.name,
            each.figure.label,
            value_words(each.figure.now.value, each.figure.unit),
            parts_words(each.figure.now, each.figure.unit),
            grade_words(each.grade.band),
        )
        for unit in units
        for each in unit.graded
    )
    return table(("单位", "指标", "本月", "分子/分母", "等次"), rows, right=(2, 3))


def _score_table(units: Sequence[UnitMonth]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for unit in units:
        if unit.score is None:
            continue
        total = "不完整" if unit.score.total is None else points_words(unit.score.total)
        rows.append((unit.name, "合计", total, "有规则没有算出来，不作为考核结果" if unit.score.total is None else ""))
        rows += [("", each.line.label, points_words(each.line.points), each.line.reason) for each in unit.score.lines]
    return table(("单位", "考核项", "得分", "依据"), rows, right=(2,))


def _returning_table(units: Sequence[UnitReturns]) -> list[str]:
    rows = (
        (
            unit.name,
            f"{unit.returned:,}",
            value_words(unit.index.now.value, "percent"),
            parts_words(unit.index.now, "percent"),
            value_words(unit.index.before.value, "percent"),
            remark_words(unit.index),
        )
        for unit in units
    )
    return table(("单位", "退单", "踢皮球指数", "分子/分母", "上月", "备注"), rows, right=(1, 2, 3, 4))


def _share_table(shares: Sequence[Share]) -> list[str]:
    rows = (
        (
            share.label,
            f"{share.numerator:,}",
            value_words(share.value, "percent"),
            f"{share.numerator:,}/{share.denominator:,}",
            f"{share.numerator_before:,}",
            change_words(share.value, share.value_before, "percent"),
        )
        for share in shares
    )
    if not shares:
        return ["本月和上月都没有受理的诉求。"]
    return table(("", "本月", "占比", "分子/分母", "上月", "占比变化"), rows, right=(1, 2, 3, 4))


def _district_table(told: CityReport, shown: Sequence[str]) -> list[str]:
    lines = [*((district.name, district.figures) for district in told.districts), ("全市", told.figures)]
    by_id = [(name, {figure.id: figure for figure in figures}) for name, figures in lines]
    rows = [(name, *(_in_cell(figures[figure_id]) for figure_id in shown)) for name, figures in by_id]
    head = ("区", *(by_id[-1][1][figure_id].label for figure_id in shown))
    return table(head, rows, right=range(1, len(head)))


def _in_cell(figure: Figure) -> str:
    parts = parts_words(figure.now, figure.unit)
    small = "*" if figure.is_small and figure.now.denominator else ""
    return f"{value_words(figure.now.value, figure.unit)}{small}{f' ({parts})' if parts else ''}"


def _below_table(below: Sequence[BelowFloor]) -> list[str]:
    rows = (
        (
            one.district_name,
            one.unit or "全区",
            value_words(one.value, "percent"),
            f"{one.satisfied:,}/{one.rated:,}",
            value_words(one.value_adjudicated, "percent"),
            f"{one.satisfied_adjudicated:,}/{one.rated_adjudicated:,}",
        )
        for one in below
    )
    head = ("区", "单位", "满意率", "满意/评价", "裁定后", "满意/评价（裁定后）")
    return table(head, rows, right=range(2, len(head)))


def _week_table(weeks: Sequence[Week]) -> list[str]:
    rows = (
        (f"{week.span.first:%Y-%m-%d} 至 {week.span.last:%m-%d}", f"{week.accepted:,}", f"{week.concluded:,}")
        for week in weeks
    )
    return table(("周", "受理", "办结"), rows, right=(1, 2))
