"""Sign-ins that failed: counted by login, by address and all together, so that guessing can be stopped."""

from datetime import datetime

from core.people.rules import FAILURE_WINDOW, Failures
from core.tenancy.rates import ALL, count, counted, forget, key_of
from core.tenancy.scope import Scope


def failures_of(scope: Scope, login: str, *, address: str, now: datetime) -> Failures:
    """Count the recent failed sign-ins of a login and from an address."""
    of_login = key_of(scope, "failures-of-login", login)
    return Failures(
        of_login=counted(scope, "failures-of-login", of_login, now=now, within=FAILURE_WINDOW),
        from_address=failures_from(scope, address, now=now),
        of_login_today=counted(scope, "failures-of-login", of_login, now=now),
    )


def failures_from(scope: Scope, address: str, *, now: datetime) -> int:
    """Count the recent failed sign-ins from an address, of whatever logins."""
    from_address = key_of(scope, "failures-from-address", address)
    return counted(scope, "failures-from-address", from_address, now=now)


def record_failure(scope: Scope, login: str, *, address: str, now: datetime) -> int:
    """Count a sign-in that failed; return how many there were lately of all logins from everywhere."""
    count(scope, "failures-of-login", key_of(scope, "failures-of-login", login), now=now)
    count(scope, "failures-from-address", key_of(scope, "failures-from-address", address), now=now)
    return count(scope, "failures", ALL, now=now)


def forgive_failures(scope: Scope, login: str) -> None:
    """Forget the failures of a login that has just proved who it is."""
    forget(scope, "failures-of-login", key_of(scope, "failures-of-login", login))
