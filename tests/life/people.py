"""Who acts in random lives: the people of the house, a clerk of each unit, residents, and somebody with no right at all."""

from core.tenancy.scope import Installation
from core.tickets.timeline import RESIDENT, Actor
from core.units.queries import directory
from tests.builders import LEADER, OPERATOR, REVIEWER, SUPERVISOR, make_actor

UNITS = ("roads", "parks", "roads-north")
SECOND_OPERATOR = make_actor("坐席戊", "operator", id=11)
SECOND_REVIEWER = make_actor("审核员己", "reviewer", id=12)
STRANGER = make_actor("路人", id=13)


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
        "leader": LEADER,
        "resident": RESIDENT,
        "stranger": STRANGER,
        **clerks,
    }
