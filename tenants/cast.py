"""Who acts when a district's past is lived: the desk, its reviewer, clerks of units, leaders, with what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.people.roles import permissions_of
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.queries import directory

CONFIRMED = "按公开报道重放"
"""Why a reply of the shown past goes out where the checks hold it back: it was sent so."""


@dataclass(frozen=True)
class Cast:
    """The people of a district by name: at the desk, in review, in supervision, and clerks by the code of their unit."""

    operator: str = "受理席"
    second_operator: str = "受理席值班长"
    reviewer: str = "审核席"
    supervisor: str = "督办席"
    clerks: Mapping[str, str] = field(default_factory=dict)

    def at_desk(self, name: str = "") -> Actor:
        """Return the operator, or somebody else who speaks there, such as a leader in a live session."""
        return Actor("staff", name or self.operator, permissions=permissions_of(["operator"]))

    def in_review(self) -> Actor:
        return Actor("staff", self.reviewer, permissions=permissions_of(["reviewer"]))

    def supervising(self) -> Actor:
        return Actor("staff", self.supervisor, permissions=permissions_of(["supervisor"]))

    def leader(self, name: str) -> Actor:
        return Actor("staff", name, permissions=permissions_of(["leader"]))

    def of_unit(self, scope: Scope, code: str) -> Actor:
        """Return who acts for a unit: its clerk or officer, or the unit by its name. Raises `NoSuchUnit`."""
        unit = directory(scope).get_unit(code)
        role = "discipline" if unit.kind == "discipline" else "clerk"
        return Actor("staff", self.clerks.get(code) or unit.name, unit_id=unit.id, permissions=permissions_of([role]))
