"""Making districts, units and tickets for tests: plain functions with keywords, through our own code."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FunctionType, ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url

from core.hooks.core_features import RATES, ROUTING, UNDO
from core.hooks.features import Feature, hookimpl
from core.hooks.roster import Roster
from core.intake.rules import Appeal
from core.journey.accept import Accepted, accept
from core.kit.db import Database
from core.kit.file_store import FileStore
from core.kit.keys import Keyring
from core.people.roles import permissions_of
from core.tenancy.models import CityMember, Tenant
from core.tenancy.revisions import FILES, make_active, set_state, write_revision
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coding import Named, coded
from core.units.catalogue.rows import row_from
from core.units.catalogue.service import draft
from core.units.models import Unit
from core.workdays.service import publish
from core.workdays.shipped import SHIPPED
from tests.servers import RUN_HOME

BEIJING = ZoneInfo("Asia/Shanghai")


@contextmanager
def alone(installation: Installation, *slugs: str) -> Iterator[None]:
    """Let the clock's rounds visit these tenants only: tests beside this one have made thousands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installation, "tenants", lambda: [installation.tenant(slug) for slug in slugs])
        yield


def make_actor(name: str, *roles: str, id: int, unit_id: int | None = None) -> Actor:
    """Return somebody of the house who may do what these roles bring, for a unit where one is given."""
    return Actor("staff", name, id, unit_id, permissions_of(roles))


OPERATOR = make_actor("坐席甲", "operator", id=1)
REVIEWER = make_actor("审核员乙", "reviewer", id=2)
SUPERVISOR = make_actor("督办员丁", "supervisor", id=4)
LEADER = make_actor("区领导", "leader", id=5)
CLERK_ID = 3
"""Account of the clerk 经办人丙, who stands for whichever unit a test is about."""
KEYS = Keyring({1: b"k" * 32})


def beijing(text: str) -> datetime:
    """Read a local time such as `2026-03-12 10:00` in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def make_installation(database_url: str, *, features: Sequence[Feature] = ()) -> Installation:
    """Open an installation on the test database with these features installed; its files lie in the run's own folder."""
    home = os.environ.get(RUN_HOME)
    # Each database has a folder of its own: tenants of two databases have the same numbers.
    files = FileStore(f"{home}/files-{make_url(database_url).database}") if home else None
    return Installation(Database(database_url), KEYS, Roster(features), files=files)


def make_district(
    installation: Installation,
    slug: str | None = None,
    *,
    kind: str = "district",
    features: Mapping[str, Mapping[str, Any]] | None = None,
    units: Sequence[tuple[str, str, str]] = (),
    parents: Mapping[str, str] | None = None,
    duties: Sequence[Mapping[str, Any]] = (),
    zone: str = "Asia/Shanghai",
    undo_seconds: int | None = 0,
) -> str:
    """Make a tenant with the offices' calendar, a dispatch desk, two units and more; return its slug.

    `units` are (code, name, kind), `parents` name the unit above by the codes of both; `duties` are the lowest matters of
    its duty list, each with code, category, subcategory and what a row of the list says, as JSON.
    With `undo_seconds` None nothing is set in it.
    """
    mark = secrets.token_hex(4)
    slug = slug or f"district-{mark}"
    with installation.database.transaction(None) as session:
        session.add(Tenant(slug=slug, name=f"测试区 {slug}", kind=kind, zone=zone, serial_prefix=f"T{mark.upper()}"))
    with installation.scope(slug) as scope:
        publish(scope, "工作日历", SHIPPED["GZ"](), now=datetime(2010, 1, 1, tzinfo=UTC))
        everyone = [
            ("desk", "受理中心", "dispatch_desk"),
            ("roads", "道路管理处", "district_department"),
            ("parks", "园林管理处", "district_department"),
            *units,
        ]
        ids = {code: scope.new_id() for code, _, _ in everyone}
        scope.session.add_all(
            Unit(tenant_id=scope.tenant.id, id=ids[code], code=code, name=name, kind=unit_kind)
            for code, name, unit_kind in everyone
        )
        scope.session.flush()
        for code, above in (parents or {}).items():
            scope.session.get_one(Unit, (scope.tenant.id, ids[code])).parent_id = ids[above]
        scope.session.flush()
        if undo_seconds is not None:
            set_undo(scope, undo_seconds)
        for feature, settings in (features or {}).items():
            switch_on(scope, feature, settings)
        if duties:
            set_duties(scope, duties)
    installation.forget()
    return slug


def switch_on(scope: Scope, feature: str, settings: Mapping[str, Any]) -> None:
    """Switch a feature on after those that are on already, with settings as its files would declare them."""
    now = datetime(2010, 1, 1, tzinfo=UTC)
    revision = write_revision(scope, feature, values=settings, schema_version=1, reason="测试", author=FILES, now=now)
    make_active(scope, feature, revision.number, actor=FILES, now=now)
    set_state(scope, feature, "on", reason="")


def set_undo(scope: Scope, seconds: int) -> None:
    """Let deeds be taken back for so many seconds; the districts of tests do all at once, unless that is what they test."""
    now = datetime(2010, 1, 1, tzinfo=UTC)
    values = {"undo_seconds": seconds}
    revision = write_revision(scope, UNDO.id, values=values, schema_version=1, reason="测试", author=FILES, now=now)
    make_active(scope, UNDO.id, revision.number, actor=FILES, now=now)


def set_duties(scope: Scope, duties: Sequence[Mapping[str, Any]]) -> int:
    """Let a duty list of these items hold for the district as a whole; return the number of the version."""
    now = datetime(2010, 1, 1, tzinfo=UTC)
    named: dict[Named, str] = {}
    rows = []
    for duty in duties:
        item = {"category": "城市管理", "subcategory": "道路", "lead": "roads", **duty}
        category, subcategory, code = (item.pop(name) for name in ("category", "subcategory", "code"))
        named |= {(category,): "", (category, subcategory): code}
        rows.append(row_from({"matter": code, **item}))
    nodes, _ = coded(named)
    drafted = draft(scope, Catalogue.of(nodes, (), rows), gazetteer=0, reason="测试", author=FILES, now=now)
    let_hold(scope, drafted.number)
    return drafted.number


def let_hold(
    scope: Scope,
    duty_list: int,
    rules: Sequence[Mapping[str, Any]] = (),
    limits: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Let a version of the duty list, routing rules and the limits that they may give hold."""
    now = datetime(2010, 1, 1, tzinfo=UTC)
    values = {"duty_list": duty_list, "rules": list(rules), "limits": list(limits)}
    revision = write_revision(scope, ROUTING.id, values=values, schema_version=1, reason="测试", author=FILES, now=now)
    make_active(scope, ROUTING.id, revision.number, actor=FILES, now=now)


def make_city(installation: Installation, members: Sequence[str], slug: str | None = None, **more: Any) -> str:
    """Make a city tenant with these member districts; return its slug."""
    slug = make_district(installation, slug, kind="city", **more)
    ids = [installation.tenant(member).id for member in members]
    city_id = installation.tenant(slug).id
    with installation.database.transaction(None) as session:
        session.add_all(CityMember(city_id=city_id, district_id=district_id) for district_id in ids)
    return slug


def make_ticket(
    installation: Installation,
    slug: str,
    *,
    text: str = "道路坑洼，出行不便",
    now: datetime | None = None,
    **appeal: Any,
) -> Accepted:
    """Take in an appeal and return what the resident is told."""
    now = now or beijing("2026-03-12 10:00")
    wanted = Appeal(**{"channel": "desk", "text": text, **appeal})
    return installation.run(slug, lambda scope: accept(scope, wanted, actor=OPERATOR, now=now))


def make_appeal(**columns: Any) -> Appeal:
    """Return an appeal by the desk about a bad road, with these columns changed."""
    return Appeal(**{"channel": "desk", "text": "道路坑洼，出行不便", **columns})


def set_rates(installation: Installation, slug: str, *, now: datetime, **rates: int) -> None:
    """Let these rates 限流 hold in the tenant, and no others."""
    others = dict.fromkeys(("system_per_minute", "systems_per_minute", "stranger_per_minute", "phone_per_day"), 0)
    with installation.scope(slug) as scope:
        revision = write_revision(
            scope, RATES.id, values=others | rates, schema_version=1, reason="测试", author=FILES, now=now
        )
        make_active(scope, RATES.id, revision.number, actor=FILES, now=now)
    installation.forget()


def make_feature(feature_id: str, **answers: Callable[..., Any]) -> Feature:
    """Return a feature that answers the hooks named, each with a function of arguments of the hook."""
    module = ModuleType(feature_id)
    for hook, answer in answers.items():
        setattr(module, hook, hookimpl(_its_own(answer), specname=hook))
    return Feature(id=feature_id, label=feature_id, summary="供测试", answers=module)


def _its_own(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return a copy: what a function is marked as would else be the same in every hook that it answers."""
    if not isinstance(answer, FunctionType):
        return answer
    return FunctionType(answer.__code__, answer.__globals__, answer.__name__, answer.__defaults__, answer.__closure__)
