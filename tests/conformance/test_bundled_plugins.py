"""The plugins that come with the product keep every rule."""

from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

from core.conformance.examining import examine
from core.conformance.rule import Tier
from core.conformance.scratch import Scratch
from core.conformance.subject import subject_of
from core.hooks.manifest import ENTRY_POINT_GROUP

PLUGINS = sorted(point.name for point in entry_points(group=ENTRY_POINT_GROUP) if point.value.startswith("plugins."))


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_bundled_plugin_keeps_every_rule(plugin: str, scratch: Callable[[], Scratch]) -> None:
    report = examine(subject_of(plugin, scratch=scratch))

    assert [(outcome.rule.id, outcome.words) for outcome in report.failed] == []
    assert report.reached == Tier.GOLD
    assert [outcome.rule.id for outcome in report.outcomes if outcome.status == "exempt"] == []
