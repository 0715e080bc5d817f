"""What the API tells of the decisions on a ticket."""

from marshmallow import fields

from core.web.api.fields import StrictSchema


class PartSchema(StrictSchema):
    """A part of a rule's condition: what it asks, what the ticket answered, the actual value, met or not (null = unknown)."""

    asked = fields.String(required=True)
    answered = fields.String(required=True)
    field = fields.String(required=True)
    actual = fields.Raw(allow_none=True)
    met = fields.Boolean(allow_none=True)
    decides = fields.Boolean(required=True)


class MatchedSchema(StrictSchema):
    """A rule that matched."""

    phase = fields.String(required=True)
    rule = fields.String(required=True)
    label = fields.String(required=True)
    parts = fields.List(fields.Nested(PartSchema))


class CandidateSchema(StrictSchema):
    """A unit that was proposed and did not get the ticket, and why not."""

    unit = fields.String(required=True)
    code = fields.String(required=True)
    role = fields.String(required=True)
    source = fields.String(required=True)
    why = fields.String(required=True)


class DecisionSchema(StrictSchema):
    """One decision, as it was kept: who decided, by what, and all that it rests on."""

    at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True, metadata={"description": "suggested、dispatched 或 nobody"})
    kind = fields.String(required=True)
    kind_label = fields.String(required=True)
    unit = fields.String(allow_none=True)
    unit_code = fields.String(allow_none=True)
    co = fields.List(fields.String())
    decided_by = fields.String(required=True)
    rule_id = fields.String(required=True)
    by = fields.String(required=True, metadata={"description": "功能@版本/第几次设置，或 person"})
    duty_list = fields.Integer(required=True, metadata={"description": "职责清单第几版，0 为没有"})
    rules = fields.String(required=True, metadata={"description": "派单规则的摘要"})
    reason = fields.String(required=True)
    suggested = fields.String(allow_none=True, metadata={"description": "没有按建议派单时，建议的单位"})
    override = fields.String(required=True, metadata={"description": "不按建议派单的理由"})
    sentence = fields.String(required=True)
    explanation = fields.List(fields.String())
    matched = fields.List(fields.Nested(MatchedSchema))
    passed_over = fields.List(fields.Nested(CandidateSchema))


class ReturnedSchema(StrictSchema):
    """A unit asked to give the ticket back, and what was decided."""

    unit = fields.String(required=True)
    reason = fields.String(required=True)
    evidence = fields.String(required=True)
    clause = fields.String(required=True)
    duty_item = fields.String(required=True)
    proposed_unit = fields.String(allow_none=True)
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    note = fields.String(required=True)


class StepSchema(StrictSchema):
    """Something that bears on whose the ticket is, in words; a decision or a return also whole."""

    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, metadata={"description": "decision、return 或 consultation"})
    label = fields.String(required=True)
    by = fields.String(required=True)
    words = fields.String(required=True)
    decision = fields.Nested(DecisionSchema, allow_none=True)
    returned = fields.Nested(ReturnedSchema, allow_none=True)


class ExplainedSchema(StrictSchema):
    """Why a ticket is where it is, in one sentence, and the story behind it, the oldest first."""

    serial_no = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    unit = fields.String(allow_none=True)
    sentence = fields.String(required=True)
    steps = fields.List(fields.Nested(StepSchema))
