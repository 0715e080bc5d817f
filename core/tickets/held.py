"""Deeds that are held 暂缓 for some seconds, so that whoever did them can take them back before anything leaves the house."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order

GRACE = timedelta(seconds=30)
"""How much later than its time a deed may be carried out before the ticket is everybody's again."""
KEPT = timedelta(days=14)
"""How long what was typed is kept of a deed that failed and whose author did not look."""
STATES = ("held", "done", "undone", "failed")


class HeldDeed(TenantRow, Base, kw_only=True):
    """A command that somebody gave on a ticket and that is carried out at `due_at`, unless it is taken back.

    `sealed` holds its arguments and what was typed, encrypted; empty once it is done. `doing` says what it does, after the
    name of who does it: 派给石羊街道. `why` says why it failed, `read_at` when its author had read that.
    """

    __tablename__ = "held_deed"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "command_id"),
        CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        CheckConstraint("(state = 'held') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("due_at >= ordered_at", name="due"),
        Index("uq_held_deed_ticket", "tenant_id", "ticket_id", unique=True, postgresql_where="state = 'held'"),
        Index(
            "ix_held_deed_account",
            "tenant_id",
            "account_id",
            postgresql_where="state = 'held' OR (state = 'failed' AND read_at IS NULL)",
        ),
        Index("ix_held_deed_of_ticket", "tenant_id", "ticket_id"),
        Index("ix_held_deed_ended_at", "tenant_id", "ended_at"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    ordered_by: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    command: Mapped[str] = mapped_column(Text)
    command_id: Mapped[str] = mapped_column(Text)
    seen_version: Mapped[int] = mapped_column(Integer)
    doing: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ordered_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="held")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    why: Mapped[str] = mapped_column(Text, default="", server_default="")
    read_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class BeingDecided(Refused):
    """Somebody has just decided on the ticket, and can still take that back."""

    code = "being-decided"


@dataclass(frozen=True, slots=True)
class Pending:
    """A deed that is not carried out yet; `is_late`: it should have been, and others may decide on the ticket now."""

    id: int
    account_id: int
    by: str
    doing: str
    seconds_left: int
    is_late: bool


def pending_on(scope: Scope, ticket_id: int, *, now: datetime) -> Pending | None:
    """Return the deed that is held on a ticket, None when there is none."""
    row = scope.session.scalar(
        select(HeldDeed).where(
            HeldDeed.tenant_id == scope.tenant.id, HeldDeed.ticket_id == ticket_id, HeldDeed.state == "held"
        )
    )
    return pending(row, now=now) if row is not None else None


def pending(deed: HeldDeed, *, now: datetime) -> Pending:
    """Say how a deed that is held stands."""
    left = max(0, -int((now - deed.due_at) // timedelta(seconds=1)))
    return Pending(deed.id, deed.account_id, deed.ordered_by, deed.doing, left, now >= deed.due_at + GRACE)


def being_decided() -> ColumnElement[bool]:
    """Return the condition under which a ticket is out of everybody's hands, because a deed on it is held and not late.

    By the clock of the database, as a page has it: the answer is about now, and changes nothing.
    """
    return exists().where(
        HeldDeed.tenant_id == Ticket.tenant_id,
        HeldDeed.ticket_id == Ticket.id,
        HeldDeed.state == "held",
        HeldDeed.due_at > func.now() - GRACE,
    )


def late_among(scope: Scope, ticket_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Return those of the tickets on which a deed should have been carried out and was not."""
    if not ticket_ids:
        return frozenset()
    return frozenset(
        scope.session.scalars(
            select(HeldDeed.ticket_id).where(
                HeldDeed.tenant_id == scope.tenant.id,
                HeldDeed.ticket_id.in_(ticket_ids),
                HeldDeed.state == "held",
                HeldDeed.due_at <= now - GRACE,
            )
        )
    )


def refuse_decided(scope: Scope, tickets: Collection[Ticket], order: Order) -> None:
    """Raise `BeingDecided` where somebody of the staff decides on a ticket on which another deed is held and not late.

    Asked with the tickets locked. What residents say and time does goes on.
    """
    if order.actor.kind != "staff" or not tickets:
        return
    found = scope.session.scalar(
        select(HeldDeed)
        .where(
            HeldDeed.tenant_id == scope.tenant.id,
            HeldDeed.ticket_id.in_([ticket.id for ticket in tickets]),
            HeldDeed.state == "held",
            HeldDeed.command_id != (order.command_id or ""),
            HeldDeed.due_at > order.now - GRACE,
        )
        .limit(1)
    )
    if found is not None:
        held = pending(found, now=order.now)
        raise BeingDecided(
            said(
                "{by} 正在{doing}（还可撤销 {seconds_left} 秒），这一次没有执行。请稍后看结果；"
                "需要改变的，与对方商量由其撤销。",
                by=held.by,
                doing=held.doing,
                seconds_left=held.seconds_left,
            )
        )


def empty_before(scope: Scope, *, now: datetime) -> None:
    """Take what was typed out of the deeds that failed long ago and that nobody has looked at."""
    _empty(scope, HeldDeed.state == "failed", HeldDeed.ended_at <= now - KEPT)


def empty_of_ticket(scope: Scope, ticket_id: int) -> None:
    """Take what was typed out of the deeds on a ticket that have ended, with the ticket's person."""
    _empty(scope, HeldDeed.state == "failed", HeldDeed.ticket_id == ticket_id)


def _empty(scope: Scope, *which: ColumnElement[bool]) -> None:
    scope.session.execute(
        update(HeldDeed).where(HeldDeed.tenant_id == scope.tenant.id, *which).values(sealed=None),
        execution_options={"synchronize_session": False},
    )
