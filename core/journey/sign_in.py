"""Signing in and out 登录: from a login and a password, and a second factor where there is one, to a session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.people.failures import failures_from, failures_of, forgive_failures, record_failure
from core.people.queries import (
    Candidate,
    System,
    find_candidate,
    find_credentials,
    find_staff,
    find_step,
    find_system,
)
from core.people.rules import (
    FAILURES_BEFORE_PROOF,
    FAILURES_PER_ADDRESS,
    FAILURES_PER_LOGIN,
    FAILURES_PER_LOGIN_A_DAY,
    SEEN_EVERY,
    SPRAYING,
    TOKEN_SEEN_EVERY,
    Staff,
    is_throttled,
)
from core.people.second_factor.queries import find_bound
from core.people.second_factor.service import bind, offer, use_code
from core.people.second_factor.totp import address_of, in_letters
from core.people.secrets import password_fits
from core.people.service import (
    end_session,
    end_step,
    mark_seen,
    mark_used,
    start_session,
    start_step,
)
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security

NOBODY = "未登录的来访者"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session has begun; the token is for the visitor alone."""

    token: str


@dataclass(frozen=True, slots=True)
class StepNeeded:
    """The password was right, and no session has begun: a code is asked for, or a second factor is to be bound first.

    The token is for the visitor alone; it opens this second step and nothing else.
    """

    token: str
    step: Literal["code", "bind"]


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """No session: login, password or code is wrong, there were too many failures lately, the step came too late, the
    identity that a provider vouches for is linked to no account, or a proof of work is asked for first.

    A value and not a refusal, because the failure that was counted must be committed.
    """

    reason: Literal["wrong", "wrong-code", "throttled", "too-late", "not-linked", "proof-needed"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor that is offered: what the QR code says, and the same to be typed by hand."""

    address: str
    letters: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A second factor holds from now on: its recovery codes, which are shown this once, and the session."""

    codes: tuple[str, ...]
    token: str


def sign_in(
    scope: Scope, *, login: str, password: str, address: str, now: datetime
) -> SignedIn | StepNeeded | NotSignedIn:
    """Start a session when the password fits, or the second step of one; count the failure when it does not.

    An unknown login, a closed account and a wrong password take the same time and get the same answer. Whether an account
    has a second factor is told only to those who know its password.
    """
    login = login.strip().lower()
    if is_throttled(failures_of(scope, login, address=address, now=now)):
        return NotSignedIn("throttled")
    credentials = find_credentials(scope, login, now=now)
    fits = password_fits(credentials.password_hash if credentials else None, password)
    if credentials is None or not fits:
        return _failed(scope, login, "wrong", known=credentials is not None, address=address, now=now)
    candidate = find_candidate(scope, credentials.account_id, now=now)
    assert candidate is not None
    return admit(scope, candidate, by="password", address=address, now=now)


def needs_proof(scope: Scope, *, address: str, now: datetime) -> bool:
    """Tell whether so many sign-ins from this address failed lately that the next one costs it a proof of work."""
    return failures_from(scope, address, now=now) >= FAILURES_BEFORE_PROOF


def admit(scope: Scope, candidate: Candidate, *, by: str, address: str, now: datetime) -> SignedIn | StepNeeded:
    """Let somebody in who has proved to be this account's holder by one factor, as far as that one is enough."""
    if find_bound(scope, candidate.account_id):
        return StepNeeded(start_step(scope, candidate.account_id, now=now), "code")
    if candidate.needs_second_factor:
        return StepNeeded(start_step(scope, candidate.account_id, now=now), "bind")
    return SignedIn(_enter(scope, candidate, by, address=address, now=now))


def give_code(scope: Scope, token: str, *, code: str, address: str, now: datetime) -> SignedIn | NotSignedIn:
    """Start a session when the code is right and unused; count the failure as one of the login when it is not."""
    candidate = find_step(scope, token, now=now)
    if candidate is None:
        return NotSignedIn("too-late")
    if is_throttled(failures_of(scope, candidate.login, address=address, now=now)):
        return NotSignedIn("throttled")
    used = use_code(scope, candidate.account_id, code, now=now)
    if used is None:
        return _failed(scope, candidate.login, "wrong-code", known=True, address=address, now=now)
    end_step(scope, token)
    if used == "recovery-code":
        _note_recovery(scope, candidate, address=address, now=now)
    return SignedIn(_enter(scope, candidate, used, address=address, now=now))


def asks_for(scope: Scope, token: str, *, now: datetime) -> Literal["code", "bind"] | None:
    """Return what the second step of this token asks for, None when it is over."""
    candidate = find_step(scope, token, now=now)
    if candidate is None:
        return None
    return "code" if find_bound(scope, candidate.account_id) else "bind"


def offer_at_sign_in(scope: Scope, token: str, *, now: datetime) -> Offer | None:
    """Return the second factor offered to somebody who must have one to get in, None when the step is over.

    Nothing is offered to an account that has one: whoever knows only the password cannot put another in its place.
    """
    candidate = find_step(scope, token, now=now)
    if candidate is None or find_bound(scope, candidate.account_id):
        return None
    return offered(scope, candidate.account_id, candidate.login)


def bind_at_sign_in(scope: Scope, token: str, *, code: str, address: str, now: datetime) -> Bound | NotSignedIn:
    """Let the offered second factor hold when the code is one of its, and start the session."""
    candidate = find_step(scope, token, now=now)
    if candidate is None or find_bound(scope, candidate.account_id):
        return NotSignedIn("too-late")
    codes = bind(scope, candidate.account_id, code, now=now)
    if codes is None:
        return NotSignedIn("wrong-code")
    end_step(scope, token)
    note_security(
        scope,
        "totp_on",
        actor=candidate.name,
        actor_id=candidate.account_id,
        address=address,
        subject=candidate.login,
        now=now,
    )
    return Bound(codes, _enter(scope, candidate, "code", address=address, now=now))


def prove(scope: Scope, staff: Staff, *, password: str, code: str, address: str, now: datetime) -> NotSignedIn | None:
    """Ask somebody signed in once more who they are, before what a stolen session must not do; None = it is they.

    The password, and a code where there is a second factor; failures count as those of a sign-in.
    """
    if is_throttled(failures_of(scope, staff.login, address=address, now=now)):
        return NotSignedIn("throttled")
    credentials = find_credentials(scope, staff.login, now=now)
    if not password_fits(credentials.password_hash if credentials else None, password):
        return _failed(scope, staff.login, "wrong", known=True, address=address, now=now)
    if find_bound(scope, staff.account_id) and use_code(scope, staff.account_id, code, now=now) is None:
        return _failed(scope, staff.login, "wrong-code", known=True, address=address, now=now)
    return None


def sign_by_code(scope: Scope, staff: Staff, *, code: str, address: str, now: datetime) -> NotSignedIn | None:
    """Use up a code for what somebody signed in puts their name under 签批; None = it is right, or they have no second factor.

    Failures count as those of a sign-in.
    """
    if find_bound(scope, staff.account_id) is None:
        return None
    if is_throttled(failures_of(scope, staff.login, address=address, now=now)):
        return NotSignedIn("throttled")
    used = use_code(scope, staff.account_id, code, now=now)
    if used is None:
        return _failed(scope, staff.login, "wrong-code", known=True, address=address, now=now)
    if used == "recovery-code":
        _note_recovery(scope, staff, address=address, now=now)
    return None


def offered(scope: Scope, account_id: int, login: str) -> Offer:
    """Return the second factor that is offered to the account, as a phone takes it in."""
    secret = offer(scope, account_id)
    return Offer(address_of(secret, account=f"{login}@{scope.tenant.slug}"), in_letters(secret))


def resume(scope: Scope, token: str, *, now: datetime, wakes: bool = True) -> Staff | None:
    """Return who is signed in with this token, or None; keeps the session awake unless nobody is at work by this."""
    seen = find_staff(scope, token, now=now)
    if seen is None:
        return None
    if wakes and now - seen.seen_at >= SEEN_EVERY:
        mark_seen(scope, seen.staff.session_id, now=now)
    return seen.staff


def call_in(scope: Scope, token: str, *, now: datetime) -> System | None:
    """Return the system that calls with this token, noting once an hour that it does, or None."""
    system = find_system(scope, token, now=now)
    if system is not None and (system.last_used_at is None or now - system.last_used_at >= TOKEN_SEEN_EVERY):
        mark_used(scope, system.token_id, now=now)
    return system


def sign_out(scope: Scope, token: str, *, now: datetime) -> None:
    """End the session for good: the token opens nothing afterwards, wherever it was copied to."""
    seen = find_staff(scope, token, now=now)
    if seen is not None:
        staff = seen.staff
        note_security(scope, "signed_out", actor=staff.name, actor_id=staff.account_id, subject=staff.login, now=now)
    end_session(scope, token, now=now)


def refuse_stranger(password: str) -> NotSignedIn:
    """Refuse somebody of a tenant that does not exist, in the time that a real refusal takes."""
    password_fits(None, password)
    return NotSignedIn("wrong")


def _enter(scope: Scope, candidate: Candidate, by: str, *, address: str, now: datetime) -> str:
    forgive_failures(scope, candidate.login)
    note_security(
        scope,
        "sign_in",
        actor=candidate.name,
        actor_id=candidate.account_id,
        address=address,
        subject=candidate.login,
        detail={"by": by},
        now=now,
    )
    return start_session(scope, candidate.account_id, address=address, now=now)


def _note_recovery(scope: Scope, who: Candidate | Staff, *, address: str, now: datetime) -> None:
    bound = find_bound(scope, who.account_id)
    note_security(
        scope,
        "recovery_used",
        actor=who.name,
        actor_id=who.account_id,
        address=address,
        subject=who.login,
        detail={"codes_left": bound.codes_left if bound else 0},
        now=now,
    )


def _failed(
    scope: Scope, login: str, reason: Literal["wrong", "wrong-code"], *, known: bool, address: str, now: datetime
) -> NotSignedIn:
    """Count the failure and log it. A login that nobody has is not written down: people type passwords into that field."""
    in_tenant = record_failure(scope, login, address=address, now=now)
    subject = login if known else ""
    note_security(
        scope, "sign_in_failed", actor=NOBODY, address=address, subject=subject, detail={"reason": reason}, now=now
    )
    failures = failures_of(scope, login, address=address, now=now)
    if failures.of_login == FAILURES_PER_LOGIN:
        note_security(scope, "locked", actor=NOBODY, address=address, subject=subject, detail={"of": "login"}, now=now)
    if failures.of_login_today == FAILURES_PER_LOGIN_A_DAY:
        note_security(
            scope, "locked", actor=NOBODY, address=address, subject=subject, detail={"of": "login, for a day"}, now=now
        )
    if failures.from_address == FAILURES_PER_ADDRESS:
        note_security(scope, "locked", actor=NOBODY, address=address, detail={"of": "address"}, now=now)
    if in_tenant == SPRAYING:
        note_security(scope, "spraying", actor=NOBODY, address=address, detail={"failures": SPRAYING}, now=now)
    return NotSignedIn(reason)
