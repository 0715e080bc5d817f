"""Reading a district's grants to its cities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from core.statistics.granting.models import CityGrant
from core.tenancy.facts import TenantFacts
from core.tenancy.models import CityMember, SecurityEvent, Tenant
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import is_genuine


def cities_of(installation: Installation, scope: Scope) -> Sequence[TenantFacts]:
    """Return the cities of which the tenant is a district, in order of their short names."""
    of = select(Tenant.slug).join(CityMember, CityMember.city_id == Tenant.id)
    slugs = scope.session.scalars(of.where(CityMember.district_id == scope.tenant.id).order_by(Tenant.slug)).all()
    return [installation.tenant(slug) for slug in slugs]


def grants_of(scope: Scope) -> Sequence[CityGrant]:
    """Return all grants of the district, the newest first."""
    asked = select(CityGrant).where(CityGrant.tenant_id == scope.tenant.id).order_by(CityGrant.number.desc())
    return scope.session.scalars(asked).all()


def grant_in_force(scope: Scope, city: str, day: date, *, locked: bool = False) -> CityGrant | None:
    """Return the grant that lets a city look today, the longest of several; `locked`: not taken back meanwhile."""
    asked = (
        select(CityGrant)
        .where(
            CityGrant.tenant_id == scope.tenant.id,
            CityGrant.city == city,
            CityGrant.ended_at.is_(None),
            CityGrant.valid_from <= day,
            CityGrant.valid_until >= day,
        )
        .order_by(CityGrant.valid_until.desc(), CityGrant.number)
        .limit(1)
    )
    return scope.session.scalar(asked.with_for_update(read=True) if locked else asked)


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody of a city looked at tickets: who, when, at what, how many, and why they said they did."""

    at: datetime
    who: str
    what: str
    first: str
    last: str
    shown: int
    total: int
    why: str
    grant: int
    is_genuine: bool


def looks_of(scope: Scope, *, most: int) -> Sequence[Look]:
    """Return the last looks of cities at the district's tickets, the newest first, from its own security log."""
    asked = (
        select(SecurityEvent)
        .where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "city_looked")
        .order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())
        .limit(most)
    )
    return [
        Look(
            event.at,
            event.actor,
            event.subject,
            event.detail.get("from", ""),
            event.detail.get("until", ""),
            event.detail.get("shown", 0),
            event.detail.get("total", 0),
            event.detail.get("reason", ""),
            event.detail.get("grant", 0),
            is_genuine(event, scope.keys),
        )
        for event in scope.session.scalars(asked)
    ]
