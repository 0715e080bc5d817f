"""Reading the duty list: the version in force at a time, any one by its number, its history of limits, its mapping."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from core.areas.queries import gazetteer_of
from core.hooks.values import Budget, BudgetMode
from core.kit.errors import Refused
from core.kit.trees import Node
from core.kit.versions import number_at
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.limit_history import LimitChange, LimitField
from core.units.catalogue.mapping import MatterMapping
from core.units.catalogue.models import (
    WHOLE,
    DutyLimitChange,
    DutyListMatter,
    DutyListRow,
    DutyListVersion,
    MappedMatter,
)
from core.units.catalogue.rows import Row
from core.units.levels import KnownUnit, KnownUnits, Level
from core.units.models import Unit

EMPTY = Catalogue.of(())


class NoSuchDutyList(Refused):
    """The tenant's duty list has no version of this number."""

    code = "no-such-duty-list"


@dataclass(frozen=True, slots=True)
class DutyListInForce:
    """A version of the duty list; number 0 = none was published yet, and nothing is anybody's."""

    number: int
    catalogue: Catalogue


def duty_list_at(scope: Scope, at: datetime) -> DutyListInForce:
    """Return the duty list in force at a time."""
    number = number_at(scope.remember("duty_list_versions", lambda: duty_list_versions(scope)), at)
    return DutyListInForce(number, duty_list_of(scope, number))


def duty_list_of(scope: Scope, number: int) -> Catalogue:
    """Return the duty list of a version, an empty one for number 0; read once per process and epoch.

    Raises `NoSuchDutyList`.
    """
    return scope.remember(f"duty_list/{number}", lambda: _load(scope, number)) if number else EMPTY


def duty_list_versions(scope: Scope) -> list[tuple[datetime, int]]:
    """Return from when each version holds, and its number, sorted; asked anew each time."""
    rows = scope.session.execute(
        select(DutyListVersion.effective_from, DutyListVersion.number)
        .where(DutyListVersion.tenant_id == scope.tenant.id)
        .order_by(DutyListVersion.effective_from, DutyListVersion.number)
    )
    return [(row.effective_from, row.number) for row in rows]


def known_units(scope: Scope) -> KnownUnits:
    """Return all units by code, closed ones too: a duty list that names one is told so."""
    rows = scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id)).all()
    codes = {row.id: row.code for row in rows}
    return {
        row.code: KnownUnit(row.code, row.name, row.kind, codes.get(row.parent_id or 0), active=row.active)
        for row in rows
    }


def limit_history(scope: Scope) -> list[LimitChange]:
    """Return all that was changed for limits, the earliest first."""
    rows = scope.session.scalars(
        select(DutyLimitChange)
        .where(DutyLimitChange.tenant_id == scope.tenant.id)
        .order_by(DutyLimitChange.version, DutyLimitChange.id)
    )
    return [
        LimitChange(
            matter=row.matter,
            area=None if row.area == WHOLE else row.area,
            field=cast(LimitField, row.field),
            before=_budget(row.before_mode, row.before_amount),
            after=_budget(row.after_mode, row.after_amount),
            on=row.effective_on,
            reason=row.reason,
        )
        for row in rows
    ]


def matter_mapping(scope: Scope) -> MatterMapping:
    """Return which of the central city's matters the local ones are now."""
    rows = scope.session.execute(
        select(MappedMatter.matter, MappedMatter.central)
        .where(MappedMatter.tenant_id == scope.tenant.id)
        .ext(distinct_on(MappedMatter.matter))
        .order_by(MappedMatter.matter, MappedMatter.set_at.desc(), MappedMatter.id.desc())
    )
    return MatterMapping.of({row.matter: row.central for row in rows if row.central})


def _load(scope: Scope, number: int) -> Catalogue:
    version = scope.session.get(DutyListVersion, (scope.tenant.id, number))
    if version is None:
        raise NoSuchDutyList(f"{scope.tenant.name}的职责清单没有第 {number} 版。请先查看已有的版本。")
    matters = scope.session.execute(
        select(DutyListMatter.code, DutyListMatter.name, DutyListMatter.parent).where(
            DutyListMatter.tenant_id == scope.tenant.id, DutyListMatter.version == number
        )
    )
    rows = scope.session.scalars(
        select(DutyListRow).where(DutyListRow.tenant_id == scope.tenant.id, DutyListRow.version == number)
    )
    areas = gazetteer_of(scope, version.gazetteer or 0).areas.nodes
    return Catalogue.of((Node(*matter) for matter in matters), areas, map(_row, rows))


def _row(row: DutyListRow) -> Row:
    return Row(
        matter=row.matter,
        area=None if row.area == WHOLE else row.area,
        lead=row.lead,
        co=tuple(row.co) if row.co is not None else None,
        keywords=tuple(row.keywords) if row.keywords is not None else None,
        limit=_budget(row.limit_mode, row.limit_amount),
        on_site=_budget("wall", row.on_site_seconds),
        legal_basis=row.legal_basis,
        standard=row.standard,
        guide=row.guide,
        min_level=cast(Level | None, row.min_level),
        department_function=row.department_function,
    )


def _budget(mode: str | None, amount: int | None) -> Budget | None:
    return Budget(cast(BudgetMode, mode), amount) if mode is not None and amount is not None else None
