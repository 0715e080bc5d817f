"""Tables of clocks, of what happened to them, and of the requests behind it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow
from core.sla.labels import CLOCK_LABELS

_LIVE = "state IN ('running', 'paused')"


class Clock(TenantRow, Base, kw_only=True):
    """One time limit 时限 of a ticket, a unit's assignment, a supervision or a case. Never deleted, only ended.

    `due_at` is a pure function of budget, calendar version, start, pauses and adjustments, and never later than that of
    the clock `capped_by_id` while that one runs ahead; None while paused. Met means stopped no later than due.
    `overdue_at` is written when the due time passes while the clock runs.
    `subject` and `subject_id` tell whose it is: the ticket's, an assignment's, a supervision's, or that of a case of
    accountability.
    `rev` counts changes of the due time, `arm` those that moved it later, so that warnings may be given again.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "calendar_version_id"], ["work_calendar_version.tenant_id", "work_calendar_version.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "capped_by_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        ForeignKeyConstraint(["tenant_id", "superseded_by_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        CheckConstraint(f"name IN ({', '.join(repr(name) for name in CLOCK_LABELS)})", name="name"),
        CheckConstraint("subject IN ('ticket', 'assignment', 'supervision', 'case')", name="subject"),
        CheckConstraint("subject <> 'ticket' OR subject_id = ticket_id", name="subject_id"),
        CheckConstraint("mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name="mode"),
        CheckConstraint("state IN ('running', 'paused', 'met', 'breached', 'cancelled', 'superseded')", name="state"),
        CheckConstraint("(state = 'paused') = (due_at IS NULL)", name="due"),
        CheckConstraint("(state IN ('met', 'breached')) = (stopped_at IS NOT NULL)", name="stopped"),
        Index(
            "uq_sla_clock_live",
            "tenant_id",
            "subject",
            "subject_id",
            "name",
            unique=True,
            postgresql_where=_LIVE,
        ),
        Index("ix_sla_clock_ticket", "tenant_id", "ticket_id"),
        Index(
            "ix_sla_clock_running_due",
            "tenant_id",
            "due_at",
            postgresql_where="state = 'running'",
        ),
        Index("ix_sla_clock_name_due", "tenant_id", "name", "due_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    cycle_no: Mapped[int] = mapped_column(Integer)
    mode: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(Integer)
    """Seconds in modes wall and ws, days in the others."""
    calendar_version_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    """The due time lies in a year whose holidays are not published yet."""
    capped_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    superseded_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    rev: Mapped[int] = mapped_column(Integer, default=0)
    arm: Mapped[int] = mapped_column(Integer, default=0)
    by: Mapped[str] = mapped_column(Text)
    """Who set the limit: feature, plugin version and settings revision, or the core."""
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="running")
    light: Mapped[str] = mapped_column(Text, default="green")
    overdue_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    elapsed_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    """Working seconds between start and stop, pauses included."""
    elapsed_wall_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    paused_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    """Working seconds between start and stop during which the clock stood still."""


class ClockPause(TenantRow, Base, kw_only=True):
    """A span in which a clock stood still: on request 挂起, or during a review that gave the reply back 审核.

    Spans of one clock never overlap: at most one is open, and a new one begins after the others ended.
    """

    __tablename__ = "sla_pause"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        ForeignKeyConstraint(["tenant_id", "request_id"], ["pause_request.tenant_id", "pause_request.id"]),
        CheckConstraint("kind IN ('request', 'audit')", name="kind"),
        CheckConstraint("(kind = 'request') = (request_id IS NOT NULL)", name="request"),
        CheckConstraint("ended_at >= started_at", name="order"),
        Index("uq_sla_pause_open", "tenant_id", "clock_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_sla_pause_clock", "tenant_id", "clock_id"),
    )

    clock_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    request_id: Mapped[int | None] = mapped_column(BigInteger, default=None)


class ClockAdjustment(TenantRow, Base, kw_only=True):
    """A change of a clock's due time by a person: an extension 延期 of working days, or a deadline that tightens it.

    `cause` names the record behind it, e.g. `extension/12`; once per clock and cause.
    """

    __tablename__ = "sla_adjustment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        CheckConstraint("kind IN ('extension', 'tightening')", name="kind"),
        CheckConstraint("(kind = 'extension') = (days IS NOT NULL)", name="days"),
        CheckConstraint("(kind = 'tightening') = (until IS NOT NULL)", name="until"),
        CheckConstraint("days > 0", name="positive"),
        Index("uq_sla_adjustment_cause", "tenant_id", "clock_id", "cause", unique=True),
    )

    clock_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    days: Mapped[int | None] = mapped_column(Integer, default=None)
    until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Timer(TenantRow, Base, kw_only=True):
    """Something that time will do to a clock. Deleted when it fires or when its clock ends: only pending ones stay.

    Of kind `mark` it reaches a mark of the clock, set under the `arm` that the clock had; of kind `resume` it ends a
    pause.
    """

    __tablename__ = "sla_timer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        Index("ix_sla_timer_due", "tenant_id", "fire_at", "id"),
        Index("ix_sla_timer_clock", "tenant_id", "clock_id"),
        CheckConstraint("light IN ('green', 'yellow', 'red')", name="light"),
        CheckConstraint("kind IN ('mark', 'resume')", name="kind"),
    )

    clock_id: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[str] = mapped_column(Text)
    light: Mapped[str] = mapped_column(Text)
    fire_at: Mapped[datetime] = mapped_column(INSTANT)
    by: Mapped[str] = mapped_column(Text)
    """Who set the mark, as for the clock."""
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="mark")
    arm: Mapped[int] = mapped_column(Integer, default=0)
    postponed_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """Not tried again before: acting on the mark failed. `fire_at` stays the true time."""


class ClockEvent(OfTenant, Base, kw_only=True):
    """A mark that was reached. The key makes each mark of a clock happen once per arm, whatever crashes.

    Overdue always has arm 0: a limit is broken once.
    """

    __tablename__ = "sla_event"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),)

    clock_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mark: Mapped[str] = mapped_column(Text, primary_key=True)
    arm: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT)
    """When the mark was reached on the calendar."""
    fired_at: Mapped[datetime] = mapped_column(INSTANT)
    """When the product acted on it; later than `at` by the length of an outage."""


class ExtensionRequest(TenantRow, Base, kw_only=True):
    """A unit's request for more time 延期申请, filed before its limit ended; days are working days."""

    __tablename__ = "extension_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        CheckConstraint("state IN ('pending', 'approved', 'denied', 'lapsed')", name="state"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("days_asked > 0", name="days_asked"),
        CheckConstraint("(state = 'approved') = (days_granted IS NOT NULL)", name="days_granted"),
        Index(
            "uq_extension_request_pending",
            "tenant_id",
            "assignment_id",
            unique=True,
            postgresql_where="state = 'pending'",
        ),
        Index("ix_extension_request_ticket", "tenant_id", "ticket_id"),
        Index("ix_extension_request_approved", "tenant_id", "decided_at", postgresql_where="state = 'approved'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    days_asked: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="pending")
    days_granted: Mapped[int | None] = mapped_column(Integer, default=None)
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    decision_note: Mapped[str] = mapped_column(Text, default="")


class PauseRequest(TenantRow, Base, kw_only=True):
    """A unit's request that its handling clock stand still 挂起申请, for a reason of the list; days are working days.

    Approved, it holds until the unit resumes or `resumes_at`, whichever comes first.
    """

    __tablename__ = "pause_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        CheckConstraint("state IN ('pending', 'denied', 'lapsed', 'holding', 'ended')", name="state"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_pause_request_open",
            "tenant_id",
            "assignment_id",
            unique=True,
            postgresql_where="state IN ('pending', 'holding')",
        ),
        Index("ix_pause_request_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    reason_code: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    days: Mapped[int] = mapped_column(Integer)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="pending")
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    resumes_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_by: Mapped[str | None] = mapped_column(Text, default=None)
