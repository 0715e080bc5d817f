"""Settings drawn at random that a feature takes, the same ones at every examination."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from core.conformance.places import CHOICES
from core.hooks.features import Feature
from core.hooks.settings import (
    Line,
    OneOf,
    Rows,
    Secret,
    SecretText,
    SettingField,
    Settings,
    SettingsInvalid,
    Whole,
    Words,
    YesNo,
    fields_of,
    inheritance,
    own_values,
    read,
    secrets_of,
)
from core.hooks.settings.choices import NamedChoice
from core.hooks.settings.frozen import plain

FIXTURES = "settings_fixtures"
SAMPLE = "sample.json"
"""Settings that the author gives for what cannot be drawn: `settings_fixtures/<feature>/sample.json`."""
TRIES = 200
LETTERS = "路灯井盖街道区的一二三甲乙ABCabc0123456789，。“”<>&'\"/-= {}\n😀"


@dataclass(frozen=True)
class Sample:
    """Settings of a feature: as a revision stores them, and as the feature gets them."""

    values: Mapping[str, Any]
    settings: Mapping[str, Any]


class NoSample(Exception):  # noqa: N818 -- a fact about the schema
    """No settings were found that the schema takes."""


def samples_of(feature: Feature, count: int, *, seed: str = "") -> list[Sample]:
    """Return so many settings that load: the defaults, the author's own sample, then others at random.

    Raises `NoSample`.
    """
    schema = feature.schema()
    found = [_sample(schema, values) for values in (*_plainest(feature), *_drawn(feature, count, seed))]
    loaded = [sample for sample in found if sample]
    if not loaded:
        raise NoSample(feature.id)
    return loaded[:count]


def default_of(feature: Feature) -> Sample:
    """Return the settings that hold where nobody set anything, with required ones filled in. Raises `NoSample`."""
    return samples_of(feature, 1)[0]


def values_for(field: SettingField, chance: Random) -> Any:
    """Return a value that the field takes, as it is written. Raises `NoSample`."""
    for _ in range(TRIES):
        value = _written(field, chance)
        if field.accepts(value):
            return plain(field.deserialize(value))
    raise NoSample(field.title)


def form_values(schema: type[Settings], *, seed: str) -> dict[str, Any]:
    """Return values for every field of a form, as they are written; a field that none is found for is left empty."""
    chance = Random(seed)  # noqa: S311 -- the same values every time  # nosec B311
    found = {}
    for name, field in fields_of(schema).items():
        with suppress(NoSample):
            found[name] = values_for(field, chance)
    return found


def secrets_for(schema: type[Settings], text: str) -> dict[str, SecretText]:
    """Return a text for each secret of the schema."""
    return {name: SecretText(f"{text}-{name}") for name in secrets_of(schema)}


def authors_sample(feature: Feature) -> Mapping[str, Any] | None:
    """Return the settings that the author gives as an example, if they do."""
    path = (feature.folder or Path()) / FIXTURES / feature.id / SAMPLE
    if not path.is_file():
        return None
    written = json.loads(path.read_text(encoding="utf-8"))
    return written if isinstance(written, dict) else None


def _plainest(feature: Feature) -> Iterator[Mapping[str, Any]]:
    schema = feature.schema()
    required = [name for name, field in fields_of(schema).items() if field.required]
    given = authors_sample(feature)
    if not required:
        yield {}
    if given is not None:
        yield given
    if required and given is None:
        chance = Random(f"{feature.id} required")  # noqa: S311 -- the same settings every time  # nosec B311
        for _ in range(TRIES):
            yield {name: values_for(fields_of(schema)[name], chance) for name in required}


def _drawn(feature: Feature, count: int, seed: str) -> Iterator[Mapping[str, Any]]:
    schema = feature.schema()
    given = authors_sample(feature) or {}
    chance = Random(f"{feature.id} {seed}")  # noqa: S311 -- the same settings every time  # nosec B311
    found = 0
    for _ in range(TRIES):
        if found >= count:
            return
        # The first ones say something else than the defaults everywhere: what is mixed up is then seen.
        values = {**given, **_some(schema, chance, share=1.0 if found < 2 else 0.7)}
        if _sample(schema, values):
            found += 1
            yield values


def _some(schema: type[Settings], chance: Random, *, share: float) -> dict[str, Any]:
    """Return values for this share of the fields, each other than its default where there is another."""
    drawn = {}
    for name, field in fields_of(schema).items():
        if not isinstance(field, Secret) and (field.required or chance.random() < share):
            with suppress(NoSample):
                values = [values_for(field, chance) for _ in range(4)]
                drawn[name] = next((value for value in values if value != field.load_default), values[0])
    return drawn


def _sample(schema: type[Settings], values: Mapping[str, Any]) -> Sample | None:
    try:
        own = own_values(schema, values, inherited=inheritance(schema, {}))
        return Sample(own, read(schema, own, secrets=secrets_for(schema, "kit")))
    except SettingsInvalid:
        return None


def _written(field: SettingField, chance: Random) -> Any:
    match field:
        case Whole():
            return None if field.allow_none and chance.random() < 0.2 else chance.randint(field.min, field.max)
        case YesNo():
            return chance.random() < 0.5
        case OneOf():
            return chance.choice(sorted(field.choices))
        case NamedChoice():
            return _chosen(field, chance)
        case Words():
            count = chance.randint(field.least, max(field.least, min(field.most, 6)))
            return [_text(chance, field.shortest, field.longest) for _ in range(count)]
        case Line() if field.pattern_says:
            return _like(field, chance)
        case Rows():
            count = chance.randint(field.least, max(field.least, min(field.most, 4)))
            return [_row(field, chance) for _ in range(count)]
        case _:
            return _text(chance, getattr(field, "shortest", 0), min(getattr(field, "longest", 40), 200))


def _chosen(field: NamedChoice, chance: Random) -> Any:
    there = [choice.value for choice in CHOICES[field.SOURCE] if field.of_kind in ("", choice.kind)]
    codes = there or [choice.value for choice in CHOICES[field.SOURCE]]
    if field.many:
        least = 0 if field.may_be_empty else 1
        return chance.sample(codes, chance.randint(least, min(len(codes), field.most)))
    return "" if field.may_be_empty and chance.random() < 0.2 else chance.choice(codes)


def _row(rows: Rows, chance: Random) -> dict[str, Any]:
    return {
        name: values_for(field, chance)
        for name, field in rows.fields.items()
        if field.required or chance.random() < 0.7
    }


def _text(chance: Random, shortest: int, longest: int) -> str:
    length = chance.randint(shortest, max(shortest, min(longest, 24)))
    return "".join(chance.choice(LETTERS) for _ in range(length))


def _like(field: Line, chance: Random) -> str:
    """Return a line written like the default, or of digits or letters, in hope that the pattern takes it."""
    default = field.load_default if isinstance(field.load_default, str) else ""
    alphabet = chance.choice(("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJ0123456789", "一二三四五六"))
    if default and chance.random() < 0.5:
        return "".join(_alike(character, chance) for character in default)
    return "".join(chance.choice(alphabet) for _ in range(chance.randint(1, min(field.longest, 20))))


def _alike(character: str, chance: Random) -> str:
    if character.isdecimal() and character.isascii():
        return chance.choice("0123456789")
    if character.isalpha() and character.isascii():
        return chance.choice("abcdefgh" if character.islower() else "ABCDEFGH")
    return character
