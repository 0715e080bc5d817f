"""Holding back what comes too often 限流: calls of systems, and requests of those who have not signed in.

Counted in a transaction of its own before anything else is done, so that what is refused afterwards counts as well and
nobody waits for the work of another. A count that a crash takes away hurts nobody: its commit waits for no disk.
"""

from datetime import datetime

from sqlalchemy import text

from core.people.queries import find_system
from core.tenancy.rates import ALL, TooOften, allowed, hold_back, key_of
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security

SYSTEM, SYSTEMS, ADDRESS = "这个接口令牌的调用", "本区全部接口令牌的调用", "这个地址的请求"


def hold_back_call(scope: Scope, token: str, *, address: str, now: datetime) -> TooOften | None:
    """Count a call of the token's system, and return what is too many. An unknown token counts for its address."""
    _wait_for_no_disk(scope)
    system = find_system(scope, token, now=now)
    if system is None:
        return _stranger(scope, address, now=now)
    own = key_of(scope, "system", str(system.token_id))
    found = hold_back(scope, "system", own, most=allowed(scope, "system_per_minute"), what=SYSTEM, now=now)
    if found is None:
        most = allowed(scope, "systems_per_minute")
        found = hold_back(scope, "systems", ALL, most=most, what=SYSTEMS, now=now)
    return _noted(scope, found, who=system.label, who_id=system.token_id, address=address, now=now)


def hold_back_stranger(scope: Scope, *, address: str, now: datetime) -> TooOften | None:
    """Count a request of somebody who has not signed in, and return what is too many."""
    _wait_for_no_disk(scope)
    return _stranger(scope, address, now=now)


def _stranger(scope: Scope, address: str, *, now: datetime) -> TooOften | None:
    key, most = key_of(scope, "stranger", address), allowed(scope, "stranger_per_minute")
    found = hold_back(scope, "stranger", key, most=most, what=ADDRESS, now=now)
    return _noted(scope, found, who="未登录的来访者", who_id=None, address=address, now=now)


def _noted(
    scope: Scope, found: TooOften | None, *, who: str, who_id: int | None, address: str, now: datetime
) -> TooOften | None:
    """Write the first one of each stretch of time that is too many into the security log: a flood must not fill it."""
    if found is not None and found.is_first:
        detail = {"of": found.what}
        note_security(scope, "held_back", actor=who, actor_id=who_id, address=address, detail=detail, now=now)
    return found


def _wait_for_no_disk(scope: Scope) -> None:
    scope.session.execute(text("SET LOCAL synchronous_commit = off"))
