"""What an administrator typed, turned back into values: an empty field is inherited again."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from marshmallow import missing

from core.hooks.settings.field import SettingField
from core.hooks.settings.frozen import plain
from core.hooks.settings.reading import SettingsInvalid, secrets_of
from core.hooks.settings.rows import Rows
from core.hooks.settings.schema import Settings, fields_of
from core.hooks.settings.secrets import Secret, SecretText

Submitted = Mapping[str, Sequence[str]]
"""The texts of a submitted form by the names of its controls."""
ROW_BUTTON = re.compile(r"(\w+)-(?:.*-)?(?:add|inherit|\d+-(?:remove|up|down))")
ROW_NUMBER = re.compile(r"[0-9]{1,6}")


def values_from(schema: type[Settings], submitted: Submitted) -> dict[str, Any]:
    """Return the tenant's own values as typed, unchecked: what is no number stays text, and reading will refuse it.

    Fields left empty, or shown as inherited and not changed, are not among them. A pressed row button is carried out.
    Secrets, and whatever else was submitted, are left out.
    """
    return _values(fields_of(schema), submitted, "")


def row_button_pressed(schema: type[Settings], submitted: Submitted) -> bool:
    """Say whether the form was sent to change its rows, so that it is to be shown again rather than saved."""
    rows = {name for name, field in fields_of(schema).items() if isinstance(field, Rows)}
    return any(button[1] in rows for name in submitted if (button := ROW_BUTTON.fullmatch(name)))


def secrets_from(schema: type[Settings], submitted: Submitted) -> dict[str, SecretText | None]:
    """Return the secrets that were typed anew, and None for those to remove. Raises `SettingsInvalid`."""
    fields = fields_of(schema)
    changed: dict[str, SecretText | None] = {}
    flaws = {}
    for name in secrets_of(schema):
        field, text = fields[name], _first(submitted, name)
        assert isinstance(field, Secret)
        if f"{name}-remove" in submitted:
            changed[name] = None
        elif text:
            changed[name] = SecretText(text)
            if flaw := field.flaw(text):
                flaws[name] = [flaw]
    if flaws:
        raise SettingsInvalid("", flaws)
    return changed


def typed_in(field: SettingField, texts: Sequence[str]) -> Any:
    """Return what the texts of a control say, `missing` where it is left empty."""
    lines = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    return field.typed(lines) if any(text.strip() for text in lines) else missing


def seal_of(value: Any, *, is_own: bool) -> str:
    """Return what a form remembers of a value it shows: whose it is, and a hash to see whether it was changed."""
    text = json.dumps(None if value is missing else [value], sort_keys=True)
    return f"{'own' if is_own else 'inherited'}:{sha256(text.encode()).hexdigest()[:16]}"


def _values(fields: Mapping[str, SettingField], submitted: Submitted, prefix: str) -> dict[str, Any]:
    values = {}
    for name, field in fields.items():
        at = f"{prefix}{name}"
        value = _rows(field, at, submitted) if isinstance(field, Rows) else _value(field, at, submitted)
        if value is not missing:
            values[name] = value
    return values


def _value(field: SettingField, name: str, submitted: Submitted) -> Any:
    if isinstance(field, Secret):
        return missing
    value = typed_in(field, submitted.get(name, ()))
    shown = _first(submitted, f"{name}-shown")
    is_unchanged = shown in (seal_of(value, is_own=True), seal_of(value, is_own=False))
    if f"{name}-none" in submitted and (value is missing or is_unchanged):
        return plain(field.empty)
    return missing if shown == seal_of(value, is_own=False) else value


def _rows(field: Rows, name: str, submitted: Submitted) -> Any:
    if f"{name}-row" not in submitted or f"{name}-inherit" in submitted:
        return missing
    marks = [mark for mark in submitted[f"{name}-row"] if ROW_NUMBER.fullmatch(mark)]
    numbers = list(dict.fromkeys(marks))[: field.most + 1]
    rows = [_values(field.fields, submitted, f"{name}-{number}-") for number in numbers]
    moved = _moved(dict(zip(numbers, rows, strict=True)), name, submitted)
    if f"{name}-add" in submitted:
        moved.append({})
    return missing if _first(submitted, f"{name}-shown") == seal_of(moved, is_own=False) else moved


def _moved(rows: Mapping[str, Any], name: str, submitted: Submitted) -> list[Any]:
    """Return the rows as the pressed button leaves them."""
    order = list(rows)
    for place, number in enumerate(order):
        if f"{name}-{number}-remove" in submitted:
            order.remove(number)
            break
        step = 1 if f"{name}-{number}-down" in submitted else -1 if f"{name}-{number}-up" in submitted else 0
        if step and 0 <= place + step < len(order):
            order.insert(place + step, order.pop(place))
            break
    return [rows[number] for number in order]


def _first(submitted: Submitted, name: str) -> str:
    return next(iter(submitted.get(name, ())), "")
