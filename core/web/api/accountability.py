"""Cases of accountability 问责 over the API: officers' systems read all, a unit's its own; what is done in one is a command.

The commands, such as `state_facts`, are carried out like all others, with the `id` of the case as `case_id`.
"""

from typing import Any

from flask import request
from marshmallow import fields

from core.journey.queries.accountability import (
    READS,
    TAB_LABELS,
    CaseFilters,
    CasePage,
    cases_against,
    listed_cases,
    shown_case,
    shown_to_unit,
)
from core.people.roles import Permission
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import StrictSchema
from core.web.api.keys import TOKEN
from core.web.api.schemas import ProblemSchema

accountability = Blueprint("accountability_api", __name__, description="问责案件")
READERS = READS | {Permission.HANDLE}
"""Whose systems read cases; a token with a unit alone reads that unit's."""


class ListedCaseSchema(StrictSchema):
    """A case in a list."""

    code = fields.String(metadata={"description": "年-号"})
    label = fields.String()
    serial_no = fields.String()
    unit = fields.String()
    cause = fields.String()
    officer = fields.String()
    opened_at = fields.DateTime()
    state_label = fields.String()
    rung_label = fields.String()
    outcome_label = fields.String()
    statement_due = fields.DateTime(allow_none=True)
    is_silent = fields.Boolean()
    appeal_until = fields.DateTime(allow_none=True)


class ListedCasesSchema(StrictSchema):
    """Up to 100 cases, and the number behind which the next begin."""

    cases = fields.List(fields.Nested(ListedCaseSchema))
    after = fields.String(metadata={"description": "下一页从这个案号之后开始；空的是没有更多"})


class CaseStepSchema(StrictSchema):
    """A step of a case: what was done, in words, by whom, when."""

    label = fields.String()
    text = fields.String()
    reason = fields.String()
    by = fields.String()
    at = fields.DateTime()


class CaseEvidenceSchema(StrictSchema):
    """A piece of evidence; `is_intact` is null for a file, which has the fingerprint of its own."""

    title = fields.String()
    by = fields.String()
    at = fields.DateTime()
    sha256 = fields.String()
    is_intact = fields.Boolean(allow_none=True)


class CaseShownSchema(StrictSchema):
    """A case with its steps and the fingerprints of its evidence."""

    id = fields.Integer(metadata={"description": "命令的 case_id"})
    code = fields.String()
    label = fields.String()
    serial_no = fields.String()
    unit = fields.String()
    authority = fields.String()
    officer = fields.String()
    state = fields.String()
    rung = fields.String()
    outcome = fields.String()
    measure = fields.String()
    opened_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    steps = fields.List(fields.Nested(CaseStepSchema))
    evidence = fields.List(fields.Nested(CaseEvidenceSchema))


@accountability.get("/cases")
@for_systems(READERS)
@accountability.doc(**TOKEN, summary="列出问责案件")
@accountability.response(200, ListedCasesSchema)
@accountability.alt_response(403, schema=ProblemSchema)
@accountability.alt_response(404, schema=ProblemSchema)
def list_cases(call: Call) -> Any:
    """List cases of accountability 问责, the newest first, at most 100; `?after=` the next ones.

    `?tab=` those that stand there, such as `to_decide`.
    """
    tab, after = request.args.get("tab", ""), request.args.get("after", "")
    if not READS.isdisjoint(call.actor.permissions):
        return listed_cases(call.scope, tab if tab in TAB_LABELS else "", CaseFilters(), after=after)
    return cases_against(call.scope, call.system.unit_id, after=after) if call.system.unit_id else CasePage((), "")


@accountability.get("/cases/<case_code>")
@for_systems(READERS)
@accountability.doc(**TOKEN, summary="查看问责案件")
@accountability.response(200, CaseShownSchema)
@accountability.alt_response(403, schema=ProblemSchema)
@accountability.alt_response(404, schema=ProblemSchema)
def show_case(call: Call, case_code: str) -> Any:
    """Tell one case with its steps and its evidence."""
    if READS.isdisjoint(call.actor.permissions):
        shown = shown_to_unit(call.scope, case_code, call.system.unit_id or 0)
    else:
        shown = shown_case(call.scope, case_code, call.actor)
    names = ("id", "code", "label", "serial_no", "unit", "authority", "officer", "state", "rung", "outcome", "measure")
    times = ("opened_at", "decided_at", "ended_at")
    told = {name: getattr(shown.line, name) for name in (*names, *times)}
    return {**told, "steps": shown.about.steps, "evidence": shown.evidence}
