"""Giving accounts into people's hands and taking them back: links, roles, sessions, second factors, an emergency account."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.journey.people import add_invited, refuse_without_unit
from core.journey.persons import relieve_person
from core.kit.errors import Refused
from core.kit.keys import CROCKFORD
from core.kit.saying import joined, said, word
from core.people.failures import forgive_failures
from core.people.links import MadeLink, OpenLink, find_link, make_link, use_up
from core.people.queries import SessionLine, sessions_of
from core.people.roles import ROLES, STEWARDS, UnknownRole
from core.people.second_factor.service import unbind
from core.people.secrets import new_password
from core.people.service import (
    AccountClosed,
    end_sessions,
    get_account_of,
    give_roles,
    open_account,
    set_password,
)
from core.tenancy.scope import Scope
from core.tenancy.security_log import AT_THE_MACHINE, By, note_done, security_events

EMERGENCY_NAME = "应急账号"
LONGEST_EMERGENCY = timedelta(hours=24)
EMERGENCY_LETTERS = 4


class LinkUnusable(Refused):
    """The link was used, has expired, or is none of ours."""

    code = "link-unusable"


class NoSecondFactor(Refused):
    """The account has no second factor that could be taken away."""

    code = "no-second-factor"


class ReasonMissing(Refused):
    """What is out of the ordinary is done for a reason that is written down."""

    code = "reason-missing"


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency account 应急账号: who signs in by it, why it was opened, until when it opens anything."""

    login: str
    label: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class OpenedEmergency:
    """An emergency account with its password, which is shown this once."""

    login: str
    password: str
    until: datetime


def invite(
    scope: Scope,
    *,
    login: str,
    name: str,
    roles: Sequence[str],
    unit: str | None,
    now: datetime,
    by: By = AT_THE_MACHINE,
) -> MadeLink:
    """Open an account that has no password yet, and return the link by which its holder sets one.

    Raises as `core.journey.people.add_account`.
    """
    account = add_invited(scope, login=login, name=name, roles=roles, unit=unit, now=now, by=by)
    note_done(scope, "invited", by, subject=account.login, now=now)
    return make_link(scope, account.id, "invitation", now=now)


def send_reset(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> MadeLink:
    """Return a link by which an account's holder sets another password; until then the one before goes on.

    An invitation that expired is made good by one too. Raises `NoSuchAccount`, `AccountClosed`.
    """
    account = get_account_of(scope, login)
    if not account.active:
        raise AccountClosed(said("账号 {login} 已停用，不能重设密码。", login=account.login))
    note_done(scope, "reset_sent", by, subject=account.login, now=now)
    return make_link(scope, account.id, "reset", now=now)


def look_at_link(scope: Scope, token: str, *, now: datetime) -> OpenLink:
    """Return whose password the link sets; looking does not use it up. Raises `LinkUnusable`."""
    link = find_link(scope, token, now=now)
    if link is None:
        raise LinkUnusable("这个链接已经用过、过期或不完整。请向系统管理员要一个新的。")
    return link


def set_password_by_link(scope: Scope, token: str, password: str, *, address: str = "", now: datetime) -> OpenLink:
    """Set the password and use up the link; sessions end, a second factor stays. Raises `LinkUnusable`, `PasswordTooWeak`."""
    link = look_at_link(scope, token, now=now)
    if not use_up(scope, token, now=now):
        raise LinkUnusable("这个链接刚刚用过。请向系统管理员要一个新的。")
    set_password(scope, link.login, password, now=now, by=By(link.name, link.account_id, address))
    return link


def put_roles(
    scope: Scope,
    login: str,
    roles: Sequence[str],
    *,
    now: datetime,
    together: bool = False,
    by: By = AT_THE_MACHINE,
) -> None:
    """Make these the account's roles; its sessions end where that changes any, and its tickets go to who may handle them.

    `together` lets one person hold what is otherwise in different hands, for a reason.
    Raises `NoSuchAccount`, `UnknownRole`, `UnitMissing`, `DutiesNotSeparate`, `LastSteward`, `ReasonMissing`.
    """
    account = get_account_of(scope, login)
    refuse_without_unit(roles, has_unit=account.unit_id is not None)
    if together and not by.reason:
        raise ReasonMissing("没有写明为什么由一个人兼任。请用 --reason 写明，它会进入安全日志。")
    give_roles(scope, account, roles, now=now, together=together, by=by)
    relieve_person(scope, account.id, now=now)


def take_second_factor(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Take the second factor of somebody away who lost it; their sessions end. Raises `NoSuchAccount`, `NoSecondFactor`."""
    account = get_account_of(scope, login)
    if not unbind(scope, account.id):
        raise NoSecondFactor(said("账号 {login} 没有绑定动态口令。", login=account.login))
    note_done(scope, "totp_off", by, subject=account.login, now=now)
    end_sessions(scope, account.id, now=now)


def list_sessions(scope: Scope, login: str, *, now: datetime) -> list[SessionLine]:
    """Return where somebody is signed in, times in the tenant's zone. Raises `NoSuchAccount`."""
    zone = scope.tenant.zone
    return [
        SessionLine(each.session_id, each.started_at.astimezone(zone), each.seen_at.astimezone(zone), each.address)
        for each in sessions_of(scope, get_account_of(scope, login).id, now=now)
    ]


def sign_out_everywhere(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> int:
    """End all sessions of somebody and return how many were alive. Raises `NoSuchAccount`."""
    account = get_account_of(scope, login)
    ended = end_sessions(scope, account.id, now=now)
    detail = {"sessions": ended}
    note_done(scope, "session_revoked", by, subject=account.login, detail=detail, now=now)
    return ended


def unlock(scope: Scope, login: str, *, now: datetime, by: By = AT_THE_MACHINE) -> None:
    """Forget the failed sign-ins of a login, so that its holder may try again at once. Raises `NoSuchAccount`."""
    account = get_account_of(scope, login)
    forgive_failures(scope, account.login)
    note_done(scope, "unlocked", by, subject=account.login, now=now)


def open_emergency(scope: Scope, *, reason: str, hours: int, role: str = STEWARDS[0], now: datetime) -> OpenedEmergency:
    """Open an account with the rights of one of the three 三员 for some hours, for when nobody who has them can sign in.

    It needs no second factor; each use gets an account of its own, so that what was done by it can be told apart.
    Raises `ReasonMissing`, `UnknownRole`.
    """
    if role not in STEWARDS:
        known = joined("、", (said("{name}（{label}）", name=name, label=word(ROLES[name].label)) for name in STEWARDS))
        raise UnknownRole(said("应急账号只有三员的角色，没有 {role}。可用的角色：{known}。", role=role, known=known))
    if not reason.strip():
        raise ReasonMissing("没有写明为什么启用应急账号。请用 --reason 写明，它会进入安全日志。")
    until = now + min(timedelta(hours=hours), LONGEST_EMERGENCY)
    suffix = "".join(secrets.choice(CROCKFORD.lower()) for _ in range(EMERGENCY_LETTERS))
    login, password = f"emergency-{now.astimezone(scope.tenant.zone):%m%d}-{suffix}", new_password()
    open_account(scope, login=login, name=EMERGENCY_NAME, password=password, roles=[role], valid_until=until, now=now)
    detail = {"reason": reason.strip(), "role": role, "until": until.isoformat()}
    note_done(scope, "break_glass", AT_THE_MACHINE, subject=login, detail=detail, now=now)
    return OpenedEmergency(login, password, until)


def emergencies(scope: Scope, *, now: datetime) -> list[Emergency]:
    """Return the emergency accounts that are good now, the newest last."""
    events = security_events(scope, since=now - LONGEST_EMERGENCY, kind="break_glass")
    opened = [
        Emergency(
            event.subject,
            _label(event.detail),
            str(event.detail["reason"]),
            datetime.fromisoformat(event.detail["until"]),
        )
        for event in events
    ]
    return [each for each in opened if each.until > now]


def _label(detail: Mapping[str, Any]) -> str:
    return ROLES[str(detail.get("role", STEWARDS[0]))].label
