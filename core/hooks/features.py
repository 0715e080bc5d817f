"""What a plugin ships: features 功能, each with its settings and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy
from marshmallow import RAISE, Schema, ValidationError

from core.hooks.specs import PROJECT

hookimpl = pluggy.HookimplMarker(PROJECT)


class Settings(Schema):
    """Base of a feature's settings: a marshmallow schema whose defaults are the published practice.

    Unknown names are refused, so a misspelt setting is noticed when it is written and not when it is missed.
    """

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
            return MappingProxyType(dict(self.settings().load(values)))
        except ValidationError as error:
            messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
            raise SettingsInvalid(self.id, messages) from error


class SettingsInvalid(ValueError):
    """Settings that do not fit a feature's schema."""

    def __init__(self, feature: str, messages: Mapping[str, Any]) -> None:
        super().__init__(
            f"功能 {feature} 的设置有误:" + ";".join(f"{name}:{problem}" for name, problem in messages.items())
        )
        self.messages = messages
