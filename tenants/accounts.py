"""accounts.toml: who can sign in for a demonstration. No password stands here; it is made at the first run."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from core.people.roles import ROLES, DutiesNotSeparate, refuse_joined
from tenants.faults import Faults
from tenants.source import Table, read_table

LOGIN = re.compile(r"[a-z][a-z0-9-]{2,31}\Z")
NEEDS_UNIT = frozenset({"clerk", "discipline", "community-worker"})


@dataclass(frozen=True, slots=True)
class AccountFact:
    """A sign-in as a district declares it; `unit` is the code of the unit it works for, None at the desk."""

    login: str
    name: str
    roles: tuple[str, ...]
    unit: str | None


def read_accounts(path: Path, units: Collection[str], faults: Faults) -> tuple[AccountFact, ...]:
    """Return the accounts, noting repeated logins, unknown roles and units, and clerks without a unit."""
    document = read_table(path, faults)
    if document is None:
        return ()
    lines: dict[str, int] = {}
    accounts = []
    for table in document.tables("account"):
        account = AccountFact(
            login=table.text("login"),
            name=table.text("name"),
            roles=table.texts("roles"),
            unit=table.text("unit", "") or None,
        )
        table.refuse_others()
        _check(account, table, lines, units)
        lines.setdefault(account.login, table.line)
        accounts.append(account)
    document.refuse_others()
    return tuple(accounts)


def _check(account: AccountFact, table: Table, lines: dict[str, int], units: Collection[str]) -> None:
    login = account.login
    if not LOGIN.match(login):
        sentence = f"登录名“{login}”不能用来登录；请用小写字母开头，只含小写字母、数字和连字符，3 到 32 个字符"
        table.fault("login", sentence)
    if login in lines:
        table.fault("login", f"登录名“{login}”在第 {lines[login]} 行已经用过，一个登录名只属于一个人；请换一个")
    for role in account.roles:
        if role not in ROLES:
            table.fault("roles", f"账号“{login}”的角色“{role}”不存在；请从 {'、'.join(ROLES)} 中选择")
    try:
        refuse_joined(account.roles)
    except DutiesNotSeparate:
        table.fault("roles", f"账号“{login}”兼任了须由不同的人担任的管理角色（三员分立）；请为另一项职责另开账号")
    if account.unit is not None and account.unit not in units:
        table.fault("unit", f"账号“{login}”的单位“{account.unit}”不在 units.csv 中；请改用已有的单位代码")
    if account.unit is None and NEEDS_UNIT & set(account.roles):
        table.fault("unit", f"账号“{login}”是承办、纪检或社区工作人员，却没有单位，看不到任何工单；请写上 unit")
