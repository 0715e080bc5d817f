"""Settings that are days of the calendar."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.hooks.settings.field import Choices, SettingField
from core.kit.saying import said

WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Day(SettingField):
    """A day, kept as `2013-10-25`; people may also type 2013/10/25 or 2013年10月25日."""

    kind = "day"

    default_error_messages = {"invalid": "请填写日期，如 2013-10-25"}  # noqa: RUF012 -- marshmallow reads it so

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        day = _day(value)
        if day is None:
            raise self.make_error("invalid")
        return day.isoformat()

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the day as it is kept, or the text where it is none."""
        text = unicodedata.normalize("NFKC", texts[0]).strip()
        found = WRITTEN.fullmatch(text)
        return "-".join((found[1], found[2].zfill(2), found[3].zfill(2))) if found else texts[0]

    def words(self, value: Any, choices: Choices) -> str:
        """Return the day as it is read aloud."""
        day = _day(value)
        return (
            said("{year} 年 {month} 月 {day} 日", year=day.year, month=day.month, day=day.day)
            if day
            else super().words(value, choices)
        )


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not ISO.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None
