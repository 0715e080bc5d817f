"""Signing in and out 登录: from a login and a password to a session, and who stands behind a session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.people.queries import failures_of, find_credentials, find_staff
from core.people.rules import SEEN_EVERY, Staff, is_throttled
from core.people.secrets import password_fits
from core.people.service import end_session, forgive_failures, mark_seen, record_failure, start_session
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session has begun; the token is for the visitor alone."""

    token: str


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """No session: login or password is wrong, or there were too many failures lately.

    A value and not a refusal, because the failure that was counted must be committed.
    """

    reason: Literal["wrong", "throttled"]


def sign_in(scope: Scope, *, login: str, password: str, address: str, now: datetime) -> SignedIn | NotSignedIn:
    """Start a new session when the password fits; count the failure when it does not.

    An unknown login, a closed account and a wrong password take the same time and get the same answer.
    """
    login = login.strip().lower()
    if is_throttled(failures_of(scope, login, address=address, now=now)):
        return NotSignedIn("throttled")
    credentials = find_credentials(scope, login)
    fits = password_fits(credentials.password_hash if credentials else None, password)
    if credentials is None or not fits:
        record_failure(scope, login, address=address, now=now)
        return NotSignedIn("wrong")
    forgive_failures(scope, login)
    return SignedIn(start_session(scope, credentials.account_id, address=address, now=now))


def resume(scope: Scope, token: str, *, now: datetime) -> Staff | None:
    """Return who is signed in with this token, keeping the session awake, or None."""
    seen = find_staff(scope, token, now=now)
    if seen is None:
        return None
    if now - seen.seen_at >= SEEN_EVERY:
        mark_seen(scope, seen.staff.session_id, now=now)
    return seen.staff


def sign_out(scope: Scope, token: str, *, now: datetime) -> None:
    """End the session for good: the token opens nothing afterwards, wherever it was copied to."""
    end_session(scope, token, now=now)


def refuse_stranger(password: str) -> NotSignedIn:
    """Refuse somebody of a tenant that does not exist, in the time that a real refusal takes."""
    password_fits(None, password)
    return NotSignedIn("wrong")
