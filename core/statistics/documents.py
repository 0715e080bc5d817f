"""Reports of a month as documents: of a district, and of a city with its districts beside each other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from core.documents.model import Block, Cell, Chart, Document, Number, Section, Table
from core.kit.saying import joined, said, word
from core.statistics.asked import Narrowing
from core.statistics.causes import Causes, CausesOf
from core.statistics.city import BelowFloor, CityReport, Week
from core.statistics.drawings import satisfaction_dots, share_bars, week_lines
from core.statistics.figures import SMALL_SAMPLE, Figure, Unit
from core.statistics.grades import Band
from core.statistics.owning_document import outside_sections, owning_sections
from core.statistics.periods import Month
from core.statistics.report import MonthReport
from core.statistics.returning import UnitReturns
from core.statistics.shares import Share
from core.statistics.units import UnitMonth
from core.statistics.words import (
    NOTHING,
    change_words,
    fastest_words,
    grade_words,
    is_nearly_all,
    parts_words,
    points_words,
    remark_words,
    value_words,
)

IN_CITY = ("accepted", "concluded", "on_time", "resolved", "satisfied", "coverage")
"""Figures that stand beside each district."""
ADJUDICATED_IN_CITY = ("on_time_adjudicated", "overdue_adjudicated", "resolved_adjudicated", "satisfied_adjudicated")
BESIDE_IN_CITY = ("closed", "returned", "ping_pong", "extended", "redone", "attached", "rejected", "voided")
"""Figures without which the others could look better than they are."""
NO_GRADES: Mapping[str, Band] = {}
PATTERNS: Mapping[Unit, str] = {"count": "#,##0", "percent": "0.00%", "days": "0.0", "minutes": "0.0"}
"""How a spreadsheet writes what `value_words` writes."""
NEARLY_ALL_PATTERN = "0.00####%"
"""With two digits a spreadsheet would write 100 % though something is left."""


def month_document(told: MonthReport, *, made_at: datetime) -> Document:
    """Return a district's month as a document that bears `made_at` (aware)."""
    sections = [
        Section("各项指标", [_figure_table(told.figures, told.grades)]),
        *(
            Section(title, [*_if_any(share_bars(title, shares)), _share_table(shares)])
            for title, shares in (
                ("诉求性质", told.by_nature),
                ("受理渠道", told.by_channel),
                ("诉求主体", told.by_appellant),
                ("诉求事项（前十）", told.by_matter),
            )
        ),
    ]
    if told.by_source:
        sections.append(Section("受理来源", [_share_table(told.by_source)]))
    if any(unit.graded for unit in told.units):
        sections.append(
            Section(
                said("承办单位等次（样本不足 {small_sample} 的不评）", small_sample=SMALL_SAMPLE),
                [_graded_table(told.units)],
            )
        )
    if any(unit.score for unit in told.units):
        sections.append(Section("承办单位绩效考核", [_score_table(told.units)]))
    sections += _cause_sections(told.causes, party="单位")
    if told.returning:
        title = said(
            "退过单的单位：踢皮球指数（没有站住脚的退单/派单；派单不足 {small_sample} 的不作比较）",
            small_sample=SMALL_SAMPLE,
        )
        sections.append(Section(title, [_returning_table(told.returning)]))
    sections += owning_sections(told.filing, told.owning)
    sections += _year_sections(told.year_before)
    sections += outside_sections(told.outside)
    title = said("{tenant_name} {words}月报", tenant_name=told.tenant_name, words=word(told.month.words))
    return _document(
        title,
        told.month,
        sections,
        is_over=told.is_over,
        maker=told.tenant_name,
        made_at=made_at,
        remarks=()
        if told.fastest is None
        else (said("本月最快的答复用时{fastest}。", fastest=word(fastest_words(told.fastest))),),
    )


def city_document(
    told: CityReport, *, made_at: datetime, labels: Mapping[Narrowing, str] | None = None, freshness: str = ""
) -> Document:
    """Return what is told of a city's days as a document that bears `made_at` (aware).

    `labels` call what alone is counted by its name; `freshness` says until when everything is counted.
    """
    floor, asked = value_words(told.floor, "percent"), told.question
    heads = ("本月", "上月") if asked.month else ("本期", "上期")
    sections = [
        Section("各项指标", [_figure_table(told.figures, beside=heads[1], now=heads[0])]),
        Section("各区", [*_if_any(satisfaction_dots(told.districts, told.floor)), _district_table(told, IN_CITY)]),
        Section("各区（裁定后）", [_district_table(told, ADJUDICATED_IN_CITY)]),
        Section("各区退单、延期、重办等", [_district_table(told, BESIDE_IN_CITY)]),
    ]
    if asked.aspect == "all":
        sections.append(
            Section(
                "事项类别（前十）",
                [*_if_any(share_bars("受理最多的事项类别", told.by_matter)), _share_table(told.by_matter, heads)],
            )
        )
    sections += [
        Section(
            said(
                "群众满意率低于 {floor} 的区和单位（评价不足 {small_sample} 件的不作评判）",
                floor=floor,
                small_sample=SMALL_SAMPLE,
            ),
            [_below_table(told.below_floor)],
        ),
        *_cause_sections(told.causes, party="区", heads=heads),
        *([Section("领导批示", [_instruction_table(told)])] if told.instructions else []),
        *_year_sections(told.year_before, beside="上年同月" if asked.month else "上年同期", now=heads[0]),
        Section("近十二周", [*_if_any(week_lines(told.weeks)), _week_table(told.weeks)]),
    ]
    if asked.narrowed or not asked.month:
        title = said("{city_name} {words}（各区合并计算）", city_name=told.city_name, words=word(asked.words(labels)))
    else:
        title = said("{city_name} {words}月报（各区合并计算）", city_name=told.city_name, words=word(told.month.words))
    return Document(
        title=title
        if told.is_over
        else said("{title}（本月未结束，与整个上月对比）", title=title)
        if asked.month
        else said("{title}（还没有结束）", title=title),
        lead=tuple(filter(None, (said("对比：{words}", words=word(asked.before_words)), freshness))),
        sections=sections,
        maker=told.city_name,
        made_at=made_at,
        footer=title,
    )


def _instruction_table(told: CityReport) -> Table:
    rows = [(each.label, _count(each.given), _count(each.reported), _count(each.waiting)) for each in told.instructions]
    return Table(("层级", "批示", "已反馈", "待反馈"), rows)


def _document(
    title: str,
    month: Month,
    sections: Sequence[Section],
    *,
    is_over: bool,
    maker: str,
    made_at: datetime,
    remarks: Sequence[str] = (),
) -> Document:
    return Document(
        title=title if is_over else said("{title}（本月未结束，与整个上月对比）", title=title),
        lead=(said("对比：{words}", words=word(month.previous.words)), *remarks),
        sections=sections,
        maker=maker,
        made_at=made_at,
        footer=title,
    )


def _cause_sections(
    causes: Sequence[Causes], *, party: str, heads: tuple[str, str] = ("本月", "上月")
) -> Sequence[Section]:
    """Return a section for each kind of causes that occurred: the causes, who was affected most, and which matters."""
    return [
        Section(
            each.label,
            [
                *([_share_table(each.groups, heads)] if each.groups else []),
                *_if_any(share_bars(each.label, each.codes)),
                _share_table(each.codes, heads),
                *(
                    _affected_table(said("{what}（前十）", what=word(what)), parts)
                    for what, parts in ((party, each.parties), ("事项", each.matters))
                    if parts
                ),
            ],
        )
        for each in causes
        if not each.is_empty
    ]


def _affected_table(what: str, affected: Sequence[CausesOf]) -> Table:
    rows = [
        (
            of.label if place == 0 else "",
            _count(of.n) if place == 0 else "",
            part.label,
            _count(part.numerator),
            value_cell(part.value, "percent"),
            f"{part.numerator:,}/{part.denominator:,}",
        )
        for of in affected
        for place, part in enumerate(of.parts)
    ]
    return Table((what, "合计", "原因", "件数", "占比", "分子/分母"), rows)


def _year_sections(figures: Sequence[Figure], *, beside: str = "上年同月", now: str = "本月") -> Sequence[Section]:
    if not figures:
        return ()
    return [Section(said("与{beside}对比", beside=word(beside)), [_figure_table(figures, beside=beside, now=now)])]


def value_cell(value: Fraction | None, unit: Unit) -> Cell:
    """Return a value as a number of a document, or a dash for none."""
    if value is None:
        return NOTHING
    pattern = NEARLY_ALL_PATTERN if unit == "percent" and is_nearly_all(value) else PATTERNS[unit]
    return Number(value_words(value, unit), value, pattern)


def _count(count: int) -> Number:
    return Number(f"{count:,}", count)


def _figure_table(
    figures: Sequence[Figure], grades: Mapping[str, Band] = NO_GRADES, *, beside: str = "上月", now: str = "本月"
) -> Table:
    rows = [
        (
            figure.label,
            value_cell(figure.now.value, figure.unit),
            parts_words(figure.now, figure.unit),
            value_cell(figure.before.value, figure.unit),
            change_words(figure.now.value, figure.before.value, figure.unit),
            _remark(figure, grades.get(figure.id)),
        )
        for figure in figures
    ]
    return Table(("指标", now, "分子/分母", beside, "变化", "备注"), rows)


def _remark(figure: Figure, grade: Band | None) -> str:
    remark = remark_words(figure)
    return joined("；", filter(None, (grade_words(grade.band), remark if figure.rest else ""))) if grade else remark


def _graded_table(units: Sequence[UnitMonth]) -> Table:
    rows = [
        (
            unit.name,
            each.figure.label,
            value_cell(each.figure.now.value, each.figure.unit),
            parts_words(each.figure.now, each.figure.unit),
            grade_words(each.grade.band),
        )
        for unit in units
        for each in unit.graded
    ]
    return Table(("单位", "指标", "本月", "分子/分母", "等次"), rows)


def _score_table(units: Sequence[UnitMonth]) -> Table:
    rows: list[Sequence[Cell]] = []
    for unit in units:
        if unit.score is None:
            continue
        total = "不完整" if unit.score.total is None else _points(unit.score.total)
        rows.append((unit.name, "合计", total, "有规则没有算出来，不作为考核结果" if unit.score.total is None else ""))
        rows += [("", each.line.label, _points(each.line.points), each.line.reason) for each in unit.score.lines]
    return Table(("单位", "考核项", "得分", "依据"), rows)


def _points(points: float | Decimal) -> Number:
    words = points_words(points)
    return Number(words, Fraction(words), "0.##")


def _returning_table(units: Sequence[UnitReturns]) -> Table:
    rows = [
        (
            unit.name,
            _count(unit.returned),
            value_cell(unit.index.now.value, "percent"),
            parts_words(unit.index.now, "percent"),
            value_cell(unit.index.before.value, "percent"),
            remark_words(unit.index),
        )
        for unit in units
    ]
    return Table(("单位", "退单", "踢皮球指数", "分子/分母", "上月", "备注"), rows)


def _share_table(shares: Sequence[Share], heads: tuple[str, str] = ("本月", "上月")) -> Table:
    rows = [
        (
            share.label,
            _count(share.numerator),
            value_cell(share.value, "percent"),
            f"{share.numerator:,}/{share.denominator:,}",
            _count(share.numerator_before),
            change_words(share.value, share.value_before, "percent"),
        )
        for share in shares
    ]
    now, before = heads
    empty = said("{now}和{before}都没有受理的诉求。", now=word(now), before=word(before))
    return Table(("", now, "占比", "分子/分母", before, "占比变化"), rows, empty=empty)


def _district_table(told: CityReport, shown: Sequence[str]) -> Table:
    whole = "合计" if told.question.district or told.question.group else "全市"
    lines = [*((district.name, district.figures) for district in told.districts), (whole, told.figures)]
    by_id = [(name, {figure.id: figure for figure in figures}) for name, figures in lines]
    rows = [(name, *(_in_cell(figures[figure_id]) for figure_id in shown)) for name, figures in by_id]
    return Table(("区", *(by_id[-1][1][figure_id].label for figure_id in shown)), rows)


def _in_cell(figure: Figure) -> Cell:
    cell = value_cell(figure.now.value, figure.unit)
    if isinstance(cell, str):
        return cell
    parts = parts_words(figure.now, figure.unit)
    small = "*" if figure.is_small and figure.now.denominator else ""
    plain = said("{value}*", value=cell.words) if small else cell.words
    return Number(said("{plain} ({parts})", plain=plain, parts=parts) if parts else plain, cell.value, cell.pattern)


def _below_table(below: Sequence[BelowFloor]) -> Table:
    rows = [
        (
            one.district_name,
            one.unit or "全区",
            value_cell(one.value, "percent"),
            f"{one.satisfied:,}/{one.rated:,}",
            value_cell(one.value_adjudicated, "percent"),
            f"{one.satisfied_adjudicated:,}/{one.rated_adjudicated:,}",
        )
        for one in below
    ]
    return Table(("区", "单位", "满意率", "满意/评价", "裁定后", "满意/评价（裁定后）"), rows)


def _week_table(weeks: Sequence[Week]) -> Table:
    rows = [
        (
            said("{first:%Y-%m-%d} 至 {last:%m-%d}", first=week.span.first, last=week.span.last),
            _count(week.accepted),
            _count(week.concluded),
        )
        for week in weeks
    ]
    return Table(("周", "受理", "办结"), rows)


def _if_any(chart: Chart | None) -> Iterable[Block]:
    return () if chart is None else (chart,)
