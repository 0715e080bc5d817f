"""The only door across tenants: a city asks its member districts, one by one, and reads counts alone.

Behind the door stands the role `huiying_stats`, which the database lets read the cube's own tables and nothing else, and
of these the rows of the one district asked. Only `core.statistics` holds the key: an import contract says so.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from core.kit.errors import Refused
from core.kit.policies import STATS_ROLE
from core.kit.saying import joined, said, word
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

T = TypeVar("T")


class NotACity(Refused):
    """The tenant has no member districts."""

    code = "not-a-city"


def members_of(installation: Installation, city: str) -> list[TenantFacts]:
    """Return a city's districts in order of their short names. Raises `UnknownTenant` or `NotACity`."""
    tenant = installation.tenant(city)
    if tenant.kind != "city":
        cities = joined("、", (each.slug for each in installation.tenants() if each.kind == "city"))
        raise NotACity(
            said(
                "{city}（{name}）不是市中心，没有下辖区可汇总。现有市中心：{cities}。",
                city=city,
                name=tenant.name,
                cities=cities or word("无"),
            )
        )
    return installation.members(city)


def ask_members(
    installation: Installation, city: str, question: Callable[[TenantFacts, Session], T]
) -> list[tuple[TenantFacts, T]]:
    """Ask each member district the same question, each in a transaction of its own, and return the answers.

    A question that reads anything but the cube of the district it is given is refused by the database.
    Raises `UnknownTenant` or `NotACity`.
    """
    answers: list[tuple[TenantFacts, T]] = []
    for district in members_of(installation, city):
        answers.append((district, ask_district(installation, district, partial(question, district))))
    return answers


def ask_district(installation: Installation, district: TenantFacts, question: Callable[[Session], T]) -> T:
    """Ask one member district, in a transaction of its own; whoever calls has found it among `members_of` the city."""
    with installation.database.transaction(district.id, role=STATS_ROLE) as session:
        return question(session)
