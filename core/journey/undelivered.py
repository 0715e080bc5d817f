"""What did not get through 未送达: messages that nobody got and jobs that were put away, why, and another try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select

from core.escalation.accountability.evidence import TRANSPORT_LABELS
from core.kit.errors import Refused
from core.kit.outbox import WOKEN, Job
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.messages import put_again
from core.tickets.models import Message
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor
from core.units.models import Unit

DAYS = 30
"""How far back is looked."""
A_DAY = timedelta(hours=24)
MOST_GROUPS = 100
MOST_AT_ONCE = 2000
"""Messages that one order sends again; the rest go by the next one."""


class NothingUndelivered(Refused):
    """There is nothing of this kind that could be tried again."""

    code = "nothing-undelivered"


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that failed for one reason, by one way, to residents (`unit` empty) or to one unit."""

    transport: str
    label: str
    unit_id: int | None
    unit: str
    reason: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How a way of sending did in the last 24 hours."""

    label: str
    sent_today: int
    failed_today: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The messages of the last days that were not delivered, in groups, the largest first."""

    days: int
    total: int
    groups: tuple[Group, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that was put away, and what stood in its way last."""

    number: int
    kind: str
    reason: str
    ended_at: datetime
    attempts: int


def undelivered(scope: Scope, *, now: datetime) -> Undelivered:
    """Return what was not delivered in the last days, by the reasons that were noted."""
    last, number = func.max(Message.created_at), func.count()
    rows = scope.session.execute(
        select(Message.transport, Message.to_unit_id, Unit.name, Message.failure, number, last)
        .outerjoin(Unit, (Unit.tenant_id == Message.tenant_id) & (Unit.id == Message.to_unit_id))
        .where(*_failed(scope, now))
        .group_by(Message.transport, Message.to_unit_id, Unit.name, Message.failure)
        .order_by(number.desc(), last.desc())
    ).all()
    groups = tuple(
        Group(transport, TRANSPORT_LABELS[transport], unit_id, name or "", failure or "", count, at)
        for transport, unit_id, name, failure, count, at in rows[:MOST_GROUPS]
    )
    return Undelivered(DAYS, sum(row[4] for row in rows), groups, _ways(scope, now) if rows else ())


def send_again(scope: Scope, *, transport: str = "", unit_id: int | None = None, actor: Actor, now: datetime) -> int:
    """Send what failed once more: all of it, or that of one way, to one unit. Return how many, at most `MOST_AT_ONCE`.

    Raises `NotPermitted`, `NothingUndelivered`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "重新发送")
    wanted = select(Message).where(*_failed(scope, now))
    if transport:
        wanted = wanted.where(Message.transport == transport, Message.to_unit_id.is_not_distinct_from(unit_id))
    found = scope.session.scalars(wanted.order_by(Message.id).limit(MOST_AT_ONCE).with_for_update()).all()
    if not found:
        raise NothingUndelivered("没有这样的未送达消息，可能别人已经重新发送了。请刷新后再看。")
    for message in found:
        put_again(scope, message, now=now)
    return len(found)


def count_dead_jobs(scope: Scope) -> int:
    """Return how many jobs were put away."""
    return scope.session.scalar(select(func.count()).select_from(_dead(scope).subquery())) or 0


def dead_jobs(scope: Scope) -> Sequence[DeadJob]:
    """Return the jobs that were put away, the newest first."""
    found = scope.session.scalars(_dead(scope).order_by(Job.finished_at.desc(), Job.id.desc()).limit(MOST_GROUPS))
    return [
        DeadJob(job.id, job.kind, job.last_error or "", job.finished_at or job.run_after, job.attempts) for job in found
    ]


def do_again(scope: Scope, number: int | None, *, actor: Actor, now: datetime) -> int:
    """Let a job that was put away, or (None) all of them, be done as if never tried; return how many.

    Raises `NotPermitted`, `NothingUndelivered`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "重新执行任务")
    wanted = _dead(scope) if number is None else _dead(scope).where(Job.id == number)
    found = scope.session.scalars(wanted.order_by(Job.id).with_for_update()).all()
    if not found:
        raise NothingUndelivered(said("没有这项搁置的任务，可能已经重新执行了。请刷新后再看。"))
    for job in found:
        job.state, job.attempts, job.crashes = "pending", 0, 0
        job.run_after, job.finished_at = now, None
    scope.session.info[WOKEN] = True
    return len(found)


def _failed(scope: Scope, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.tenant_id == scope.tenant.id,
        Message.state == "failed",
        Message.created_at >= now - timedelta(days=DAYS),
    )


def _ways(scope: Scope, now: datetime) -> tuple[Way, ...]:
    """Return what became of the messages of the last 24 hours, by the way they go."""
    rows = scope.session.execute(
        select(
            Message.transport,
            func.count().filter(Message.state == "sent"),
            func.count().filter(Message.state == "failed"),
        )
        .where(Message.tenant_id == scope.tenant.id, Message.created_at >= now - A_DAY, Message.transport != "inbox")
        .group_by(Message.transport)
        .order_by(Message.transport)
    )
    return tuple(Way(TRANSPORT_LABELS[transport], sent, failed) for transport, sent, failed in rows)


def _dead(scope: Scope) -> Select[Job]:
    return select(Job).where(Job.tenant_id == scope.tenant.id, Job.state == "dead")
