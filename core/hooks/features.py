"""What a plugin ships: features 功能, each with its settings and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any, Literal, cast

import pluggy

from core.hooks.contract import PROJECT
from core.hooks.settings import SecretText, Settings, read
from core.kit.errors import Refused

hookimpl = pluggy.HookimplMarker(PROJECT)
Level = Literal["district", "city", "every"]


class NotPossible(Refused):
    """What a feature's own page, command or job refuses to do, in its words."""

    code = "not-possible"


@dataclass(frozen=True)
class Feature:
    """One thing a district can switch on, e.g. a traffic light on clocks.

    `label` and `summary` are read by administrators. `answers` is the module that holds the `@hookimpl` functions,
    `settings` the schema of its settings; a manifest names both, and they are imported when a tenant has the feature
    on. `hooks` are those it answers (None = whatever the module holds), `rules` the names of its rules: a `rule_id` is
    `<feature id>/<rule>`. `events` are the kinds of timeline entries that `on_event` is asked about (none = all of them),
    `permissions` those that its pages ask for. A `restricted` feature is switched on by two persons. `conflicts` cannot
    be on together with it, `suggests` are better on too. A feature of `level` city is for a city alone; of `level`
    every, for both, each with settings of its own.
    """

    id: str
    label: str
    summary: str
    answers: ModuleType | str
    settings: type[Settings] | str = Settings
    plugin: str = ""
    version: str = ""
    folder: Path | None = None
    hooks: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    level: Level = "district"
    restricted: bool = False
    conflicts: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()

    @property
    def plugin_id(self) -> str:
        """The plugin whose tables are the feature's own, and under whose name its pages and commands stand."""
        return self.plugin or self.id.partition(".")[0]

    def module(self) -> ModuleType:
        """Return the module with the answers, importing it when nobody has yet."""
        return self.answers if isinstance(self.answers, ModuleType) else cast(ModuleType, resolve_name(self.answers))

    def schema(self) -> type[Settings]:
        """Return the schema of the settings, importing it when nobody has yet. Raises TypeError for another class."""
        found = resolve_name(self.settings) if isinstance(self.settings, str) else self.settings
        if not (isinstance(found, type) and issubclass(found, Settings)):
            raise TypeError(f"{self.settings} is no Settings")
        return found

    def read(self, values: Mapping[str, Any], *, secrets: Mapping[str, SecretText] | None = None) -> Mapping[str, Any]:
        """Return validated, unchangeable settings. Raises `SettingsInvalid` naming every bad field."""
        return read(self.schema(), values, secrets=secrets, feature=self.id)
