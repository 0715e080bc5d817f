"""What the database holds of a tenant's facts, in the shape in which a profile is compared with it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select

from core.hooks.core_features import CORE_IDS, ROUTING
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.models import TenantFeature
from core.tenancy.scope import Scope
from core.units.models import Unit
from core.workdays.declaration import DeclaredCalendar
from core.workdays.models import WorkCalendar
from core.workdays.queries import NoCalendar, current_calendar
from core.workdays.stored import from_document
from tenants.routing import RoutingState, routing_state
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
    member: bool = False

    @classmethod
    def of(cls, fact: UnitFact) -> "UnitState":
        return cls(fact.name, fact.kind, fact.parent, fact.phone, fact.mail, tenant=fact.tenant, member=fact.member)

    @property
    def document(self) -> dict[str, Any]:
        """It as it is remembered of what files said."""
        return {name: value for name, value in asdict(self).items() if name != "active"}


@dataclass(frozen=True)
class State:
    """All facts of a tenant that a profile declares; the default is a tenant that holds nothing yet.

    `in_hand` counts the tasks of every unit that has any in hand: such a unit is not switched off.
    """

    units: Mapping[str, UnitState] = field(default_factory=dict)
    features: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    core_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the files said of the core's own settings when they were last applied."""
    calendar: DeclaredCalendar | None = None
    routing: RoutingState = field(default_factory=RoutingState)
    in_hand: Mapping[str, int] = field(default_factory=dict)
    declared_units: Mapping[str, UnitState] = field(default_factory=dict)
    """What the files said of units when they were last applied."""
    declared_calendar: DeclaredCalendar | None = None
    """What the files said of the calendar then."""


def state_of(scope: Scope) -> State:
    """Return the tenant's facts as they stand in the database."""
    tenant_id = scope.tenant.id
    units = scope.session.scalars(select(Unit).where(Unit.tenant_id == tenant_id)).all()
    features = scope.session.scalars(
        select(TenantFeature)
        .where(TenantFeature.tenant_id == tenant_id, TenantFeature.feature != ROUTING.id)
        .order_by(TenantFeature.position)
    ).all()
    codes = {unit.id: unit.code for unit in units}
    return State(
        units={
            unit.code: UnitState(
                name=unit.name,
                kind=unit.kind,
                parent=codes[unit.parent_id] if unit.parent_id is not None else None,
                phone=unit.phone,
                mail=unit.mail,
                member=unit.member,
                active=unit.active,
                tenant=unit.refers_to,
            )
            for unit in units
        },
        features=_declared([row for row in features if row.feature not in CORE_IDS]),
        core_settings={
            row.feature: row.declared["settings"] for row in features if row.feature in CORE_IDS and row.declared
        },
        calendar=_calendar(scope),
        routing=routing_state(scope),
        in_hand=_in_hand(scope, codes),
        declared_units={unit.code: UnitState(**unit.declared) for unit in units if unit.declared is not None},
        declared_calendar=_declared_calendar(scope),
    )


def _declared(rows: Sequence[TenantFeature]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the features that the files named when they were last applied, in their order; others are not theirs."""
    named = [(row.declared["position"], row.feature, row.declared["settings"]) for row in rows if row.declared]
    return tuple((feature, settings) for _, feature, settings in sorted(named, key=lambda each: each[:2]))


def _calendar(scope: Scope) -> DeclaredCalendar | None:
    try:
        found = current_calendar(scope)
    except NoCalendar:
        return None
    return DeclaredCalendar(found.name, found.timetable.spec)


def _declared_calendar(scope: Scope) -> DeclaredCalendar | None:
    declared = scope.session.scalar(select(WorkCalendar.declared).where(WorkCalendar.tenant_id == scope.tenant.id))
    return DeclaredCalendar(declared["name"], from_document(declared["specification"])) if declared else None


def _in_hand(scope: Scope, codes: Mapping[int, str]) -> dict[str, int]:
    counted = scope.session.execute(
        select(Assignment.unit_id, func.count())
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.state.in_(ACTIVE))
        .group_by(Assignment.unit_id)
    )
    return {codes[unit_id]: count for unit_id, count in counted}
