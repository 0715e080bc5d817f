"""Whatever is done with accounts in whatever order, each change has exactly one record, and the records rebuild what holds."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from core.journey import stewardship
from core.journey.standing import check_standing
from core.kit.errors import Refused
from core.people.models import Account
from core.people.queries import accounts, roles_by_account
from core.people.roles import ROLES
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import security_events
from core.units.queries import directory
from tests.builders import make_installation
from tests.people.test_stewards import REASON, House

LOGINS = ("lin", "mei", "sec", "nobody")
GRANTS: tuple[list[str], ...] = (
    ["leader"],
    ["reviewer", "leader"],
    ["clerk"],
    ["operator", "reviewer"],
    [],
    ["auditor"],
)
STEPS = 40
Held = dict[str, tuple[frozenset[str], bool, int | None]]


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


def held(scope: Scope) -> Held:
    """Return of each account its roles, whether it is open, and its unit."""
    roles = roles_by_account(scope)
    found: list[Account] = accounts(scope)
    return {each.login: (frozenset(roles.get(each.id, ())), each.active, each.unit_id) for each in found}


def told(scope: Scope) -> list[tuple[str, str, str, str, Any]]:
    return [(each.kind, each.actor, each.address, each.subject, each.detail) for each in security_events(scope)]


def expected(before: Held, after: Held) -> Counter[tuple[str, str]]:
    """Return which records a change of what holds has: one for each role, closing, opening and move."""
    records: Counter[tuple[str, str]] = Counter()
    for login, (roles, active, unit) in after.items():
        had, was_active, was_unit = before[login]
        records["role_given", login] += len(roles - had)
        records["role_taken", login] += len(had - roles)
        records["account_closed", login] += was_active and not active
        records["account_reopened", login] += active and not was_active
        records["account_moved", login] += unit != was_unit
    return +records


def rebuilt(events: list[tuple[str, str, str, str, Any]]) -> Held:
    """Return what holds, from the records alone."""
    state: Held = {}
    for kind, _, _, login, detail in events:
        roles, active, unit = state.get(login, (frozenset(), True, None))
        match kind:
            case "account_opened":
                unit = detail["unit_id"]
            case "role_given":
                roles |= {detail["role"]}
            case "role_taken":
                roles -= {detail["role"]}
            case "account_closed" | "account_reopened":
                active = kind == "account_reopened"
            case "account_moved":
                unit = detail["to"]
            case _:
                continue
        state[login] = (roles, active, unit)
    return state


@pytest.mark.parametrize("seed", range(2))
def test_every_change_has_one_record_and_the_records_rebuild_what_holds(installation: Installation, seed: int) -> None:
    house, chance = House(installation), random.Random(seed)
    house.hire("mei", "reviewer")
    codes = [None, *house.run(lambda scope: [unit.code for unit in directory(scope).units])]
    done = refused = 0
    before, events = house.run(lambda scope: (held(scope), told(scope)))

    for _ in range(STEPS):
        login = chance.choice(LOGINS)
        acts: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
            (stewardship.grant, (chance.choice(GRANTS),)),
            (stewardship.close, ()),
            (stewardship.reopen, ()),
            (stewardship.move, (chance.choice(codes),)),
        ]
        act, more = chance.choice(acts)
        try:
            house.do(act, login, *more)
            done += 1
        except Refused:
            refused += 1
        after, now_told = house.run(lambda scope: (held(scope), told(scope)))
        new = now_told[len(events) :]
        assert Counter((kind, subject) for kind, _, _, subject, _ in new) == expected(before, after)
        assert all(
            (actor, address, detail["reason"]) == ("SEC", "10.0.0.1", REASON) for _, actor, address, _, detail in new
        )
        before, events = after, now_told

    assert min(done, refused) > STEPS // 8
    assert house.run(lambda scope: rebuilt(told(scope))) == house.run(held)
    assert house.run(lambda scope: list(check_standing(scope))) == []
    assert {role for roles, _, _ in house.run(held).values() for role in roles} <= set(ROLES)
