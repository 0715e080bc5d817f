"""What a schema asks for, as plain data: for the API and the documentation, for checks, and to tell schemas apart."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from marshmallow import missing

from core.hooks.settings.choices import NamedChoice, OneOf
from core.hooks.settings.field import SettingField
from core.hooks.settings.frozen import plain
from core.hooks.settings.rows import Rows
from core.hooks.settings.schema import Settings, fields_of
from core.hooks.settings.secrets import Secret


@dataclass(frozen=True, slots=True)
class Reference:
    """A code in the settings that must be something the tenant has: a unit (of this kind), a matter, a role …"""

    field: str
    source: str
    value: str
    kind: str


def describe(schema: type[Settings]) -> dict[str, Any]:
    """Return the schema's version, its fingerprint and its fields in their order, ready to be written as JSON."""
    return {
        "version": schema.VERSION,
        "fingerprint": fingerprint(schema),
        "fields": [_described(name, field) for name, field in fields_of(schema).items()],
    }


def fingerprint(schema: type[Settings]) -> str:
    """Return a hash of what stored values depend on: names, kinds, bounds, choices, nesting, risks; no titles.

    When it changes, values written earlier may no longer load, or no longer be approved by whom they should be:
    `VERSION` has to go up with it.
    """
    shapes = {name: field.shape() for name, field in fields_of(schema).items()}
    return sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()


def references(schema: type[Settings], values: Mapping[str, Any]) -> list[Reference]:
    """Return every code among the values that names something of the tenant's."""
    return list(_references(fields_of(schema), values, ""))


def risks_of(schema: type[Settings]) -> dict[str, str]:
    """Return the fields that decide who is held to account or what becomes known of people; those of rows with a dot."""
    return dict(_risks(fields_of(schema), ""))


def _described(name: str, field: SettingField) -> dict[str, Any]:
    said = {
        "name": name,
        "title": field.title,
        "help": field.help,
        "group": field.group,
        "unit": field.unit,
        "affects": field.affects,
        **field.shape(),
    }
    if field.load_default is not missing and not isinstance(field, Secret):
        said["default"] = plain(field.load_default)
    if isinstance(field, OneOf):
        said["choices"] = [{"value": value, "label": label} for value, label in field.choices.items()]
    if isinstance(field, Rows):
        said["row"] = [_described(inner, held) for inner, held in field.fields.items()]
    return said


def _references(fields: Mapping[str, SettingField], values: Mapping[str, Any], path: str) -> Iterator[Reference]:
    for name, field in fields.items():
        value = values.get(name)
        if isinstance(field, Rows) and isinstance(value, list | tuple):
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from _references(field.fields, row, f"{path}{name}.{number}.")
        elif isinstance(field, NamedChoice):
            codes = value if isinstance(value, list | tuple) else [value]
            for number, code in enumerate(codes):
                if isinstance(code, str) and code:
                    at = f"{path}{name}.{number}" if field.many else f"{path}{name}"
                    yield Reference(at, field.SOURCE, code, field.of_kind)


def _risks(fields: Mapping[str, SettingField], path: str) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        if field.risk:
            yield f"{path}{name}", field.risk
        if isinstance(field, Rows):
            yield from _risks(field.fields, f"{path}{name}.")
