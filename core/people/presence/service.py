"""Saying that one is here, and seeing who else is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.people.models import Account
from core.people.presence.models import LONGEST_FORM, Presence
from core.tenancy.scope import Scope

HERE = timedelta(seconds=45)
"""So long somebody is here after the page last said so: it says so every 15 seconds."""
FILLING = timedelta(seconds=90)
"""So long a form is being filled in after somebody last wrote in it."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has the ticket open; `form` is what they are filling in, empty = they read."""

    name: str
    form: str


def be_here(scope: Scope, ticket_id: int, account_id: int, *, form: str, now: datetime) -> None:
    """Keep for a moment that somebody has the ticket open, and which form they have begun; forget what is over."""
    forget_gone(scope, now=now)
    form = form[:LONGEST_FORM]
    row = insert(Presence).values(
        tenant_id=scope.tenant.id,
        ticket_id=ticket_id,
        account_id=account_id,
        seen_at=now,
        form=form,
        form_at=now if form else None,
    )
    kept = {"seen_at": now} | ({"form": form, "form_at": now} if form else {})
    scope.session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "ticket_id", "account_id"], set_=kept))


def end_filling(scope: Scope, account_id: int) -> None:
    """Keep that somebody has sent what they were filling in: they are here, and keep nobody waiting."""
    begun = (Presence.tenant_id == scope.tenant.id, Presence.account_id == account_id, Presence.form != "")
    scope.session.execute(update(Presence).where(*begun).values(form="", form_at=None))


def others_here(scope: Scope, ticket_id: int, *, but: int, now: datetime) -> list[Other]:
    """Return who else has the ticket open, whoever fills in a form first, then by name."""
    fills = func.coalesce(Presence.form_at > now - FILLING, False)
    rows = scope.session.execute(
        select(Account.name, Presence.form, fills.label("fills"))
        .join(Account, (Account.tenant_id == Presence.tenant_id) & (Account.id == Presence.account_id))
        .where(
            Presence.tenant_id == scope.tenant.id,
            Presence.ticket_id == ticket_id,
            Presence.account_id != but,
            Presence.seen_at > now - HERE,
        )
        .order_by(fills.desc(), Account.name)
    )
    return [Other(row.name, row.form if row.fills else "") for row in rows]


def forget_gone(scope: Scope, *, now: datetime) -> None:
    """Take away who is not here any more, wherever that was: nothing tells afterwards who had what open."""
    scope.session.execute(delete(Presence).where(Presence.tenant_id == scope.tenant.id, Presence.seen_at <= now - HERE))
