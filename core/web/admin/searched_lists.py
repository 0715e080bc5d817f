"""Long lists in rows of settings: drawn once for all rows and searched by name, and what was typed read back as codes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.hooks.settings import Choices, FormModel, FormRows, SettingField, Submitted
from core.hooks.settings.choices import NOTHING_CHOSEN, NamedChoice
from core.hooks.settings.rows import Rows

MOST_OPTIONS = 2000
"""So many entries in all rows together may be drawn as lists of their own."""
LONG = 12
"""Shorter lists are never searched."""
NOTHING = "不设"
ROW = re.compile(r"-[0-9]{1,6}-")


@dataclass(frozen=True, slots=True)
class SearchedList:
    """A list that is drawn once: its id, and the names by code; a name that stands twice has its code behind it."""

    id: str
    names: Mapping[str, str]


def searched_lists(form: FormModel, choices: Choices) -> Mapping[str, SearchedList]:
    """Return the lists that a form is to draw once, by the source of its fields."""
    found = {}
    for rows in _rows_of(form):
        for each in (field for row in rows.rows[:1] for field in row.fields if not isinstance(field, FormRows)):
            if each.source and len(each.options) > LONG and len(each.options) * len(rows.rows) > MOST_OPTIONS:
                source, _, kind = each.source.partition("-")
                found[each.source] = SearchedList(f"from-{each.source}", _names(choices, source, kind))
    return found


def with_codes(fields: Mapping[str, SettingField], submitted: Submitted, choices: Choices) -> Submitted:
    """Return what was submitted with the code of a thing where its name was typed into a row."""
    named = dict(_named(fields, ""))
    if not named:
        return submitted
    codes = {
        path: {name: code for code, name in _names(choices, field.SOURCE, field.of_kind).items()}
        | {NOTHING: NOTHING_CHOSEN}
        for path, field in named.items()
    }
    return {
        name: [codes[path].get(text.strip(), text) for text in texts]
        if (path := ROW.sub(".", name)) in codes
        else texts
        for name, texts in submitted.items()
    }


def _rows_of(form: FormModel) -> Iterator[FormRows]:
    waiting = [each for group in form.groups for each in group.fields]
    while waiting:
        each = waiting.pop()
        if isinstance(each, FormRows):
            yield each
            waiting += [inner for row in each.rows for inner in row.fields if isinstance(inner, FormRows)]


def _named(fields: Mapping[str, SettingField], prefix: str) -> Iterator[tuple[str, NamedChoice]]:
    for name, field in fields.items():
        if isinstance(field, Rows):
            yield from _named(field.fields, f"{prefix}{name}.")
        elif prefix and isinstance(field, NamedChoice) and not field.many:
            yield f"{prefix}{name}", field


def _names(choices: Choices, source: str, kind: str) -> Mapping[str, str]:
    there = [choice for choice in choices.get(source, ()) if kind in ("", choice.kind)]
    labels = [choice.label for choice in there]
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
    return {
        choice.value: choice.label if seen[choice.label] == 1 else f"{choice.label}（{choice.value}）"
        for choice in there
    }
