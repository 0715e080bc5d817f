"""A call: one request of another system, in one transaction of the tenant whose token it carries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import request

from core.kit.errors import Refused
from core.people.queries import System, find_system
from core.people.roles import Permission, permissions_of
from core.tenancy.scope import Scope, UnknownTenant
from core.tickets.timeline import Actor
from core.web.trespasses import keep_if_trespass, remember_actor
from core.web.visit import clock, installation

SCHEME = "Bearer "


class TokenUnusable(Refused):
    """The call carries no token, or one that is unknown or revoked."""

    code = "token-unusable"


@dataclass(frozen=True, slots=True)
class Call:
    """Another system at work in its tenant's transaction, at a moment."""

    scope: Scope
    system: System
    now: datetime

    @property
    def actor(self) -> Actor:
        """The system as the timeline names it, with what the role of its token brings."""
        system = self.system
        return Actor("agent", system.label, system.token_id, system.unit_id, permissions_of([system.role]))

    @property
    def sender(self) -> Actor:
        """The system as it hands in appeals, which every token allows."""
        return replace(self.actor, permissions=frozenset({Permission.ACCEPT}))


def for_systems(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open an endpoint to systems with a token of the tenant; the view gets a `Call` first. Raises `TokenUnusable`."""

    @wraps(view)
    def called(*given: Any, **parts: Any) -> Any:
        token = _token()
        slug = token.split("_")[1]

        def work(scope: Scope) -> Any:
            system = find_system(scope, token)
            if system is None:
                raise _unusable()
            call = Call(scope, system, clock())
            try:
                return view(call, *given, **parts)
            except Refused:
                remember_actor(call.actor)
                raise

        try:
            return installation().run(slug, work)
        except UnknownTenant:
            raise _unusable() from None
        except Refused as refusal:
            keep_if_trespass(installation(), slug, refusal)
            raise

    called.permission = "api-token"  # type: ignore[attr-defined]
    return called


def _token() -> str:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(SCHEME)
    if (
        not header.startswith(SCHEME)
        or not token.startswith("hy_")
        or token.count("_") < 2
        or not (token.isascii() and token.isprintable())
    ):
        raise _unusable()
    return token


def _unusable() -> TokenUnusable:
    return TokenUnusable("令牌缺失、不对或已吊销。请在 Authorization 头中写 Bearer 加本区签发的令牌。")
