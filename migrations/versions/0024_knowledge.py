"""Answers that are kept: articles with owner, expiry and approval."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
CHANGED = ("SELECT", "INSERT", "UPDATE")
ADDED_TO = ("SELECT", "INSERT")
TABLES = (
    ("knowledge_question", CHANGED),
    ("article", CHANGED),
    ("article_version", ADDED_TO),
    ("article_step", ADDED_TO),
    ("article_use", ADDED_TO),
)
"""Tables in the order in which they are made, and what the application may do with their rows."""


def upgrade() -> None:
    _questions()
    _articles()
    _versions()
    _steps()
    _uses()
    for table, privileges in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))


def downgrade() -> None:
    for table, _ in reversed(TABLES):
        op.drop_table(table)


def _own(table: str) -> tuple[sa.Column[int], sa.Column[int], sa.PrimaryKeyConstraint]:
    """Return what every table begins with: the tenant, an id of its own, and both as its key."""
    return (
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )


def _points_to(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{parent}.tenant_id", f"{parent}.id"], name=op.f(f"fk_{table}_tenant_id_{column}")
    )


def _done(at: str, by: str) -> tuple[sa.Column[str], sa.Column[int], sa.Column[object]]:
    """Return the columns that say by whom it was done, and when."""
    return (
        sa.Column(by, sa.Text(), nullable=False),
        sa.Column(f"{by}_id", sa.BigInteger(), nullable=True),
        sa.Column(at, INSTANT, nullable=False),
    )


def _questions() -> None:
    table = "knowledge_question"
    op.create_table(
        table,
        *_own(table),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        *_done("asked_at", "asked_by"),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'written', 'answered', 'dropped')", name=op.f(f"ck_{table}_state")),
        _points_to(table, "unit_id", "unit"),
        _points_to(table, "ticket_id", "ticket"),
    )
    op.create_index("ix_knowledge_question_unit", table, ["tenant_id", "unit_id", "state"])
    op.create_index("ix_knowledge_question_ticket", table, ["tenant_id", "ticket_id"])


def _articles() -> None:
    table = "article"
    op.create_table(
        table,
        *_own(table),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("useless", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'internal', 'expired', 'withdrawn')", name=op.f(f"ck_{table}_state")
        ),
        sa.CheckConstraint("pending IN ('', 'submitted', 'returned')", name=op.f(f"ck_{table}_pending")),
        sa.CheckConstraint("(state = 'draft') = (in_force IS NULL)", name=op.f(f"ck_{table}_in_force")),
        sa.CheckConstraint("(in_force IS NULL) = (expires_on IS NULL)", name=op.f(f"ck_{table}_expires")),
        _points_to(table, "unit_id", "unit"),
        _points_to(table, "question_id", "knowledge_question"),
    )
    op.create_index("ix_article_state", table, ["tenant_id", "state"])
    op.create_index("ix_article_unit", table, ["tenant_id", "unit_id"])


def _versions() -> None:
    table = "article_version"
    op.create_table(
        table,
        *_own(table),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "question", "also_asked", "answer", "policy", "reach")
        ),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_done("at", "by"),
        sa.CheckConstraint("reach IN ('published', 'internal')", name=op.f(f"ck_{table}_reach")),
        _points_to(table, "article_id", "article"),
        sa.UniqueConstraint("tenant_id", "article_id", "number", name=op.f(f"uq_{table}_tenant_id_article_id_number")),
    )


def _steps() -> None:
    table = "article_step"
    op.create_table(
        table,
        *_own(table),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_done("at", "by"),
        sa.CheckConstraint(
            "kind IN ('written', 'approved', 'returned', 'withdrawn', 'reminded', 'expired')",
            name=op.f(f"ck_{table}_kind"),
        ),
        _points_to(table, "article_id", "article"),
    )
    op.create_index("ix_article_step_article", table, ["tenant_id", "article_id"])


def _uses() -> None:
    table = "article_use"
    op.create_table(
        table,
        *_own(table),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        *_done("at", "by"),
        _points_to(table, "article_id", "article"),
        _points_to(table, "ticket_id", "ticket"),
    )
    op.create_index("ix_article_use_article", table, ["tenant_id", "article_id"])
    op.create_index("ix_article_use_ticket", table, ["tenant_id", "ticket_id"])
