"""What a tenant has set comes back from the form as it was, and what it has not set stays inherited."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.conformance.drawn import html_of, sent_back
from core.hooks.roster import Roster
from core.hooks.settings import (
    Problem,
    Settings,
    SettingsInvalid,
    differences,
    fields_of,
    form_of,
    inheritance,
    own_values,
    read,
    references,
    values_from,
)
from core.hooks.settings.frozen import plain
from tests.hooks.schemas import CHOICES, EverySettings
from tests.hooks.valid import CHARACTERS, own_values_of

SHIPPED = {feature.id: feature.schema() for feature in Roster.installed().features.values()}


def came_back(schema: type[Settings], own: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    form = form_of(schema, own, inherited=inheritance(schema, preset), choices=CHOICES)
    return values_from(schema, sent_back(html_of(form)))


@given(own=own_values_of(EverySettings), preset=own_values_of(EverySettings))
@settings(max_examples=150, deadline=None)
def test_every_valid_value_comes_back_from_the_form(own: dict[str, Any], preset: dict[str, Any]) -> None:
    assert came_back(EverySettings, own, preset) == own


@pytest.mark.parametrize("schema", SHIPPED.values(), ids=SHIPPED)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_every_valid_value_of_the_shipped_features_comes_back(schema: type[Settings], data: st.DataObject) -> None:
    own, preset = data.draw(own_values_of(schema)), data.draw(own_values_of(schema))

    assert came_back(schema, own, preset) == own


@given(own=own_values_of(EverySettings), preset=own_values_of(EverySettings))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_of_a_form_is_what_differs_from_what_is_inherited(
    own: dict[str, Any], preset: dict[str, Any]
) -> None:
    inherited = inheritance(EverySettings, preset)
    try:
        kept = own_values(EverySettings, {"hotline": "12345", **own}, inherited=inherited)
    except SettingsInvalid:  # single values fit, but these steps go against each other
        return

    assert {name: value for name, value in kept.items() if inherited.get(name) and value == inherited[name].value} == {}
    assert own_values(EverySettings, came_back(EverySettings, kept, preset), inherited=inherited) == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=12) | st.just("!none"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["at", "unit", "recipients", "x"]), inner)
    ),
    max_leaves=8,
)


def read_or_problems(written: dict[str, Any]) -> tuple[Any, list[Problem]]:
    try:
        return plain(read(EverySettings, written)), []
    except SettingsInvalid as refused:
        return None, refused.problems


@given(written=st.dictionaries(st.sampled_from([*fields_of(EverySettings), "unknown", ""]), JSON))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_read_or_refused_in_words_and_can_be_shown(written: dict[str, Any]) -> None:
    loaded, found = read_or_problems(written)
    form = form_of(EverySettings, written, inherited={}, choices=CHOICES, errors=found)

    assert [problem for problem in found if not "\u4e00" <= problem.message[:1] <= "\u9fff"] == []
    assert len(form.errors) == len(found)
    assert json.loads(json.dumps(loaded)) == loaded
    references(EverySettings, written)
    differences(EverySettings, {}, written)
    values_from(EverySettings, {name: [str(value)] for name, value in written.items()})
