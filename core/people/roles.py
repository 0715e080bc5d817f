"""Roles and what each may do: one table, read by the pages and by `huiying user`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.kit.errors import Refused
from core.kit.saying import joined, said, word


class UnknownRole(Refused):
    """There is no role of that name."""

    code = "unknown-role"


class NotPermitted(Refused):
    """The actor's roles do not bring the permission."""

    code = "not-permitted"
    is_trespass = True


class DutiesNotSeparate(Refused):
    """One person would hold roles that are to be in different hands 三员分立."""

    code = "duties-not-separate"


class SameHands(Refused):
    """What one person did is for another to decide 两人分别经手: whoever asked, wrote or is concerned may not."""

    code = "same-hands"
    is_trespass = True


class Permission(StrEnum):
    """Something a page or an action asks for. `SPEAK` is the resident's own: no role of the house brings it."""

    SEE_TICKETS = "see-tickets"
    ACCEPT = "accept"
    TAKE_IN = "take-in"
    DISPATCH = "dispatch"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"
    REVEAL = "reveal"
    HANDLE = "handle"
    APPROVE = "approve"
    SUPERVISE = "supervise"
    INSTRUCT = "instruct"
    ADJUDICATE = "adjudicate"
    JUDGE = "judge"
    SPEAK = "speak"
    SEE_CITY = "see-city"
    BULLETIN = "bulletin"
    PERFORMANCE = "performance"
    OWN_ACCOUNT = "own-account"
    ADMINISTER = "administer"
    ENTRUST = "entrust"
    AUDIT = "audit"
    DISCIPLINE = "discipline"


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
        Role("trainee", "见习受理席", frozenset({Permission.SEE_TICKETS, Permission.ACCEPT}), "/desk?lane=clearance"),
        Role(
            "reviewer",
            "审核席",
            frozenset({Permission.SEE_TICKETS, Permission.REVIEW, Permission.APPROVE}),
            "/desk?lane=review",
        ),
        Role("clerk", "承办", frozenset({Permission.HANDLE}), "/unit"),
        Role("community-worker", "社区工作人员", frozenset({Permission.TAKE_IN}), "/center"),
        Role(
            "supervisor",
            "督办席",
            frozenset(
                {
                    Permission.SEE_TICKETS,
                    Permission.SUPERVISE,
                    Permission.INSTRUCT,
                    Permission.ADJUDICATE,
                    Permission.BULLETIN,
                    Permission.PERFORMANCE,
                }
            ),
            "/desk?lane=all",
        ),
        Role(
            "leader",
            "领导",
            frozenset({Permission.SEE_TICKETS, Permission.INSTRUCT, Permission.BULLETIN, Permission.PERFORMANCE}),
            "/leader",
        ),
        Role(
            "discipline",
            "纪检监察",
            frozenset({Permission.SEE_TICKETS, Permission.SUPERVISE, Permission.DISCIPLINE}),
            "/desk?lane=all",
            needs_second_factor=True,
        ),
        Role("panel-member", "评议员", frozenset({Permission.JUDGE}), "/panel"),
        Role("analyst", "分析席", frozenset({Permission.SEE_CITY, Permission.BULLETIN}), "/city"),
        Role(
            "administrator",
            "系统管理员",
            frozenset({Permission.SEE_TICKETS, Permission.ADMINISTER}),
            "/desk?lane=all",
            needs_second_factor=True,
        ),
        Role(
            "security-administrator",
            "安全管理员",
            frozenset({Permission.ENTRUST}),
            "/accounts",
            needs_second_factor=True,
        ),
        Role("auditor", "审计管理员", frozenset({Permission.AUDIT}), "/audit", needs_second_factor=True),
    )
}
STEWARDS = ("administrator", "security-administrator", "auditor")
"""The three 三员: one sets the system up and opens accounts, one says who may what, one reads what both did."""
ALONE = "auditor"
"""Whoever reads what everybody did, does nothing else."""
CONTACTS = frozenset({Permission.REVEAL, Permission.HANDLE, Permission.TAKE_IN})
"""What lets somebody look at the contact of a resident."""


def role_named(name: str) -> Role:
    """Return the role. Raises `UnknownRole`."""
    if name not in ROLES:
        known = joined(
            "、", (said("{name}（{label}）", name=role.name, label=word(role.label)) for role in ROLES.values())
        )
        raise UnknownRole(said("没有名为 {name} 的角色。可用的角色：{known}", name=name, known=known))
    return ROLES[name]


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return what somebody with all these roles may do. A role no longer known gives nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))


def need_second_factor(roles: Collection[str], *, for_contacts: bool) -> bool:
    """Tell whether any of these roles asks for more than a password; `for_contacts`: whoever can look at contacts, too."""
    asks = any(ROLES[name].needs_second_factor for name in roles if name in ROLES)
    return asks or (for_contacts and not CONTACTS.isdisjoint(permissions_of(roles)))


def refuse_joined(roles: Collection[str]) -> None:
    """Raise `DutiesNotSeparate` when somebody with all these roles would watch over themselves."""
    held = [ROLES[name].label for name in STEWARDS if name in roles]
    if len(held) > 1:
        raise DutiesNotSeparate(
            said(
                "{held}须由不同的人担任（三员分立），没有改动。请为另一项职责另开账号；"
                "人手确实不够的，由服务器的操作人员加 --together 并写明理由。",
                held=joined("、", held),
            )
        )
    if ALONE in roles and len(set(roles)) > 1:
        raise DutiesNotSeparate(
            said(
                "{label}不兼任其他角色，没有改动。请另开账号；人手确实不够的，由服务器的操作人员加 --together 并写明理由。",
                label=word(ROLES[ALONE].label),
            )
        )


def roles_granting(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that bring a permission, so that a refusal can say whom to ask for."""
    return tuple(role for role in ROLES.values() if permission in role.permissions)
