"""Who may do something, and how far it reaches: declared where a page, an operation or a command is defined, decided here."""

from collections.abc import Collection
from enum import StrEnum

from core.kit.saying import joined
from core.people.roles import ROLES, Permission, permissions_of

Needs = Permission | frozenset[Permission]
"""What is asked for: one permission, or any one of several."""


class Reach(StrEnum):
    """Of what a permission speaks, the widest first."""

    TENANT = "tenant"
    """Everything of the tenant."""
    SHARE = "share"
    """Tickets in which the own unit has, or had, a share."""
    ENTERED = "entered"
    """Tickets that the own centre took in for people 代录."""
    OWN = "own"
    """What is one's own: the account, the appeal that one made, or the panel on which one sits."""


REACHES = {
    Permission.HANDLE: Reach.SHARE,
    Permission.TAKE_IN: Reach.ENTERED,
    Permission.SPEAK: Reach.OWN,
    Permission.JUDGE: Reach.OWN,
    Permission.OWN_ACCOUNT: Reach.OWN,
}
"""How far permissions reach that do not reach everywhere in the tenant."""
HOUSE = permissions_of(ROLES)
"""What somebody has one of who has any role: asked for by what all the house may read."""


def may(permissions: Collection[Permission], needs: Needs) -> bool:
    """Tell whether somebody with these permissions may do what asks for this."""
    return not any_of(needs).isdisjoint(permissions)


def any_of(needs: Needs) -> frozenset[Permission]:
    """Return the permissions each of which is enough."""
    return frozenset({needs}) if isinstance(needs, Permission) else needs


def reach(permissions: Collection[Permission], needs: Needs) -> Reach | None:
    """Return how far it reaches for somebody with these permissions, by the widest they have of it; None = they may not."""
    held = {REACHES.get(each, Reach.TENANT) for each in any_of(needs).intersection(permissions)}
    return next((each for each in Reach if each in held), None)


def asked_of(needs: Needs) -> str:
    """Return in words who may: the roles that bring it, or the resident, whom no role stands for."""
    labels = [role.label for role in ROLES.values() if may(role.permissions, needs)]
    return joined("、", labels) or "诉求人本人"
