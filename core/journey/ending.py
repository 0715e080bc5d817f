"""Suspending a tenant, closing it and deleting it 停用、注销、删除: by whom, after what, and what is told of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.journey.taking_out import take_tenant_out
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.people.roles import Permission, SameHands
from core.tenancy.ending import ACTIVE, WAIT, cities_of, put_state, standing_of
from core.tenancy.moving.deleting import delete_rows
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor


class AlreadySo(Refused):
    """The tenant stands so already."""

    code = "already-so"


class NotClosed(Refused):
    """Only a tenant that was closed, and long enough ago, is deleted."""

    code = "not-closed"


class CityHasMembers(Refused):
    """A city is not ended while districts are its members."""

    code = "city-has-members"


@dataclass(frozen=True, slots=True)
class Closed:
    """A tenant that was closed: the file it was taken out into, and from when it may be deleted."""

    file: Path
    rows: int
    sha256: str
    deletable_from: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    """A tenant that is gone: how many rows of how many tables, and how many files."""

    tables: int
    rows: int
    files: int


def suspend(scope: Scope, by: By, *, now: datetime) -> None:
    """Let nobody in and do nothing for the tenant from now on; what is there stays. Raises `ReasonMissing`, `AlreadySo`."""
    reason_of(by.reason, "停用租户")
    if scope.tenant.state != ACTIVE:
        raise AlreadySo(said("租户 {slug} 已经停用或注销，没有改动。", slug=scope.tenant.slug))
    put_state(scope, "suspended", by, now=now)


def resume(scope: Scope, by: By, *, now: datetime) -> None:
    """Let the tenant go on, also one that was closed. Raises `ReasonMissing`, `AlreadySo`."""
    reason_of(by.reason, "恢复租户")
    if scope.tenant.state == ACTIVE:
        raise AlreadySo(said("租户 {slug} 没有停用，没有改动。", slug=scope.tenant.slug))
    put_state(scope, "active", by, now=now)


def close(
    installation: Installation, slug: str, file: Path, actor: Actor, *, reason: str, owner_url: str, now: datetime
) -> Closed:
    """Suspend the tenant, take it out into a file, and let it be deleted after the wait.

    It is suspended before it is taken out, so that the file holds all of it. Raises `NotPermitted`, `ReasonMissing`,
    `AlreadySo`, `CityHasMembers`, `NotMovable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "注销租户")
    by = By(actor.name, actor.id, reason=reason_of(reason, "注销租户"))
    _refuse_members(installation, slug)
    if installation.tenant(slug).state == "closed":
        raise AlreadySo(said("租户 {slug} 已经注销，没有改动。", slug=slug))
    with installation.scope(slug) as scope:
        if scope.tenant.state == ACTIVE:
            put_state(scope, "suspended", by, now=now)
    exported = take_tenant_out(installation, slug, file, by, owner_url=owner_url, now=now)
    rows = exported.taken.rows
    with installation.scope(slug) as scope:
        put_state(scope, "closed", by, now=now, file_sha256=exported.sha256, rows_taken=rows)
    installation.forget()
    return Closed(file, rows, exported.sha256, now + WAIT)


def delete(
    installation: Installation, slug: str, actor: Actor, *, reason: str, owner_url: str, now: datetime
) -> Deleted:
    """Delete a tenant that another person closed, after the wait; what is left tells that it was there.

    The cities that it was a member of, have it in their security logs. Raises `NotPermitted`, `ReasonMissing`, `NotClosed`,
    `SameHands`, `CityHasMembers`, `FilesAway`, `NotMovable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "删除租户")
    by = By(actor.name, actor.id, reason=reason_of(reason, "删除租户"))
    tenant = installation.tenant(slug)
    if tenant.state != "closed":
        raise NotClosed(said("租户 {slug} 没有注销，不能删除。请先用 huiying tenant close 导出并注销。", slug=slug))
    _refuse_members(installation, slug)
    with installation.scope(slug) as scope:
        standing = standing_of(scope)
        closed = datetime.fromisoformat(str(standing["since"]))
        if standing["by_id"] == by.id:
            raise SameHands(
                said("租户 {slug} 由{name}注销，须由另一位系统管理员删除。没有改动。", slug=slug, name=by.name)
            )
        if now < closed + WAIT:
            until = (closed + WAIT).astimezone(tenant.zone)
            raise NotClosed(
                said(
                    "租户 {slug} 注销未满 {days} 天，{until:%Y-%m-%d %H:%M} 以后才能删除；在此之前可以用 resume 恢复。",
                    slug=slug,
                    days=WAIT.days,
                    until=until,
                )
            )
        files = [each.key for each in scope.files.lying()] if installation.files else []
        scope.files.remove(files) if files else None
    cities = cities_of(installation, tenant)
    told = {
        "slug": slug,
        "since": now.isoformat(),
        "closed_by": standing["by"],
        "by": by.name,
        "reason": by.reason,
        "file_sha256": standing["file_sha256"],
    }
    deleted = delete_rows(tenant.id, owner_url=owner_url, standing=told)
    installation.forget()
    rows = sum(deleted.values())
    for city in cities:
        detail = {"rows": rows, "file_sha256": standing["file_sha256"], "closed_by": standing["by"]}
        with installation.scope(city.slug) as scope:
            note_done(scope, "tenant_deleted", by, subject=slug, detail=detail, now=now)
    return Deleted(len(deleted), rows, len(files))


def _refuse_members(installation: Installation, slug: str) -> None:
    members = installation.members(slug)
    if members:
        names = joined("、", (each.slug for each in members))
        raise CityHasMembers(
            said("{slug} 还有成员 {names}，不能注销或删除。请先把它们移出或注销。", slug=slug, names=names)
        )
