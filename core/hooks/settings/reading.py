"""Reading settings: what was written becomes what features get, or every problem is named."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, cast

from marshmallow import ValidationError, missing
from marshmallow.exceptions import SCHEMA

from core.hooks.settings.frozen import frozen, plain
from core.hooks.settings.schema import Settings, fields_of
from core.hooks.settings.secrets import Secret, SecretText
from core.kit import saying
from core.kit.errors import Refused


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, by its dotted path such as `steps.1.at`; an empty path means all of them."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Inherited:
    """What holds where a tenant says nothing of its own, and who says it: the feature, or the city's preset."""

    value: Any
    source: Literal["default", "city"]


class SettingsInvalid(Refused):
    """Settings that do not fit a feature's schema."""

    code = "settings-invalid"

    def __init__(self, feature: str, messages: Mapping[Any, Any]) -> None:
        self.messages = messages
        self.problems = [Problem(field, message) for field, message in _flat(messages)]
        said = saying.joined(
            "；",
            (
                saying.said("{field}：{message}", field=each.field, message=each.message)
                if each.field
                else each.message
                for each in self.problems
            ),
        )
        super().__init__(
            saying.said(
                "{feature}设置有误。{said}。请改正后再启用。",
                feature=saying.said("功能 {feature} 的", feature=feature) if feature else "",
                said=said,
            )
        )


class MigrationFailed(Refused):
    """Settings of another version that this version of a feature cannot read."""

    code = "settings-migration-failed"


def read(
    schema: type[Settings],
    values: Mapping[str, Any],
    *,
    secrets: Mapping[str, str | SecretText] | None = None,
    feature: str = "",
) -> Mapping[str, Any]:
    """Return validated, unchangeable settings, with defaults for what is not among the values.

    Each secret of the schema is a `SecretText`, or None where none was set; others that are given are left out. Raises
    `SettingsInvalid` naming every bad field.
    """
    loaded = _load(schema, values, feature)
    for name in secrets_of(schema):
        text = (secrets or {}).get(name)
        loaded[name] = SecretText(text) if isinstance(text, str) else text
    return cast(Mapping[str, Any], frozen(loaded))


def inheritance(schema: type[Settings], preset: Mapping[str, Any]) -> dict[str, Inherited]:
    """Return what a tenant inherits: the city's preset, elsewhere the defaults. A required field may have neither."""
    inherited = {}
    for name, field in fields_of(schema).items():
        if isinstance(field, Secret):
            continue
        if name in preset:
            inherited[name] = Inherited(_alone(field, preset[name]), "city")
        elif field.load_default is not missing:
            inherited[name] = Inherited(_alone(field, field.load_default), "default")
    return inherited


def own_values(
    schema: type[Settings], values: Mapping[str, Any], *, inherited: Mapping[str, Inherited], feature: str = ""
) -> dict[str, Any]:
    """Return what a revision holds: of the values those that differ from what is inherited, checked and plain.

    All are checked together, what is inherited too. Raises `SettingsInvalid`.
    """
    loaded = _load(schema, {**{name: each.value for name, each in inherited.items()}, **values}, feature)
    own = {name: plain(loaded[name]) for name in fields_of(schema) if name in values}
    return {name: value for name, value in own.items() if name not in inherited or value != inherited[name].value}


def migrated(schema: type[Settings], values: Mapping[str, Any], *, from_version: int) -> dict[str, Any]:
    """Return values of another version as this version writes them, unchecked. Raises `MigrationFailed`."""
    copied = cast(dict[str, Any], plain(values))
    if from_version == schema.VERSION:
        return copied
    if from_version > schema.VERSION:
        raise MigrationFailed(
            saying.said(
                "这些设置是第 {from_version} 版的，装着的功能只认得到第 {version} 版。"
                "请装回较新的版本，或改用较早的设置。",
                from_version=from_version,
                version=schema.VERSION,
            )
        )
    try:
        return schema.migrate(deepcopy(copied), from_version=from_version)
    except Exception as error:
        raise MigrationFailed(
            saying.said(
                "第 {from_version} 版的设置未能转成第 {version} 版（{name}）。请联系功能的作者，先沿用原来的版本。",
                from_version=from_version,
                version=schema.VERSION,
                name=type(error).__name__,
            )
        ) from error


def secrets_of(schema: type[Settings]) -> list[str]:
    """Return the names of the schema's secrets."""
    return [name for name, field in fields_of(schema).items() if isinstance(field, Secret)]


def _load(schema: type[Settings], values: Mapping[str, Any], feature: str) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], schema().load(values))
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    # Raised out here, because marshmallow's error carries all values with it, also a secret somebody wrote among them.
    raise SettingsInvalid(feature, _in_order(schema, messages))


def _in_order(schema: type[Settings], messages: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the messages as the fields stand; of names nobody declared marshmallow keeps no order."""
    declared = [name for name in fields_of(schema) if name in messages]
    return {name: messages[name] for name in [*declared, *sorted(messages.keys() - set(declared), key=str)]}


def _alone(field: Any, value: Any) -> Any:
    """Return the value of one field as it loads, plain; as it is where it does not, so that it can be shown."""
    try:
        return plain(field.deserialize(value))
    except ValidationError:
        return plain(value)


def _flat(messages: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each problem with the dotted path of its field."""
    if isinstance(messages, Mapping):
        for part, inner in messages.items():
            own = str(part) if part != SCHEMA else ""
            yield from _flat(inner, ".".join(filter(None, (name, own))))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, name)
    else:
        yield name, str(messages)
