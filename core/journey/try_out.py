"""Trying a way out 试发: a message to the administrator's own number or address, through the gateway that all others take.

The number stands encrypted in the job, and is taken out of it once the gateway has answered.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.outbox import Job, enqueue
from core.kit.saying import said
from core.residents.phones.rules import mobile_phone
from core.tenancy.scope import Scope
from core.tickets.contact import EmailUnusable, masked_email, masked_phone, readable_email
from core.tickets.timeline import Actor

TRY_OUT = "try-way-out"
"""Kind of the job that sends one."""
FIELD = "try-way-out/to"
TRIED = ("sms", "mail")
"""Ways out by which somebody can be reached whose number or address one knows."""
MOST_AN_HOUR = 10
SHOWN = 5


class TriedTooOften(Refused):
    """So many trials within an hour are no trials any more."""

    code = "tried-too-often"


class CannotTry(Refused):
    """By this way nobody can be reached without having written before."""

    code = "cannot-try"


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial: when, by whom, to which number or address (masked), and what came back; empty = it is under way."""

    at: datetime
    by: str
    to: str
    answer: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as the worker sends it."""

    id: int
    way: str
    to: str


def ask_try_out(scope: Scope, way: str, to: str, *, actor: Actor, now: datetime) -> None:
    """Have a message sent to this number or address. Raises `NotPermitted`, `CannotTry`, `PhoneUnusable`, `EmailUnusable`, `TriedTooOften`."""
    author = administering(actor, "发送测试消息")
    if way not in TRIED:
        raise CannotTry("这种方式不能试发：对方先写过消息来，才发得过去。请用自己的账号写一条消息来试。")
    address = mobile_phone(to) if way == "sms" else readable_email(to)
    if not address:
        raise EmailUnusable("请填写您自己的邮箱地址，测试邮件发到那里。")
    lately = select(func.count()).where(
        Job.tenant_id == scope.tenant.id, Job.kind == TRY_OUT, Job.created_at > now - timedelta(hours=1)
    )
    if (scope.session.scalar(lately) or 0) >= MOST_AN_HOUR:
        raise TriedTooOften(said("一小时内已经试发了 {most} 次。请先看前几次的结果，过一会再试。", most=MOST_AN_HOUR))
    number = scope.new_id()
    cipher = scope.keys.encrypt(address, tenant_id=scope.tenant.id, field=FIELD, row_id=number)
    enqueue(
        scope.session,
        TRY_OUT,
        dedup_key=_key(number),
        payload={
            "test": number,
            "way": way,
            "by": author.name,
            "to": b64encode(cipher).decode(),
            "shown": masked_phone(address) if way == "sms" else masked_email(address),
        },
        now=now,
    )


def find_trial(scope: Scope, number: int) -> Trial | None:
    """Return what is to be sent; None when it was sent, or there is no such trial here."""
    job = _find(scope, number)
    if job is None or "to" not in job.payload:
        return None
    cipher = b64decode(job.payload["to"])
    to = scope.keys.decrypt(cipher, tenant_id=scope.tenant.id, field=FIELD, row_id=number)
    return Trial(number, job.payload["way"], to)


def note_answer(scope: Scope, number: int, answer: str, *, is_sent: bool) -> None:
    """Keep what came back, and forget to whom it was sent."""
    job = _find(scope, number)
    if job is not None:
        kept: dict[str, Any] = {name: value for name, value in job.payload.items() if name != "to"}
        job.payload = {**kept, "answer": answer, "sent": is_sent}


def trials_of(scope: Scope, way: str) -> Sequence[Tried]:
    """Return the last trials of a way out, the newest first."""
    jobs = scope.session.scalars(
        select(Job)
        .where(Job.tenant_id == scope.tenant.id, Job.kind == TRY_OUT, Job.payload["way"].astext == way)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(SHOWN)
    )
    return [
        Tried(
            job.created_at.astimezone(scope.tenant.zone),
            job.payload["by"],
            job.payload["shown"],
            job.payload.get("answer", ""),
            bool(job.payload.get("sent")),
        )
        for job in jobs
    ]


def _find(scope: Scope, number: int) -> Job | None:
    return scope.session.scalar(select(Job).where(Job.tenant_id == scope.tenant.id, Job.dedup_key == _key(number)))


def _key(number: int) -> str:
    return f"{TRY_OUT}/{number}"
