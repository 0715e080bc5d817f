"""What the API takes and gives."""

from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load

from core.areas.shapes import LARGEST_LATITUDE, LARGEST_LONGITUDE, Point
from core.hooks.values import Appellant, Nature, Urgency
from core.hooks.values.ticket import Relation
from core.intake.rules import TEXT_MAX, Appeal
from core.tickets.contact import Contact
from core.tickets.reveals import LONGEST_WORDS, PURPOSE_LABELS
from core.web.api.fields import Choice, Count, Degrees, Moment, StrictSchema, Text, YesNo

HALF_A_POINT = "经度和纬度要一起写，或都不写。"


class ContactSchema(StrictSchema):
    """Who speaks and how to reach them; all of it may be left out."""

    name = Text(longest=50, metadata={"description": "姓名"})
    phone = Text(longest=30, metadata={"description": "电话"})
    address = Text(longest=200, metadata={"description": "住址"})
    keep_private = YesNo(metadata={"description": "不向承办单位公开身份，默认 true"})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Contact:
        """Return the contact."""
        return Contact(**data)


class AppealSchema(StrictSchema):
    """An appeal 诉求 as another system hands it in."""

    text = Text(
        longest=TEXT_MAX, required=True, metadata={"description": "诉求内容", "example": "路灯整段不亮已一周。"}
    )
    title = Text(longest=200, metadata={"description": "标题；不写时取内容开头"})
    place = Text(longest=200, metadata={"description": "地点"})
    longitude = Degrees(most=LARGEST_LONGITUDE, metadata={"description": "经度（WGS84，度）；与纬度一起写"})
    latitude = Degrees(most=LARGEST_LATITUDE, metadata={"description": "纬度（WGS84，度）；与经度一起写"})
    mailbox = Text(longest=100, metadata={"description": "收件信箱"})
    channel = Text(longest=64, load_default="api", metadata={"description": "渠道代码"})
    nature = Choice(get_args(Nature), metadata={"description": "投诉、求助、咨询、建议、表扬、办事申请"})
    matter = Text(longest=64, metadata={"description": "职责清单事项代码"})
    urgency = Choice(get_args(Urgency), metadata={"description": "紧急程度"})
    appellant = Choice(get_args(Appellant), metadata={"description": "诉求主体：个人、企业、其他单位；不写时按渠道"})
    source = Text(
        longest=100, metadata={"description": "来源：诉求经哪条线路、账号或系统来的，写来源名册里的代码、名称或别名"}
    )
    relation = Choice(
        get_args(Relation),
        metadata={
            "description": "与本地的关系，由诉求人自己说：居民、游客、投资者、企业管理者、务工就学、其他；不必问"
        },
    )
    affected_count = Count(least=1, most=10_000_000, metadata={"description": "涉及人数"})
    submitted_at = Moment(metadata={"description": "诉求人提出的时间，带时区；不写时为现在"})
    contact = fields.Nested(ContactSchema)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Appeal:
        """Return the appeal."""
        longitude, latitude = data.pop("longitude", None), data.pop("latitude", None)
        if (longitude is None) != (latitude is None):
            raise ValidationError(HALF_A_POINT, "latitude" if latitude is None else "longitude")
        point = Point(longitude, latitude) if longitude is not None else None
        return Appeal(**data, point=point)


class AcceptedSchema(StrictSchema):
    """The receipt: what the resident needs to follow the ticket."""

    serial_no = fields.String(required=True, metadata={"description": "受理流水号"})
    access_code = fields.String(required=True, metadata={"description": "提取码"})
    receipt = fields.String(required=True, metadata={"description": "告诉诉求人的话"})
    state = fields.String(required=True)


class TicketSchema(StrictSchema):
    """How a ticket stands, without anything about who spoke."""

    serial_no = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    lead_unit = fields.String(allow_none=True)
    head = fields.String(required=True, metadata={"description": "主办单位的负责人；没有指定的为空"})
    asked_first = fields.String(required=True, metadata={"description": "首问单位：诉求人最先找的；不知道的为空"})
    handled_first = fields.String(
        required=True, metadata={"description": "首办单位：最先签收或直接答复的；还没有的为空"}
    )
    hands = fields.Integer(required=True, metadata={"description": "经手：换过几个主办单位，首个也算"})
    relation = fields.String(required=True, metadata={"description": "诉求人自己说的与本地的关系；没有说的为空"})
    verified = fields.String(
        required=True, metadata={"description": "核实结果：属实、部分属实、不属实；没有核实的为空"}
    )
    nature = fields.String(required=True, metadata={"description": "类型：投诉、求助、咨询、建议、表扬、办事申请"})
    told = fields.Boolean(required=True, metadata={"description": "本轮有没有诉求人已被告知结果的记录"})
    reply = fields.String(allow_none=True, metadata={"description": "已发出的答复"})
    version = fields.Integer(required=True)


class TellingSchema(StrictSchema):
    """One time that the resident was told what became of the appeal, or somebody tried."""

    at = fields.AwareDateTime(required=True)
    way = fields.String(required=True, metadata={"description": "告知方式"})
    text = fields.String(required=True, metadata={"description": "告知了什么"})
    by = fields.String(required=True, metadata={"description": "谁告知的"})
    outcome = fields.String(required=True, metadata={"description": "结果：已告知、没有联系上、没有送达……"})
    is_proof = fields.Boolean(required=True, metadata={"description": "是否证明诉求人已被告知"})
    cycle = fields.Integer(required=True, metadata={"description": "第几轮办理"})


class RevealSchema(StrictSchema):
    """What the contact of a resident is asked for."""

    purpose = Choice(tuple(PURPOSE_LABELS), required=True, metadata={"description": "用途"})
    words = Text(longest=LONGEST_WORDS, required=True, metadata={"description": "事由"})


class RevealedSchema(StrictSchema):
    """A contact in full, and to whom it was shown when: to be shown with it, and not to be kept."""

    serial_no = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    address = fields.String(required=True)
    keep_private = fields.Boolean(required=True, metadata={"description": "不向承办单位公开身份"})
    purpose = fields.String(required=True)
    shown_to = fields.String(required=True)
    shown_at = fields.AwareDateTime(required=True)


class ProblemSchema(StrictSchema):
    """What went wrong (RFC 9457), with a stable `code` for machines and `detail` for people."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    number = fields.String(required=True)
    errors = fields.Dict(keys=fields.String())
    faults = fields.List(fields.String(), metadata={"description": "逐条的问题"})


class DoneSchema(StrictSchema):
    """A command was carried out: where the ticket stood right after it."""

    serial_no = fields.String(required=True)
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    version = fields.Integer(required=True)


class HappenedSchema(StrictSchema):
    """An entry of the timeline that was written since the caller's version."""

    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    who = fields.String(required=True)
    words = fields.String(required=True)


class StaleSchema(ProblemSchema):
    """A conflict; where the version was stale, with what happened since."""

    since = fields.List(fields.Nested(HappenedSchema))


class ParameterSchema(StrictSchema):
    """An argument of a command."""

    name = fields.String(required=True)
    type = fields.String(required=True)
    required = fields.Boolean(required=True)
    nullable = fields.Boolean(required=True)
    choices = fields.List(fields.String(), allow_none=True)


class CommandSchema(StrictSchema):
    """A command on a ticket: what the house calls it, what it asks for, whether this token brings that."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    permission = fields.String(required=True)
    permitted = fields.Boolean(required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)
