"""What every page has around it: menu, names, filters for words, and the addresses of stylesheet and scripts."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request

from core.journey.entrusting import Emergency, emergencies
from core.journey.watching import Lag, lag_of
from core.kit.serials import spoken_code, spoken_number
from core.people.roles import Permission
from core.tenancy.facts import TenantFacts
from core.web import words
from core.web.account import home_of
from core.web.assets import Assets
from core.web.keeping import unkept_of_refusal
from core.web.menu import ACCOUNTS, menu_sections
from core.web.visit import Visit, clock
from core.web.wishes import wishes

STEWARDS = ACCOUNTS | {Permission.AUDIT}
"""Whom an emergency account concerns."""


def init_app(app: Flask, assets: Assets) -> None:
    """Give the templates what they need."""
    app.jinja_env.filters.update(
        moment=_moment,
        moment_exact=_moment_exact,
        clock_time=_clock_time,
        thousands=words.thousands,
        spoken_number=spoken_number,
        spoken_code=spoken_code,
    )
    app.jinja_env.globals.update(
        asset=assets.url,
        scripts=assets.scripts,
        new_command_id=lambda: uuid.uuid4().hex,
        menu_sections=menu_sections,
        unkept=unkept_of_refusal,
    )
    app.context_processor(_around)


def _around() -> dict[str, Any]:
    around: dict[str, Any] = {"wishes": wishes()}
    visit: Visit | None = g.get("visit")
    if visit is not None:
        around |= {
            "tenant": visit.scope.tenant,
            "staff": visit.staff,
            "seat": lambda: visit.unit_name or visit.seat,
            "home": home_of(visit.staff.roles),
            "now": visit.now,
            "may": lambda permission: Permission(permission) in visit.permissions,
            "emergencies": partial(_emergencies, visit),
            "lag": partial(_lag, visit),
            "this_page": request.full_path.rstrip("?") if request.method == "GET" else "/",
        }
    return around


def _emergencies(visit: Visit) -> Sequence[Emergency]:
    """Return the emergency accounts that are good now, for those whom they concern."""
    return () if STEWARDS.isdisjoint(visit.permissions) else emergencies(visit.scope, now=visit.now)


def _lag(visit: Visit) -> Lag | None:
    """Return how far the tenant's work is behind, for those who can have somebody look; None when it is not."""
    if Permission.ADMINISTER not in visit.permissions:
        return None
    tenant = visit.scope.tenant
    lag = lag_of(visit.scope.session, tenant.id, tenant.slug, tenant.name, now=visit.now)
    return lag if lag.is_behind else None


def _moment(at: datetime) -> str:
    return words.moment(at, now=clock(), zone=_zone())


def _moment_exact(at: datetime) -> str:
    return words.moment_exact(at, zone=_zone())


def _clock_time(at: datetime) -> str:
    return words.clock_time(at, zone=_zone())


def _zone() -> ZoneInfo:
    """Return the zone of the tenant whose page this is: the visitor's, or the one that a page open to all names."""
    tenant: TenantFacts = g.public_tenant if "public_tenant" in g else g.visit.scope.tenant
    return tenant.zone
