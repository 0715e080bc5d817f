"""Settings that are whole numbers, each with the unit it is counted in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from core.hooks.settings.field import Common, SettingField, with_unit

DIGITS = re.compile(r"[+-]?[0-9]{1,15}")
FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－", "0123456789+-")
"""Digits as an input method for Chinese may leave them."""


class Whole(SettingField):
    """A whole number from `min` to `max`. With `load_default=None` it may be left open; features then get None."""

    kind = "whole"
    empty = None

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "invalid": "请填写整数",
        "out_of_range": "{title}须在 {least} 到 {most}之间",
    }

    def __init__(self, *, min: int, max: int, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.min, self.max = min, max

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        number = _whole(value)
        if number is None:
            raise self.make_error("invalid")
        if not self.min <= number <= self.max:
            most = with_unit(str(self.max), self.unit) + ("" if self.unit[-1:] > "\u2e80" else " ")
            raise self.make_error("out_of_range", title=self.title, least=self.min, most=most)
        return number

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the number, or the text where it is none."""
        number = _whole(texts[0])
        return texts[0] if number is None else number

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        return {**super().shape(), "min": self.min, "max": self.max, "unit": self.unit, "empty": self.allow_none}


class WorkDays(Whole):
    """A number of working days by the tenant's calendar."""

    UNIT = "个工作日"


class WorkHours(Whole):
    """A number of working hours by the tenant's calendar."""

    UNIT = "个工作小时"


class Minutes(Whole):
    """A number of minutes by the clock on the wall."""

    UNIT = "分钟"


class Percent(Whole):
    """A share in percent."""

    UNIT = "%"

    def __init__(self, *, min: int = 0, max: int = 100, **common: Unpack[Common]) -> None:
        super().__init__(min=min, max=max, **common)


def _whole(value: Any) -> int | None:
    """Return the number that is written, full-width digits too; None for a fraction, a truth value or a word."""
    if isinstance(value, str):
        text = value.translate(FULL_WIDTH).strip()
        return int(text) if DIGITS.fullmatch(text) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
