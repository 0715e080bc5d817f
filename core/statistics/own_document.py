"""A unit's own results 本单位成绩 as a document."""

from datetime import datetime

from core.documents.model import Cell, Document, Number, Section, Table
from core.kit.saying import said, word
from core.statistics.documents import value_cell
from core.statistics.own import BY_MONTH, FEWEST_PEERS, OwnResults
from core.statistics.words import change_words, parts_words, points_words
from core.tenancy.scope import Scope

PEERS_NOTE = said(
    "同类单位的中位数按本区同一类的其他单位算，有数的不足 {fewest} 个时不算；只有单位的数，没有个人的数。",
    fewest=FEWEST_PEERS,
)


def own_document(scope: Scope, told: OwnResults, *, made_at: datetime) -> Document:
    """Return a unit's results as a document that bears `made_at` (aware)."""
    sections = [
        Section("各项指标", [_figures(told)]),
        Section("逐月", [_months(told)]),
        Section("事项", [_matters(told)]),
    ]
    if told.scored and told.scored.score:
        rows: list[list[Cell]] = [
            [each.line.label, points_words(each.line.points), each.line.reason] for each in told.scored.score.lines
        ]
        sections.append(Section("考核得分", [Table(("项目", "得分", "怎么算的"), rows)]))
    return Document(
        title=said(
            "{name}{unit}办理成绩 {month}", name=scope.tenant.name, unit=told.unit, month=word(told.month.words)
        ),
        lead=[PEERS_NOTE],
        sections=sections,
        maker=scope.tenant.name,
        made_at=made_at,
    )


def _figures(told: OwnResults) -> Table:
    head = ("指标", "本月", "分子/分母", "上月", "变化", "同类中位数", "近 12 个月", "分子/分母", "同类中位数", "口径")
    rows: list[list[Cell]] = [
        [
            each.figure.label,
            value_cell(each.figure.now.value, each.figure.unit),
            parts_words(each.figure.now, each.figure.unit),
            value_cell(each.figure.before.value, each.figure.unit),
            change_words(each.figure.now.value, each.figure.before.value, each.figure.unit),
            value_cell(each.peers, each.figure.unit),
            value_cell(each.year.value, each.figure.unit),
            parts_words(each.year, each.figure.unit),
            value_cell(each.peers_in_year, each.figure.unit),
            each.figure.note,
        ]
        for each in told.lines
    ]
    return Table(head, rows)


def _months(told: OwnResults) -> Table:
    head = ["月份"]
    for label in told.labels:
        head += [label, "分子/分母"]
    units = {each.figure.id: each.figure.unit for each in told.lines}
    rows: list[list[Cell]] = []
    for each in told.months:
        row: list[Cell] = [str(each.month)]
        for figure_id, reading in zip(BY_MONTH, each.readings, strict=True):
            row += [value_cell(reading.value, units[figure_id]), parts_words(reading, units[figure_id])]
        rows.append(row)
    return Table(head, rows)


def _matters(told: OwnResults) -> Table:
    rows: list[list[Cell]] = [
        [each.label, Number(f"{each.in_month:,}", each.in_month), Number(f"{each.in_year:,}", each.in_year)]
        for each in told.matters
    ]
    return Table(("事项", "本月派单", "近 12 个月派单"), rows, empty="没有派给本单位的工单")
