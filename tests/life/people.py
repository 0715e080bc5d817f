"""Who acts in random lives: the people of the house, a clerk of each unit, residents, and somebody with no right at all."""

from core.people.roster.rules import RosterEntry
from core.people.roster.service import set_roster
from core.people.service import open_account
from core.tenancy.scope import Installation
from core.tickets.timeline import RESIDENT, Actor
from core.units.queries import directory
from tests.builders import LEADER, OPERATOR, REVIEWER, SUPERVISOR, beijing, make_actor

UNITS = ("roads", "parks", "roads-north")
SECOND_OPERATOR = make_actor("坐席戊", "operator", id=11)
SECOND_REVIEWER = make_actor("审核员己", "reviewer", id=12)
SECOND_SUPERVISOR = make_actor("督办员庚", "supervisor", id=14)
OFFICERS = {
    "officer": make_actor("纪检辛", "discipline", id=16),
    "second officer": make_actor("纪检壬", "discipline", id=17),
}
ADMINISTRATOR = make_actor("管理员癸", "administrator", id=18)
STRANGER = make_actor("路人", id=13)
STAFF = {"roads-a": "roads", "roads-b": "roads", "parks-a": "parks"}
"""Who has tickets in person, by login, and the unit they work in."""


def cast_of(installation: Installation, slug: str) -> dict[str, Actor]:
    """Return everybody by a name: the same people work in every tenant, each clerk for one unit of it."""
    with installation.scope(slug) as scope:
        unit_ids = {code: directory(scope).get_unit(code).id for code in UNITS}
    clerks = {
        f"clerk of {code}": make_actor(f"经办人（{code}）", "clerk", id=20 + position, unit_id=unit_ids[code])
        for position, code in enumerate(UNITS)
    }
    return {
        "operator": OPERATOR,
        "second operator": SECOND_OPERATOR,
        "reviewer": REVIEWER,
        "second reviewer": SECOND_REVIEWER,
        "supervisor": SUPERVISOR,
        "second supervisor": SECOND_SUPERVISOR,
        "leader": LEADER,
        "resident": RESIDENT,
        "worker": make_actor("社区工作人员", "community-worker", id=15, unit_id=unit_ids["parks"]),
        "stranger": STRANGER,
        "administrator": ADMINISTRATOR,
        **OFFICERS,
        **clerks,
    }


def hire(installation: Installation, slug: str, *, on_duty: bool) -> None:
    """Open the accounts of those who have tickets in person, and put them on their units' duty rosters."""
    now = beijing("2026-02-01 09:00")
    with installation.scope(slug) as scope:
        rosters: dict[int, list[RosterEntry]] = {}
        for login, code in STAFF.items():
            unit_id = directory(scope).get_unit(code).id
            account = open_account(
                scope,
                login=login,
                name=login,
                password=f"{login} 的又长又好记的密码",
                roles=["clerk"],
                unit_id=unit_id,
                now=now,
            )
            rosters.setdefault(unit_id, []).append(RosterEntry(account.id))
        for unit_id, entries in rosters.items() if on_duty else ():
            set_roster(scope, unit_id, entries)
    installation.forget()
