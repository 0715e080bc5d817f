"""The district's rules of handling 办理规则 as they stand: how often and how long units may return, extend and pause."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.hooks import specs
from core.hooks.values import HandlingRules
from core.hooks.values.time import PauseReason
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Handling:
    """What holds of handling, with what is customary where no feature says anything; see `HandlingRules`."""

    max_returns: int = 2
    consult_after: int = 28_800
    extension_times: int = 3
    extension_days: int = 10
    pause_reasons: tuple[PauseReason, ...] = ("awaiting_resident", "judicial", "force_majeure")
    pause_days: int = 20
    pauses_reply: bool = False
    max_redos: int = 2
    contact_attempts: int = 3
    follow_up_attempts: int = 3
    dispute_days: int = 3
    informs_asked: bool = False
    asked_follows_up: bool = False
    proves_telling: bool = False
    telling_days: int = 3
    telling_back_days: int = 0
    notice_tells: bool = True
    reply_points: int = 1
    reply_likeness: int = 80
    reply_length: int = 20
    callback_hours: tuple[tuple[int, int], ...] = ((540, 720), (840, 1200))
    """Minutes after midnight, from and to: 09:00 to 12:00 and 14:00 to 20:00."""


@dataclass(frozen=True, slots=True)
class Contested:
    """A field of which two features say something else: what it is called, who says what, and what holds."""

    label: str
    said: tuple[tuple[str, Any], ...]
    holds: Any


def rules_of(scope: Scope) -> Handling:
    """Return what the features say together, else what is customary; asked once per process and epoch."""
    return scope.remember("handling_rules", lambda: rules_from(scope.hooks.ask(specs.handling_rules).values))


def rules_from(answers: Sequence[HandlingRules]) -> Handling:
    """Return what features say together, field by field: of two that say a field, the stricter one holds."""
    said = {field: _said(answers, field) for field in FIELDS}
    return Handling(**{field: FIELDS[field][1](values) for field, values in said.items() if values})


def contested(answers: Sequence[tuple[str, HandlingRules]]) -> Iterator[Contested]:
    """Yield the fields of which features, in their order, say different things."""
    for field, (label, strictest) in FIELDS.items():
        said = tuple((who, value) for who, rules in answers if (value := getattr(rules, field)) is not None)
        values = [value for _, value in said]
        if any(value != values[0] for value in values):
            yield Contested(label, said, strictest(values))


def _said(answers: Iterable[HandlingRules], field: str) -> list[Any]:
    return [value for rules in answers if (value := getattr(rules, field)) is not None]


def _soonest(seconds: Sequence[int]) -> int:
    """Return the shortest time; 0 is never."""
    return min((each for each in seconds if each), default=0)


def _all_allow(reasons: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(each for each in reasons[0] if all(each in others for others in reasons))


def _in_all(hours: Sequence[tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    """Return when all would call."""
    common = hours[0]
    for each in hours[1:]:
        both = ((max(a, c), min(b, d)) for a, b in common for c, d in each)
        common = tuple(sorted((first, last) for first, last in both if first < last))
    return common


def _first(values: Sequence[int]) -> int:
    """Return what the first feature says: fewer redos are stricter with the unit and with the resident alike."""
    return values[0]


FIELDS: Mapping[str, tuple[str, Callable[[Sequence[Any]], Any]]] = {
    "max_returns": ("退单几次即会商", min),
    "consult_after": ("退单多少工作秒即会商", _soonest),
    "extension_times": ("延期次数", min),
    "extension_days": ("延期天数合计", min),
    "pause_reasons": ("挂起的事由", _all_allow),
    "pause_days": ("挂起天数合计", min),
    "pauses_reply": ("挂起时答复时限是否停计", all),
    "max_redos": ("重办几次后督办", _first),
    "contact_attempts": ("答复前联系次数", max),
    "follow_up_attempts": ("回访次数", max),
    "dispute_days": ("评价异议天数", min),
    "informs_asked": ("首问单位是否全程知情", any),
    "asked_follows_up": ("首问单位是否回访", any),
    "proves_telling": ("办结是否须有告知的记录", any),
    "telling_days": ("没有告知到的联系天数", max),
    "telling_back_days": ("启用以前多少天内办结的也要告知", max),
    "notice_tells": ("公布是否视为告知", all),
    "reply_points": ("答复至少回应几个要点", max),
    "reply_likeness": ("答复雷同到百分之几即提醒", min),
    "reply_length": ("答复少于几字即提醒", max),
    "callback_hours": ("回访时段", _in_all),
}
"""What each field is called, and which of several values is the strictest."""
