"""Trespasses 越权: attempts that were refused because of who made them, kept for those who supervise."""

from datetime import datetime

from sqlalchemy import select

from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.models import Trespass
from core.tickets.timeline import Actor

SERIAL_LENGTH = 40
"""Longer than any serial number; what was sent in its place is cut off here."""


def keep_trespass(
    scope: Scope, refusal: Refused, *, actor: Actor, serial_no: str, address: str = "", now: datetime
) -> None:
    """Keep who tried to do what with which ticket, and why it was refused; `serial_no` empty = with none.

    It stands in the security log too, there with the address it came from.
    """
    subject = _printable(serial_no)[:SERIAL_LENGTH]
    scope.session.add(
        Trespass(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            serial_no=subject,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            code=refusal.code,
            message=refusal.message,
            at=now,
        )
    )
    detail = {"code": refusal.code, "message": refusal.message}
    note_security(
        scope, "trespass", actor=actor.name, actor_id=actor.id, address=address, subject=subject, detail=detail, now=now
    )


def trespasses(scope: Scope, *, since: datetime | None = None) -> list[Trespass]:
    """Return the trespasses, the newest first; with `since` those from then on."""
    query = select(Trespass).where(Trespass.tenant_id == scope.tenant.id)
    if since is not None:
        query = query.where(Trespass.at >= since)
    return list(scope.session.scalars(query.order_by(Trespass.at.desc(), Trespass.id.desc())))


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
