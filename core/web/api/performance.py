"""Yearly performance 年度绩效 over the API: a sheet with its lines, and every ticket or case behind a line."""

from typing import Any

from flask import request
from marshmallow import fields

from core.journey import performance as journey
from core.people.roles import Permission
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import StrictSchema
from core.web.api.keys import TOKEN
from core.web.api.schemas import ProblemSchema

performance = Blueprint("performance_api", __name__, description="年度绩效")
READERS = frozenset({Permission.PERFORMANCE, Permission.SUPERVISE})


class ScoreCountedSchema(StrictSchema):
    """A measure that a line counts, and how often."""

    measure = fields.String()
    label = fields.String()
    n = fields.Integer()


class ScoreLineSchema(StrictSchema):
    """A line; points are hundredths."""

    id = fields.Integer()
    label = fields.String()
    points = fields.Integer(metadata={"description": "百分之一分"})
    reason = fields.String()
    rule_id = fields.String()
    by = fields.String()
    behind = fields.List(fields.Nested(ScoreCountedSchema))


class ScoredUnitSchema(StrictSchema):
    """A unit on a sheet; without total and rank where a rule could not be asked."""

    code = fields.String()
    name = fields.String()
    total = fields.Integer(allow_none=True, metadata={"description": "百分之一分"})
    rank = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(ScoreLineSchema))


class PerformanceSheetSchema(StrictSchema):
    """A version of a year's sheet."""

    number = fields.Integer()
    year = fields.Integer()
    version = fields.Integer()
    state = fields.String()
    sha256 = fields.String()
    failures = fields.List(fields.String())
    units = fields.List(fields.Nested(ScoredUnitSchema))


class CountedThingSchema(StrictSchema):
    """A ticket, or a case on one, that was counted."""

    serial_no = fields.String()
    case_no = fields.String()
    at = fields.DateTime()


class CountedThingsSchema(StrictSchema):
    """What one measure counted: how often, and one page of it; `?what=` and `?page=` lead on."""

    measure = fields.String()
    label = fields.String()
    total = fields.Integer()
    page = fields.Integer()
    pages = fields.Integer()
    things = fields.List(fields.Nested(CountedThingSchema))


class ScoreLineShownSchema(ScoreLineSchema):
    """A line with everything that it counts."""

    counted = fields.List(fields.Nested(CountedThingsSchema))


@performance.get("/performance/<int(max=2147483647):number>")
@for_systems(READERS)
@performance.doc(**TOKEN, summary="查看绩效表")
@performance.response(200, PerformanceSheetSchema)
@performance.alt_response(403, schema=ProblemSchema)
@performance.alt_response(404, schema=ProblemSchema)
def show_sheet(call: Call, number: int) -> Any:
    """Tell a sheet 绩效表 with its units and lines."""
    shown = journey.show_sheet(call.scope, number)
    units = [
        {
            "code": unit.code,
            "name": unit.name,
            "total": unit.total,
            "rank": unit.rank,
            "lines": shown.lines.get(unit.unit_id, ()),
        }
        for unit in shown.units
    ]
    names = ("number", "year", "version", "state", "sha256", "failures")
    return {**{name: getattr(shown.sheet, name) for name in names}, "units": units}


@performance.get("/performance/<int(max=2147483647):number>/lines/<int(max=9223372036854775807):line>")
@for_systems(READERS)
@performance.doc(**TOKEN, summary="查看绩效表一行背后的工单")
@performance.response(200, ScoreLineShownSchema)
@performance.alt_response(403, schema=ProblemSchema)
@performance.alt_response(404, schema=ProblemSchema)
def show_line(call: Call, number: int, line: int) -> Any:
    """Tell a line with the tickets and cases that it counts, `?what=` a measure and `?page=` which of its pages."""
    wanted = request.args.get("page", "1")
    page = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 6 else 1
    shown = journey.show_line(call.scope, number, line, measure=request.args.get("what", "")[:60], page=max(1, page))
    names = ("id", "label", "points", "reason", "rule_id", "by", "behind")
    return {**{name: getattr(shown.line, name) for name in names}, "counted": shown.counted}
