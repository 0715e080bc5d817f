"""One row of the duty list: a matter in an area, and what holds there; what a row leaves open it inherits."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from core.hooks.values import Budget, EventGrade
from core.units.levels import Level

Origin: TypeAlias = Literal["published", "proposed"]
ORIGIN_NAMES: Mapping[Origin, str] = MappingProxyType({"published": "公布", "proposed": "拟定"})
"""Whether the district has made the item and its limits public, or somebody proposes them 出处."""
GRADE_NAMES: Mapping[EventGrade, str] = MappingProxyType({"general": "一般", "urgent": "紧急", "major": "重大"})
"""How grave an event of the item is 事件等级, the least grave first; an item that says nothing is a general one."""
UNGRADED: EventGrade = "general"
Key: TypeAlias = tuple[str, str | None]
"""Codes of a row's matter and area; None = the whole district 全区, also where the area is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What the list says. None = nothing, or in a row as the less specific rows say; an empty tuple or text = none.

    `lead` and `co` are codes of units. In a row they may be `local:street` and `local:community_center`: whoever is at
    home there 属地.
    """

    lead: str | None = None
    co: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    limit: Budget | None = None
    on_site: Budget | None = None
    after_arrival: Budget | None = None
    """How long the unit has from being on site until it answers 到场后时限."""
    legal_basis: str | None = None
    standard: str | None = None
    guide: str | None = None
    min_level: Level | None = None
    """The lowest level of unit that may lead 最低层级."""
    department_function: bool | None = None
    """A department's function 职能部门职责, which may not be handed down to a street or community."""
    origin: Origin | None = None
    grade: EventGrade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Values):
    """What is written for a matter in an area."""

    matter: str
    area: str | None = None

    @property
    def key(self) -> Key:
        return self.matter, self.area

    @property
    def says_nothing(self) -> bool:
        return all(getattr(self, name) is None for name in VALUES)


FIELD_WORDS: Mapping[str, str] = {
    "lead": "主办单位",
    "co": "协办单位",
    "keywords": "关键词",
    "limit": "时限",
    "on_site": "到场时限",
    "after_arrival": "到场后时限",
    "legal_basis": "法律依据",
    "standard": "处置标准",
    "guide": "受理指引",
    "min_level": "最低层级",
    "department_function": "职能部门职责",
    "origin": "出处",
    "grade": "事件等级",
}
VALUES = tuple(FIELD_WORDS)
"""What a row can say, in the order in which it is shown."""


def row_document(row: Row) -> dict[str, Any]:
    """Return the row as JSON values, without what it leaves open; `row_from` undoes it."""
    document: dict[str, Any] = {"matter": row.matter, "area": row.area}
    for name in VALUES:
        value = getattr(row, name)
        if isinstance(value, Budget):
            document[name] = [value.mode, value.amount]
        elif value is not None:
            document[name] = list(value) if isinstance(value, tuple) else value
    return document


def row_from(document: Mapping[str, Any]) -> Row:
    """Return the row of a document that `row_document` made."""
    values = dict(document)
    for name in ("limit", "on_site", "after_arrival"):
        if name in values:
            mode, amount = values[name]
            values[name] = Budget(mode, amount)
    for name in ("co", "keywords"):
        if name in values:
            values[name] = tuple(values[name])
    return Row(**values)
