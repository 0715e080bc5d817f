"""A district whose months were counted by hand: cells of its cube as counting would have written them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from core.statistics.counting import CELLS, COUNTED
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.builders import make_district

STREETS = {f"street-{number}": f"第{number}街道" for number in range(1, 6)}
"""Codes and names of the streets of a hand-counted district."""

Happened = Mapping[str, dict[str, int]]
"""How often each measure happened, by the code of the unit; "" is what no unit has."""


@dataclass(frozen=True)
class Counted:
    """A district, and what was counted of it."""

    installation: Installation
    slug: str


def counted_district(installation: Installation, by_day: Mapping[date, Happened]) -> Counted:
    """Make a district with five streets, a department's section and a water company, of which so much was counted."""
    slug = make_district(
        installation,
        units=[
            *((code, name, "street") for code, name in STREETS.items()),
            ("crew", "道路养护队", "section"),
            ("water", "自来水公司", "public_utility"),
            ("odd", "=1+1 办公室", "district_department"),
        ],
        parents={"crew": "roads"},
    )
    counted = Counted(installation, slug)
    add_counts(counted, by_day)
    return counted


def add_counts(counted: Counted, by_day: Mapping[date, Happened]) -> None:
    """Have more counted of a district."""
    with counted.installation.scope(counted.slug) as scope:
        asked = select(Unit.code, Unit.id).where(Unit.tenant_id == scope.tenant.id)
        ids: dict[str, int] = {"": 0, **dict(scope.session.execute(asked).all())}
        empty: dict[str, Any] = dict.fromkeys(
            ("channel", "medium", "nature", "appellant", "matter"), ""
        ) | dict.fromkeys(COUNTED, 0)
        common: dict[str, Any] = empty | {"tenant_id": scope.tenant.id, "unit_id": 0}
        rows: list[dict[str, Any]] = []
        for day, happened in by_day.items():
            whole = dict.fromkeys((name for counts in happened.values() for name in counts), 0)
            for code, counts in happened.items():
                rows.append(common | {"aspect": "unit", "day": day, "unit_id": ids[code]} | counts)
                for name, n in counts.items():
                    whole[name] += n
            rows.append(common | {"aspect": "all", "day": day} | whole)
        scope.session.execute(insert(CELLS), rows)
