"""Who acts: somebody of the staff as the timeline names them, with what their roles let them do."""

from core.kit.saying import joined, said, word
from core.people.roles import ROLES, permissions_of
from core.people.rules import Staff
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.queries import directory


def seat_of(staff: Staff) -> str:
    """Return somebody's roles as the house calls them."""
    return joined("、", (word(ROLES[name].label) for name in staff.roles if name in ROLES))


def unit_name_of(scope: Scope, staff: Staff) -> str | None:
    """Return the name of somebody's unit, None when they belong to none."""
    unit = directory(scope).unit_of_id(staff.unit_id) if staff.unit_id else None
    return unit.name if unit else None


def actor_of(scope: Scope, staff: Staff) -> Actor:
    """Return somebody as the timeline names them."""
    name = said("{name}（{unit_name}）", name=staff.name, unit_name=unit_name_of(scope, staff) or seat_of(staff))
    return Actor("staff", name, staff.account_id, staff.unit_id, permissions_of(staff.roles))
