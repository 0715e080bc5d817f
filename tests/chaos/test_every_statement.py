"""Whichever statement a process dies at, what it did is there as a whole or not at all; asked again, it is there once."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from core.journey.accept import Accepted, accept
from core.kit.db import Base
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, beijing, make_appeal
from tests.chaos.crashing import Death, Died, dying
from tests.journey.walking import Walk

STEPS: Mapping[str, Callable[[Walk, str], Any]] = {
    "dispatch": lambda walk, key: walk.dispatch(command_id=key),
    "sign": lambda walk, key: walk.sign(command_id=key),
    "reply": lambda walk, key: walk.reply(command_id=key),
    "pass_reply": lambda walk, key: walk.pass_reply(command_id=key),
    "rate": lambda walk, key: walk.rate(command_id=key),
}
"""One life from the desk to the resident's word, each step a transaction under a key of its own."""
MOST_PLACES = 200
COUNTED = [table.name for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
HOW_MANY = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in COUNTED)
STATES = "SELECT id::text, version || state || encode(head_hash, 'hex') FROM ticket"


def rows_of(walk: Walk) -> dict[str, Any]:
    """Return how many rows the tenant has in each table, and how each of its tickets stands."""
    with walk.installation.scope(walk.slug) as scope:
        counts = scope.session.execute(text(HOW_MANY)).all()
        return {row[0]: row[1] for row in (*counts, *scope.session.execute(text(STATES)).all())}


def die_everywhere(walk: Walk, act: Callable[[], Any]) -> int:
    """Let `act` die before each of its statements and its commit, with nothing left of it, and once after its commit.

    Return how often it died before. Asked for again, nothing more comes of it.
    """
    before = rows_of(walk)
    for number in range(1, MOST_PLACES):
        with dying(Death(number)) as death, pytest.raises(Died):
            act()
        if death.has_committed:
            break
        assert rows_of(walk) == before, f"something is left of what died before its statement {number}"
    done = rows_of(walk)
    act()

    assert death.has_committed
    assert done != before
    assert rows_of(walk) == done
    return number - 1


def test_each_step_of_a_life_happens_as_a_whole_and_once(installation: Installation, district: str) -> None:
    walk = Walk(installation, district)
    walk.take_in()
    places, states = {}, []
    for name, step in STEPS.items():
        key = secrets.token_hex(8)
        places[name] = die_everywhere(walk, partial(step, walk, key))
        states.append(str(walk.ticket().state))

    assert states == ["dispatched", "in_progress", "submitted", "concluded", "evaluated"]
    assert min(places.values()) > 5, places


def test_an_appeal_comes_in_as_a_whole_and_once_with_one_number_and_code(
    installation: Installation, district: str
) -> None:
    walk = Walk(installation, district)
    appeal = make_appeal(external_id=secrets.token_hex(8), urgency="urgent")

    def take_in() -> Accepted:
        now = beijing("2026-03-12 10:00")
        return walk.run(lambda scope: accept(scope, appeal, actor=OPERATOR, now=now))

    assert die_everywhere(walk, take_in) > 5
    told = [take_in() for _ in range(2)]

    assert len({(receipt.serial_no, receipt.access_code) for receipt in told}) == 1
    assert [receipt.created for receipt in told] == [False, False]
    assert rows_of(walk)["ticket"] == 1
