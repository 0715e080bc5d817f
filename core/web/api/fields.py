"""Fields of the API that refuse what cannot be stored, in words."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from core.kit.saying import joined, said

STORABLE = "含有无法保存的字符（NUL 或不成对的代理字符），请检查编码是否为 UTF-8。"
REQUIRED = "缺少这一项。"
NOT_NULL = "不能为 null；没有内容就不要写这一项。"


class StrictSchema(Schema):
    """A schema that refuses fields it does not know."""

    error_messages = {"unknown": "没有这一项，请核对名称。", "type": "应为一个 JSON 对象。"}  # noqa: RUF012 -- marshmallow's own form

    def __deepcopy__(self, memo: dict[int, Any]) -> "StrictSchema":
        # The description of an endpoint is copied with each line that is added to it, its schemas with it; nothing ever
        # changes them, and copying them was a sixth of the time that a web process takes to start.
        return self


class Text(fields.String):
    """A text of limited length without NUL and lone surrogates."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为文本。"}  # noqa: RUF012

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        limit = validate.Length(max=longest, error=said("不能超过 {longest:,} 个字。", longest=longest))
        super().__init__(validate=[_storable, limit], **kwargs)


class Choice(fields.String):
    """One of several words."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为文本。"}  # noqa: RUF012

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(
            validate=validate.OneOf(choices, error=said("应为以下之一：{choices}。", choices=joined("、", choices))),
            **kwargs,
        )


class Listed(fields.List[Any]):
    """Several of the same, up to a number."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为列表。"}  # noqa: RUF012

    def __init__(self, item: fields.Field[Any], *, longest: int, **kwargs: Any) -> None:
        super().__init__(
            item,
            validate=validate.Length(max=longest, error=said("不能超过 {longest} 项。", longest=longest)),
            **kwargs,
        )


class JsonObject(fields.Dict):
    """A JSON object whose names are looked at elsewhere."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为一个 JSON 对象。"}  # noqa: RUF012


class Moment(fields.AwareDateTime):
    """An instant with its offset."""

    default_error_messages = {  # noqa: RUF012
        "required": REQUIRED,
        "null": NOT_NULL,
        "invalid": "应为 ISO 8601 时间，如 2026-03-12T10:24:00+08:00。",
        "invalid_awareness": "请写明时区，如 2026-03-12T10:24:00+08:00。",
    }


class Day(fields.Date):
    """A date."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为日期，如 2026-03-12。"}  # noqa: RUF012


class Count(fields.Integer):
    """A whole number in bounds."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为整数。"}  # noqa: RUF012

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        bounds = validate.Range(
            min=least, max=most, error=said("应在 {least} 到 {most:,} 之间。", least=least, most=most)
        )
        super().__init__(strict=True, validate=bounds, **kwargs)


class Degrees(fields.Float):
    """A longitude or a latitude."""

    default_error_messages = {  # noqa: RUF012
        "required": REQUIRED,
        "null": NOT_NULL,
        "invalid": "应为数。",
        "special": "应为数。",
        "too_large": "应为数。",
    }

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        bounds = validate.Range(min=-most, max=most, error=said("应在 -{most} 到 {most} 之间。", most=most))
        super().__init__(validate=bounds, **kwargs)


class YesNo(fields.Boolean):
    """true or false, and nothing like them."""

    default_error_messages = {"required": REQUIRED, "null": NOT_NULL, "invalid": "应为 true 或 false。"}  # noqa: RUF012
    truthy = {True}  # noqa: RUF012
    falsy = {False}  # noqa: RUF012


def _storable(value: str) -> None:
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError(STORABLE)
