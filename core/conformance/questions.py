"""Questions as the core asks them, made at random from the types that a hook declares: the same at every examination."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.conformance.appeals import APPEALS, HOSTILE, PLAIN
from core.conformance.places import CHANNELS, CONTEXT, COUNTED, COUNTED_OF_UNITS, DUTIES, UNITS
from core.hooks.contract import Hook
from core.hooks.values import (
    Budget,
    BulletinMonth,
    ClockView,
    Context,
    DutyView,
    TicketView,
    Trigger,
    UnitFacts,
    UnitView,
)
from core.tickets.states import Command, State

GENERATED = 300
"""How many questions a hook of a feature is asked, besides the plain ones."""
DAY = 86_400
EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"[" * 5000,
    b"\xff\xfe\x00\x00",
    b"<xml><Content>1</Content></xml>",
    "路灯不亮".encode("gbk"),
    b'{"content": 1e999}',
    b"a=1&b=2",
)
"""What is pushed by mistake or on purpose."""
WORD = re.compile(r"[^\x00-\x7f]|[0-9]{3}")
NAME = re.compile(r"[a-z][a-z0-9_-]{1,30}\Z")
NUMBERS: Mapping[str, tuple[int, int]] = {
    "id": (1, 2**53),
    "affected_count": (1, 5000),
    "cycle_no": (1, 4),
    "bounce_count": (0, 4),
    "attempts": (0, 6),
}
"""What numbers the fields of values hold; any other holds a small count."""


@dataclass(frozen=True)
class Question:
    """One question to one hook: who asks, under which settings, about what."""

    hook: Hook[..., Any]
    ctx: Context
    settings: Mapping[str, Any]
    arguments: Mapping[str, Any]

    def words(self) -> str:
        """Tell what is asked by how it differs from the plainest ticket."""
        told = [f"{name}：{_told(value)}" for name, value in self.arguments.items() if value not in (UNITS, DUTIES, ())]
        return "；".join(told) or "没有别的参数"


@cache
def arguments_of(hook: Hook[..., Any]) -> Mapping[str, Any]:
    """Return the types of what the asker passes, by name."""
    hints = get_type_hints(hook.spec)
    return {name: hints[name] for name in hook.arguments if name not in ("ctx", "settings")}


class Asker:
    """Makes questions to one feature. Words of its settings and of its code turn up in them, so that its rules are met.

    `literals` are the short texts in its code: Chinese ones are words, the others may be names, of marks or in what is pushed.
    """

    def __init__(self, seed: str, settings: Sequence[Mapping[str, Any]], *, literals: Sequence[str] = ()) -> None:
        self._random = Random(seed)  # noqa: S311 -- the same questions every time  # nosec B311
        self._settings = settings
        self._words = sorted({word for each in (*settings, literals) for word in _texts(each) if WORD.search(word)})
        self._names = sorted({"overdue", "yellow", *(name for name in literals if NAME.match(name))})

    def plain(self, hook: Hook[..., Any]) -> list[Question]:
        """Return questions about appeals as residents write them, under the plainest settings."""
        tickets = [replace(PLAIN, title=title, text=text) for title, text in APPEALS]
        return [
            Question(hook, replace(CONTEXT), self._settings[0], {**self._arguments(hook), **self._about(hook, ticket)})
            for ticket in (replace(PLAIN), *tickets)
        ]

    def generated(self, hook: Hook[..., Any], count: int) -> list[Question]:
        """Return questions about anything that the types allow, under each of the settings in turn."""
        return [
            Question(hook, replace(CONTEXT), self._settings[number % len(self._settings)], self._arguments(hook))
            for number in range(count)
        ]

    def huge(self, kind: Any, characters: int) -> Any:
        """Return a value of this kind whose texts are this long, as no answer may be."""
        made = self._value(kind, "")
        texts = [each.name for each in fields(made) if isinstance(getattr(made, each.name), str)]
        return replace(made, **dict.fromkeys(texts[:1], "字" * characters))

    def _about(self, hook: Hook[..., Any], ticket: TicketView) -> dict[str, Any]:
        return {name: ticket for name, kind in arguments_of(hook).items() if kind is TicketView}

    def _arguments(self, hook: Hook[..., Any]) -> dict[str, Any]:
        return {name: self._value(kind, name) for name, kind in arguments_of(hook).items()}

    def _value(self, kind: Any, name: str) -> Any:
        chance = self._random
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Literal:
            return chance.choice(inner)
        if origin in (Union, UnionType):
            return self._value(chance.choice(inner), name)
        if kind is NoneType:
            return None
        if kind is str:
            return self._text(name)
        if kind is bytes:
            return self._body()
        if kind is bool:
            return chance.random() < 0.5
        if kind in (int, float):
            return chance.randint(*NUMBERS.get(name, (0, 400)))
        if kind is datetime:
            return EPOCH + timedelta(seconds=chance.randrange(12 * 365 * DAY))
        if kind is date:
            return (EPOCH + timedelta(days=chance.randrange(12 * 365))).date()
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(self._value(each, name) for each in inner)
        if origin is tuple or (origin and issubclass(origin, Sequence)):
            return self._several(inner[0], name)
        if origin and issubclass(origin, Mapping):
            return {self._name(): self._value(inner[1], name) for _ in range(chance.randint(0, 4))}
        return self._made(kind, name)

    def _several(self, kind: Any, name: str) -> tuple[Any, ...]:
        chance = self._random
        if kind is UnitView:
            return self._some(UNITS)
        if kind is DutyView:
            return self._some(DUTIES)
        if kind is str and name == "co":
            return tuple(chance.sample([unit.code for unit in UNITS], chance.randint(0, 3)))
        return tuple(self._value(kind, name) for _ in range(chance.choice((0, 1, 2, 5))))

    def _some(self, known: Sequence[Any]) -> tuple[Any, ...]:
        """Return copies, mostly of all of them: an answer that changes one harms no other question."""
        chance = self._random
        chosen = known if chance.random() < 0.8 else chance.sample(known, chance.randint(0, len(known)))
        return tuple(replace(each) for each in chosen)

    def _made(self, kind: Any, name: str) -> Any:
        chance = self._random
        if kind is DutyView:
            limits = {each: self._value(Budget | None, each) for each in ("limit", "on_site", "after_arrival")}
            return replace(chance.choice(DUTIES), **limits)
        if kind is Budget:
            mode = chance.choice(get_args(get_type_hints(Budget)["mode"]))
            return Budget(
                mode, chance.choice((60, 3600, 7200, DAY)) if mode in ("wall", "ws") else chance.randint(0, 60)
            )
        assert is_dataclass(kind), f"{name}: no questions are made of {kind}"
        hints = get_type_hints(kind)
        make: Any = kind
        made = make(**{each.name: self._value(hints[each.name], each.name) for each in fields(kind) if each.init})
        return _sensible(made, chance, self._names)

    def _body(self) -> bytes:
        """Return what another system might push: an object with names that the code knows, or what is none."""
        chance = self._random
        if chance.random() < 0.3:
            return chance.choice(BODIES)
        return json.dumps(self._object(depth=2), ensure_ascii=chance.random() < 0.5).encode()

    def _object(self, *, depth: int) -> Any:
        chance = self._random
        if depth and chance.random() < 0.7:
            names = chance.sample(self._names, chance.randint(1, min(8, len(self._names))))
            return {name: self._object(depth=depth - 1) for name in names}
        return chance.choice(
            (self._sentence("text"), self._sentence("title"), None, True, chance.randint(0, 9999), [], "")
        )

    def _name(self) -> str:
        return self._random.choice(self._names)

    def _text(self, name: str) -> str:
        chance = self._random
        match name:
            case "code" | "lead" | "lead_unit" | "unit" | "parent":
                return chance.choice(UNITS).code
            case "matter":
                return chance.choice(DUTIES).code
            case "state":
                return chance.choice(list(State)).value
            case "command":
                return chance.choice(list(Command)).value
            case "channel":
                return chance.choice(CHANNELS)
            case "serial_no":
                return f"SW2026-{chance.randrange(10**6):06}"
            case _:
                return self._sentence(name)

    def _sentence(self, name: str) -> str:
        chance = self._random
        drawn = chance.random()
        if drawn < 0.15:
            return chance.choice(HOSTILE)
        if self._words and drawn < 0.5:
            word = chance.choice(self._words)
            return word if chance.random() < 0.4 else f"{chance.choice(APPEALS)[1][:8]}{word}，请处理。"
        return chance.choice(APPEALS)[name != "title"]


def _sensible(made: Any, chance: Random, marks: Sequence[str]) -> Any:
    """Return the value with what belongs together put together."""
    match made:
        case Trigger(kind="mark"):
            return replace(made, clock=made.clock or "reply", mark=chance.choice(marks))
        case Trigger():
            return replace(made, clock=None, mark=None)
        case UnitFacts():
            counts = {name: chance.choice((0, 0, 1, chance.randrange(500))) for name in COUNTED_OF_UNITS}
            return replace(made, last=made.first + timedelta(days=30), counts=counts)
        case BulletinMonth():
            counts = {name: chance.choice((0, 1, chance.randrange(5000))) for name in COUNTED}
            return replace(made, last=made.first + timedelta(days=30), counts=counts)
        case ClockView():
            return replace(made, due_at=made.started_at + timedelta(seconds=chance.randrange(60, 40 * DAY)))
    return made


def whole(value: Any) -> str:
    """Return everything that a value holds as text, also what it does not show of itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}({', '.join(whole(getattr(value, each.name)) for each in fields(value))})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name!r}: {whole(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(whole, value))}]"
    return repr(value)


def _texts(value: Any) -> list[str]:
    """Return every text within settings."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return []


def _told(value: Any) -> str:
    """Return a value in few words; of a ticket only what is not as in the plainest one."""
    if isinstance(value, TicketView):
        differing = {
            each.name: getattr(value, each.name)
            for each in fields(value)
            if getattr(value, each.name) != getattr(PLAIN, each.name)
        }
        return "、".join(f"{name}={_short(inner)}" for name, inner in differing.items()) or "普通工单"
    return _short(value)


def _short(value: Any) -> str:
    text = whole(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
