"""Units and matters that a feature's answers speak of: those that the tenant does not have are reported."""

from collections.abc import Iterator
from typing import Any, TypeVar

from core.hooks.contract import Hook
from core.hooks.table import Answers, Failure
from core.hooks.values import EscalationStep, MatterHint, RouteProposal, Watcher
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.units.queries import Directory, directory

T = TypeVar("T")
ROLES = ("lead", "desk")
"""What a step of escalation may be addressed to besides a unit's code."""


def report_strangers(scope: Scope, hook: Hook[..., T], answers: Answers[T]) -> tuple[Failure, ...]:
    """Report every answer that names a unit or matter the tenant does not have, and return these failures.

    The asker passes over what it cannot carry out; that it was named is for the administrator to repair.
    """
    units = directory(scope)
    failures = []
    for feature, answer in answers:
        if missing := missing_in(units, answer):
            failures.append(scope.hooks.refuse(feature, hook, joined("，", missing)))
    return tuple(failures)


def missing_in(units: Directory, answer: Any) -> list[str]:
    """Return, in words, the units and matters that an answer names and the tenant does not have, each once."""
    missing = [said("没有单位 {code}", code=code) for code in _units_in(answer) if units.find_unit(code) is None]
    missing += [
        said("职责清单没有事项 {code}", code=code) for code in _matters_in(answer) if units.find_duty(code) is None
    ]
    return list(dict.fromkeys(missing))


def _units_in(answer: Any) -> Iterator[str]:
    match answer:
        case RouteProposal():
            yield from (answer.unit, *answer.co)
        case Watcher():
            yield answer.unit
        case EscalationStep():
            yield from (() if answer.to in ROLES else (answer.to,))


def _matters_in(answer: Any) -> Iterator[str]:
    if isinstance(answer, MatterHint):
        yield answer.matter
