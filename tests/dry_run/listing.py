"""Duty lists and gazetteers that are drafted, held or tried."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.areas.gazetteer import Gazetteer
from core.areas.service import draft as draft_areas
from core.journey.dry_run import Result
from core.kit.trees import Node
from core.tenancy.revisions import FILES
from core.tenancy.scope import Installation, Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from tests.builders import let_hold
from tests.dry_run.trying import TODAY, tried

MATTERS = (Node("city", "城市管理"), Node("road", "道路", "city"), Node("park", "园林", "city"))
ROAD, PARK = Row(matter="road", lead="roads"), Row(matter="park", lead="parks")
Rules = Sequence[Mapping[str, Any]]


def list_draft(
    installation: Installation,
    slug: str,
    *rows: Row,
    matters: Sequence[Node] = MATTERS,
    gazetteer: Gazetteer | None = None,
) -> int:
    """Draft a version of the duty list that says this, on these areas; return its number."""

    def work(scope: Scope) -> int:
        number = 0
        if gazetteer is not None:
            number = draft_areas(scope, gazetteer, reason="测试", author=FILES, now=TODAY).number
        listed = Catalogue.of(matters, gazetteer.areas.nodes if gazetteer else (), rows)
        return draft(scope, listed, gazetteer=number, reason="测试", author=FILES, now=TODAY).number

    number = installation.run(slug, work)
    installation.forget()
    return number


def hold(installation: Installation, slug: str, duty_list: int, rules: Rules = ()) -> None:
    """Let a version of the duty list and rules hold."""
    installation.run(slug, lambda scope: let_hold(scope, duty_list, rules))
    installation.forget()


def tried_list(installation: Installation, slug: str, duty_list: int, rules: Rules = (), **values: Any) -> Result:
    """Try a version of the duty list with these rules."""
    return tried(installation, slug, "core.routing", {"duty_list": duty_list, "rules": list(rules), **values})
