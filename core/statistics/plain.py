"""Reports as plain data for machines: exact numbers, with the words that people read beside them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from core.statistics.causes import Causes, CausesOf
from core.statistics.city import BelowFloor, CityReport, District
from core.statistics.figures import SECONDS, Figure, Reading
from core.statistics.filing import Filing
from core.statistics.grades import Band
from core.statistics.outside.queries import Compared, OutsideLine
from core.statistics.owners import UnitOwning
from core.statistics.report import MonthReport
from core.statistics.shares import Share
from core.statistics.units import Score, UnitMonth
from core.statistics.words import change_words, value_words


def plain_month(report: MonthReport) -> dict[str, Any]:
    """Return a month's report as plain data. Rates are quotients: 0.9576 for 95.76 %."""
    return {
        "tenant": report.tenant,
        "tenant_name": report.tenant_name,
        "month": str(report.month),
        "is_over": report.is_over,
        "accepted": _plain_count(report.figure("accepted")),
        "concluded": _plain_count(report.figure("concluded")),
        "by_nature": _plain_shares(report.by_nature, "nature"),
        "by_channel": _plain_shares(report.by_channel, "channel"),
        "by_source": _plain_shares(report.by_source, "source"),
        "by_appellant": _plain_shares(report.by_appellant, "appellant"),
        "by_matter": _plain_shares(report.by_matter, "matter"),
        "figures": {
            each.id: plain_figure(each) | {"grade": _plain_grade(report.grades.get(each.id))} for each in report.figures
        },
        "units": [_plain_unit(unit) for unit in report.units],
        "returning": [
            {"unit": each.unit, "name": each.name, "returned": each.returned, "index": plain_figure(each.index)}
            for each in report.returning
        ],
        "causes": _plain_causes(report.causes),
        "year_before": _plain_figures(report.year_before),
        "fastest_hours": report.fastest,
        "filing": [plain_filing(each) for each in report.filing],
        "owning": [plain_owning(each) for each in report.owning],
        "outside": [plain_outside(each) for each in report.outside],
    }


def plain_filing(filing: Filing) -> dict[str, Any]:
    """Return how fast messages were filed as plain data; times are seconds."""
    return {
        "channel": filing.channel,
        "label": filing.label,
        "in_time": filing.in_time,
        "due": filing.due,
        "waiting": filing.waiting,
        "median_seconds": _number(filing.median),
        "slowest_seconds": filing.slowest,
    }


def plain_owning(owning: UnitOwning) -> dict[str, Any]:
    """Return a unit's numbers as plain data."""
    return {"unit": owning.unit, "name": owning.name, **owning.counts, "attempts": owning.attempts}


def plain_outside(line: OutsideLine) -> dict[str, Any]:
    """Return a figure from elsewhere as plain data; changes are quotients: −0.5 is half as much as the year before."""

    def compared(each: Compared) -> dict[str, Any]:
        return {"value": each.now, "year_before": each.before, "change": _number(each.change)}

    return {
        "name": line.name,
        "sources": list(line.sources),
        "month": compared(line.month),
        "year": compared(line.year),
        "corrected": line.corrected,
    }


def plain_city(report: CityReport) -> dict[str, Any]:
    """Return a city's report as plain data."""
    return {
        "city": report.city,
        "city_name": report.city_name,
        "month": str(report.month),
        "is_over": report.is_over,
        "accepted": _plain_count(_figure(report.figures, "accepted")),
        "concluded": _plain_count(_figure(report.figures, "concluded")),
        "figures": _plain_figures(report.figures),
        "districts": [_plain_district(district) for district in report.districts],
        "by_matter": _plain_shares(report.by_matter, "category"),
        "below_floor": [_plain_below(below) for below in report.below_floor],
        "weeks": [
            {
                "first": week.span.first.isoformat(),
                "last": week.span.last.isoformat(),
                "accepted": week.accepted,
                "concluded": week.concluded,
            }
            for week in report.weeks
        ],
        "causes": _plain_causes(report.causes),
        "year_before": _plain_figures(report.year_before),
    }


def plain_figure(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain data: `value` is `numerator` over `denominator`, days as days."""
    now, before = _plain_reading(figure.now, figure), _plain_reading(figure.before, figure)
    return {
        "label": figure.label,
        "version": figure.version,
        "unit": figure.unit,
        "better": figure.better,
        **now,
        "previous": before["value"],
        "previous_numerator": before["numerator"],
        "previous_denominator": before["denominator"],
        "change": _number(figure.change),
        "small": figure.is_small,
        "rest": figure.rest,
        "left": figure.left,
        "shown": value_words(figure.now.value, figure.unit),
        "change_shown": change_words(figure.now.value, figure.before.value, figure.unit),
        "note": figure.note,
    }


def _plain_grade(grade: Band | None) -> dict[str, Any] | None:
    if grade is None:
        return None
    band = grade.band
    return {
        "label": band.label,
        "action": band.action,
        "threshold": band.threshold,
        "reason": band.reason,
        "rule_id": band.rule_id,
        "by": grade.by,
    }


def _plain_unit(unit: UnitMonth) -> dict[str, Any]:
    return {
        "unit": unit.unit,
        "name": unit.name,
        "graded": [
            {"figure": each.figure.id, **plain_figure(each.figure), "grade": _plain_grade(each.grade)}
            for each in unit.graded
        ],
        "score": None if unit.score is None else _plain_score(unit.score),
    }


def _plain_score(score: Score) -> dict[str, Any]:
    return {
        "total": None if score.total is None else float(score.total),
        "complete": score.total is not None,
        "lines": [
            {
                "label": each.line.label,
                "points": each.line.points,
                "reason": each.line.reason,
                "rule_id": each.line.rule_id,
                "by": each.by,
            }
            for each in score.lines
        ],
    }


def _plain_reading(reading: Reading, figure: Figure) -> dict[str, Any]:
    numerator: float | int | None = reading.numerator
    if figure.unit in SECONDS and reading.numerator is not None:
        numerator = reading.numerator / SECONDS[figure.unit]
    return {"numerator": numerator, "denominator": reading.denominator, "value": _number(reading.value)}


def _plain_figures(figures: Sequence[Figure]) -> dict[str, Any]:
    return {figure.id: plain_figure(figure) for figure in figures}


def _plain_count(figure: Figure) -> dict[str, Any]:
    return {
        "n": figure.now.numerator,
        "previous": figure.before.numerator,
        "change": _number(figure.change),
        "change_shown": change_words(figure.now.value, figure.before.value, "count"),
    }


def _plain_shares(shares: Sequence[Share], key: str) -> list[dict[str, Any]]:
    return [
        {
            key: share.key,
            "label": share.label,
            "n": share.numerator,
            "numerator": share.numerator,
            "denominator": share.denominator,
            "share": _number(share.value),
            "previous": share.numerator_before,
            "previous_denominator": share.denominator_before,
            "previous_share": _number(share.value_before),
            "change": share.numerator - share.numerator_before,
        }
        for share in shares
    ]


def _plain_causes(causes: Sequence[Causes]) -> dict[str, Any]:
    def affected(each: Sequence[CausesOf]) -> list[dict[str, Any]]:
        return [{"name": of.label, "n": of.n, "causes": _plain_shares(of.parts, "cause")} for of in each]

    return {
        each.kind: {
            "label": each.label,
            "groups": _plain_shares(each.groups, "group"),
            "causes": _plain_shares(each.codes, "cause"),
            "by_party": affected(each.parties),
            "by_matter": affected(each.matters),
        }
        for each in causes
    }


def _plain_district(district: District) -> dict[str, Any]:
    return {"tenant": district.slug, "name": district.name, "figures": _plain_figures(district.figures)}


def _plain_below(below: BelowFloor) -> dict[str, Any]:
    return {
        "tenant": below.district,
        "name": below.district_name,
        "unit": below.unit,
        "numerator": below.satisfied,
        "denominator": below.rated,
        "value": _number(below.value),
        "numerator_adjudicated": below.satisfied_adjudicated,
        "denominator_adjudicated": below.rated_adjudicated,
        "value_adjudicated": _number(below.value_adjudicated),
    }


def _figure(figures: Sequence[Figure], figure_id: str) -> Figure:
    return next(figure for figure in figures if figure.id == figure_id)


def _number(value: Fraction | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)
