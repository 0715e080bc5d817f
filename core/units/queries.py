"""Reading units and duties: a directory per tenant, loaded once per epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from core.hooks.values import Budget, BudgetMode, DutyView, UnitView
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.units.models import Duty, Unit


class NoSuchUnit(Refused):
    """No active unit has this code."""

    code = "no-such-unit"


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


@dataclass(frozen=True)
class Directory:
    """All active units and duties of a tenant."""

    units: tuple[DirectoryUnit, ...]
    views: tuple[UnitView, ...]
    duties: Mapping[str, DutyView]
    keywords: Mapping[str, tuple[str, ...]]
    _by_code: Mapping[str, DirectoryUnit]
    _by_id: Mapping[int, DirectoryUnit]

    def find_unit(self, code: str) -> DirectoryUnit | None:
        return self._by_code.get(code)

    def get_unit(self, code: str) -> DirectoryUnit:
        """Return the unit. Raises `NoSuchUnit`."""
        if (unit := self._by_code.get(code)) is None:
            raise NoSuchUnit(f"没有代码为 {code} 的承办单位，或它已停用。请从单位列表中选择。")
        return unit

    def unit_of_id(self, unit_id: int) -> DirectoryUnit | None:
        """Return the unit, or None when it is no longer active."""
        return self._by_id.get(unit_id)

    def name_of(self, unit_id: int) -> str:
        """Return the unit's name; of one that is no longer active only that."""
        unit = self._by_id.get(unit_id)
        return unit.name if unit else "已停用的单位"

    @property
    def desk(self) -> DirectoryUnit:
        """The dispatch desk 派单台."""
        return next(unit for unit in self.units if unit.kind == "dispatch_desk")

    def find_duty(self, matter: str | None) -> DutyView | None:
        return self.duties.get(matter) if matter else None

    def get_duty(self, matter: str) -> DutyView:
        """Return the duty-list item. Raises `NoSuchMatter`."""
        if (duty := self.duties.get(matter)) is None:
            raise NoSuchMatter(f"职责清单中没有事项 {matter}。请从事项列表中选择，或留空由受理席判定。")
        return duty


def directory(scope: Scope) -> Directory:
    """Return the tenant's units and duties, read once per epoch."""
    return scope.remember("directory", lambda: _load(scope))


def _load(scope: Scope) -> Directory:
    session, tenant_id = scope.session, scope.tenant.id
    rows = session.scalars(select(Unit).where(Unit.tenant_id == tenant_id, Unit.active).order_by(Unit.code)).all()
    codes = {row.id: row.code for row in rows}
    units = tuple(
        DirectoryUnit(row.id, row.code, row.name, row.kind, row.parent_id, row.initials, row.refers_to) for row in rows
    )
    duties = session.scalars(select(Duty).where(Duty.tenant_id == tenant_id, Duty.active).order_by(Duty.code)).all()
    return Directory(
        units=units,
        views=tuple(
            UnitView(row.code, row.name, row.kind, codes.get(row.parent_id) if row.parent_id else None) for row in rows
        ),
        duties={duty.code: _view(duty, codes) for duty in duties},
        keywords={duty.code: tuple(duty.keywords) for duty in duties},
        _by_code={unit.code: unit for unit in units},
        _by_id={unit.id: unit for unit in units},
    )


def _view(duty: Duty, codes: Mapping[int, str]) -> DutyView:
    limit = None
    if duty.limit_mode and duty.limit_amount is not None:
        limit = Budget(cast(BudgetMode, duty.limit_mode), duty.limit_amount)
    return DutyView(
        code=duty.code,
        category=duty.category,
        subcategory=duty.subcategory,
        lead=codes.get(duty.lead_unit_id, ""),
        co=tuple(duty.co_units),
        limit=limit,
        on_site=Budget("wall", duty.on_site_seconds) if duty.on_site_seconds else None,
        legal_basis=duty.legal_basis,
        standard=duty.standard,
        guide=duty.guide,
    )
