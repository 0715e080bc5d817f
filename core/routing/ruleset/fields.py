"""What a routing rule may ask of a ticket: a registry of typed fields, and the operators of each type."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from core.hooks.values.words import APPELLANT_LABELS, NATURE_LABELS
from core.kit.saying import said

Kind = Literal["path", "code", "text", "number", "flag", "moment"]
"""A place in a tree such as 07.08.03; one of a list; words; an integer; yes or no; a moment within calendars or not."""
Scalar: TypeAlias = str | int | bool
Test: TypeAlias = Callable[[Any], bool]
"""Whether a known value is as wanted; its type is the field's."""

OPERATORS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "path": ("eq", "in", "under", "is_null"),
        "code": ("eq", "in", "is_null"),
        "text": ("contains_any", "contains_all", "is_null"),
        "number": ("eq", "in", "gte", "lte", "between", "is_null"),
        "flag": ("eq", "is_null"),
        "moment": ("in_calendar",),
    }
)
ALL_OPERATORS = tuple(dict.fromkeys(operator for several in OPERATORS.values() for operator in several))
PATHS_KEPT = 10_000
SEVERAL = ("in", "under", "contains_any", "contains_all", "between")
"""Operators whose value is a list."""


@dataclass(frozen=True, slots=True)
class Field:
    """A thing that a condition can ask.

    `names` says how values are called; of a code it is the whole list, empty = any code; of a moment, the calendars.
    `lowest` and `highest` bound what a rule may compare a number with.
    """

    name: str
    label: str
    kind: Kind
    names: Mapping[Scalar, str] = field(default_factory=dict)
    lowest: int = 0
    highest: int = 1_000_000
    measure: str = ""
    """The measure word 量词 after a number."""

    @property
    def is_closed(self) -> bool:
        """Only the values that are named exist."""
        return self.kind == "code" and bool(self.names)


Fields: TypeAlias = Mapping[str, Field]

NATURES: dict[Scalar, str] = dict(NATURE_LABELS.items())
APPELLANTS: dict[Scalar, str] = dict(APPELLANT_LABELS.items())
URGENCIES: dict[Scalar, str] = {"normal": "一般", "urgent": "紧急"}
COMPLEXITIES: dict[Scalar, str] = {"simple": "简单", "complex": "复杂"}
MEDIA: dict[Scalar, str] = {
    "phone": "电话",
    "letter": "信件",
    "wechat": "微信",
    "weibo": "微博",
    "web": "网页",
    "app": "客户端",
    "sms": "短信",
    "counter": "窗口",
    "event": "会议与走访",
    "file": "文件导入",
}
CALENDARS: dict[Scalar, str] = {"working_time": "工作时间", "working_day": "工作日"}
WEEKDAYS: dict[Scalar, str] = {place: said("星期{day}", day=day) for place, day in enumerate("一二三四五六日", 1)}

_CORE = (
    Field("matter", "事项", "path"),
    Field("area", "区域", "path"),
    Field("channel", "渠道", "code"),
    Field("medium", "来件方式", "code", MEDIA),
    Field("mailbox", "信箱", "code"),
    Field("nature", "性质", "code", NATURES),
    Field("appellant", "诉求主体", "code", APPELLANTS),
    Field("source", "来源", "code"),
    Field("urgency", "紧急程度", "code", URGENCIES),
    Field("complexity", "复杂程度", "code", COMPLEXITIES),
    Field("title", "标题", "text"),
    Field("text", "正文", "text"),
    Field("place", "地点", "text"),
    Field("affected_count", "涉及人数", "number", measure=" 人"),
    Field("cycle_no", "办理轮次", "number", highest=1000, measure=" 轮"),
    Field("bounce_count", "退单次数", "number", highest=1000, measure=" 次"),
    Field("repeat_count", "重复反映次数", "number", highest=100_000, measure=" 次"),
    Field("submitted_weekday", "提交日", "number", WEEKDAYS, lowest=1, highest=7),
    Field("submitted_hour", "提交钟点", "number", highest=23, measure=" 点"),
    Field("submitted", "提交时间", "moment", CALENDARS),
    Field("has_instruction", "有领导批示", "flag"),
    Field("matter_guessed", "事项未经人确认", "flag"),
)
FIELDS: Fields = MappingProxyType({each.name: each for each in _CORE})
"""The fields that every tenant has."""


def with_custom(custom: Iterable[Field]) -> Fields:
    """Return the core's fields and a tenant's own. Raises `ValueError` when a name is taken."""
    fields = dict(FIELDS)
    for each in custom:
        if each.name in fields:
            raise ValueError(f"a field {each.name} exists already")
        fields[each.name] = each
    return MappingProxyType(fields)


def normalised(text: str) -> str:
    """Return the text as it is searched: full width and case do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def is_under(path: str, above: str) -> bool:
    """Tell whether a path is this one or lies below it."""
    return path == above or path.startswith(f"{above}.")


@lru_cache(maxsize=PATHS_KEPT)
def prefixes_of(path: str) -> tuple[str, ...]:
    """Return the path and what lies above it, the highest first."""
    ends = [place for place, letter in enumerate(path) if letter == "."]
    return (*(path[:end] for end in ends), path)
