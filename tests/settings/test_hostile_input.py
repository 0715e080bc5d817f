"""Whatever is sent as settings is either refused in words or becomes a revision that features can read."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.journey.settings.drafting import Wish, draft
from core.kit.errors import Refused
from tests.settings.making import ANNA, LIGHT, NOW, District, LightSettings

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "5",
        "５",
        "<b>x</b>",
        "panel",
        "roads",
        "A1",
        "井盖",
        "\x00",
        "\ud800",
        "\u202e",
        "!none",
        "9" * 400,
        "1e3",
        "NaN",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
NAMES = st.sampled_from([*LightSettings._declared_fields, "unknown", "", "a.b", "\x00"])
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))
ROWS = st.lists(st.dictionaries(st.sampled_from(["at", "unit", "other"]), SCALARS, max_size=3), max_size=5)
VALUES = st.dictionaries(NAMES, JSON | ROWS, max_size=5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=VALUES,
    whole=st.none() | VALUES,
    inherit=st.lists(NAMES, max_size=3),
    reason=TEXTS,
)
def test_any_values_are_refused_in_words_or_can_be_read(
    district: District, changes: dict[str, Any], whole: dict[str, Any] | None, inherit: list[str], reason: str
) -> None:
    wish = Wish(changes=changes, whole=whole, inherit=inherit)
    try:
        drafted = district.run(
            lambda scope: draft(scope, district.roster, LIGHT, wish, reason=reason, actor=ANNA, now=NOW)
        )
    except Refused:
        return
    revision = district.revision(drafted.number)
    district.roster.get(LIGHT).read(revision.values)
    assert all(name in LightSettings._declared_fields for name in revision.values)
    assert drafted.changes
