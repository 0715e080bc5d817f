"""Who administers at the command line, and in which tenant's transaction."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from core.cli.entitled import Run, entitled
from core.journey.people import acting
from core.people.roles import Permission
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor

T = TypeVar("T")
Work = Callable[[Scope, Actor, datetime], T]
TENANT = click.option("--tenant", required=True, metavar="租户", help="租户短名")
REASON = click.option("--reason", required=True, metavar="理由", help="为什么，写进记录")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
AT_THE_CONSOLE = Actor("system", "命令行", permissions=frozenset({Permission.ADMINISTER}))
"""Who only looks: whoever reaches the command line reads everything anyhow."""


def BY(run: Run) -> Run:  # noqa: N802 -- stands among the options of a command like the others
    """Take `--by`: an account that administers the tenant."""
    taken = click.option("--by", "login", required=True, metavar="登录名", help="谁来做：有系统管理员角色的账号")
    return taken(entitled(Permission.ADMINISTER)(run))


def done_by(installation: Installation, tenant: str, login: str, work: Work[T]) -> T:
    """Do something as this account, in one transaction. Raises `NoSuchAccount` and what the work refuses."""
    now = datetime.now(UTC)
    return installation.run(tenant, lambda scope: work(scope, acting(scope, login), now))


def looked_at(installation: Installation, tenant: str, look: Callable[[Scope, Actor], T]) -> T:
    """Read something, in one transaction."""
    return installation.run(tenant, lambda scope: look(scope, AT_THE_CONSOLE))
