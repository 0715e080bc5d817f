"""The check of what a feature answers: every field of its declared type, and times that can be computed with."""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from core.hooks.values import Budget, HandlingRules, Mark

LONGEST_DAYS = 3650
LONGEST_SECONDS = LONGEST_DAYS * 86_400


class AnswerUnusable(Exception):  # noqa: N818 -- named as a fact; it is logged with the feature and never shown
    """An answer that the core could not carry out; left out like one that raises."""


def check(answer: Any) -> None:
    """Raise `AnswerUnusable` for a field of another type, or a time that no clock can keep.

    An answer is trusted from here on: what passes can be computed with and stored, whatever the feature meant by it.
    """
    for name, kind in _fields(cast(Hashable, type(answer))):
        value = getattr(answer, name)
        if not _fits(value, kind):
            raise AnswerUnusable(f"{type(answer).__name__}.{name} is {value!r}, not {kind}")
        if is_dataclass(value):
            check(value)
    if isinstance(answer, Budget):
        longest = LONGEST_SECONDS if answer.mode in ("wall", "ws") else LONGEST_DAYS
        if not 0 <= answer.amount <= longest:
            raise AnswerUnusable(f"a budget of {answer.amount} in mode {answer.mode} is not within 0 and {longest}")
    if isinstance(answer, Mark):
        _check_place(answer)
    if isinstance(answer, HandlingRules):
        _check_numbers(answer)


def _check_place(mark: Mark) -> None:
    places = (mark.working_seconds_left, mark.wall_seconds_left, mark.share_used, mark.working_days_over)
    if sum(place is not None for place in places) != 1:
        raise AnswerUnusable(f"mark {mark.name} gives {places}, not exactly one place on its clock")
    if mark.share_used is not None and not 0 <= mark.share_used <= 1:
        raise AnswerUnusable(f"mark {mark.name} is at share {mark.share_used}, not within 0 and 1")
    if any(seconds is not None and not 0 <= seconds <= LONGEST_SECONDS for seconds in places[:2]):
        raise AnswerUnusable(f"mark {mark.name} looks back {places[:2]} seconds, not within 0 and {LONGEST_SECONDS}")
    if mark.working_days_over is not None and not 1 <= mark.working_days_over <= LONGEST_DAYS:
        raise AnswerUnusable(f"mark {mark.name} is {mark.working_days_over} days over, not within 1 and {LONGEST_DAYS}")


def _check_numbers(rules: HandlingRules) -> None:
    for name, _ in _fields(HandlingRules):
        value = getattr(rules, name)
        if isinstance(value, int) and not 0 <= value <= LONGEST_DAYS:
            raise AnswerUnusable(f"HandlingRules.{name} is {value}, not within 0 and {LONGEST_DAYS}")


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in fields(kind))


def _fits(value: object, kind: Any) -> bool:
    if kind is str:
        return isinstance(value, str) and _is_storable(value)
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(each, arguments[0]) for each in value)
    if origin is not None and issubclass(origin, Mapping):
        of_key, of_value = arguments
        return isinstance(value, Mapping) and all(_fits(k, of_key) and _fits(v, of_value) for k, v in value.items())
    return isinstance(value, kind)


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
