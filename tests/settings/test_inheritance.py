"""What holds follows from four layers: the default, over it the city's preset, over it the district's own, unless locked."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.hooks.settings import inheritance, own_values
from core.journey.settings.held import Held
from core.tenancy.active import NOTHING, Preset, Stored, merged
from tests.settings.making import LightSettings, light

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "yellow_hours": st.integers(1, 6),
        "answer_days": st.integers(1, 30),
        "words": st.lists(st.sampled_from(["井盖", "路灯", "漏电"]), unique=True),
        "title": st.sampled_from(["提醒函", "督办函"]),
    },
)
NAMES = ("yellow_hours", "answer_days", "words", "title")
LOCKED = st.sets(st.sampled_from(NAMES))
DEFAULTS = {"yellow_hours": 3, "answer_days": 5, "words": ["井盖"], "title": "提醒函"}


def effective(own: Mapping[str, Any], preset: Mapping[str, Any], locked: set[str]) -> dict[str, Any]:
    """Return what a feature gets, as the hook table is compiled."""
    feature = light()
    settings = feature.read(merged(feature, Stored(1, 1, own), Preset("city", 1, 1, preset, tuple(locked))))
    return {name: list(settings[name]) if name == "words" else settings[name] for name in NAMES}


@given(own=VALUES, preset=VALUES, locked=LOCKED)
def test_default_then_preset_then_own_and_a_lock_wins(
    own: dict[str, Any], preset: dict[str, Any], locked: set[str]
) -> None:
    expected = {}
    for name in NAMES:
        expected[name] = preset.get(name, DEFAULTS[name])
        if name in own and name not in locked:
            expected[name] = own[name]

    assert effective(own, preset, locked) == expected


@given(own=VALUES, preset=VALUES, locked=LOCKED)
def test_what_is_told_is_what_features_get(own: dict[str, Any], preset: dict[str, Any], locked: set[str]) -> None:
    inherited = inheritance(LightSettings, preset)
    held = Held(light(), LightSettings, 1, 1, own, (), Preset("city", 1, 1, preset, tuple(locked)), inherited)

    assert {name: held.effective[name] for name in NAMES} == effective(own, preset, locked)


@given(own=VALUES, preset=VALUES)
def test_a_revision_that_holds_only_differences_comes_to_the_same(own: dict[str, Any], preset: dict[str, Any]) -> None:
    differing = own_values(LightSettings, own, inherited=inheritance(LightSettings, preset))

    assert effective(differing, preset, set()) == effective(own, preset, set())
    assert all(differing[name] != effective({}, preset, set())[name] for name in differing)


def test_where_nothing_is_set_the_defaults_hold() -> None:
    feature = light()

    assert feature.read(merged(feature, NOTHING, Preset())) == feature.read({})
