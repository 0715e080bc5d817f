"""Roles and what each may do: one table, read by the pages and by `huiying user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.kit.errors import Refused


class UnknownRole(Refused):
    """There is no role of that name."""

    code = "unknown-role"


class NotPermitted(Refused):
    """The actor's roles do not bring the permission."""

    code = "not-permitted"
    is_trespass = True


class Permission(StrEnum):
    """Something a page or an action asks for. `SPEAK` is the resident's own: no role of the house brings it."""

    SEE_TICKETS = "see-tickets"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"
    REVEAL = "reveal"
    HANDLE = "handle"
    APPROVE = "approve"
    SUPERVISE = "supervise"
    INSTRUCT = "instruct"
    ADJUDICATE = "adjudicate"
    SPEAK = "speak"
    SEE_CITY = "see-city"
    OWN_ACCOUNT = "own-account"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name in code, its name in the house, what it may do, and the page it starts from.

    With `needs_second_factor` nobody gets in by a password alone: they bind one at the first sign-in. Every role brings
    the own account.
    """

    name: str
    label: str
    permissions: frozenset[Permission]
    home: str
    needs_second_factor: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", self.permissions | {Permission.OWN_ACCOUNT})


ROLES = {
    role.name: role
    for role in (
        Role(
            "operator",
            "受理席",
            frozenset(
                {
                    Permission.SEE_TICKETS,
                    Permission.ACCEPT,
                    Permission.DISPATCH,
                    Permission.FOLLOW_UP,
                    Permission.REVEAL,
                }
            ),
            "/desk",
        ),
        Role(
            "reviewer",
            "审核席",
            frozenset({Permission.SEE_TICKETS, Permission.REVIEW, Permission.APPROVE}),
            "/desk?lane=review",
        ),
        Role("clerk", "承办", frozenset({Permission.HANDLE}), "/unit"),
        Role(
            "supervisor",
            "督办席",
            frozenset({Permission.SEE_TICKETS, Permission.SUPERVISE, Permission.INSTRUCT, Permission.ADJUDICATE}),
            "/desk?lane=all",
        ),
        Role("leader", "领导", frozenset({Permission.SEE_TICKETS, Permission.INSTRUCT}), "/desk?lane=all"),
        Role(
            "discipline",
            "纪检监察",
            frozenset({Permission.SEE_TICKETS, Permission.SUPERVISE}),
            "/desk?lane=all",
            needs_second_factor=True,
        ),
        Role("analyst", "分析席", frozenset({Permission.SEE_CITY}), "/city"),
        Role(
            "administrator",
            "区管理员",
            frozenset({Permission.SEE_TICKETS, Permission.ADMINISTER}),
            "/desk?lane=all",
            needs_second_factor=True,
        ),
    )
}


def role_named(name: str) -> Role:
    """Return the role. Raises `UnknownRole`."""
    if name not in ROLES:
        known = "、".join(f"{role.name}（{role.label}）" for role in ROLES.values())
        raise UnknownRole(f"没有名为 {name} 的角色。可用的角色：{known}")
    return ROLES[name]


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return what somebody with all these roles may do. A role no longer known gives nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))


def need_second_factor(roles: Iterable[str]) -> bool:
    """Tell whether any of these roles asks for more than a password."""
    return any(ROLES[name].needs_second_factor for name in roles if name in ROLES)


def roles_granting(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that bring a permission, so that a refusal can say whom to ask for."""
    return tuple(role for role in ROLES.values() if permission in role.permissions)
