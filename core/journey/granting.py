"""Letting the city look at single tickets 授权市级查看工单: given and taken back by the district's administrators."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.people.roles import Permission
from core.statistics.granting.models import CityGrant
from core.statistics.granting.queries import cities_of
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor

NotedKind = Literal["city_granted", "city_grant_ended"]
LONGEST_DAYS = 366
"""A grant ends within so many days; whoever needs more asks again."""


class NoCity(Refused):
    """The tenant is no district of the city that was named, or of any."""

    code = "no-such-city"


class GrantUnusable(Refused):
    """The days of a grant make no sense."""

    code = "grant-unusable"


class NoSuchGrant(Refused):
    """The district has no grant of this number that still holds."""

    code = "no-such-grant"


def give_grant(
    scope: Scope,
    installation: Installation,
    city: str,
    *,
    valid_from: date,
    valid_until: date,
    why: str,
    actor: Actor,
    address: str,
    now: datetime,
) -> CityGrant:
    """Let a city look at masked lists of the district's tickets for some days; it stands in the security log.

    Raises `NotPermitted`, `NoCity`, `GrantUnusable`, `ReasonMissing`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "授权市级查看工单")
    to = _city_named(cities_of(installation, scope), city)
    because = reason_of(why, "授权市级查看工单")
    _refuse_days(valid_from, valid_until, today=now.astimezone(scope.tenant.zone).date())
    newest = scope.session.scalar(select(func.max(CityGrant.number)).where(CityGrant.tenant_id == scope.tenant.id))
    grant = CityGrant(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=(newest or 0) + 1,
        city=to.slug,
        valid_from=valid_from,
        valid_until=valid_until,
        why=because,
        given_by=actor.name,
        given_by_id=actor.id,
        given_at=now,
    )
    scope.session.add(grant)
    scope.session.flush()
    _note(scope, "city_granted", grant, By(actor.name, actor.id, address, because), now=now)
    return grant


def end_grant(scope: Scope, number: int, *, why: str, actor: Actor, address: str, now: datetime) -> CityGrant:
    """Take a grant back; from this moment the city is refused. Raises `NotPermitted`, `NoSuchGrant`, `ReasonMissing`."""
    refuse_actor(actor, Permission.ADMINISTER, "收回授权")
    because = reason_of(why, "收回授权")
    asked = select(CityGrant).where(CityGrant.tenant_id == scope.tenant.id, CityGrant.number == number)
    grant = scope.session.scalar(asked.with_for_update())
    if grant is None or grant.ended_at is not None:
        raise NoSuchGrant(said("没有第 {number} 号授权，或已经收回。请刷新后查看。", number=number))
    grant.ended_at, grant.ended_by, grant.ended_why = now, actor.name, because
    _note(scope, "city_grant_ended", grant, By(actor.name, actor.id, address, because), now=now)
    return grant


def _city_named(cities: Sequence[TenantFacts], slug: str) -> TenantFacts:
    found = next((city for city in cities if city.slug == slug), None)
    if found is None:
        if not cities:
            raise NoCity("本区没有归入任何市中心，没有可以授权的对象。归属由安装人员在租户档案里设定。")
        names = joined("、", (city.name for city in cities))
        raise NoCity(said("本区不归这个市中心汇总，不能授权。可以授权的：{names}。", names=names))
    return found


def _refuse_days(first: date, last: date, *, today: date) -> None:
    if last < first:
        raise GrantUnusable("授权的截止日期早于开始日期。请改一下日期。")
    if last < today:
        raise GrantUnusable(said("授权的截止日期 {last} 已经过去。请选今天或以后的日期。", last=last.isoformat()))
    if last - first >= timedelta(days=LONGEST_DAYS):
        raise GrantUnusable(said("一次授权最长 {most} 天。请缩短期限，到期后需要的再授权。", most=LONGEST_DAYS))


def _note(scope: Scope, kind: NotedKind, grant: CityGrant, by: By, *, now: datetime) -> None:
    detail = {"grant": grant.number, "from": str(grant.valid_from), "until": str(grant.valid_until)}
    note_done(scope, kind, by, subject=grant.city, detail=detail, now=now)
