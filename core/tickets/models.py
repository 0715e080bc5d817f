"""Tables of the ticket, its contact data and its timeline."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.areas.shapes import Point
from core.hooks.values.words import RELATION_LABELS
from core.kit.db import INSTANT, Base, OfTenant, TenantRow
from core.tickets.contact import TellBy
from core.tickets.states import IN_HAND, MOVES, OPEN, Command, State

FROM_ELSEWHERE = "referral"
"""Id of the channel of tickets that another tenant referred here."""


def _any_of(names: tuple[str, ...] | type[State]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_IN_HAND = f"state IN ({_any_of(IN_HAND)})"


class Ticket(TenantRow, Base, kw_only=True):
    """A ticket 工单. Its state is changed by `core.tickets.service.move` alone.

    `version` counts the timeline entries; `head_hash` is the hash of the newest one.
    `light` and `next_due_at` sum up the running clocks for lists and are written by `core.sla.service` alone.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("tenant_id", "serial_no"),
        ForeignKeyConstraint(["tenant_id", "suggested_unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "lead_unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "asked_unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "first_unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"state IN ({_any_of(State)})", name="state"),
        CheckConstraint(
            "nature IN ('complaint', 'help', 'inquiry', 'suggestion', 'praise', 'application')", name="nature"
        ),
        CheckConstraint("appellant IN ('person', 'enterprise', 'organisation')", name="appellant"),
        CheckConstraint(f"relation IN ('', {_any_of(tuple(RELATION_LABELS))})", name="relation"),
        CheckConstraint("screened IN ('', 'doubted', 'invalid')", name="screened"),
        CheckConstraint("(screened = '') = (invalid_reason = '')", name="invalid_reason"),
        CheckConstraint("withdrawn_reason = '' OR state = 'voided'", name="withdrawn"),
        CheckConstraint("urgency IN ('normal', 'urgent')", name="urgency"),
        CheckConstraint("complexity IN ('simple', 'complex')", name="complexity"),
        CheckConstraint("light IN ('green', 'yellow', 'red')", name="light"),
        CheckConstraint(
            "(longitude IS NULL) = (latitude IS NULL) AND longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90",
            name="point",
        ),
        CheckConstraint(
            "(state = 'attached') = is_attached AND is_attached = (master_id IS NOT NULL)", name="attached"
        ),
        # A master is never attached itself: the pair of its id and `false` must exist, and goes when it is attached.
        UniqueConstraint("tenant_id", "id", "is_attached"),
        CheckConstraint("master_is_attached IS NOT DISTINCT FROM CASE WHEN is_attached THEN false END", name="master"),
        ForeignKeyConstraint(
            ["tenant_id", "master_id", "master_is_attached"],
            ["ticket.tenant_id", "ticket.id", "ticket.is_attached"],
        ),
        ForeignKeyConstraint(["tenant_id", "part_of_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("part_of_id IS NULL OR part_count = 0", name="part"),
        Index("ix_ticket_master", "tenant_id", "master_id", postgresql_where="master_id IS NOT NULL"),
        Index("ix_ticket_part_of", "tenant_id", "part_of_id", postgresql_where="part_of_id IS NOT NULL"),
        Index(
            "ix_ticket_open_by_due",
            "tenant_id",
            "next_due_at",
            "id",
            postgresql_where=f"state IN ({_any_of(OPEN)})",
        ),
        Index("ix_ticket_by_unit", "tenant_id", "lead_unit_id", "state", "next_due_at"),
        # Which tickets in hand may be about the same thing is asked before each one is filed: an index for each way.
        Index("ix_ticket_in_hand_by_matter", "tenant_id", "matter", "submitted_at", postgresql_where=_IN_HAND),
        Index("ix_ticket_in_hand_by_place", "tenant_id", "place", "submitted_at", postgresql_where=_IN_HAND),
        Index("ix_ticket_in_hand_by_point", "tenant_id", "latitude", "longitude", postgresql_where=_IN_HAND),
        Index("ix_ticket_submitted_at", "tenant_id", "submitted_at"),
        Index("ix_ticket_source", "tenant_id", "source", "submitted_at", postgresql_where="source <> ''"),
        Index("ix_ticket_screened", "tenant_id", "screened", "submitted_at", postgresql_where="screened <> ''"),
        Index("ix_ticket_redo_asked", "tenant_id", "concluded_at", postgresql_where="redo_asked"),
        Index("ix_ticket_accepted_at", "tenant_id", "accepted_at"),
        Index("ix_ticket_replied_at", "tenant_id", "replied_at"),
        Index("ix_ticket_concluded_at", "tenant_id", "concluded_at"),
        Index(
            "ix_ticket_to_archive",
            "tenant_id",
            "concluded_at",
            postgresql_where=f"state IN ({_any_of(MOVES[Command.ARCHIVE].sources)})",
        ),
    )

    serial_no: Mapped[str] = mapped_column(Text)
    code_version: Mapped[int] = mapped_column(SmallInteger, default=1)
    state: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    mailbox: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")
    longitude: Mapped[float | None] = mapped_column(Double, default=None)
    """Degrees by WGS84, as the channel gave them with `latitude`; both or neither."""
    latitude: Mapped[float | None] = mapped_column(Double, default=None)
    area: Mapped[str | None] = mapped_column(Text, default=None)
    """Code of the area 区域 in the gazetteer in force when the ticket was located, None = unknown."""
    nature: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text, default="normal")
    complexity: Mapped[str] = mapped_column(Text, default="simple")
    matter: Mapped[str | None] = mapped_column(Text, default=None)
    """Code of the duty-list item, None while unclassified."""
    rule_limit: Mapped[str] = mapped_column(Text, default="")
    """Code of the limit that a routing rule gives it, of those in the settings of routing; empty = none."""
    matter_guessed: Mapped[bool] = mapped_column(default=False)
    """The matter was found by words alone and no person has confirmed it."""
    affected_count: Mapped[int] = mapped_column(Integer, default=1)
    """How many people, households or firms stand behind the one appeal."""
    appellant: Mapped[str] = mapped_column(Text, default="person", server_default="person")
    source: Mapped[str] = mapped_column(Text, default="", server_default="")
    """By which line, account or system it came 来源: its code in the registry, or the name that nobody there knows yet."""
    relation: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the appellant said of their tie to the place 与本地的关系; empty = nobody asked, and nobody has to."""
    screened: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Whether one person doubts that it is a valid appeal, or two found that it is none (`core.tickets.screening`)."""
    invalid_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Code of the reason why not, empty = nobody doubts it."""
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why its resident withdrew it (`core.tickets.withdrawal`), empty = they did not."""
    redo_asked: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Its resident is not content, wants it done again, and nobody has decided on that yet (`core.journey.redo_wish`)."""
    submitted_at: Mapped[datetime] = mapped_column(INSTANT)
    accepted_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    replied_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When the answer that concluded the present cycle was handed in (the review's delay is not the unit's)."""
    concluded_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    disposition: Mapped[str | None] = mapped_column(Text, default=None)
    cycle_no: Mapped[int] = mapped_column(Integer, default=1)
    bounce_count: Mapped[int] = mapped_column(Integer, default=0)
    suggested_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    lead_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    asked_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Whom the resident asked first 首问; written as the ticket is opened and never again. None = before that was kept."""
    first_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Who took it in hand first 首办; written once, whoever has it later. None = nobody yet, or before that was kept."""
    light: Mapped[str] = mapped_column(Text, default="green")
    next_due_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    is_attached: Mapped[bool] = mapped_column(default=False)
    master_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The ticket 主单 with which this one is handled while it is attached 并单."""
    master_is_attached: Mapped[bool | None] = mapped_column(default=None)
    part_of_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The ticket of which this one is a part 分项, for a letter about several matters that was split 拆单."""
    part_count: Mapped[int] = mapped_column(Integer, default=0)
    """Into how many parts the ticket was split; 0 = not split."""
    news_stopped: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The resident wants to be told of the answer alone 不再推送, and not of each step before."""
    version: Mapped[int] = mapped_column(Integer, default=0)
    head_hash: Mapped[bytes] = mapped_column(LargeBinary, default=b"")

    @property
    def is_from_elsewhere(self) -> bool:
        """Another tenant referred it here 移交: its resident knows that tenant's number, and hears from that one alone."""
        return self.channel == FROM_ELSEWHERE

    @property
    def point(self) -> Point | None:
        """Where it is by the map, if the channel said so."""
        if self.longitude is None or self.latitude is None:
            return None
        return Point(self.longitude, self.latitude)


class TicketContact(OfTenant, Base, kw_only=True):
    """Who spoke 诉求人: apart from the ticket, encrypted, found by keyed hash only."""

    __tablename__ = "ticket_contact"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_ticket_contact_phone_hash", "tenant_id", "phone_hash"),
        Index("ix_ticket_contact_name_hash", "tenant_id", "name_hash", postgresql_where="name_hash IS NOT NULL"),
        Index(
            "ix_ticket_contact_unhashed",
            "tenant_id",
            "ticket_id",
            postgresql_where="name IS NOT NULL AND name_hash IS NULL",
        ),
        Index("ix_ticket_contact_wechat_hash", "tenant_id", "wechat_hash", postgresql_where="wechat_hash IS NOT NULL"),
        Index("ix_ticket_contact_weibo_hash", "tenant_id", "weibo_hash", postgresql_where="weibo_hash IS NOT NULL"),
        Index("ix_ticket_contact_email_hash", "tenant_id", "email_hash", postgresql_where="email_hash IS NOT NULL"),
        CheckConstraint(f"tell_by IN ({_any_of(get_args(TellBy))})", name="tell_by"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    address: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    keep_private: Mapped[bool] = mapped_column(default=True)
    wechat: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """As whom the district's WeChat account 服务号 knows the resident, who wrote by it."""
    wechat_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    weibo: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The number under which Weibo knows the resident, who mentioned the district's account there."""
    weibo_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    name_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """By which who may see names finds those of somebody whose whole name they know."""
    phone_proven: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whoever left the phone had it at hand 已验证: they gave back a code that was sent to it."""
    email: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    email_confirmed: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whoever reads what comes there has said that the appeal is theirs."""
    tell_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    """By which way the resident wants to be told 告知方式; empty = by the one they came, none = they look themselves."""
    tell_hours: Mapped[str] = mapped_column(Text, default="", server_default="")
    """In which hours, as 9-18; empty = the district's."""


class ContactReveal(TenantRow, Base, kw_only=True):
    """One time that somebody looked at a contact in full 查看联系方式: who, when, what for. What was seen is named, not kept."""

    __tablename__ = "contact_reveal"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_contact_reveal_ticket", "tenant_id", "ticket_id"),
        Index("ix_contact_reveal_actor", "tenant_id", "actor_kind", "actor_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text)
    """Names of the fields that were shown, with commas."""
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class TicketEvent(OfTenant, Base, kw_only=True):
    """One entry of the timeline 流转记录: append-only, linked to the entry before by its hash.

    The application's role may insert and read it, nothing else. `detail` holds no personal data.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index(
            "ix_ticket_event_counted",
            "tenant_id",
            "kind",
            "at",
            postgresql_where="kind IN ('reject', 'void', 'withdraw', 'redo', 'reopen')",
        ),
        Index("ix_ticket_event_kept_off", "tenant_id", "at", postgresql_where="kind = 'kept_off'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT)
    kind: Mapped[str] = mapped_column(Text)
    """A command of the table of moves, or a note (`states.NOTE_LABELS`)."""
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    command_id: Mapped[str | None] = mapped_column(Text, default=None)


class CommandLog(OfTenant, Base, kw_only=True):
    """A command that was carried out under an id, and what came of it: the same id does nothing twice."""

    __tablename__ = "command_log"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),)

    command_id: Mapped[str] = mapped_column(Text, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    command: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Message(TenantRow, Base, kw_only=True):
    """Something said to people about a ticket: an SMS, a mail, a WeChat message, a comment on Weibo, or a note in a unit's mailbox.

    `to_unit_id` None = to the resident; then the address is looked up in the contact when it is sent.
    """

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "to_unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("transport IN ('sms', 'mail', 'inbox', 'wechat', 'weibo')", name="transport"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
        Index("ix_message_to_unit", "tenant_id", "to_unit_id", "created_at"),
        Index("ix_message_ticket", "tenant_id", "ticket_id"),
        Index("ix_message_failed", "tenant_id", "created_at", postgresql_where="state = 'failed'"),
        Index("ix_message_receipt", "tenant_id", "receipt", postgresql_where="receipt IS NOT NULL"),
        Index(
            "uq_message_news",
            "tenant_id",
            "ticket_id",
            "news",
            unique=True,
            postgresql_where="news IS NOT NULL",
        ),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    transport: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    to_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    failure: Mapped[str | None] = mapped_column(Text, default=None)
    receipt: Mapped[str | None] = mapped_column(Text, default=None)
    """The number under which the gateway knows what it took, where it tells later what came of it."""
    news: Mapped[str | None] = mapped_column(Text, default=None)
    """Which step of the ticket it tells the resident of, each once; None = it tells of none."""


class Attachment(TenantRow, Base, kw_only=True):
    """A time during which a ticket was handled with a master 并单: why, since when, and how it ended."""

    __tablename__ = "attachment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "master_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("outcome IN ('attached', 'answered', 'detached')", name="outcome"),
        Index(
            "uq_attachment_present",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where="outcome = 'attached'",
        ),
        Index("ix_attachment_master", "tenant_id", "master_id"),
        Index("ix_attachment_attached_at", "tenant_id", "attached_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    master_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    attached_by: Mapped[str] = mapped_column(Text)
    attached_at: Mapped[datetime] = mapped_column(INSTANT)
    outcome: Mapped[str] = mapped_column(Text, default="attached")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class DistinctPair(TenantRow, Base, kw_only=True):
    """Two tickets that a person found not to be about the same thing 不是同一件: they are not offered to anybody again."""

    __tablename__ = "distinct_pair"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "other_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("ticket_id <= other_id", name="order"),
        UniqueConstraint("tenant_id", "ticket_id", "other_id"),
        Index("ix_distinct_pair_other", "tenant_id", "other_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    other_id: Mapped[int] = mapped_column(BigInteger)
    found_by: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(INSTANT)


class RuleChallenge(TenantRow, Base, kw_only=True):
    """Somebody thinks that a rule is wrong that bears on a ticket 质疑规则: which rule, of which settings, why, and what
    whoever keeps the rules answered.
    """

    __tablename__ = "rule_challenge"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer"),
        Index("ix_rule_challenge_ticket", "tenant_id", "ticket_id"),
        Index("ix_rule_challenge_open", "tenant_id", "raised_at", postgresql_where="answered_at IS NULL"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    rule_id: Mapped[str] = mapped_column(Text)
    stamp: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    raised_by: Mapped[str] = mapped_column(Text)
    raised_by_id: Mapped[int | None] = mapped_column(BigInteger)
    raised_at: Mapped[datetime] = mapped_column(INSTANT)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(Text, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Trespass(TenantRow, Base, kw_only=True):
    """An attempt to do with a ticket what the actor may not: refused, and kept for those who supervise."""

    __tablename__ = "trespass"
    __table_args__ = (Index("ix_trespass_at", "tenant_id", "at"),)

    serial_no: Mapped[str] = mapped_column(Text)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Seal(OfTenant, Base, kw_only=True):
    """The daily seal 封存 over the newest entries of all timelines: without its key nobody can take a ticket away unseen.

    `digest` is an HMAC, under a key outside the database, of the seal before and of the heads sealed with this one.
    """

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed_at: Mapped[datetime] = mapped_column(INSTANT)
    heads: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    records: Mapped[int] = mapped_column(Integer, default=0)
    """How many records beside the timelines were sealed with it."""
    covers: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """Table → columns of the records that it seals; empty for seals of before, which sealed timelines alone."""


class SealedHead(OfTenant, Base, kw_only=True):
    """The newest entry of a timeline that had moved since the seal before. No foreign key: it outlives its ticket."""

    __tablename__ = "sealed_head"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "seal_number"], ["seal.tenant_id", "seal.number"]),
        Index("ix_sealed_head_seal", "tenant_id", "seal_number"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    seal_number: Mapped[int] = mapped_column(Integer)
    serial_no: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SealedRecord(OfTenant, Base, kw_only=True):
    """A record beside the timelines 留证记录 that was there when it was sealed. No foreign key: it outlives the record."""

    __tablename__ = "sealed_record"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "seal_number"], ["seal.tenant_id", "seal.number"]),
        Index("ix_sealed_record_seal", "tenant_id", "seal_number"),
    )

    of: Mapped[str] = mapped_column(Text, primary_key=True)
    """The record's table."""
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    """Its primary key without the tenant, joined by `/`."""
    seal_number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime | None] = mapped_column(INSTANT)
    """The record's own time, where it has one."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)
