"""Taking in as a worker of the centre does, without its pages."""

from datetime import UTC, datetime
from typing import Any

from core.journey.center import Said, take_in_at_center
from tests.center.conftest import CenterHouse


def said(**changes: Any) -> Said:
    """Return what a worker writes down at the counter, with these changes."""
    plain: dict[str, Any] = {
        "text": "文化广场路面坑洼",
        "matter": "road",
        "kind": "counter",
        "present": "self",
        "message_id": "a" * 32,
        "no_phone": True,
        "told": True,
    }
    return Said(**plain | changes)


def taken_in(house: CenterHouse, *, unit: str = "cc-one", **changes: Any) -> str:
    """Take something in at a centre and return its serial number."""
    actor = house.actor(unit)
    with house.installation.scope(house.slug) as scope:
        entered = take_in_at_center(scope, said(**changes), [], actor=actor, now=datetime.now(UTC))
    return entered.accepted.serial_no
