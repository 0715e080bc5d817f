"""Tables of tenancy. `tenant`, `city_member` and `tenant_host` are shared by all; they hold names, nothing about residents."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class Tenant(Base, kw_only=True):
    """A tenant 租户: a district 区(县), or the central city 市中心 that adds up its districts' figures."""

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint("kind IN ('district', 'city')", name="kind"),
        CheckConstraint("state IN ('active', 'suspended', 'closed', 'deleted')", name="state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, init=False)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    serial_prefix: Mapped[str] = mapped_column(Text, unique=True)
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    """Counts up whenever facts of the tenant change (features, units, duties, calendars), so that processes reload."""
    state: Mapped[str] = mapped_column(Text, default="active")
    """`suspended`: nobody gets in and nothing is done. `closed`: the same, and it may be deleted. `deleted`: what is left is
    this row, which keeps the number from being given again and tells who deleted it."""
    standing: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """Since when it is in this state, by whom, why, and of a closed one which file it was taken out into."""


class CityMember(Base, kw_only=True):
    """A district whose figures a city adds up."""

    __tablename__ = "city_member"

    city_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenant.id"), primary_key=True)
    district_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenant.id"), primary_key=True)


class TenantHost(Base, kw_only=True):
    """A host name 域名 under which a tenant's public pages are reached; it belongs to one tenant alone."""

    __tablename__ = "tenant_host"
    __table_args__ = (CheckConstraint("host <> '' AND host = lower(host)", name="host"),)

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    owner_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenant.id"))
    position: Mapped[int] = mapped_column(Integer)
    """Links begin with the first."""


class TenantFeature(OfTenant, Base, kw_only=True):
    """A feature 功能 of the tenant: whether it is asked, at which place, and which revision of its settings holds.

    `off`: not asked. `enabling`: waits for its try on past tickets, or for the second person. `on`: asked. `suspended`:
    put aside because it kept failing. That it does not fit what is installed (incompatible) is not stored, it is seen.
    """

    __tablename__ = "tenant_feature"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("state IN ('off', 'enabling', 'on', 'suspended')", name="state"),
    )

    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="off")
    revision: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the revision that holds; 0 = none yet: the defaults and what the city presets."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is in this state, in words, where somebody or something said so."""
    declared: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    """What the tenant's files last said of it (position, settings); None = they never named it."""


class FeatureEvent(TenantRow, Base, kw_only=True):
    """What was done with a feature besides its settings: who switched it on or off, when, and why. Only added to."""

    __tablename__ = "feature_event"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint(
            "kind IN ('enabling', 'on', 'off', 'suspended', 'resumed', 'moved', 'secret_set', 'secret_removed')",
            name="kind",
        ),
        Index("ix_feature_event_feature", "tenant_id", "feature"),
    )

    feature: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class SettingsRevision(OfTenant, Base, kw_only=True):
    """One revision 修订 of a feature's settings. Written once and never changed; what became of it are its events.

    `values` holds what the district sets itself; the rest it inherits. `locked` are names a city does not leave to its
    districts. `sha256` is that of the values in canonical JSON.
    """

    __tablename__ = "settings_revision"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("uq_settings_revision_command", "tenant_id", "command_id", unique=True),
    )

    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    schema_version: Mapped[int] = mapped_column(Integer)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    locked: Mapped[list[str]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    """Account, or token, of who wrote it; None = the tenant's files."""
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    restored_from: Mapped[int | None] = mapped_column(Integer, default=None)
    command_id: Mapped[str | None] = mapped_column(Text, default=None)
    """Idempotency key of the call that wrote it, where there was one."""


class SettingsEvent(TenantRow, Base, kw_only=True):
    """What happened to a revision: it was checked, tried, approved, planned, activated, superseded or withdrawn."""

    __tablename__ = "settings_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "feature", "number"],
            ["settings_revision.tenant_id", "settings_revision.feature", "settings_revision.number"],
        ),
        CheckConstraint(
            "kind IN ('checked', 'refused', 'approved', 'planned', 'activated', 'superseded', 'withdrawn')", name="kind"
        ),
        Index("ix_settings_event_revision", "tenant_id", "feature", "number"),
    )

    feature: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SettingsPreset(OfTenant, Base, kw_only=True):
    """What the tenant's city presets 全市预设 for a feature, as the city's active revision says; pushed by a job."""

    __tablename__ = "settings_preset"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    city: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    schema_version: Mapped[int] = mapped_column(Integer)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    locked: Mapped[list[str]] = mapped_column(JSONB)
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class TenantSecret(TenantRow, Base, kw_only=True):
    """A secret 密钥 of a feature's settings: a reference to where it is kept, or its text, encrypted. Never both."""

    __tablename__ = "tenant_secret"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("(reference IS NULL) <> (cipher IS NULL)", name="one"),
        Index("uq_tenant_secret_name", "tenant_id", "feature", "name", unique=True),
    )

    feature: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    """`env:NAME` or `file:PATH`."""
    cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class DryRun(TenantRow, Base, kw_only=True):
    """A try 试算 of a feature on past tickets, against what held when it was asked for.

    `turns` on: with the settings of revision `number`; off: without the feature.
    """

    __tablename__ = "dry_run"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "feature", "number"],
            ["settings_revision.tenant_id", "settings_revision.feature", "settings_revision.number"],
        ),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("turns IN ('on', 'off') AND (turns = 'on') = (number IS NOT NULL)", name="turns"),
        Index("ix_dry_run_revision", "tenant_id", "feature", "number"),
    )

    feature: Mapped[str] = mapped_column(Text)
    number: Mapped[int | None] = mapped_column(Integer)
    base: Mapped[int] = mapped_column(Integer)
    """Number of the revision that held, 0 = none."""
    epoch: Mapped[int] = mapped_column(Integer)
    """The tenant's epoch then: when its facts have changed since, the try no longer tells what will happen."""
    sample: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    turns: Mapped[str] = mapped_column(Text, default="on")
    state: Mapped[str] = mapped_column(Text, default="waiting")
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    last_ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The ticket up to which it has come; the next part goes on from there."""
    tally: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """Everything counted so far; the whole when it is done."""
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    failure: Mapped[str] = mapped_column(Text, default="")


class DryRunChange(TenantRow, Base, kw_only=True):
    """One ticket about which the draft decides otherwise."""

    __tablename__ = "dry_run_change"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "dry_run_id"], ["dry_run.tenant_id", "dry_run.id"]),
        Index("uq_dry_run_change_ticket", "tenant_id", "dry_run_id", "ticket_id", unique=True),
    )

    dry_run_id: Mapped[int] = mapped_column(BigInteger)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    serial_no: Mapped[str] = mapped_column(Text)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What changes, each with before, after and the reasons of both."""
    really: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What really happened with the ticket."""


class FeatureIncident(OfTenant, Base, kw_only=True):
    """Failures 故障 of one feature in one hook under one revision: since when, how often, and what the last one was.

    What an administrator sees as a repair card 待修复. Failures hours apart are not one trouble: the count and
    `first_at` begin anew.
    """

    __tablename__ = "feature_incident"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    hook: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    error_id: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(INSTANT)
    last_at: Mapped[datetime] = mapped_column(INSTANT)
    is_left_alone: Mapped[bool] = mapped_column(default=False)
    """With the last failure it had failed so often that it was left alone for a while."""
    seen_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When an administrator put the card away; a later failure brings it back."""


class FeatureAct(TenantRow, Base, kw_only=True):
    """Something a feature did 功能所做的事: took a form, carried out a command or a job, acted on an event.

    Written once for each `key`, so that what is sent or tried twice is done once.
    """

    __tablename__ = "feature_act"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("kind IN ('page', 'command', 'job', 'event')", name="kind"),
        Index("uq_feature_act_key", "tenant_id", "key", unique=True),
        Index("ix_feature_act_at", "tenant_id", "at"),
    )

    key: Mapped[str] = mapped_column(Text)
    feature: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    part: Mapped[str] = mapped_column(Text)
    """The page's path, the name of the command or job, or `on_event`."""
    at: Mapped[datetime] = mapped_column(INSTANT)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    """Account of who was at the page or gave the command."""
    actor: Mapped[str] = mapped_column(Text)
    told: Mapped[str] = mapped_column(Text)
    """What the feature said of it."""


class SecurityEvent(TenantRow, Base, kw_only=True):
    """An event of the security log 安全日志. Only added to, and only by `core.tenancy.security_log.note_security`."""

    __tablename__ = "security_event"
    __table_args__ = (
        CheckConstraint("kind <> ''", name="kind"),
        Index("ix_security_event_at", "tenant_id", "at"),
        Index("ix_security_event_kind", "tenant_id", "kind", "at"),
    )

    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    actor: Mapped[str] = mapped_column(Text)
    """Who did it, in words; what somebody typed as a login is never here."""
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    """Account, or token; None = nobody who is known, or the command line."""
    address: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """What it was done to: a login, the label of a token, a ticket's number."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    mark: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC of all the rest under a key outside the database."""


class SecurityEventSent(OfTenant, Base, kw_only=True):
    """An event of the last days that was sent to a syslog server; older ones than these all were."""

    __tablename__ = "security_event_sent"
    __table_args__ = (Index("ix_security_event_sent_at", "tenant_id", "target", "at"),)

    target: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(INSTANT)
    """The event's own time."""


class Tally(OfTenant, Base, kw_only=True):
    """How often something happened 计数 in a stretch of time that began at `since`, as `core.tenancy.rates` counts it."""

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_since", "tenant_id", "since"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    """What is counted (`rates.Counted`)."""
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """Whose it is, as a keyed hash: neither addresses nor phones nor what was typed as a login stand here."""
    since: Mapped[datetime] = mapped_column(INSTANT, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


SHARED_TABLES = frozenset({"tenant", "city_member", "tenant_host"})
"""The only tables without a tenant of their own; everything else is kept apart row by row."""
