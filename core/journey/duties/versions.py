"""Which version of the duty list is meant, who may see it, and the versions there are."""

from dataclasses import dataclass
from datetime import datetime

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.access import HOUSE, may
from core.people.roles import NotPermitted
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.queries import duty_list_in_force, duty_list_of, duty_list_versions


class NoDutyListYet(Refused):
    """The tenant has no version of the duty list at all."""

    code = "no-duty-list"


@dataclass(frozen=True, slots=True)
class Version:
    """A version with what it says; number 0 = nothing is in force yet."""

    number: int
    gazetteer: int
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as lists show it."""

    number: int
    in_force: bool
    gazetteer: int
    reason: str
    author: str
    created_at: datetime


def refuse_outsider(actor: Actor, deed: str) -> None:
    """Raise `NotPermitted` unless the actor has some role of the house: the list is read by all its staff."""
    if not may(actor.permissions, HOUSE):
        raise NotPermitted(
            said(
                "「{deed}」只供本区工作人员，{name}没有任何角色。需要时请联系安全管理员开通。",
                deed=word(deed),
                name=actor.name,
            )
        )


def versions(scope: Scope, *, actor: Actor) -> tuple[VersionLine, ...]:
    """Return the versions, the newest first. Raises `NotPermitted`."""
    refuse_outsider(actor, "查看职责清单")
    number = duty_list_in_force(scope).number
    return tuple(
        VersionLine(line.number, line.number == number, line.gazetteer, line.reason, line.author, line.created_at)
        for line in sorted(duty_list_versions(scope), key=lambda line: -line.number)
    )


def in_force(scope: Scope) -> Version:
    """Return the version in force, an empty one with number 0 where none is."""
    found = duty_list_in_force(scope)
    return Version(found.number, found.gazetteer, found.catalogue)


def version_of(scope: Scope, number: int | None = None) -> Version:
    """Return the version of this number; without one that in force, or the newest where none is.

    Raises `NoSuchDutyList`, `NoDutyListYet`.
    """
    if number is None and (found := in_force(scope)).number:
        return found
    return numbered(scope, newest_number(scope) if number is None else number)


def newest(scope: Scope) -> Version:
    """Return the newest version, in force or not. Raises `NoDutyListYet`."""
    return numbered(scope, newest_number(scope))


def numbered(scope: Scope, number: int) -> Version:
    """Return the version of this number. Raises `NoSuchDutyList`."""
    catalogue = duty_list_of(scope, number)
    gazetteer = next((line.gazetteer for line in duty_list_versions(scope) if line.number == number), 0)
    return Version(number, gazetteer, catalogue)


def newest_number(scope: Scope) -> int:
    """Return the number of the newest version. Raises `NoDutyListYet`."""
    numbers = [line.number for line in duty_list_versions(scope)]
    if not numbers:
        raise NoDutyListYet(
            said("{name}还没有职责清单。请先用 huiying duties import 导入一份。", name=scope.tenant.name)
        )
    return max(numbers)
