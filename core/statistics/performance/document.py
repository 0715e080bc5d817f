"""A sheet of yearly performance as a document: the table of all units, then each unit line by line."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from core.documents.model import Block, Cell, Document, Number, Section, Table, Words
from core.kit.saying import joined, said, word
from core.statistics.performance.models import (
    PerformanceLine,
    PerformanceObjection,
    PerformanceSheet,
    PerformanceUnit,
)
from core.statistics.performance.queries import OBJECTION_LABELS, STATE_LABELS, name_of
from core.statistics.performance.rules import HUNDREDTHS, points_words
from core.tenancy.scope import Scope

NOT_SIGNED = "本表尚未签发，不作为考核依据。"
INCOMPLETE = "有规则没有算出，本表不完整，不能签发"


def sheet_document(
    scope: Scope,
    sheet: PerformanceSheet,
    units: Sequence[PerformanceUnit],
    lines: Mapping[int, Sequence[PerformanceLine]],
    objections: Sequence[PerformanceObjection],
) -> Document:
    """Return the sheet as a document; it bears the time at which it was computed, so it is the same whenever it is made."""
    zone = scope.tenant.zone
    title = f"{scope.tenant.name}{name_of(sheet)}"
    hands = [
        said("计算：{made_by}，{made_at:%Y-%m-%d %H:%M}", made_by=sheet.made_by, made_at=sheet.made_at.astimezone(zone))
    ]
    if sheet.frozen_at and sheet.object_until:
        hands.append(
            said(
                "冻结：{frozen_by}，{frozen_at:%Y-%m-%d %H:%M}；异议期至 {object_until:%Y-%m-%d %H:%M}",
                frozen_by=sheet.frozen_by,
                frozen_at=sheet.frozen_at.astimezone(zone),
                object_until=sheet.object_until.astimezone(zone),
            )
        )
    if sheet.signed_at:
        hands.append(
            said(
                "签发：{signed_by}，{signed_at:%Y-%m-%d %H:%M}",
                signed_by=sheet.signed_by,
                signed_at=sheet.signed_at.astimezone(zone),
            )
        )
    lead = [
        said("{first} 至 {last} · {state}", first=sheet.first, last=sheet.last, state=word(STATE_LABELS[sheet.state])),
        *hands,
        *([] if sheet.state == "signed" else [NOT_SIGNED]),
        *(
            [said("{incomplete}：{failures}。", incomplete=word(INCOMPLETE), failures=joined("；", sheet.failures))]
            if sheet.failures
            else []
        ),
        *([said("本版理由：{reason}", reason=sheet.reason)] if sheet.reason else []),
        said(
            "依据：{rules}",
            rules=joined("、", (str(rule["label"]) + "（" + str(rule["stamp"]) + "）" for rule in sheet.rules)),
        ),
        said("指纹（SHA-256）：{sha256}", sha256=sheet.sha256),
    ]
    names = {unit.unit_id: unit.name for unit in units}
    sections = [Section("各单位得分", [_table(units, lines)])]
    sections += [Section(unit.name, [_lines(lines.get(unit.unit_id, ()))]) for unit in units]
    if sheet.differences:
        sections.append(Section("与上一版的差异", [Words(words) for words in differences_words(sheet.differences)]))
    if objections:
        rows = [
            (names.get(each.unit_id, ""), each.text, OBJECTION_LABELS[each.state], each.finding or "—")
            for each in objections
        ]
        sections.append(Section("异议", [Table(("单位", "异议", "认定", "理由"), rows)]))
    return Document(title, tuple(lead), sections, scope.tenant.name, sheet.made_at, f"{title} {sheet.sha256[:16]}")


def differences_words(differences: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Say in words what changed from one version to the next, a paragraph for each unit."""
    told = []
    for each in differences:
        parts = [
            said(
                "{unit}：合计由 {points} 变为 {after}",
                unit=each["unit"],
                points=points_words(each["before"]),
                after=points_words(each["after"]),
            )
        ]
        parts += [
            said(
                "“{label}”由 {points} 变为 {after}",
                label=line["label"],
                points=points_words(line["before"]),
                after=points_words(line["after"]),
            )
            for line in each["lines"]
        ]
        for moved in each["tickets"]:
            parts += [
                said(
                    "{words} {moved} 件（{moved_2}）",
                    words=word(words),
                    moved=moved[f"{way}_n"],
                    moved_2=joined("、", moved[way]),
                )
                for way, words in (("came", "增加"), ("went", "减少"))
                if moved[f"{way}_n"]
            ]
        told.append(joined("；", parts) + "。")
    return told


def _table(units: Sequence[PerformanceUnit], lines: Mapping[int, Sequence[PerformanceLine]]) -> Block:
    labels = list(dict.fromkeys(line.label for each in lines.values() for line in each))
    rows: list[list[Cell]] = []
    for unit in units:
        points = {line.label: line.points for line in lines.get(unit.unit_id, ())}
        rows.append(
            [
                "—" if unit.rank is None else Number(str(unit.rank), unit.rank),
                unit.name,
                *(_points(points.get(label)) for label in labels),
                _points(unit.total),
            ]
        )
    return Table(("名次", "单位", *labels, "合计"), rows, empty="这一年没有单位有可计的数据。")


def _lines(lines: Sequence[PerformanceLine]) -> Block:
    rows = [
        (
            line.label,
            _points(line.points),
            line.reason,
            joined("；", (f"{each['label']} {each['n']}" for each in line.behind)) or "—",
            line.rule_id,
        )
        for line in lines
    ]
    return Table(("项目", "得分", "怎么算的", "计入的件数", "规则"), rows)


def _points(points: int | None) -> Cell:
    if points is None:
        return "—"
    return Number(points_words(points), Fraction(points, HUNDREDTHS), "0.00")
