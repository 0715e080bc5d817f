"""Host names of tenants 域名: under a name of its own a tenant's public pages stand without anything before their paths."""

import re
from datetime import datetime
from ipaddress import ip_address

from sqlalchemy import delete, func, select, update

from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.models import Tenant, TenantHost
from core.tenancy.scope import THERE, Scope
from core.tenancy.security_log import By, note_done

LONGEST = 253
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+")
MOST = 20


class HostUnusable(Refused):
    """What was given is no host name that a tenant could have."""

    code = "host-unusable"


class HostTaken(Refused):
    """The host name belongs to another tenant, or to this one already."""

    code = "host-taken"


class NoSuchHost(Refused):
    """The tenant has no such host name."""

    code = "no-such-host"


def readable_host(typed: str) -> str:
    """Return a host name as it is compared: in small letters, without port or final dot, names in Chinese as in the DNS.

    Raises `HostUnusable`: an address in numbers, or a name without a dot, is the machine's own.
    """
    host = typed.strip().lower().rstrip(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if len(host) > LONGEST or not HOST.fullmatch(host) or _is_number(host):
        raise HostUnusable(
            said(
                "“{typed}”不能用作域名。只写域名本身，不写 https:// 和端口，如 suqiu.example.gov.cn；IP 地址和 localhost 留给本机。",
                typed=typed.strip()[:80],
            )
        )
    return host


def give_host(scope: Scope, typed: str, by: By, *, now: datetime) -> str:
    """Let the tenant's public pages be reached under this name too, and return it as it is kept.

    Processes follow within seconds. Raises `HostUnusable`, `HostTaken`.
    """
    host = readable_host(typed)
    owner = owner_of(scope, host)
    if owner is not None:
        raise HostTaken(
            said(
                "域名 {host} 已经属于租户 {owner}，一个域名只能属于一个租户。请先在那里移除，或换一个。",
                host=host,
                owner=owner,
            )
        )
    last = select(func.coalesce(func.max(TenantHost.position), 0)).where(TenantHost.owner_id == scope.tenant.id)
    if len(scope.tenant.hosts) >= MOST:
        raise HostUnusable(said("一个租户最多 {most} 个域名。请先移除不用的。", most=MOST))
    position = scope.session.scalar(last) or 0
    scope.session.add(TenantHost(host=host, owner_id=scope.tenant.id, position=position + 1))
    _told(scope)
    note_done(scope, "host_given", by, subject=host, now=now)
    return host


def take_host(scope: Scope, typed: str, by: By, *, now: datetime) -> str:
    """Let the name lead nowhere any more, and return it. Raises `HostUnusable`, `NoSuchHost`."""
    host = readable_host(typed)
    mine = (TenantHost.host == host) & (TenantHost.owner_id == scope.tenant.id)
    if scope.session.scalar(select(TenantHost.host).where(mine)) is None:
        raise NoSuchHost(said("租户 {slug} 没有域名 {host}，没有改动。", slug=scope.tenant.slug, host=host))
    scope.session.execute(delete(TenantHost).where(mine))
    _told(scope)
    note_done(scope, "host_taken", by, subject=host, now=now)
    return host


def owner_of(scope: Scope, host: str) -> str | None:
    """Return the short name of the tenant that has this name now, None = nobody has."""
    query = select(Tenant.slug).join(TenantHost, TenantHost.owner_id == Tenant.id).where(TenantHost.host == host, THERE)
    return scope.session.scalar(query)


def _told(scope: Scope) -> None:
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))
    scope.session.flush()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
