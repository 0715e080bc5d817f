"""Keeping refused attempts of those who may not, and to give a ticket back: after the refused transaction, in one of its own."""

from flask import current_app, g, request

from core.journey.accountability import hand_on_after
from core.journey.attempts import is_return_attempt, keep_return_attempt
from core.kit.errors import Refused
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor, Order
from core.tickets.trespass import keep_trespass


def remember_actor(actor: Actor) -> None:
    """Take note of who was refused, while the transaction that knows them is open."""
    g.refused_actor = actor


def remember_ticket(serial_no: str) -> None:
    """Take note of which ticket a request is about whose address does not name it."""
    g.refused_ticket = serial_no


def keep_if_trespass(installation: Installation, slug: str, refusal: Refused) -> None:
    """Keep the attempt if it was a command that was refused because of who gave it, or a ticket given back in vain; once per request.

    The answer stays the refusal also when the attempt cannot be kept; then it stands in the log.
    """
    actor: Actor | None = g.get("refused_actor")
    gives_back = is_return_attempt(refusal)
    is_kept = refusal.is_trespass or gives_back
    if actor is None or not is_kept or request.method in ("GET", "HEAD") or "trespass" in g:
        return
    g.trespass = refusal.code
    serial_no = (
        (request.view_args or {}).get("serial_no") or request.form.get("serial_no") or g.get("refused_ticket", "")
    )
    address = request.remote_addr or ""

    def keep(scope: Scope) -> None:
        if gives_back:
            keep_return_attempt(scope, refusal, actor=actor, serial_no=serial_no, now=g.now)
        else:
            keep_trespass(scope, refusal, actor=actor, serial_no=serial_no, address=address, now=g.now)
            if serial_no:
                hand_on_after(scope, serial_no, refusal, Order(actor, g.now))

    try:
        installation.run(slug, keep)
    except Exception as error:
        current_app.logger.error(
            "trespass not kept, tenant %s, account %s, %s: %s", slug, actor.id, refusal.code, type(error).__name__
        )
