"""Reading units and duties: a directory per tenant, loaded once per epoch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from core.hooks.values import DutyView, UnitView
from core.kit.errors import Refused
from core.kit.saying import said
from core.kit.trees import Node
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.keywords import Keywords
from core.units.catalogue.queries import duty_list_in_force, duty_list_of
from core.units.catalogue.rows import UNGRADED
from core.units.models import Unit


class NoSuchUnit(Refused):
    """No active unit has this code."""

    code = "no-such-unit"


class NoUnitThere(NoSuchUnit):
    """The address names a unit that there is not; a unit named in a form is `NoSuchUnit`."""

    code = "no-unit-there"


class NoSuchMatter(Refused):
    """The duty list has no item with this code."""

    code = "no-such-matter"


@dataclass(frozen=True, slots=True)
class DirectoryUnit:
    """A unit as lists and pickers show it."""

    id: int
    code: str
    name: str
    kind: str
    parent_id: int | None
    initials: str
    refers_to: str
    """Short name of the tenant that the unit stands for, empty for all others."""
    is_member: bool = False
    """Whether it is one of the units that the hotline's platform is made of 成员单位."""


@dataclass(frozen=True)
class Directory:
    """All active units of a tenant, and the items of its duty list: the lowest matters, in the order of the list.

    `duties` holds what is said of each for the district as a whole, `keywords` the words by which it is found.
    """

    units: tuple[DirectoryUnit, ...]
    views: tuple[UnitView, ...]
    duties: Mapping[str, DutyView]
    keywords: Keywords
    _catalogue: Catalogue
    _by_code: Mapping[str, DirectoryUnit]
    _by_id: Mapping[int, DirectoryUnit]
    _in_areas: dict[tuple[str, str], DutyView] = field(default_factory=dict)
    """What was asked of areas so far; there is no more of it than matters times areas."""

    def find_unit(self, code: str) -> DirectoryUnit | None:
        return self._by_code.get(code)

    def get_unit(self, code: str) -> DirectoryUnit:
        """Return the unit. Raises `NoSuchUnit`."""
        if (unit := self._by_code.get(code)) is None:
            raise NoSuchUnit(said("没有代码为 {code} 的承办单位，或它已停用。请从单位列表中选择。", code=code))
        return unit

    def unit_of_id(self, unit_id: int) -> DirectoryUnit | None:
        """Return the unit, or None when it is no longer active."""
        return self._by_id.get(unit_id)

    def name_of(self, unit_id: int) -> str:
        """Return the unit's name; of one that is no longer active only that."""
        unit = self._by_id.get(unit_id)
        return unit.name if unit else "已停用的单位"

    @property
    def members(self) -> tuple[DirectoryUnit, ...]:
        """The units that the hotline's platform is made of 成员单位."""
        return tuple(unit for unit in self.units if unit.is_member)

    @property
    def desk(self) -> DirectoryUnit:
        """The dispatch desk 派单台."""
        return next(unit for unit in self.units if unit.kind == "dispatch_desk")

    def find_duty(self, matter: str | None, area: str | None = None) -> DutyView | None:
        """Return the duty-list item for an area, None = for the district as a whole.

        Its lead unit is empty where the list names none, one that is closed, or whoever is at home 属地 where that is
        not known.
        """
        if matter is None or (whole := self.duties.get(matter)) is None:
            return None
        if area is None or area not in self._catalogue.areas:
            return whole
        found = self._in_areas.get((matter, area))
        if found is None:
            found = self._in_areas[matter, area] = duty_view(self._catalogue, matter, area, units=self._by_code)
        return found

    def get_duty(self, matter: str) -> DutyView:
        """Return the duty-list item for the district as a whole. Raises `NoSuchMatter`."""
        if (duty := self.duties.get(matter)) is None:
            raise NoSuchMatter(
                said("职责清单中没有事项 {matter}。请从事项列表中选择，或留空由受理席判定。", matter=matter)
            )
        return duty


def directory(scope: Scope) -> Directory:
    """Return the tenant's units and duties, read once per epoch and duty list."""
    return directory_with(scope, duty_list_in_force(scope).number)


def directory_with(scope: Scope, duty_list: int) -> Directory:
    """Return the tenant's units with the duties of this version of the duty list. Raises `NoSuchDutyList`."""
    return scope.remember(f"directory/{duty_list}", lambda: _load(scope, duty_list_of(scope, duty_list)))


def duty_view(catalogue: Catalogue, matter: str, area: str | None, *, units: Collection[str]) -> DutyView:
    """Return what a duty list says of one of its matters in an area. Only what is among `units` leads."""
    values = catalogue.resolve(matter, area).values
    *upper, name = catalogue.matters.names(matter)
    return DutyView(
        code=matter,
        category=" / ".join(upper),
        subcategory=name,
        lead=values.lead if values.lead and values.lead in units else "",
        co=values.co or (),
        limit=values.limit,
        on_site=values.on_site,
        after_arrival=values.after_arrival,
        is_proposed=values.origin == "proposed",
        grade=values.grade or UNGRADED,
        legal_basis=values.legal_basis or "",
        standard=values.standard or "",
        guide=values.guide or "",
    )


def _load(scope: Scope, catalogue: Catalogue) -> Directory:
    session, tenant_id = scope.session, scope.tenant.id
    rows = session.scalars(select(Unit).where(Unit.tenant_id == tenant_id, Unit.active).order_by(Unit.code)).all()
    codes = {row.id: row.code for row in rows}
    units = {
        row.code: DirectoryUnit(
            row.id, row.code, row.name, row.kind, row.parent_id, row.initials, row.refers_to, row.member
        )
        for row in rows
    }
    items: tuple[Node, ...] = catalogue.matters.leaves
    return Directory(
        units=tuple(units.values()),
        views=tuple(
            UnitView(row.code, row.name, row.kind, codes.get(row.parent_id) if row.parent_id else None) for row in rows
        ),
        duties={item.code: duty_view(catalogue, item.code, None, units=units) for item in items},
        keywords=Keywords({item.code: catalogue.resolve(item.code).values.keywords or () for item in items}),
        _catalogue=catalogue,
        _by_code=units,
        _by_id={unit.id: unit for unit in units.values()},
    )
