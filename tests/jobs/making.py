"""Making messages and jobs, and looking at what became of them."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from core.jobs.acting import ActsAs
from core.jobs.drain import Drain, Failure, JobKind
from core.kit.outbox import Job, enqueue
from core.tenancy.scope import Installation, Scope
from core.tickets.messages import Transport, say
from core.tickets.models import Message
from core.units.models import Unit
from tests.builders import make_ticket
from tests.patience import patience

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
PATIENCE = 20.0


def make_job(installation: Installation, slug: str, *, kind: str = "test", now: datetime = NOW, **payload: Any) -> None:
    """Write a job as a journey would."""
    with installation.scope(slug) as scope:
        key = f"{kind}/{scope.new_id()}"
        enqueue(scope.session, kind, dedup_key=key, payload=payload, now=now)


def make_message(
    installation: Installation,
    slug: str,
    *,
    transport: Transport = "sms",
    to: str | None = "roads",
    text: str = "工单时限提示",
    now: datetime = NOW,
    ticket_id: int | None = None,
    at_night: bool = False,
) -> int:
    """Say something about a ticket to a unit, or with `to` None to the resident; return the message's id."""
    ticket_id = ticket_id or make_ticket(installation, slug, now=now).ticket_id
    with installation.scope(slug) as scope:
        unit_id = None
        if to is not None:
            unit_id = scope.session.scalars(
                select(Unit.id).where(Unit.tenant_id == scope.tenant.id, Unit.code == to)
            ).one()
        say(
            scope,
            ticket_id=ticket_id,
            transport=transport,
            text=text,
            to_unit_id=unit_id,
            now=now,
            at_night=at_night,
        )
        [message] = [row for row in scope.session.new if isinstance(row, Message)]
    return message.id


def make_reachable(installation: Installation, slug: str, code: str = "roads", **addresses: str) -> None:
    """Give a unit its phone and mail."""
    with installation.scope(slug) as scope:
        scope.session.execute(
            update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == code).values(**addresses)
        )


def jobs_of(installation: Installation, slug: str) -> list[Job]:
    """Return the tenant's jobs in the order they were written."""
    with installation.scope(slug) as scope:
        return list(scope.session.scalars(select(Job).where(Job.tenant_id == scope.tenant.id).order_by(Job.id)))


def message_of(installation: Installation, slug: str, message_id: int) -> Message:
    """Return a message as it is now."""
    with installation.scope(slug) as scope:
        return scope.session.scalars(
            select(Message).where(Message.tenant_id == scope.tenant.id, Message.id == message_id)
        ).one()


def kinds_doing(do: Callable[[Scope, Mapping[str, Any], datetime], None]) -> Mapping[str, JobKind]:
    """Return a table with the one kind `test`."""

    def tell(_scope: Scope, _payload: Mapping[str, Any], _failure: Failure) -> None:
        pass

    return {"test": JobKind(do=do, tell=tell, acts_as=ActsAs.NOBODY)}


def drain(
    installation: Installation,
    kinds: Mapping[str, JobKind],
    *,
    now: datetime | Callable[[], datetime] = NOW,
    is_ending: Callable[[], bool] = lambda: False,
) -> None:
    """Do all due jobs as a worker does."""
    Drain(installation, kinds, is_ending=is_ending).run(now=now if callable(now) else lambda: now)


def soon(is_so: Callable[[], bool], *, within: float = PATIENCE) -> bool:
    """Return whether something becomes so in time."""
    begun = time.monotonic()
    while time.monotonic() < begun + patience(within):
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()
