"""A call: one request of another system, in one transaction of the tenant whose token it carries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import request

from core.journey.reach import refuse_beyond_reach
from core.journey.sign_in import call_in
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.access import Needs, asked_of, may
from core.people.queries import System
from core.people.roles import NotPermitted, Permission, permissions_of
from core.tenancy.scope import Scope, UnknownTenant
from core.tickets.timeline import Actor
from core.web.api.reading import refuse_other_content
from core.web.rates import admit_call
from core.web.trespasses import keep_if_trespass, remember_actor
from core.web.visit import clock, in_tenant, installation

SCHEME = "Bearer "
ANY_TOKEN = "api-token"  # noqa: S105 -- a word, no secret
"""What an endpoint says of itself that asks for no more than a token of the tenant."""
View = Callable[..., Any]


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


def for_systems(needs: Needs | None, *, what: str = "") -> Callable[[View], View]:
    """Open an endpoint to systems with a token of the tenant whose role brings what is needed; None = any token.

    Whether it may be called, and for this ticket, is decided before the body is looked at. The view gets a `Call` first;
    `what` is what the house calls that which is done. Raises `TokenUnusable`, `TooManyRequests`, `NotPermitted`, `NotYours`,
    `ContentUnusable`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def called(*given: Any, **parts: Any) -> Any:
            token = _token()
            slug = token.split("_")[1]

            def work(scope: Scope) -> Any:
                system = call_in(scope, token, now=clock())
                if system is None:
                    raise _unusable()
                call = Call(scope, system, clock())
                try:
                    if needs is not None:
                        _refuse(call, needs, what, parts.get("serial_no"))
                    refuse_other_content()
                    return view(call, *given, **parts)
                except Refused:
                    remember_actor(call.actor)
                    raise

            try:
                admit_call(slug, token)
                return in_tenant(slug, work)
            except UnknownTenant:
                raise _unusable() from None
            except Refused as refusal:
                keep_if_trespass(installation(), slug, refusal)
                raise

        called.permission = ANY_TOKEN if needs is None else needs  # type: ignore[attr-defined]
        return called

    return guard


def _refuse(call: Call, needs: Needs, what: str, serial_no: str | None) -> None:
    actor = call.actor
    if not may(actor.permissions, needs):
        deed = said("「{what}」", what=word(what)) if what else "这个接口"
        raise NotPermitted(
            said(
                "{deed}由{asked}使用，{name}没有这项权限。需要时请联系安全管理员开通。",
                deed=word(deed),
                asked=word(asked_of(needs)),
                name=actor.name,
            )
        )
    if serial_no is not None:
        refuse_beyond_reach(call.scope, needs, serial_no, actor=actor)


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
