"""The database as the app's role sees it: durability, rights, row-level security, working calendars."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Literal
from sqlalchemy.engine import make_url

from core.embedded.doctor.findings import Finding, hint, missing, unsafe
from core.embedded.roles import explained
from core.embedded.services import Services
from core.kit.policies import APP_ROLE, STATS_ROLE
from core.tenancy.catalogue import faults_of

OLDEST_SERVER = 150000
CLOCK_SKEW_SECONDS = 5.0

RIGHTS = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
    FROM pg_roles WHERE rolname IN (current_user, %s)"""
ROLES = "SELECT FROM pg_roles WHERE rolname = ANY (%s)"
RIGHTS_IN_WORDS = ("是超级用户", "可绕过行级隔离", "可建数据库", "可建角色", "可做复制")

MEMBERSHIPS = """
    SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
    WHERE r.rolname = current_user AND g.rolname <> %s"""

OWNED = """
    SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE r.rolname = current_user AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1"""

SAID_OF_THE_ROLE = (
    "belongs to the application's role",
    "is a role with powers beyond its grants",
    "is a role whose rights the application's role inherits",
    "is a role that the application's role may become",
)
"""Rules of the catalogue that the findings about the role, which may have another name here, say already."""
OF_LITTLE_HARM = (
    "is an extension",
    "is an index by a comparison that is not leakproof",
    "is an index that was never finished",
)
SHOWN = 5

WITHOUT_NOTICE = """
    SELECT c.name FROM work_calendar c JOIN work_calendar_version v
      ON v.tenant_id = c.tenant_id AND v.calendar_id = c.id AND v.number = c.current_version
    WHERE (v.specification ->> 'follows_national')::boolean
      AND NOT v.specification -> 'notices' @> jsonb_build_array(jsonb_build_object('year', %s::int))"""


def database_findings(services: Services, *, now: datetime) -> Iterable[Finding]:
    """Look at a running database, as the role the product works with. Raises `psycopg.Error` when it goes away."""
    url = services.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        yield from _server_findings(connection, now=now)
        yield from _role_findings(connection)
        yield from _isolation_findings(connection)
        yield from _calendar_findings(connection, now=now)
    if _lets_in_with_any_password(url):
        yield unsafe("数据库访问规则", "用错误的密码也能连接数据库", "在 pg_hba.conf 中把 trust 改为 scram-sha-256")


def _server_findings(connection: Connection[Any], *, now: datetime) -> Iterable[Finding]:
    info = connection.info
    if info.server_version < OLDEST_SERVER:
        yield missing("数据库", f"PostgreSQL 版本过旧（{info.server_version // 10000}）", "升级到 15 或更新的版本")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        if _value(connection, SQL("SHOW {}").format(SQL(setting))) == "off":
            yield unsafe(
                "数据库", f"{setting} 已关闭，断电会丢失已受理的诉求", f"ALTER SYSTEM RESET {setting}; 然后重新加载配置"
            )
    is_remote = info.host and not info.host.startswith("/") and info.hostaddr not in ("127.0.0.1", "::1")
    if is_remote and not connection.pgconn.ssl_in_use:
        yield unsafe("数据库", "到数据库的连接未加密", "在 DATABASE_URL 末尾加 ?sslmode=verify-full")
    skew = abs((_value(connection, "SELECT clock_timestamp()") - now).total_seconds())
    if skew > CLOCK_SKEW_SECONDS:
        yield hint("时钟", f"本机与数据库的时钟相差约 {skew:.0f} 秒", "请同步两台机器的时钟")


def _role_findings(connection: Connection[Any]) -> Iterable[Finding]:
    roles = {name: rights for name, *rights in connection.execute(RIGHTS, [STATS_ROLE])}
    remedy = f"请数据库管理员按以下语句设置角色：\n{explained(connection.info.dbname)}"
    for name, rights in roles.items():
        faults = [words for has_right, words in zip(rights, RIGHTS_IN_WORDS, strict=True) if has_right]
        if faults:
            yield unsafe("数据库角色", f"角色 {name} 权限过大：{'、'.join(faults)}", remedy)
    if STATS_ROLE not in roles:
        yield missing("数据库角色", f"没有统计用的角色 {STATS_ROLE}", remedy)
    for (name,) in connection.execute(MEMBERSHIPS, [STATS_ROLE]):
        yield unsafe("数据库角色", f"应用角色是角色 {name} 的成员", f"REVOKE {name} FROM {connection.info.user};")
    owned = [name for (name,) in connection.execute(OWNED)]
    if owned:
        yield unsafe("数据库角色", f"应用角色是 {len(owned)} 张表的所有者（如 {owned[0]}），可解除行级隔离", remedy)
    if _value(connection, "SELECT has_database_privilege(current_database(), 'TEMP')"):
        database = connection.info.dbname
        yield hint("数据库角色", "应用角色可建临时表，不需要", f"REVOKE TEMP ON DATABASE {database} FROM PUBLIC;")


def _isolation_findings(connection: Connection[Any]) -> Iterable[Finding]:
    """Say what the catalogue says against the separation of tenants, one finding per rule."""
    if len(connection.execute(ROLES, [[APP_ROLE, STATS_ROLE]]).fetchall()) < 2:
        return
    for rule, faults in groupby(faults_of(connection), key=lambda fault: fault.rule):
        if rule in SAID_OF_THE_ROLE:
            continue
        found = list(faults)
        named = "、".join(fault.what for fault in found[:SHOWN]) + ("等" if len(found) > SHOWN else "")
        finding = hint if rule in OF_LITTLE_HARM else unsafe
        yield finding(
            "租户隔离",
            f"{found[0].words}：{named}（{len(found)} 处）",
            "迁移建成的库没有这些；请查明是谁在库中改的，以表所有者改回（docs/operations.md 的 Separation of tenants 一节）",
        )


def _calendar_findings(connection: Connection[Any], *, now: datetime) -> Iterable[Finding]:
    if _value(connection, "SELECT to_regclass('work_calendar_version')") is None:
        yield missing("数据库", "数据库中还没有表", "运行 huiying up，或设置 DATABASE_OWNER_URL 后执行迁移")
        return
    for year, finding in ((now.year, missing), (now.year + 1, hint)):
        tenants = [
            name
            for number, name in connection.execute("SELECT id, name FROM tenant ORDER BY id").fetchall()
            if _lacks_notice(connection, number, year)
        ]
        if tenants:
            text = f"没有 {year} 年放假调休通知，时限按暂定日历计算：{'、'.join(tenants)}"
            yield finding(
                "工作日历", text, "通知公布后升级 chinesecalendar，或在租户的 workdays.toml 中登记后 tenant apply"
            )


def _lacks_notice(connection: Connection[Any], tenant_id: int, year: int) -> bool:
    with connection.transaction():
        connection.execute(SQL("SET LOCAL app.tenant = {}").format(Literal(str(tenant_id))))
        return connection.execute(WITHOUT_NOTICE, [year]).fetchone() is not None


def _lets_in_with_any_password(url: str) -> bool:
    wrong = make_url(url).set(password="a-wrong-password").render_as_string(hide_password=False)  # noqa: S106 -- meant to be wrong  # nosec B106
    try:
        psycopg.connect(wrong, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _value(connection: Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
