"""A demonstration: sign-ins for every role and district, the articles' cases, and letters that make it the present."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.embedded.files import write_private
from core.evaluation.panels.pool import pool
from core.intake.sources.queries import kept_sources
from core.journey.lists import Ordered
from core.journey.mailboxes import import_mailboxes
from core.journey.panel_pool import import_pool
from core.journey.sources import import_sources
from core.kit.keys import CROCKFORD
from core.people.queries import accounts
from core.people.roles import ROLES
from core.people.service import open_account, set_password
from core.tenancy.scope import Installation, Scope
from core.tickets.news import untold
from core.tickets.timeline import SYSTEM
from core.units.mailboxes.queries import kept_mailboxes
from core.units.queries import directory
from tenants.accounts import AccountFact
from tenants.institutions import liven_all
from tenants.last_month import publish_last_month
from tenants.letters import shipped_letters
from tenants.overseeing import settle_performance
from tenants.present import bring_all_to_present
from tenants.profile import SHIPPED, Profile, shipped_profiles
from tenants.replay import Replay
from tenants.scenario import Scenario, shipped_scenarios

SIGN_INS = "sign-ins.json"
"""In the home folder, readable by its owner only: the passwords made for demonstration sign-ins."""
PASSWORD_LENGTH = 16
"""Shorter ones are at times weak by chance, and refused."""
PANEL_MEMBERS = "panel-members.csv"
"""In the folder of a profile: members of third-party panels, each with one of its sign-ins."""

BULLETINS_OF = ("chengdu-gaoxin", "center")
"""Who has made a bulletin of last month."""
PERFORMANCE_OF = ("nanhai",)
"""Whose yearly sheet stands open to objections."""
MAILBOXES = "mailboxes.csv"
"""In the folder of a profile: leaders' mailboxes."""
SOURCES = "sources.csv"
"""In the folder of a profile: the registry of sources."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in for demonstration, as it is printed."""

    tenant: str
    role: str
    name: str
    login: str
    password: str


def demonstrate(installation: Installation, home: Path, *, now: datetime) -> list[SignIn]:
    """Make the accounts, replay the cases and let the letters come, as far as they are not there; return all sign-ins.

    Passwords are made anew for every installation; a password that was changed since stays changed and is not shown.
    """
    passwords, profiles = _stored(home), shipped_profiles()
    sign_ins = [sign_in for profile in profiles for sign_in in _sign_ins(installation, profile, passwords, now)]
    write_private(home / SIGN_INS, json.dumps(passwords, indent=1))
    for profile in profiles:
        _take_over_pool(installation, profile, now)
        _take_over_mailboxes(installation, profile, now)
        _take_over_sources(installation, profile, now)
    for scenario in shipped_scenarios():
        replay(installation, scenario)
    bring_all_to_present(installation, profiles, shipped_letters(profiles), now=now)
    if liven_all(installation, [profile.slug for profile in profiles], now=now):
        for slug in BULLETINS_OF:
            publish_last_month(installation, slug, now=now)
        for slug in PERFORMANCE_OF:
            settle_performance(installation, slug, now=now)
    return sign_ins


def replay(installation: Installation, scenario: Scenario) -> list[str]:
    """Replay one case in its district, unless it is there already, and return its serial numbers."""

    def live_again(scope: Scope) -> list[str]:
        with untold(scope):
            return Replay(scope, scenario).run()

    return installation.run(scenario.tenant, live_again)


def sign_ins_in_words(sign_ins: list[SignIn]) -> str:
    """Return the sign-ins as lines for the terminal, district by district."""
    lines: list[str] = []
    tenant = ""
    for sign_in in sign_ins:
        if sign_in.tenant != tenant:
            tenant = sign_in.tenant
            lines.append(f"{tenant}")
        lines.append(f"  {sign_in.role}  {sign_in.login}  {sign_in.password}  （{sign_in.name}）")
    lines.append("演示账号免动态口令；正式账号凡能查看联系方式或设置的，首次登录时须绑定手机。")
    return "\n".join(lines)


def _stored(home: Path) -> dict[str, str]:
    try:
        stored = json.loads((home / SIGN_INS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(login): str(password) for login, password in stored.items()}


def _sign_ins(installation: Installation, profile: Profile, passwords: dict[str, str], now: datetime) -> list[SignIn]:
    with installation.scope(profile.slug) as scope:
        there = {account.login: account for account in accounts(scope)}
        for fact in profile.accounts:
            login = f"{fact.login}@{profile.slug}"
            if fact.login not in there:
                passwords[login] = _password()
                _open(scope, fact, passwords[login], now)
                continue
            there[fact.login].is_demonstration = True  # made before accounts said so
            if login not in passwords:
                # The passwords' file was lost: without a new one nobody could use the demonstration again.
                passwords[login] = _password()
                set_password(scope, fact.login, passwords[login], now=now)
    return [
        SignIn(
            tenant=profile.name,
            role="、".join(ROLES[role].label for role in fact.roles),
            name=fact.name,
            login=f"{fact.login}@{profile.slug}",
            password=passwords[f"{fact.login}@{profile.slug}"],
        )
        for fact in profile.accounts
    ]


def _take_over_pool(installation: Installation, profile: Profile, now: datetime) -> None:
    """Take over the panel members whom a district declares for demonstration, unless it has a pool already."""
    path = SHIPPED / profile.slug / PANEL_MEMBERS
    if not path.is_file():
        return
    with installation.scope(profile.slug) as scope:
        if not pool(scope):
            import_pool(scope, path, actor=SYSTEM, now=now)


def _take_over_mailboxes(installation: Installation, profile: Profile, now: datetime) -> None:
    """Take over the mailboxes of a district, unless it has a list already."""
    path = SHIPPED / profile.slug / MAILBOXES
    if not path.is_file():
        return
    with installation.scope(profile.slug) as scope:
        if not kept_mailboxes(scope):
            import_mailboxes(scope, path, Ordered(SYSTEM, None, "演示", now))
    installation.forget()


def _take_over_sources(installation: Installation, profile: Profile, now: datetime) -> None:
    """Put the registry of sources that comes with a profile in place, unless there is one."""
    path = SHIPPED / profile.slug / SOURCES
    if not path.is_file():
        return
    with installation.scope(profile.slug) as scope:
        if not kept_sources(scope):
            import_sources(scope, path, Ordered(SYSTEM, None, "演示", now))
    installation.forget()


def _open(scope: Scope, fact: AccountFact, password: str, now: datetime) -> None:
    unit_id = directory(scope).get_unit(fact.unit).id if fact.unit else None
    open_account(
        scope,
        login=fact.login,
        name=fact.name,
        password=password,
        roles=fact.roles,
        unit_id=unit_id,
        is_demonstration=True,
        now=now,
    )


def _password() -> str:
    return "".join(secrets.choice(CROCKFORD.lower()) for _ in range(PASSWORD_LENGTH))


def prepare(installation: Installation, home: Path) -> str:
    """Do all of the demonstration and return the sign-ins in words; what `huiying up --demo` calls."""
    return sign_ins_in_words(demonstrate(installation, home, now=datetime.now(UTC)))
