"""Reading the duty list: the version in force, any one by its number, its history of limits, its mapping."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from core.areas.gazetteer import Gazetteer
from core.areas.queries import gazetteer_of
from core.hooks.core_features import ROUTING
from core.hooks.table import HookTable
from core.hooks.values import Budget, BudgetMode, EventGrade
from core.kit.errors import Refused
from core.kit.saying import said
from core.kit.trees import Node, Tree
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
from core.units.catalogue.rows import Origin, Row
from core.units.levels import KnownUnit, KnownUnits, Level
from core.units.models import Unit
from core.units.taking_in import reasons_of, taking_in_only

EMPTY = Catalogue.of(())
DUTY_LIST = "duty_list"
"""Name of the setting of routing that names the version in force."""


class NoSuchDutyList(Refused):
    """The tenant's duty list has no version of this number."""

    code = "no-such-duty-list"


@dataclass(frozen=True, slots=True)
class DutyListInForce:
    """A version of the duty list, and the number of the gazetteer whose areas it speaks of, 0 = it knows no areas.

    Number 0 = none is in force, and nothing is anybody's.
    """

    number: int
    gazetteer: int
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Round:
    """A round of tightening limits 时限压缩: its name, and in words by what rule; an empty name = a version of none."""

    name: str
    rule: str


NO_ROUND = Round("", "")


@dataclass(frozen=True, slots=True)
class DutyListLine:
    """A version of the duty list as lists show it."""

    number: int
    gazetteer: int
    reason: str
    author: str
    created_at: datetime
    round: Round = NO_ROUND


@dataclass(frozen=True, slots=True)
class MappingEntry:
    """What was said last of which of the city's matters a local one is: by whom and when; empty = none any more."""

    central: str
    author: str
    set_at: datetime


NONE_IN_FORCE = DutyListInForce(0, 0, EMPTY)


def duty_list_in_force(scope: Scope) -> DutyListInForce:
    """Return the duty list that the revision of routing which holds names; read once per process and epoch."""
    number = number_in(scope.hooks)
    # By its number, since a try asks with another table of features in the same epoch.
    return scope.remember(f"duty_list_in_force/{number}", lambda: _in_force(scope, number))


def number_in(table: HookTable) -> int:
    """Return which version of the duty list holds where these settings do, 0 = none."""
    routing = table.enabled.get(ROUTING.id)
    number: int = routing.settings[DUTY_LIST] if routing else 0
    return number


def gazetteer_in_force(scope: Scope) -> Gazetteer:
    """Return the gazetteer whose areas the duty list in force speaks of, an empty one where it knows no areas."""
    number = duty_list_in_force(scope).gazetteer
    return scope.remember(f"gazetteer_in_force/{number}", lambda: gazetteer_of(scope, number))


def duty_list_of(scope: Scope, number: int) -> Catalogue:
    """Return the duty list of a version, an empty one for number 0. Raises `NoSuchDutyList`."""
    if not number:
        return EMPTY
    version = _version(scope, number)
    # By what it says, not by its number: a number whose transaction fails is given again to another one.
    return scope.remember(f"duty_list/{version.sha256}", lambda: _load(scope, version))


def duty_list_versions(scope: Scope) -> list[DutyListLine]:
    """Return the versions of the duty list, the newest first."""
    rows = scope.session.execute(
        select(
            DutyListVersion.number,
            func.coalesce(DutyListVersion.gazetteer, 0),
            DutyListVersion.reason,
            DutyListVersion.author,
            DutyListVersion.created_at,
            DutyListVersion.round,
            DutyListVersion.round_rule,
        )
        .where(DutyListVersion.tenant_id == scope.tenant.id)
        .order_by(DutyListVersion.number.desc())
    )
    return [
        DutyListLine(number, gazetteer, reason, author, created_at, Round(name, rule))
        for number, gazetteer, reason, author, created_at, name, rule in rows
    ]


def former_names(scope: Scope, matters: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the names from the top down that matters had in the newest version that knew them; others are left out."""
    newest = scope.session.execute(
        select(DutyListMatter.code, func.max(DutyListMatter.version))
        .where(DutyListMatter.tenant_id == scope.tenant.id, DutyListMatter.code.in_(matters))
        .group_by(DutyListMatter.code)
    )
    versions = dict(newest.all())
    trees = {number: Tree.of(_matters(scope, number)) for number in set(versions.values())}
    return {code: trees[number].names(code) for code, number in versions.items()}


def earlier_matters(scope: Scope) -> list[Tree[Node]]:
    """Return the matters of every version, the newest first: what has a code keeps it, and no code is given twice."""
    rows = scope.session.execute(
        select(DutyListMatter.version, DutyListMatter.code, DutyListMatter.name, DutyListMatter.parent).where(
            DutyListMatter.tenant_id == scope.tenant.id
        )
    )
    nodes: dict[int, list[Node]] = {}
    for row in rows:
        nodes.setdefault(row.version, []).append(Node(row.code, row.name, row.parent))
    return [Tree.of(nodes[version]) for version in sorted(nodes, reverse=True)]


def known_units(scope: Scope, table: HookTable | None = None) -> KnownUnits:
    """Return all units by code, closed ones too: a duty list that names one is told so.

    Which of them only take in is asked of the features of `table`, None = of those that are on.
    """
    rows = scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id)).all()
    codes = {row.id: row.code for row in rows}
    only = taking_in_only(scope) if table is None else reasons_of(table)
    return {
        row.code: KnownUnit(
            row.code,
            row.name,
            row.kind,
            codes.get(row.parent_id or 0),
            active=row.active,
            takes_in_only=only.get(row.kind, ""),
        )
        for row in rows
    }


def limit_history(scope: Scope, *, version: int | None = None) -> list[LimitChange]:
    """Return how limits changed as versions came into force, or as one did, the earliest first."""
    rows = scope.session.scalars(
        select(DutyLimitChange)
        .where(
            DutyLimitChange.tenant_id == scope.tenant.id,
            DutyLimitChange.version == version if version is not None else true(),
        )
        .order_by(DutyLimitChange.effective_on, DutyLimitChange.id)
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
    entries = mapping_entries(scope)
    return MatterMapping.of({matter: entry.central for matter, entry in entries.items() if entry.central})


def mapping_entries(scope: Scope) -> dict[str, MappingEntry]:
    """Return what was said last of each local matter, also that it is none of the city's any more."""
    rows = scope.session.execute(
        select(MappedMatter.matter, MappedMatter.central, MappedMatter.author, MappedMatter.set_at)
        .where(MappedMatter.tenant_id == scope.tenant.id)
        .ext(distinct_on(MappedMatter.matter))
        .order_by(MappedMatter.matter, MappedMatter.set_at.desc(), MappedMatter.id.desc())
    )
    return {row.matter: MappingEntry(row.central, row.author, row.set_at) for row in rows}


def _in_force(scope: Scope, number: int) -> DutyListInForce:
    if not number:
        return NONE_IN_FORCE
    return DutyListInForce(number, _version(scope, number).gazetteer or 0, duty_list_of(scope, number))


def _version(scope: Scope, number: int) -> DutyListVersion:
    version = scope.session.get(DutyListVersion, (scope.tenant.id, number))
    if version is None:
        raise NoSuchDutyList(
            said("{name}的职责清单没有第 {number} 版。请先查看已有的版本。", name=scope.tenant.name, number=number)
        )
    return version


def _load(scope: Scope, version: DutyListVersion) -> Catalogue:
    rows = scope.session.scalars(
        select(DutyListRow).where(DutyListRow.tenant_id == scope.tenant.id, DutyListRow.version == version.number)
    )
    areas = gazetteer_of(scope, version.gazetteer or 0).areas.nodes
    return Catalogue.of(_matters(scope, version.number), areas, map(_row, rows))


def _matters(scope: Scope, number: int) -> list[Node]:
    rows = scope.session.execute(
        select(DutyListMatter.code, DutyListMatter.name, DutyListMatter.parent).where(
            DutyListMatter.tenant_id == scope.tenant.id, DutyListMatter.version == number
        )
    )
    return [Node(*row) for row in rows]


def _row(row: DutyListRow) -> Row:
    return Row(
        matter=row.matter,
        area=None if row.area == WHOLE else row.area,
        lead=row.lead,
        co=tuple(row.co) if row.co is not None else None,
        keywords=tuple(row.keywords) if row.keywords is not None else None,
        limit=_budget(row.limit_mode, row.limit_amount),
        on_site=_budget("wall", row.on_site_seconds),
        after_arrival=_budget("wall", row.after_arrival_seconds),
        legal_basis=row.legal_basis,
        standard=row.standard,
        guide=row.guide,
        min_level=cast(Level | None, row.min_level),
        department_function=row.department_function,
        origin=cast(Origin | None, row.origin),
        grade=cast(EventGrade | None, row.grade),
    )


def _budget(mode: str | None, amount: int | None) -> Budget | None:
    return Budget(cast(BudgetMode, mode), amount) if mode is not None and amount is not None else None
