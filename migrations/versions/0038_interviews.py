"""Live interviews: sessions, their questions and what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = (
    "interview",
    "interview_host",
    "interview_unit",
    "interview_extension",
    "interview_question",
    "interview_returned",
)


def upgrade() -> None:
    op.create_table(
        "interview",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("announced_by_id", sa.BigInteger(), nullable=True),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("extended_until", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("handed_over_by", sa.Text(), nullable=False),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'announced') = (opened_at IS NULL)", name=op.f("ck_interview_opened")),
        sa.CheckConstraint(
            "(state = 'handed_over') = (handed_over_at IS NOT NULL)", name=op.f("ck_interview_handed_over")
        ),
        sa.CheckConstraint(
            "(state IN ('closed', 'handed_over')) = (closed_at IS NOT NULL)", name=op.f("ck_interview_closed")
        ),
        sa.CheckConstraint("state IN ('announced', 'open', 'closed', 'handed_over')", name=op.f("ck_interview_state")),
        sa.CheckConstraint(
            "opens_at < ends_at AND (extended_until IS NULL OR extended_until > ends_at)",
            name=op.f("ck_interview_times"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interview")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_interview_tenant_id_slug")),
    )
    op.create_index("ix_interview_opens_at", "interview", ["tenant_id", "opens_at"])
    op.create_table(
        "interview_host",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
            name=op.f("fk_interview_host_tenant_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_interview_host_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interview_host")),
        sa.UniqueConstraint(
            "tenant_id", "interview_id", "position", name=op.f("uq_interview_host_tenant_id_interview_id_position")
        ),
    )
    op.create_table(
        "interview_unit",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("passed_to_id", sa.BigInteger(), nullable=True),
        sa.Column("passed_because", sa.Text(), nullable=False),
        sa.Column("passed_by", sa.Text(), nullable=False),
        sa.Column("passed_at", INSTANT, nullable=True),
        sa.CheckConstraint("(passed_to_id IS NULL) = (passed_because = '')", name=op.f("ck_interview_unit_passed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
            name=op.f("fk_interview_unit_tenant_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "passed_to_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_interview_unit_tenant_id_passed_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_interview_unit_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "interview_id", "unit_id", name=op.f("pk_interview_unit")),
    )
    op.create_table(
        "interview_extension",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_interview_extension_minutes")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
            name=op.f("fk_interview_extension_tenant_id_interview_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interview_extension")),
    )
    op.create_index("ix_interview_extension_interview", "interview_extension", ["tenant_id", "interview_id", "at"])
    op.create_table(
        "interview_question",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("taken_in_at", INSTANT, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_words", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("asker_hash", sa.LargeBinary(), nullable=True),
        sa.Column("words_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_aside_by", sa.Text(), nullable=False),
        sa.Column("set_aside_at", INSTANT, nullable=True),
        sa.Column("same_as_id", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=True),
        sa.Column("shown_by", sa.Text(), server_default="", nullable=False),
        sa.Column("shown_at", INSTANT, nullable=True),
        sa.CheckConstraint("(shown IS NULL) = (shown_at IS NULL)", name=op.f("ck_interview_question_shown")),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_interview_question_answered")
        ),
        sa.CheckConstraint(
            "(state = 'doubled') = (same_as_id IS NOT NULL)", name=op.f("ck_interview_question_doubled")
        ),
        sa.CheckConstraint("(state = 'set_aside') = (reason <> '')", name=op.f("ck_interview_question_set_aside")),
        sa.CheckConstraint(
            "place IN ('page', 'weibo', 'wechat', 'phone', 'file')", name=op.f("ck_interview_question_place")
        ),
        sa.CheckConstraint("state <> 'filed' OR ticket_id IS NOT NULL", name=op.f("ck_interview_question_filed")),
        sa.CheckConstraint(
            "state IN ('waiting', 'answered', 'filed', 'set_aside', 'doubled')",
            name=op.f("ck_interview_question_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('filed', 'doubled') OR sealed IS NULL", name=op.f("ck_interview_question_sealed")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "host_id"],
            ["interview_host.tenant_id", "interview_host.id"],
            name=op.f("fk_interview_question_tenant_id_host_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
            name=op.f("fk_interview_question_tenant_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "same_as_id"],
            ["interview_question.tenant_id", "interview_question.id"],
            name=op.f("fk_interview_question_tenant_id_same_as_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_interview_question_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_interview_question_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interview_question")),
        sa.UniqueConstraint(
            "tenant_id", "interview_id", "key", name=op.f("uq_interview_question_tenant_id_interview_id_key")
        ),
        sa.UniqueConstraint(
            "tenant_id", "interview_id", "number", name=op.f("uq_interview_question_tenant_id_interview_id_number")
        ),
    )
    op.create_index(
        "ix_interview_question_phone_hash",
        "interview_question",
        ["tenant_id", "phone_hash"],
        postgresql_where="phone_hash IS NOT NULL",
    )
    op.create_index(
        "ix_interview_question_state", "interview_question", ["tenant_id", "interview_id", "state", "number"]
    )
    op.create_index(
        "ix_interview_question_ticket",
        "interview_question",
        ["tenant_id", "ticket_id"],
        postgresql_where="ticket_id IS NOT NULL",
    )
    op.create_index("ix_interview_question_words", "interview_question", ["tenant_id", "interview_id", "words_hash"])
    op.create_table(
        "interview_returned",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interview_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["interview.tenant_id", "interview.id"],
            name=op.f("fk_interview_returned_tenant_id_interview_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interview_returned")),
    )
    op.create_index("ix_interview_returned_interview", "interview_returned", ["tenant_id", "interview_id", "number"])
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
