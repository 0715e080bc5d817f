"""What the API takes and gives about the duty list."""

from marshmallow import fields, validate

from core.journey.settings.administering import LONGEST_REASON
from core.kit.saying import said
from core.web.api.fields import NOT_NULL, REQUIRED, Listed, StrictSchema, Text

LONGEST_NAME = 100
MOST_CODES = 5_000
LARGEST_NUMBER = 2**31 - 1


class Number(fields.Integer):
    """The number of a version, as it stands in a form."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为整数。"}  # noqa: RUF012

    def __init__(self, description: str) -> None:
        bounds = validate.Range(
            min=1, max=LARGEST_NUMBER, error=said("应在 1 到 {largest_number:,} 之间。", largest_number=LARGEST_NUMBER)
        )
        super().__init__(validate=bounds, load_default=None, metadata={"description": description})


class DutyFileSchema(StrictSchema):
    """A file with a duty list, what it leaves open, and which limits may get longer."""

    file = fields.Raw(
        required=True,
        error_messages={"required": REQUIRED},
        metadata={"type": "string", "format": "binary", "description": "CSV、xlsx、xls 或 ods"},
    )
    loosened = Listed(
        Text(longest=LONGEST_NAME),
        longest=MOST_CODES,
        load_default=list,
        metadata={"description": "时限可以放宽的事项编码"},
    )
    at_once = Text(longest=20, load_default="1h", metadata={"description": "“即时”按多久计"})
    lead = Text(
        longest=LONGEST_NAME, load_default="", metadata={"description": "没有写明主办单位的大类，由这个单位主办"}
    )
    onto = Number("加到这一版上，而不是当作整份清单")
    gazetteer = Number("文件里的区域按哪一版地名库")


class DutyDraftSchema(DutyFileSchema):
    """The same, and why the list is drafted."""

    reason = Text(longest=LONGEST_REASON, required=True, metadata={"description": "理由，写进记录"})


class DutyVersionSchema(StrictSchema):
    """A version of the duty list."""

    number = fields.Integer(required=True)
    in_force = fields.Boolean(required=True)
    gazetteer = fields.Integer(required=True)
    reason = fields.String(required=True)
    author = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


class RejectedRowSchema(StrictSchema):
    """A row of the file that was not taken, and why."""

    row = fields.Integer(required=True)
    reason = fields.String(required=True)


class ReadSchema(StrictSchema):
    """What the file came to."""

    accepted = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedRowSchema), required=True)
    remarks = fields.List(fields.String(), required=True)


class GapSchema(StrictSchema):
    """A matter that is nobody's in an area; null = in the whole district."""

    matter = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)


class CoverageSchema(StrictSchema):
    """How far a list reaches: every lowest matter in every lowest area."""

    matters = fields.Integer(required=True)
    areas = fields.Integer(required=True)
    cells = fields.Integer(required=True)
    resolved = fields.Integer(required=True)
    explicit = fields.Integer(required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    by_lead = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class CoveredSchema(StrictSchema):
    """How far a version reaches."""

    number = fields.Integer(required=True)
    coverage = fields.Nested(CoverageSchema, required=True)
    words = fields.List(fields.String(), required=True)


class AgainstSchema(StrictSchema):
    """What a list says otherwise than the version of this number, 0 = there was none."""

    number = fields.Integer(required=True)
    differences = fields.List(fields.String(), required=True)
    effect = fields.List(fields.String(), required=True)


class DraftedVersionSchema(StrictSchema):
    """A version that was drafted, or the one that says the same already."""

    number = fields.Integer(required=True)
    is_new = fields.Boolean(required=True)
    in_force = fields.Integer(required=True)
    against = fields.Nested(AgainstSchema, required=True)
    limit_changes = fields.List(fields.String(), required=True)
    coverage = fields.Nested(CoverageSchema, required=True)
    notes = fields.List(fields.String(), required=True)
    read = fields.Nested(ReadSchema, required=True)


class CheckedFileSchema(StrictSchema):
    """What would come of drafting a file."""

    passed = fields.Boolean(required=True)
    faults = fields.List(fields.String(), required=True)
    loosened = fields.List(fields.String(), required=True)
    against = fields.Nested(AgainstSchema, required=True)
    coverage = fields.Nested(CoverageSchema, required=True)
    read = fields.Nested(ReadSchema, required=True)


class DutyRowsSchema(StrictSchema):
    """A part of a version's rows as a table of texts, as it is exported."""

    number = fields.Integer(required=True)
    total = fields.Integer(required=True)
    offset = fields.Integer(required=True)
    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.String()), required=True)


class ComparedSchema(StrictSchema):
    """What one version says otherwise than another."""

    before = fields.Integer(required=True)
    after = fields.Integer(required=True)
    differences = fields.List(fields.String(), required=True)
    effect = fields.List(fields.String(), required=True)
