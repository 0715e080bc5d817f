"""The own account 我的账号: the second factor, where one is signed in, the password; changed only by whoever proves it is they.

What asks for proof returns `NotSignedIn` when it fails, and has then done nothing but count the failure.
"""

from dataclasses import dataclass
from datetime import datetime

from core.journey.sign_in import NotSignedIn, Offer, offered, prove
from core.kit.errors import Refused
from core.people.preferences import Preferences, prefer
from core.people.queries import SessionLine, get_account, must_have_second_factor, sessions_of
from core.people.rules import Staff
from core.people.second_factor.queries import Bound, find_bound, has_offer
from core.people.second_factor.service import bind, drop_offer, renew_recovery_codes, unbind
from core.people.service import end_other_sessions, end_session_of, set_password, start_session
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, SecurityKind, note_security


class SecondFactorNeeded(Refused):
    """A role of the account does not get in without a second factor."""

    code = "second-factor-needed"


class NoSuchSession(Refused):
    """The account has no such session, or it has ended already."""

    code = "no-such-session"


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody signed in proves once more who they are by, and from where."""

    password: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What the page of the own account shows. `needs_second_factor`: a role asks for it and nothing lets the account off."""

    bound: Bound | None
    needs_second_factor: bool
    is_demonstration: bool
    sessions: list[SessionLine]


def own_account(scope: Scope, staff: Staff, *, now: datetime) -> OwnAccount:
    """Return what there is to see of the own account."""
    account = get_account(scope, staff.account_id)
    return OwnAccount(
        bound=find_bound(scope, staff.account_id),
        needs_second_factor=must_have_second_factor(scope, account, staff.roles),
        is_demonstration=account.is_demonstration,
        sessions=sessions_of(scope, staff.account_id, now=now),
    )


def ask_for_offer(scope: Scope, staff: Staff, proof: Proof, *, now: datetime) -> NotSignedIn | None:
    """Offer a second factor, in place of one that was offered before; one that holds goes on until a code confirms this."""
    failed = _prove(scope, staff, proof, now=now)
    if failed is None:
        drop_offer(scope, staff.account_id)
        offered(scope, staff.account_id, staff.login)
    return failed


def show_offer(scope: Scope, staff: Staff) -> Offer | None:
    """Return the second factor that is offered, None when none is."""
    return offered(scope, staff.account_id, staff.login) if has_offer(scope, staff.account_id) else None


def accept_offer(
    scope: Scope, staff: Staff, *, code: str, address: str, now: datetime
) -> tuple[str, ...] | NotSignedIn:
    """Let the offered second factor hold, and return its recovery codes, when the code is one of its."""
    codes = bind(scope, staff.account_id, code, now=now)
    if codes is None:
        return NotSignedIn("wrong-code")
    _note(scope, "totp_on", staff, address, now)
    return codes


def ask_for_recovery_codes(
    scope: Scope, staff: Staff, proof: Proof, *, now: datetime
) -> tuple[str, ...] | NotSignedIn | None:
    """Return new recovery codes in place of those before; None when there is no second factor they could stand in for."""
    if find_bound(scope, staff.account_id) is None:
        return None
    failed = _prove(scope, staff, proof, now=now)
    return failed or renew_recovery_codes(scope, staff.account_id, now=now)


def give_up_second_factor(scope: Scope, staff: Staff, proof: Proof, *, now: datetime) -> NotSignedIn | None:
    """Take the own second factor away. Raises `SecondFactorNeeded` for roles that do not get in without."""
    if own_account(scope, staff, now=now).needs_second_factor:
        raise SecondFactorNeeded("您的角色须用动态口令登录，不能停用。换手机请用“换一部手机”。")
    failed = _prove(scope, staff, proof, now=now)
    if failed is None and unbind(scope, staff.account_id):
        _note(scope, "totp_off", staff, proof.address, now)
    return failed


def change_own_password(scope: Scope, staff: Staff, proof: Proof, *, password: str, now: datetime) -> str | NotSignedIn:
    """Change the own password; all sessions end, and the token of a new one is returned. Raises `PasswordTooWeak`."""
    failed = _prove(scope, staff, proof, now=now)
    if failed is not None:
        return failed
    set_password(scope, staff.login, password, now=now, by=By(staff.name, staff.account_id, proof.address))
    return start_session(scope, staff.account_id, address=proof.address, now=now)


def end_own_session(scope: Scope, staff: Staff, session_id: int, *, address: str, now: datetime) -> None:
    """End one session of the own account. Raises `NoSuchSession`."""
    if not end_session_of(scope, staff.account_id, session_id, now=now):
        raise NoSuchSession("这次登录已经结束，或不是您的。请刷新页面查看。")
    _note(scope, "session_revoked", staff, address, now)


def end_own_other_sessions(scope: Scope, staff: Staff, *, address: str, now: datetime) -> int:
    """End all sessions of the own account but this one, and return how many there were."""
    ended = end_other_sessions(scope, staff.account_id, but=staff.session_id, now=now)
    if ended:
        _note(scope, "session_revoked", staff, address, now)
    return ended


def choose_preferences(scope: Scope, staff: Staff, **changes: str | bool) -> Preferences:
    """Keep how somebody wants the pages, as far as it is said, and return all of it. Raises `NoSuchChoice`."""
    return prefer(scope, staff.account_id, **changes)


def _prove(scope: Scope, staff: Staff, proof: Proof, *, now: datetime) -> NotSignedIn | None:
    return prove(scope, staff, password=proof.password, code=proof.code, address=proof.address, now=now)


def _note(scope: Scope, kind: SecurityKind, staff: Staff, address: str, now: datetime) -> None:
    note_security(
        scope, kind, actor=staff.name, actor_id=staff.account_id, address=address, subject=staff.login, now=now
    )
