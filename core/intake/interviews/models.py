"""Tables of live interviews: a row for each session, its hosts, its units and its extensions, and one for each question."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.intake.interviews.labels import INTERVIEW_STATES, PLACES, QUESTION_STATES
from core.kit.db import INSTANT, Base, OfTenant, TenantRow


def _any_of(names: object) -> str:
    return ", ".join(map(repr, names))  # type: ignore[call-overload]


class Interview(TenantRow, Base, kw_only=True):
    """One live interview 微访谈: announced with its times, opened, perhaps extended, closed, and its questions handed over.

    `ends_at` is when it was announced to end, `extended_until` when it ends after the last extension. It is `handed_over`
    when no question waits any more.
    """

    __tablename__ = "interview"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        CheckConstraint(f"state IN ({_any_of(INTERVIEW_STATES)})", name="state"),
        CheckConstraint("opens_at < ends_at AND (extended_until IS NULL OR extended_until > ends_at)", name="times"),
        CheckConstraint("(state = 'announced') = (opened_at IS NULL)", name="opened"),
        CheckConstraint("(state IN ('closed', 'handed_over')) = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'handed_over') = (handed_over_at IS NOT NULL)", name="handed_over"),
        Index("ix_interview_opens_at", "tenant_id", "opens_at"),
    )

    slug: Mapped[str] = mapped_column(Text)
    """Its name in addresses and on the command line."""
    topic: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    """Id of the channel by which its unanswered questions come in."""
    opens_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    note: Mapped[str] = mapped_column(Text)
    announced_by: Mapped[str] = mapped_column(Text)
    announced_by_id: Mapped[int | None] = mapped_column(BigInteger)
    announced_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="announced")
    opened_by: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    extended_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    closed_by: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    handed_over_by: Mapped[str] = mapped_column(Text, default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)

    @property
    def until(self) -> datetime:
        """When it ends as it stands now."""
        return self.extended_until or self.ends_at


class InterviewHost(TenantRow, Base, kw_only=True):
    """Somebody in charge 主持答复的领导 who answers in an interview: name, post, and whose unit it is."""

    __tablename__ = "interview_host"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "interview_id", "position"),
    )

    interview_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    post: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(BigInteger)


class InterviewUnit(OfTenant, Base, kw_only=True):
    """A unit that questions of an interview are asked of; `name` is what it was called when it was announced.

    Of one that left since, `passed_to_id` is its successor, as somebody named it with the reason.
    """

    __tablename__ = "interview_unit"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "passed_to_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("(passed_to_id IS NULL) = (passed_because = '')", name="passed"),
    )

    interview_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    passed_to_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    passed_because: Mapped[str] = mapped_column(Text, default="")
    passed_by: Mapped[str] = mapped_column(Text, default="")
    passed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class InterviewExtension(TenantRow, Base, kw_only=True):
    """One time that an interview was extended 延长: by how many minutes, until when, by whom and why."""

    __tablename__ = "interview_extension"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        Index("ix_interview_extension_interview", "tenant_id", "interview_id", "at"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    interview_id: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime] = mapped_column(INSTANT)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class InterviewQuestion(TenantRow, Base, kw_only=True):
    """One question that was asked in an interview 提问, and what became of it. The same `key` of a session counts once.

    `sealed` is who asked and how to reach them, encrypted; once it became a ticket that is the ticket's, and no longer
    here. What the same asker asks again is `doubled`, and points to the first one; of what became a ticket so do its
    doubles, so that the ticket's person is found in all of them.
    """

    __tablename__ = "interview_question"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "host_id"], ["interview_host.tenant_id", "interview_host.id"]),
        ForeignKeyConstraint(["tenant_id", "same_as_id"], ["interview_question.tenant_id", "interview_question.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "interview_id", "key"),
        UniqueConstraint("tenant_id", "interview_id", "number"),
        CheckConstraint(f"place IN ({_any_of(PLACES)})", name="place"),
        CheckConstraint(f"state IN ({_any_of(QUESTION_STATES)})", name="state"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("(state = 'set_aside') = (reason <> '')", name="set_aside"),
        CheckConstraint("(state = 'doubled') = (same_as_id IS NOT NULL)", name="doubled"),
        CheckConstraint("state NOT IN ('filed', 'doubled') OR sealed IS NULL", name="sealed"),
        CheckConstraint("state <> 'filed' OR ticket_id IS NOT NULL", name="filed"),
        CheckConstraint("(shown IS NULL) = (shown_at IS NULL)", name="shown"),
        Index("ix_interview_question_state", "tenant_id", "interview_id", "state", "number"),
        Index("ix_interview_question_words", "tenant_id", "interview_id", "words_hash"),
        Index("ix_interview_question_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
        Index("ix_interview_question_phone_hash", "tenant_id", "phone_hash", postgresql_where="phone_hash IS NOT NULL"),
    )

    interview_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    """Its place among the questions of the session, from 1."""
    key: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    """Where it is that the question is about, as the asker said; empty = not said."""
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    taken_in_at: Mapped[datetime] = mapped_column(INSTANT)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    """The unit that was asked, None = nobody in particular, or one that is not known."""
    asked_words: Mapped[str] = mapped_column(Text)
    """What the asker, or the file, called whom they ask."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed, so that a person's questions are found when they ask for them, or to be erased."""
    asker_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed, of the phone, else of the account they asked by; None = nobody knows who asks."""
    words_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed, of the words without marks, blanks and emoji, and of the location: what says the same."""
    state: Mapped[str] = mapped_column(Text, default="waiting")
    answer: Mapped[str] = mapped_column(Text, default="")
    host_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Which of the hosts answered it."""
    answered_by: Mapped[str] = mapped_column(Text, default="")
    """Who wrote the answer down: the host, or somebody for them."""
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was set aside."""
    set_aside_by: Mapped[str] = mapped_column(Text, default="")
    set_aside_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    same_as_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it could not become a ticket when it was handed over."""
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    shown: Mapped[bool | None] = mapped_column(Boolean, default=None)
    """Whether everybody may read it; None = nobody has decided, and they may once it is answered."""
    shown_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    shown_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class InterviewReturned(TenantRow, Base, kw_only=True):
    """A row of a file that could not be read as a question 退回的行, kept as it came, for the file that is mended.

    The next file settles it: then its cells are gone.
    """

    __tablename__ = "interview_returned"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interview_id"], ["interview.tenant_id", "interview.id"]),
        Index("ix_interview_returned_interview", "tenant_id", "interview_id", "number"),
    )

    interview_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    """Number of the row in its file."""
    why: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(INSTANT)
