"""Tables of what came in."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class IntakeEvent(TenantRow, Base, kw_only=True):
    """One thing that came in 来件, as it came (encrypted); the same external id of a channel comes in once only."""

    __tablename__ = "intake_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "external_id"),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
    )

    channel: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """What came in, encrypted; emptied when the person is erased."""
    payload_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    """Its digest, keyed so that nothing can be learnt from it; stays when the person is erased."""
    ticket_id: Mapped[int] = mapped_column(BigInteger)


class WechatMessage(TenantRow, Base, kw_only=True):
    """What a resident wrote to the district's WeChat account, and what was answered; its words lie in the item it came as.

    `person` is the keyed hash of who wrote. `asks` is what the answer asks them, so that the next message is understood: for an appeal, whether it is
    resolved, the cause, whether an answer helped.
    """

    __tablename__ = "wechat_message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "item_id"),
        ForeignKeyConstraint(["tenant_id", "item_id"], ["inbound_item.tenant_id", "inbound_item.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_wechat_message_person", "tenant_id", "person", "at"),
        Index("ix_wechat_message_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    asks: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")


class WeiboPost(TenantRow, Base, kw_only=True):
    """What somebody wrote on Weibo to the district's account: a status that mentions it 提及, or a comment 评论 below one.

    The words, and the number of the status, lie encrypted in the item it came as; `person` is the keyed hash of who wrote.
    Of a mention that became a ticket: `comments_since`, up to which comment below it was read, `looked_at`, when that was, and
    `gone`, that nobody can see it any more.
    """

    __tablename__ = "weibo_post"
    __table_args__ = (
        UniqueConstraint("tenant_id", "item_id"),
        ForeignKeyConstraint(["tenant_id", "item_id"], ["inbound_item.tenant_id", "inbound_item.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("kind IN ('mention', 'comment')", name="kind"),
        Index("ix_weibo_post_person", "tenant_id", "person", "at"),
        Index("ix_weibo_post_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    comments_since: Mapped[int] = mapped_column(BigInteger, default=0)
    looked_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    gone: Mapped[bool] = mapped_column(default=False)


class WeiboReading(OfTenant, Base, kw_only=True):
    """How far the mentions of an account were read: all up to `since_id`, and of a walk that is not over, which goes from the
    newest back, all from `until_id` on up to `top_id`; 0 = no walk is begun.
    """

    __tablename__ = "weibo_reading"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    uid: Mapped[str] = mapped_column(Text, primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(INSTANT)
    since_id: Mapped[int] = mapped_column(BigInteger, default=0)
    until_id: Mapped[int] = mapped_column(BigInteger, default=0)
    top_id: Mapped[int] = mapped_column(BigInteger, default=0)


class InboundItem(TenantRow, Base, kw_only=True):
    """What another system pushed 推送来件, or a mail 来信, as it came (encrypted), and what became of it.

    `waiting`: a job will read it. `taken_in`: it became tickets. `needs_person` 待人工录入: nobody vouched for it, or it
    could not be read as a whole. `aside` 自动邮件: a mail that no resident wrote. `refused`: somebody said that it is no
    appeal. The same message id of a channel counts once.
    """

    __tablename__ = "inbound_item"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "message_id"),
        CheckConstraint("state IN ('waiting', 'taken_in', 'needs_person', 'aside', 'refused')", name="state"),
        Index("ix_inbound_item_open", "tenant_id", "received_at", postgresql_where="state = 'needs_person'"),
        Index("ix_inbound_item_aside", "tenant_id", "received_at", postgresql_where="state = 'aside'"),
    )

    channel: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    """The sender's own id; of what nobody could vouch for, one made of its content."""
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    content_type: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed, so that what comes again is known, and nothing can be learnt from it."""
    state: Mapped[str] = mapped_column(Text)
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why a person is needed, in words without anything the resident said."""
    vouched_by: Mapped[str] = mapped_column(Text, default="")
    """The feature, version and revision that vouched for the sender; empty = nobody did."""
    tickets: Mapped[dict[str, int]] = mapped_column(JSONB, default_factory=dict)
    """Ids of the tickets that it became so far, by the place of each appeal in it, or `by-hand` and a number."""
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is no appeal, in the words of who said so."""
