"""The end of a tenant 租户的停用与注销: suspended at once, closed after it was taken out, deleted after a wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, update

from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.facts import TenantFacts
from core.tenancy.models import CityMember, Tenant
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, SecurityKind, note_done

ACTIVE = "active"
WAIT = timedelta(days=30)
"""Between closing and deleting: what was closed by mistake is missed by then."""
Ending = Literal["active", "suspended", "closed"]
TOLD_AS: dict[Ending, SecurityKind] = {
    "active": "tenant_resumed",
    "suspended": "tenant_suspended",
    "closed": "tenant_closed",
}


class TenantSuspended(Refused):
    """The tenant is suspended or closed: nobody gets in, and nothing is taken in."""

    code = "tenant-suspended"


def refuse_suspended(tenant: TenantFacts) -> None:
    """Raise `TenantSuspended` unless the tenant is at work."""
    if tenant.state != ACTIVE:
        raise TenantSuspended(
            said(
                "{name}已暂停使用，现在不能登录，也不接收诉求；已有的内容都在。请稍后再试，或联系系统的运行单位。",
                name=tenant.name,
            )
        )


def standing_of(scope: Scope) -> Mapping[str, Any]:
    """Return since when the tenant stands as it does, by whom and why; empty = it always did."""
    found = scope.session.scalars(select(Tenant.standing).where(Tenant.id == scope.tenant.id)).one()
    return dict(found)


def put_state(scope: Scope, state: Ending, by: By, *, now: datetime, **more: str | int) -> None:
    """Let the tenant stand so from now on; processes follow within two seconds."""
    standing = {"since": now.isoformat(), "by": by.name, "by_id": by.id, "reason": by.reason, **more}
    scope.session.execute(
        update(Tenant)
        .where(Tenant.id == scope.tenant.id)
        .values(state=state, standing=standing if state != ACTIVE else {}, epoch=Tenant.epoch + 1)
    )
    note_done(scope, TOLD_AS[state], by, subject=scope.tenant.slug, detail=more, now=now)


def cities_of(installation: Installation, tenant: TenantFacts) -> list[TenantFacts]:
    """Return the cities of which a district is a member."""
    cities = select(CityMember.city_id).where(CityMember.district_id == tenant.id)
    with installation.database.transaction(None) as session:
        ids = set(session.scalars(cities))
    return [each for each in installation.tenants() if each.id in ids]


def was_deleted(installation: Installation, slug: str) -> bool:
    """Tell whether a tenant of this short name was deleted here."""
    with installation.database.transaction(None) as session:
        gone = session.scalars(select(Tenant.standing).where(Tenant.state == "deleted")).all()
    return any(each.get("slug") == slug for each in gone)
