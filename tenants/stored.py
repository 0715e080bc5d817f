"""What the database holds of a tenant's facts, in the shape in which a profile is compared with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import func, select

from core.hooks.values import Budget, BudgetMode
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.models import TenantFeature
from core.tenancy.scope import Scope
from core.units.models import Duty, Unit
from core.workdays.declaration import DeclaredCalendar
from core.workdays.queries import NoCalendar, current_calendar
from tenants.duties import DutyFact
from tenants.units import UnitFact


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit without its code."""

    name: str
    kind: str
    parent: str | None
    phone: str = ""
    mail: str = ""
    active: bool = True
    tenant: str = ""

    @classmethod
    def of(cls, fact: UnitFact) -> "UnitState":
        return cls(fact.name, fact.kind, fact.parent, fact.phone, fact.mail, tenant=fact.tenant)


@dataclass(frozen=True, slots=True)
class DutyState:
    """An item of the duty list without its code."""

    category: str
    subcategory: str
    keywords: tuple[str, ...]
    lead: str
    co: tuple[str, ...]
    limit: Budget | None
    on_site: Budget | None
    legal_basis: str
    standard: str
    guide: str = ""
    active: bool = True

    @classmethod
    def of(cls, fact: DutyFact) -> "DutyState":
        return cls(
            category=fact.category,
            subcategory=fact.subcategory,
            keywords=fact.keywords,
            lead=fact.lead,
            co=fact.co,
            limit=fact.limit,
            on_site=fact.on_site,
            legal_basis=fact.legal_basis,
            standard=fact.standard,
            guide=fact.guide,
        )


@dataclass(frozen=True)
class State:
    """All facts of a tenant that a profile declares; the default is a tenant that holds nothing yet.

    `in_hand` counts the tasks of every unit that has any in hand: such a unit is not switched off.
    """

    units: Mapping[str, UnitState] = field(default_factory=dict)
    duties: Mapping[str, DutyState] = field(default_factory=dict)
    features: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    calendar: DeclaredCalendar | None = None
    in_hand: Mapping[str, int] = field(default_factory=dict)


def state_of(scope: Scope) -> State:
    """Return the tenant's facts as they stand in the database."""
    tenant_id = scope.tenant.id
    units = scope.session.scalars(select(Unit).where(Unit.tenant_id == tenant_id)).all()
    duties = scope.session.scalars(select(Duty).where(Duty.tenant_id == tenant_id)).all()
    features = scope.session.scalars(
        select(TenantFeature).where(TenantFeature.tenant_id == tenant_id).order_by(TenantFeature.position)
    )
    codes = {unit.id: unit.code for unit in units}
    return State(
        units={
            unit.code: UnitState(
                name=unit.name,
                kind=unit.kind,
                parent=codes[unit.parent_id] if unit.parent_id is not None else None,
                phone=unit.phone,
                mail=unit.mail,
                active=unit.active,
                tenant=unit.refers_to,
            )
            for unit in units
        },
        duties={duty.code: _duty(duty, codes) for duty in duties},
        features=_declared(features.all()),
        calendar=_calendar(scope),
        in_hand=_in_hand(scope, codes),
    )


def _declared(rows: Sequence[TenantFeature]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the features that the files named when they were last applied, in their order; others are not theirs."""
    named = [(row.declared["position"], row.feature, row.declared["settings"]) for row in rows if row.declared]
    return tuple((feature, settings) for _, feature, settings in sorted(named, key=lambda each: each[:2]))


def _duty(duty: Duty, codes: Mapping[int, str]) -> DutyState:
    limit = None
    if duty.limit_mode is not None and duty.limit_amount is not None:
        limit = Budget(cast(BudgetMode, duty.limit_mode), duty.limit_amount)
    return DutyState(
        category=duty.category,
        subcategory=duty.subcategory,
        keywords=tuple(duty.keywords),
        lead=codes[duty.lead_unit_id],
        co=tuple(duty.co_units),
        limit=limit,
        on_site=Budget("wall", duty.on_site_seconds) if duty.on_site_seconds is not None else None,
        legal_basis=duty.legal_basis,
        standard=duty.standard,
        guide=duty.guide,
        active=duty.active,
    )


def _calendar(scope: Scope) -> DeclaredCalendar | None:
    try:
        found = current_calendar(scope)
    except NoCalendar:
        return None
    return DeclaredCalendar(found.name, found.timetable.spec)


def _in_hand(scope: Scope, codes: Mapping[int, str]) -> dict[str, int]:
    counted = scope.session.execute(
        select(Assignment.unit_id, func.count())
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.state.in_(ACTIVE))
        .group_by(Assignment.unit_id)
    )
    return {codes[unit_id]: count for unit_id, count in counted}
