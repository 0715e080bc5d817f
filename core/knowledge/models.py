"""Tables of the knowledge base 知识库: questions to units, articles, their versions, what was done with each, and their use."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

OFFERED = ("published", "internal")
"""States of an article that is offered to the desk."""


class KnowledgeQuestion(TenantRow, Base, kw_only=True):
    """A question that a unit is asked to interpret 请单位解读: one that many ask, or a sudden one.

    Written = the unit has handed in an article; answered = that is approved; dropped = the desk needs it no more.
    """

    __tablename__ = "knowledge_question"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("state IN ('open', 'written', 'answered', 'dropped')", name="state"),
        Index("ix_knowledge_question_unit", "tenant_id", "unit_id", "state"),
        Index("ix_knowledge_question_ticket", "tenant_id", "ticket_id"),
    )

    question: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    matter: Mapped[str] = mapped_column(Text, default="")
    """Code of the matter it is about; empty = of none, or of several."""
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The ticket that it was asked from, None = asked from none."""
    state: Mapped[str] = mapped_column(Text, default="open")
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it was dropped."""


class Article(TenantRow, Base, kw_only=True):
    """An article 知识 of the knowledge base, as it stands: whose it is, which version holds, whether it is offered.

    Draft = no version was approved yet; published and internal = offered, to everybody or to the house alone. `pending` is
    what became of the newest version while it does not hold: waiting for approval, or returned to its author.
    """

    __tablename__ = "article"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "question_id"], ["knowledge_question.tenant_id", "knowledge_question.id"]),
        CheckConstraint("state IN ('draft', 'published', 'internal', 'expired', 'withdrawn')", name="state"),
        CheckConstraint("pending IN ('', 'submitted', 'returned')", name="pending"),
        CheckConstraint("(state = 'draft') = (in_force IS NULL)", name="in_force"),
        CheckConstraint("(in_force IS NULL) = (expires_on IS NULL)", name="expires"),
        Index("ix_article_state", "tenant_id", "state"),
        Index("ix_article_unit", "tenant_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    """The unit that answers for it 责任单位."""
    title: Mapped[str] = mapped_column(Text)
    """Of the version in force; of the newest while none is."""
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    newest: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="draft")
    pending: Mapped[str] = mapped_column(Text, default="submitted")
    in_force: Mapped[int | None] = mapped_column(Integer, default=None)
    expires_on: Mapped[date | None] = mapped_column(Date, default=None)
    """The last day on which the version in force is offered."""
    reminded_on: Mapped[date | None] = mapped_column(Date, default=None)
    """When its unit was told that it ends soon; None = not yet, for the version in force."""
    matter: Mapped[str] = mapped_column(Text, default="")
    question_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    terms: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    """By what the version in force is found: see `rules.terms_of`."""
    useful: Mapped[int] = mapped_column(Integer, default=0)
    useless: Mapped[int] = mapped_column(Integer, default=0)
    """How often readers of the public page said the one and the other."""


class ArticleVersion(TenantRow, Base, kw_only=True):
    """A version of an article, never changed: another one takes its place."""

    __tablename__ = "article_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "article_id"], ["article.tenant_id", "article.id"]),
        UniqueConstraint("tenant_id", "article_id", "number"),
        CheckConstraint("reach IN ('published', 'internal')", name="reach"),
    )

    article_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    """What is asked, in the words of those who ask."""
    also_asked: Mapped[str] = mapped_column(Text)
    """In which other words it is asked; it is found by them too."""
    answer: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text)
    """The document it rests on 政策依据."""
    reach: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date] = mapped_column(Date)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class ArticleStep(TenantRow, Base, kw_only=True):
    """What was done with a version of an article, never changed."""

    __tablename__ = "article_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "article_id"], ["article.tenant_id", "article.id"]),
        CheckConstraint("kind IN ('written', 'approved', 'returned', 'withdrawn', 'reminded', 'expired')", name="kind"),
        Index("ix_article_step_article", "tenant_id", "article_id"),
    )

    article_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    """Of the version that it is about."""
    kind: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class ArticleUse(TenantRow, Base, kw_only=True):
    """A ticket that was answered directly with a version of an article, never changed."""

    __tablename__ = "article_use"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "article_id"], ["article.tenant_id", "article.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_article_use_article", "tenant_id", "article_id"),
        Index("ix_article_use_ticket", "tenant_id", "ticket_id"),
    )

    article_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class InstantAnswer(TenantRow, Base, kw_only=True):
    """A resident's question that was answered at once 秒回, before anything was filed: with what, how surely, and whether it helped.

    What was asked is not kept: it is gone when it was answered, and else it is the text of the ticket. `words` are those of
    it that the answer is known by.
    """

    __tablename__ = "instant_answer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "article_id"], ["article.tenant_id", "article.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("outcome IN ('shown', 'helped', 'unhelped')", name="outcome"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence"),
        Index("ix_instant_answer_at", "tenant_id", "at"),
        Index("ix_instant_answer_article", "tenant_id", "article_id"),
        Index("ix_instant_answer_ticket", "tenant_id", "ticket_id"),
    )

    key: Mapped[str] = mapped_column(Text)
    """Names the question where it was asked: a form that was sent, a message of a conversation. The same one is answered once."""
    medium: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    """Of the article, or of the topic of the district's rules."""
    confidence: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    article_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    article_version: Mapped[int | None] = mapped_column(Integer, default=None)
    rule_id: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="shown")
    """Shown = nothing was said of it yet."""
    said_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The ticket that the question became, where the answer did not help."""
