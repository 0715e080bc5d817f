"""What a plugin ships: features 功能, each with its settings and its answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any, cast

import pluggy
from marshmallow import RAISE, Schema, ValidationError

from core.hooks.specs import PROJECT
from core.kit.errors import Refused

hookimpl = pluggy.HookimplMarker(PROJECT)


class Settings(Schema):
    """Base of a feature's settings: a marshmallow schema whose defaults are the published practice.

    Unknown names are refused, so a misspelt setting is noticed when it is written and not when it is missed.
    """

    error_messages = {  # noqa: RUF012 -- marshmallow declares it so
        "unknown": "没有这一项设置",
        "type": "设置应是一组名称和值",
    }

    class Meta:
        unknown = RAISE


@dataclass(frozen=True)
class Feature:
    """One thing a district can switch on, e.g. a traffic light on clocks.

    `answers` is the module that holds the `@hookimpl` functions; `label` and `summary` are read by administrators.
    """

    id: str
    label: str
    summary: str
    answers: ModuleType
    settings: type[Settings] = Settings

    def read(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return validated, unchangeable settings. Raises `SettingsInvalid` naming every bad field."""
        try:
            return cast(Mapping[str, Any], _frozen(self.settings().load(values)))
        except ValidationError as error:
            messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
            raise SettingsInvalid(self.id, messages) from error


class SettingsInvalid(Refused):
    """Settings that do not fit a feature's schema."""

    code = "settings-invalid"

    def __init__(self, feature: str, messages: Mapping[str, Any]) -> None:
        problems = "；".join(f"{name}：{problem}" for name, problem in _flat(messages))
        super().__init__(f"功能 {feature} 的设置有误。{problems}。请改正后再启用。")
        self.messages = messages


def _flat(messages: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each problem with the dotted name of its field."""
    if isinstance(messages, Mapping):
        for part, inner in messages.items():
            yield from _flat(inner, f"{name}.{part}" if name else str(part))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, name)
    else:
        yield name, str(messages)


def _frozen(value: Any) -> Any:
    """Return the value with lists and mappings made unchangeable: an answer must not change the next one's settings."""
    if isinstance(value, Mapping):
        return MappingProxyType({name: _frozen(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(inner) for inner in value)
    return value
