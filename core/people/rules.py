"""Decisions about sign-ins: how long a session lives, and when guessing is stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE_LIMIT = timedelta(minutes=30)
AGE_LIMIT = timedelta(hours=12)
STEP_LIMIT = timedelta(minutes=10)
TOKEN_SEEN_EVERY = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 30
FAILURES_BEFORE_PROOF = 8
"""So many failures from one address within `FAILURE_WINDOW`, and each further attempt costs it a proof of work."""
FAILURES_PER_LOGIN_A_DAY = 20
SPRAYING = 100
"""So many failures in a tenant within `FAILURE_WINDOW`, whoever and from wherever, are somebody trying at all accounts."""
MOST_SESSIONS = 10
"""So many sessions of one account live at once; one more, and the one unused for longest ends."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody signed in: who, for which unit, in which roles."""

    account_id: int
    session_id: int
    login: str
    name: str
    unit_id: int | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins: of a login and from an address in the last `FAILURE_WINDOW`, and of the login in a day."""

    of_login: int
    from_address: int
    of_login_today: int


def is_alive(*, started_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a session still holds: not ended, used within 30 minutes, begun within 12 hours."""
    return ended_at is None and now - seen_at < IDLE_LIMIT and now - started_at < AGE_LIMIT


def is_throttled(failures: Failures) -> bool:
    """Tell whether another attempt must wait, right or wrong."""
    return (
        failures.of_login >= FAILURES_PER_LOGIN
        or failures.from_address >= FAILURES_PER_ADDRESS
        or failures.of_login_today >= FAILURES_PER_LOGIN_A_DAY
    )
