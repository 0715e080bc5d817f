"""What the API takes and gives about features and their settings."""

from marshmallow import fields

from core.journey.settings.administering import LONGEST_REASON
from core.web.api.fields import Choice, Count, JsonObject, Listed, Moment, StrictSchema, Text, YesNo

LONGEST_NAME = 100
MOST_NAMES = 200
LONGEST_SECRET = 500


class ReasonSchema(StrictSchema):
    """Why something is done."""

    reason = Text(longest=LONGEST_REASON, required=True, metadata={"description": "理由，写进记录"})


class OnSchema(StrictSchema):
    """Why a feature is switched on."""

    reason = Text(longest=LONGEST_REASON, load_default="", metadata={"description": "理由，写进记录"})


class OffSchema(ReasonSchema):
    """Why a feature is switched off, and whether although something depends on it."""

    anyway = YesNo(load_default=False, metadata={"description": "还有别的依靠它，仍然关闭"})


class OrderSchema(StrictSchema):
    """Before which feature a feature is put; without one, last."""

    before = Text(longest=LONGEST_NAME, load_default=None, allow_none=True)


class DraftSchema(ReasonSchema):
    """What is to be set otherwise: `changes` to what holds, or the `whole` of what is not inherited."""

    changes = JsonObject(load_default=dict, metadata={"description": "要改的各项"})
    whole = JsonObject(load_default=None, allow_none=True, metadata={"description": "全部自设项；没有写的恢复沿用"})
    inherit = Listed(Text(longest=LONGEST_NAME), longest=MOST_NAMES, load_default=list)
    lock = Listed(Text(longest=LONGEST_NAME), longest=MOST_NAMES, load_default=list)
    unlock = Listed(Text(longest=LONGEST_NAME), longest=MOST_NAMES, load_default=list)


class NoteSchema(StrictSchema):
    """What who approves has to say."""

    note = Text(longest=LONGEST_REASON, load_default="")
    aware = YesNo(load_default=False, metadata={"description": "已看过试算的提醒，仍要这样办"})


class ActivateSchema(StrictSchema):
    """From when on a revision is to hold; without a time, at once."""

    at = Moment(load_default=None, allow_none=True)
    aware = YesNo(load_default=False, metadata={"description": "已看过试算的提醒，仍要这样办"})


class PutAwaySchema(StrictSchema):
    """Which repair cards of a feature are put away; without a hook, all."""

    hook = Text(longest=LONGEST_NAME, load_default=None, allow_none=True)


class SecretInSchema(StrictSchema):
    """A secret: its text, or where it is kept. Exactly one of the two."""

    text = Text(longest=LONGEST_SECRET, load_only=True, metadata={"description": "密钥本身，加密保存"})
    reference = Text(longest=LONGEST_NAME, metadata={"description": "env:变量 或 file:文件名"})


class QuarantinedSchema(StrictSchema):
    """A plugin that was put aside when the installation was read."""

    plugin = fields.String(required=True)
    reason = fields.String(required=True)


class FeatureSchema(StrictSchema):
    """A feature of the tenant."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    summary = fields.String(required=True)
    version = fields.String(required=True)
    level = fields.String(required=True)
    restricted = fields.Boolean(required=True)
    state = Choice(("off", "enabling", "on", "suspended", "incompatible"), required=True)
    position = fields.Integer(required=True, allow_none=True)
    revision = fields.Integer(required=True)
    used = fields.Integer(required=True, allow_none=True)
    preset = fields.String(required=True)
    incidents = fields.Integer(required=True)
    reason = fields.String(required=True)


class FeaturesSchema(StrictSchema):
    """All features in the tenant's order."""

    features = fields.List(fields.Nested(FeatureSchema), required=True)
    quarantined = fields.List(fields.Nested(QuarantinedSchema), required=True)
    safe_mode = fields.Boolean(required=True)


class SwitchingSchema(StrictSchema):
    """How far switching on has come; `needs` is what is still missing."""

    state = fields.String(required=True)
    number = fields.Integer(required=True)
    needs = fields.List(fields.String(), required=True)
    suggests = fields.List(fields.String(), required=True)
    dry_run = fields.Integer(allow_none=True, load_default=None)


class DependentsSchema(StrictSchema):
    """What depended on a feature that is off now."""

    open_clocks = fields.Integer(required=True)
    open_cases = fields.Integer(required=True)
    suggested_by = fields.List(fields.String(), required=True)


class NamesSchema(StrictSchema):
    """Features, or districts, by their names."""

    names = fields.List(fields.String(), required=True)


class CardSchema(StrictSchema):
    """A repair card."""

    feature = fields.String(required=True)
    label = fields.String(required=True)
    state = fields.String(required=True)
    hook = fields.String(required=True)
    revision = fields.Integer(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    instead = fields.String(required=True)
    error_id = fields.String(required=True)
    count = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)


class CountSchema(StrictSchema):
    """How many."""

    count = Count(least=0, most=2**31 - 1, required=True)


class DifferenceSchema(StrictSchema):
    """What a revision changes, in words."""

    field = fields.String(required=True)
    label = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    risk = fields.String(required=True)


class FindingSchema(StrictSchema):
    """Something the check found."""

    level = fields.String(required=True)
    text = fields.String(required=True)
    field = fields.String(required=True)


class ValueSchema(StrictSchema):
    """A setting as it holds, and where it comes from."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    group = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    words = fields.String(required=True)
    source = fields.String(required=True)
    source_words = fields.String(required=True)
    locked = fields.Boolean(required=True)
    locks = fields.Boolean(required=True)
    risk = fields.String(required=True)


class SecretSchema(StrictSchema):
    """A secret that is set: who set it and when, never what it says."""

    name = fields.String(required=True)
    kept = fields.String(required=True)
    set_by = fields.String(required=True)
    set_at = fields.AwareDateTime(required=True)


class SettingsShownSchema(StrictSchema):
    """A feature's settings as they hold; `description` says what can be set and in which bounds."""

    feature = fields.String(required=True)
    label = fields.String(required=True)
    state = fields.String(required=True)
    revision = fields.Integer(required=True)
    used = fields.Integer(required=True)
    note = fields.String(required=True)
    is_preset = fields.Boolean(required=True)
    values = fields.List(fields.Nested(ValueSchema), required=True)
    secrets = fields.List(fields.Nested(SecretSchema), required=True)
    unset_secrets = fields.List(fields.String(), required=True)
    description = fields.Dict(required=True)
    holds = fields.String(required=True)


class DraftedSchema(StrictSchema):
    """A draft: its number, the one that holds, and what it would change."""

    number = fields.Integer(required=True)
    in_force = fields.Integer(required=True)
    changes = fields.List(fields.Nested(DifferenceSchema), required=True)


class RevisionLineSchema(StrictSchema):
    """A revision in the history."""

    number = fields.Integer(required=True)
    state = fields.String(required=True)
    state_label = fields.String(required=True)
    reason = fields.String(required=True)
    author = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    approvers = fields.List(fields.String(), required=True)
    effective_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    planned_for = fields.AwareDateTime(required=True, allow_none=True)
    restored_from = fields.Integer(required=True, allow_none=True)


class EventSchema(StrictSchema):
    """What happened to a revision."""

    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    who = fields.String(required=True)
    note = fields.String(required=True)


class RevisionSchema(StrictSchema):
    """One revision: what it would change of what holds, what is still needed, what happened."""

    line = fields.Nested(RevisionLineSchema, required=True)
    changes = fields.List(fields.Nested(DifferenceSchema), required=True)
    needs = fields.List(fields.String(), required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)


class CheckedSchema(StrictSchema):
    """What a check found, and whether the revision passed."""

    number = fields.Integer(required=True)
    passed = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)


class ApprovedSchema(StrictSchema):
    """What was approved."""

    number = fields.Integer(required=True)
    changes = fields.List(fields.Nested(DifferenceSchema), required=True)


class DecidedSchema(ApprovedSchema):
    """A revision that holds, or will: what it changes, which districts are told, and what that means for open tickets."""

    at = fields.AwareDateTime(required=True)
    is_planned = fields.Boolean(required=True)
    districts = fields.List(fields.String(), required=True)
    waits = fields.String(required=True)
    holds = fields.String(required=True)
