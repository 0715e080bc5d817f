"""How often something happens 限流: counted in one table of the database, and the rates that a tenant allows.

A count is kept under a keyed hash of whose it is (an address, a login, a phone, a token) and never under its name. What
is done when it is too many is decided where it happens; here it is only counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core.hooks.core_features import RATES
from core.hooks.settings import Settings, Whole
from core.tenancy.models import Tally
from core.tenancy.scope import Scope

Counted = Literal[
    "failures-of-login",
    "failures-from-address",
    "failures",
    "unknown-pushes",
    "proofs",
    "stranger",
    "system",
    "systems",
    "phone",
    "letters-from-address",
    "wechat-appeals",
    "weibo-appeals",
    "lookups-from-address",
    "lookups-of-number",
    "entries-from-address",
    "receipts-by-sms",
    "codes-of-phone",
    "codes-from-address",
    "codes",
    "reports-begun",
    "report-files",
]
"""What is counted: sign-ins that failed, of a login, from an address, and all of them; pushes nobody vouched for; proofs
of work handed in; requests of an address without signing in, of one system, and of all systems; appeals of a phone,
of an address at the public entry, of a WeChat user, and of one of Weibo; look-ups of an appeal that opened nothing, from an address and of a serial number;
entries of an address in campaigns; receipts sent by SMS at a resident's wish, of an appeal and to a phone; codes sent to a phone, at the wish of an address, and all of them;
reports begun from an address and not sent yet, and the files that came with them."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WINDOWS: Mapping[Counted, tuple[timedelta, timedelta]] = {
    "failures-of-login": (DAY, MINUTE),
    "failures-from-address": (timedelta(minutes=15), MINUTE),
    "failures": (timedelta(minutes=15), MINUTE),
    "unknown-pushes": (timedelta(minutes=15), MINUTE),
    "proofs": (timedelta(hours=2), timedelta(hours=1)),
    "stranger": (MINUTE, MINUTE),
    "system": (MINUTE, MINUTE),
    "systems": (MINUTE, MINUTE),
    "phone": (DAY, timedelta(hours=1)),
    "letters-from-address": (DAY, timedelta(hours=1)),
    "wechat-appeals": (DAY, timedelta(hours=1)),
    "weibo-appeals": (DAY, timedelta(hours=1)),
    "lookups-from-address": (timedelta(minutes=15), MINUTE),
    "lookups-of-number": (timedelta(hours=1), timedelta(minutes=5)),
    "entries-from-address": (DAY, timedelta(hours=1)),
    "receipts-by-sms": (DAY, timedelta(hours=1)),
    "codes-of-phone": (DAY, timedelta(minutes=10)),
    "codes-from-address": (DAY, timedelta(hours=1)),
    "codes": (timedelta(hours=1), MINUTE),
    "reports-begun": (DAY, timedelta(hours=1)),
    "report-files": (DAY, timedelta(hours=1)),
}
"""Over how long each is added up, and by which steps it moves on."""
MEMORY = 2 * DAY
"""Counts older than this are of no use to anybody."""
ALL = b""
"""The key of what is counted of everybody together."""
MOST = 1_000_000
assert WINDOWS.keys() == set(get_args(Counted))


class RateSettings(Settings):
    """How much the tenant lets through before it asks somebody to wait. 0 is no limit."""

    system_per_minute = Whole(
        load_default=6_000,
        min=0,
        max=MOST,
        title="每个接口令牌每分钟调用",
        unit="次",
        group="接口",
        help="超过的调用得到 429 和应等待的秒数，不登记；0 为不限",
    )
    systems_per_minute = Whole(
        load_default=12_000,
        min=0,
        max=MOST,
        title="全部接口令牌每分钟调用",
        unit="次",
        group="接口",
        help="本区所有令牌合计，使一个区的洪峰不拖慢其他区；0 为不限",
    )
    stranger_per_minute = Whole(
        load_default=300,
        min=0,
        max=MOST,
        title="每个地址每分钟未登录请求",
        unit="次",
        group="未登录",
        help="登录、设置密码等不用登录的页面；一个单位的人常共用一个地址，不宜太小；0 为不限",
    )
    phone_per_day = Whole(
        load_default=20,
        min=0,
        max=MOST,
        title="每个电话 24 小时自动受理",
        unit="件",
        group="诉求",
        help="对接系统送来的诉求，同一电话超过的仍然登记，但不自动受理，由人工先看；0 为不限",
    )
    letters_per_day = Whole(
        load_default=50,
        min=0,
        max=MOST,
        title="每个地址 24 小时网上提交自动受理",
        unit="件",
        group="诉求",
        help="公开页面上提交的诉求，同一地址超过的仍然登记，但不自动受理，由人工先看；0 为不限",
    )
    urges_per_day = Whole(
        load_default=1,
        min=0,
        max=MOST,
        title="每件诉求 24 小时内催办",
        unit="次",
        group="诉求",
        help="诉求人凭受理流水号和提取码在公开页面催办；超过的告诉诉求人稍后再催，不再发给承办单位；0 为不限",
    )
    codes_per_phone_hour = Whole(
        load_default=5,
        min=0,
        max=MOST,
        title="每个手机号每小时验证码",
        unit="条",
        group="验证码",
        help="公开页面发到手机的短信验证码；超过的请诉求人稍后再取，或不凭验证码提交；0 为不限",
    )
    codes_per_phone_day = Whole(
        load_default=10,
        min=0,
        max=MOST,
        title="每个手机号 24 小时验证码",
        unit="条",
        group="验证码",
        help="使任何人都不能用本区的短信网关骚扰别人的手机；0 为不限",
    )
    codes_per_address = Whole(
        load_default=60,
        min=0,
        max=MOST,
        title="每个地址 24 小时验证码",
        unit="条",
        group="验证码",
        help="一个社区服务点的人常共用一个地址，不宜太小；0 为不限",
    )
    codes_per_hour = Whole(
        load_default=2_000,
        min=0,
        max=MOST,
        title="全区每小时验证码",
        unit="条",
        group="验证码",
        help="本区一小时一共发多少条，防止有人用许多地址和号码耗尽短信；0 为不限",
    )


@dataclass(frozen=True, slots=True)
class TooOften:
    """More than the tenant allows: what it is called, and in how many seconds it may be tried again."""

    what: str
    seconds: int
    is_first: bool
    """Whether this is the one by which it became too many."""


def allowed(scope: Scope, setting: str) -> int:
    """Return the tenant's rate of this name in `RateSettings`, 0 = no limit."""
    enabled = scope.hooks.enabled.get(RATES.id)
    rate: int = enabled.settings[setting] if enabled else 0
    return rate


def key_of(scope: Scope, kind: Counted, whose: str) -> bytes:
    """Return the keyed hash under which something of somebody is counted."""
    return scope.keys.lookup_hash(whose, tenant_id=scope.tenant.id, field=f"tally/{kind}")


def count(scope: Scope, kind: Counted, key: bytes, *, now: datetime) -> int:
    """Count one more and return how many there were within the window of the kind, this one included.

    One statement. Whoever counts the same at the same moment waits for the end of this transaction.
    """
    window, step = WINDOWS[kind]
    begun = _begin_of(now, step)
    adding = insert(Tally).values(tenant_id=scope.tenant.id, kind=kind, key=key, since=begun, count=1)
    added = (
        adding.on_conflict_do_update(
            index_elements=[Tally.tenant_id, Tally.kind, Tally.key, Tally.since], set_={"count": Tally.count + 1}
        )
        .returning(Tally.count)
        .cte("added")
    )
    if window == step:
        return int(scope.session.scalars(select(added.c.count)).one())
    before = (
        select(func.coalesce(func.sum(Tally.count), 0))
        .where(
            Tally.tenant_id == scope.tenant.id,
            Tally.kind == kind,
            Tally.key == key,
            Tally.since > begun - window,
            Tally.since < begun,
        )
        .scalar_subquery()
    )
    return int(scope.session.scalars(select(added.c.count + before)).one())


def counted(scope: Scope, kind: Counted, key: bytes, *, now: datetime, within: timedelta | None = None) -> int:
    """Return how many were counted within the window of the kind, or a shorter one."""
    window, step = WINDOWS[kind]
    found = select(func.coalesce(func.sum(Tally.count), 0)).where(
        Tally.tenant_id == scope.tenant.id,
        Tally.kind == kind,
        Tally.key == key,
        Tally.since > _begin_of(now, step) - (within or window),
    )
    return int(scope.session.scalars(found).one())


def hold_back(scope: Scope, kind: Counted, key: bytes, *, most: int, what: str, now: datetime) -> TooOften | None:
    """Count one more of what is allowed so often; return until when to wait when that was too many. 0 is no limit."""
    if not most:
        return None
    found = count(scope, kind, key, now=now)
    if found <= most:
        return None
    step = WINDOWS[kind][1]
    left = _begin_of(now, step) + step - now
    return TooOften(what, int(left.total_seconds()) + 1, found == most + 1)


def forget(scope: Scope, kind: Counted, key: bytes) -> None:
    """Begin to count anew."""
    scope.session.execute(delete(Tally).where(Tally.tenant_id == scope.tenant.id, Tally.kind == kind, Tally.key == key))


def forget_old(scope: Scope, *, now: datetime) -> None:
    """Take away what counts no more."""
    scope.session.execute(delete(Tally).where(Tally.tenant_id == scope.tenant.id, Tally.since < now - MEMORY))


def _begin_of(now: datetime, step: timedelta) -> datetime:
    """Return when the step began in which this moment lies; steps are counted from midnight in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // step * step
