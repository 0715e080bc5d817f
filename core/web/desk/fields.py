"""The fields of a form for a command: how each is shown, and how what was typed becomes the command's argument."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import request

from core.journey.queries.choices import Choice
from core.kit.saying import said, word
from core.web.desk.standing import Standing
from core.web.input import InputUnusable, text, texts

Kind = Literal[
    "line",
    "long",
    "choice",
    "list",
    "unit",
    "units",
    "matter",
    "number",
    "yuan",
    "moment",
    "yes_no",
    "tick",
    "record",
]
Options = Callable[[Standing], Sequence[Choice]]
LONGEST = {"line": 200, "long": 5000}
DIGITS = {"number": 4, "yuan": 12}
"""Digits of a number of days, of an amount in yuan."""
LONGEST_ID = 18


class FieldUnusable(InputUnusable):
    """A field of a form is empty, or is not what it should be; `field` is its name."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


def nothing(_standing: Standing) -> tuple[Choice, ...]:
    """Offer nothing to choose from."""
    return ()


def empty(_standing: Standing) -> str:
    """Fill in nothing."""
    return ""


def none(_standing: Standing) -> tuple[str, ...]:
    """Fill in no values."""
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its name is the command's argument. A field that may be left empty then leaves the argument out.

    `preset` fills in a value, `presets` those of a field that takes several; a line offers its `options` for picking.
    `within` are the values it can have, where the command trusts its caller.
    """

    name: str
    label: str
    kind: Kind = "long"
    required: bool = True
    options: Options = nothing
    preset: Callable[[Standing], str] = empty
    presets: Callable[[Standing], Sequence[str]] = none
    hint: str = ""
    placeholder: str = ""
    within: tuple[str, ...] = ()

    @property
    def is_chosen(self) -> bool:
        return self.kind in ("choice", "list", "record", "unit", "units", "matter", "yes_no")


REASON = Field("reason", "理由")
"""Why somebody does what asks for a reason."""


def read(field: Field, *, zone: ZoneInfo, required: bool) -> dict[str, Any]:
    """Return what was typed into a field as the command's arguments, none when it was left empty.

    Raises `FieldUnusable`, `InputUnusable`.
    """
    match field.kind:
        case "units":
            codes = [code for code in texts(field.name, longest=100) if code]
            return {field.name: codes} if codes else _left_empty(field, required)
        case "tick":
            return {field.name: field.name in request.form}
    typed = text(field.name, longest=LONGEST.get(field.kind, 100))
    if not typed:
        return _left_empty(field, required)
    if field.within and typed not in field.within:
        raise FieldUnusable(said("“{label}”没有这一项。请从列表中选择。", label=word(field.label)), field=field.name)
    match field.kind:
        case "number" | "yuan":
            return {field.name: _number(field, typed)}
        case "record":
            return {field.name: _record(field, typed)}
        case "moment":
            return {field.name: _moment(field, typed, zone)}
        case "yes_no":
            return {field.name: typed == "yes"}
    return {field.name: typed}


def _left_empty(field: Field, required: bool) -> dict[str, Any]:
    if required:
        raise FieldUnusable(
            said(
                "请{is_chosen}“{label}”。",
                is_chosen=word("选择") if field.is_chosen else word("填写"),
                label=word(field.label),
            ),
            field=field.name,
        )
    return {}


def _number(field: Field, typed: str) -> int:
    if not typed.isascii() or not typed.isdecimal() or len(typed) > DIGITS[field.kind]:
        raise FieldUnusable(said("“{label}”要填整数，例如 3。", label=word(field.label)), field=field.name)
    return int(typed)


def _record(field: Field, typed: str) -> int:
    if not typed.isascii() or not typed.isdecimal() or len(typed) > LONGEST_ID:
        raise FieldUnusable(said("“{label}”没有这一项。请从列表中选择。", label=word(field.label)), field=field.name)
    return int(typed)


def _moment(field: Field, typed: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError:
        raise FieldUnusable(
            said("“{label}”要填日期和时间，例如 2026-03-12T18:00。", label=word(field.label)), field=field.name
        ) from None
