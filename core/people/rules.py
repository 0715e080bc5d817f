"""Decisions about sign-ins: how long a session lives, when guessing is stopped, which passwords will do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.kit.errors import Refused

IDLE_LIMIT = timedelta(minutes=30)
AGE_LIMIT = timedelta(hours=12)
STEP_LIMIT = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 30
MOST_SESSIONS = 10
"""So many sessions of one account live at once; one more, and the one unused for longest ends."""
PASSWORD_LENGTH = 10


class PasswordTooWeak(Refused):
    """The password is too short or is the login itself."""

    code = "password-too-weak"


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
    """Failed sign-ins of the last `FAILURE_WINDOW`, for a login and from an address."""

    of_login: int
    from_address: int


def is_alive(*, started_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a session still holds: not ended, used within 30 minutes, begun within 12 hours."""
    return ended_at is None and now - seen_at < IDLE_LIMIT and now - started_at < AGE_LIMIT


def is_throttled(failures: Failures) -> bool:
    """Tell whether another attempt must wait, right or wrong."""
    return failures.of_login >= FAILURES_PER_LOGIN or failures.from_address >= FAILURES_PER_ADDRESS


def check_password(password: str, *, login: str) -> None:
    """Raise `PasswordTooWeak` unless the password is long enough and not the login."""
    if len(password) < PASSWORD_LENGTH:
        raise PasswordTooWeak(f"密码太短：至少 {PASSWORD_LENGTH} 个字符。长一点的一句话最好记，也最难猜")
    if password.lower() == login.lower():
        raise PasswordTooWeak("密码不能和登录名相同，请换一个")
