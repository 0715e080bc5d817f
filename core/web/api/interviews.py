"""Live interviews 微访谈 over the API: read sessions and their figures, and hand in what somebody asks elsewhere."""

import secrets
from dataclasses import asdict
from typing import Any

from marshmallow import fields, post_load

from core.intake.interviews.counts import Counts
from core.intake.interviews.labels import PLACES, QUESTION_STATES
from core.intake.interviews.rules import LONGEST_HANDLE, LONGEST_TEXT, Asker, Question
from core.journey.interview_questions import take_question
from core.journey.queries.interviews import READS, HostLine, InterviewLine, interview_case, interview_lines
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import Choice, Moment, StrictSchema, Text
from core.web.api.keys import KEY_HEADER, TOKEN, given_key
from core.web.api.schemas import ProblemSchema

interviews = Blueprint("interviews_api", __name__, description="微访谈")
ASKED_AT = tuple(place for place in PLACES if place != "file")
"""Where a system says that somebody asked."""


class CountsSchema(StrictSchema):
    """What came of questions: raw, and the tickets behind them after like ones were attached."""

    asked = fields.Integer(required=True, metadata={"description": "提问条数"})
    doubled = fields.Integer(required=True, metadata={"description": "其中同一人重复的"})
    set_aside = fields.Integer(required=True, metadata={"description": "其中不转办的"})
    answered_live = fields.Integer(required=True, metadata={"description": "其中当场答复的"})
    waiting = fields.Integer(required=True, metadata={"description": "其中还没有答复、也没有转办的"})
    filed = fields.Integer(required=True, metadata={"description": "其中转为工单的"})
    merged = fields.Integer(required=True, metadata={"description": "并单以后的工单件数"})
    finished = fields.Integer(required=True, metadata={"description": "其中已办结的"})
    in_progress = fields.Integer(required=True, metadata={"description": "其中办理中的"})
    backlog = fields.Integer(required=True, metadata={"description": "余件：没有转办的提问和办理中的工单"})


class HostSchema(StrictSchema):
    """Somebody who answers."""

    name = fields.String(required=True)
    post = fields.String(required=True)
    unit = fields.String(required=True)


class InterviewSchema(StrictSchema):
    """A session and its figures."""

    slug = fields.String(required=True, metadata={"description": "短名"})
    topic = fields.String(required=True)
    opens_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "到几点结束，延长的算在内"})
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    hosts = fields.List(fields.Nested(HostSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)


class UnitCountsSchema(StrictSchema):
    """What one unit has of a session."""

    unit = fields.String(required=True)
    counts = fields.Nested(CountsSchema, required=True)


class InterviewCaseSchema(InterviewSchema):
    """A session with what each unit has of it."""

    note = fields.String(required=True)
    units = fields.List(fields.Nested(UnitCountsSchema), required=True)


class AskerSchema(StrictSchema):
    """Who asks; all of it may be left out."""

    name = Text(longest=50, metadata={"description": "姓名"})
    phone = Text(longest=30, metadata={"description": "电话，加密保存"})
    handle = Text(longest=LONGEST_HANDLE, metadata={"description": "微博、微信昵称"})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Asker:
        """Return the asker."""
        return Asker(**data)


class QuestionSchema(StrictSchema):
    """A question as another system hands it in."""

    text = Text(longest=LONGEST_TEXT, required=True, metadata={"description": "提问内容"})
    place = Choice(ASKED_AT, required=True, metadata={"description": "在哪里提的：网页、微博、微信、电话"})
    unit = Text(longest=64, metadata={"description": "问哪个单位：代码或名称"})
    location = Text(longest=200, metadata={"description": "地点"})
    asked_at = Moment(metadata={"description": "提问时间，带时区；不写时为现在"})
    asker = fields.Nested(AskerSchema, load_default=Asker)


class AskedSchema(StrictSchema):
    """A question that was taken in."""

    number = fields.Integer(required=True, metadata={"description": "在这场访谈里的序号"})
    state = fields.String(required=True, metadata={"description": "waiting 待答复，doubled 同一人问过同样的"})
    state_label = fields.String(required=True)


@interviews.get("/interviews")
@for_systems(READS, what="查看微访谈")
@interviews.doc(**TOKEN, summary="列出微访谈")
@interviews.response(200, InterviewSchema(many=True))
def list_interviews(call: Call) -> Any:
    """List sessions with their figures, the latest first: to systems of a unit those in which it answers or is asked."""
    return [_told(line) for line in interview_lines(call.scope, actor=call.actor)]


@interviews.get("/interviews/<slug>")
@for_systems(READS, what="查看微访谈")
@interviews.doc(**TOKEN, summary="查看一场微访谈")
@interviews.response(200, InterviewCaseSchema)
@interviews.alt_response(404, schema=ProblemSchema)
def show_interview(call: Call, slug: str) -> Any:
    """Show a session with the figures of each unit."""
    case = interview_case(call.scope, slug, actor=call.actor)
    units = [{"unit": each.name, "counts": _counts(each.counts)} for each in case.units]
    return {**_told(case.line), "note": case.note, "units": units}


@interviews.post("/interviews/<slug>/questions")
@for_systems(None)
@interviews.doc(**TOKEN, parameters=[KEY_HEADER], summary="送来提问")
@interviews.arguments(QuestionSchema())
@interviews.response(201, AskedSchema)
@interviews.alt_response(404, schema=ProblemSchema)
@interviews.alt_response(409, schema=ProblemSchema)
@interviews.alt_response(422, schema=ProblemSchema)
def hand_in_question(call: Call, given: dict[str, Any], slug: str) -> Any:
    """Take in a question 提问; under the same Idempotency-Key it is the same question, however often it comes."""
    asked = Question(key=f"api/{given_key() or secrets.token_hex(16)}", **given)
    question = take_question(call.scope, slug, asked, actor=call.sender, now=call.now)
    return {"number": question.number, "state": question.state, "state_label": QUESTION_STATES[question.state]}


def _told(line: InterviewLine) -> dict[str, Any]:
    names = ("slug", "topic", "opens_at", "until", "state", "state_label")
    return {name: getattr(line, name) for name in names} | {
        "hosts": [_host(each) for each in line.hosts],
        "counts": _counts(line.counts),
    }


def _host(host: HostLine) -> dict[str, str]:
    return {"name": host.name, "post": host.post, "unit": host.unit}


def _counts(counts: Counts) -> dict[str, int]:
    return {**asdict(counts), "backlog": counts.backlog}
