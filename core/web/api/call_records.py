"""Call records 来电记录 over the API: the telephone system tells of calls, each once by its own id."""

from typing import Any

from marshmallow import fields, post_load

from core.intake.calls.rules import LONGEST_CALL, IncomingCall
from core.journey.call_records import MOST_CALLS, receive_calls
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import Count, Listed, Moment, StrictSchema, Text
from core.web.api.keys import TOKEN
from core.web.api.schemas import ProblemSchema

call_records = Blueprint("call_records", __name__, description="来电记录")


class CallSchema(StrictSchema):
    """A call as the telephone system tells of it."""

    source_id = Text(longest=120, required=True, metadata={"description": "电话系统自己的通话编号；同一编号只收一次"})
    began_at = Moment(required=True, metadata={"description": "来电时间，带时区"})
    channel = Text(longest=64, load_default="desk", metadata={"description": "渠道代码；不写时为受理席"})
    line = Text(longest=100, metadata={"description": "拨打的号码或线路"})
    phone = Text(longest=30, metadata={"description": "来电号码，加密保存；没有显示号码的不写"})
    seconds = Count(least=0, most=LONGEST_CALL, metadata={"description": "通话秒数"})
    answered_by = Text(longest=100, metadata={"description": "接听的坐席；不写即未接来电，等待回拨"})
    recording = Text(longest=500, metadata={"description": "录音在电话系统里的位置"})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> IncomingCall:
        """Return the call."""
        return IncomingCall(**data)


class CallsSchema(StrictSchema):
    """Several calls, kept all or none."""

    calls = Listed(fields.Nested(CallSchema), longest=MOST_CALLS, required=True)


class CallsKeptSchema(StrictSchema):
    """How many calls are new, and how many came before."""

    created = fields.Integer(required=True)
    existing = fields.Integer(required=True)


@call_records.post("/calls")
@for_systems(None)
@call_records.doc(**TOKEN, summary="送来来电记录")
@call_records.arguments(CallsSchema())
@call_records.response(200, CallsKeptSchema)
@call_records.alt_response(409, schema=ProblemSchema)
@call_records.alt_response(422, schema=ProblemSchema)
def take_calls(call: Call, given: dict[str, Any]) -> Any:
    """Keep calls 来电记录, so that somebody says what becomes of each; sent again they are the same."""
    return receive_calls(call.scope, given["calls"], actor=call.sender, now=call.now)
