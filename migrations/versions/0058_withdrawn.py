"""Appeals that their residents withdrew or want done again, what was wrong, and files that go to them with the answer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CAUSES = (
    "unsolved",
    "judicial",
    "several_units",
    "policy",
    "untrue",
    "result_other",
    "attitude",
    "no_contact",
    "late",
    "passed_on",
    "process_other",
)
SHORT = ("result", "process")
"""What only says what dissatisfaction is about; for a database that goes back it is another reason of the same group."""
COUNTED = "kind IN ('reject', 'void', 'withdraw', 'redo', 'reopen')"
COUNTED_BEFORE = "kind IN ('reject', 'void', 'redo', 'reopen')"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_ticket_withdrawn"), "ticket", "withdrawn_reason = '' OR state = 'voided'")
    op.add_column("ticket", sa.Column("redo_asked", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_ticket_redo_asked", "ticket", ["tenant_id", "concluded_at"], postgresql_where=sa.text("redo_asked")
    )
    op.add_column("ticket_file", sa.Column("for_resident", sa.Boolean(), server_default="false", nullable=False))
    _allow_causes((*CAUSES, *SHORT))
    _index_entries(COUNTED)


def downgrade() -> None:
    _index_entries(COUNTED_BEFORE)
    for table in ("rating_cause", "cube_code"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE rating_cause SET cause = cause || '_other' WHERE cause IN ('result', 'process')")
    op.execute("DELETE FROM cube_code WHERE kind = 'withdrawn'")
    for table in ("rating_cause", "cube_code"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _allow_causes(CAUSES)
    op.drop_column("ticket_file", "for_resident")
    op.drop_index("ix_ticket_redo_asked", "ticket")
    op.drop_column("ticket", "redo_asked")
    op.drop_constraint(op.f("ck_ticket_withdrawn"), "ticket", type_="check")
    op.drop_column("ticket", "withdrawn_reason")


def _allow_causes(codes: Sequence[str]) -> None:
    op.drop_constraint(op.f("ck_rating_cause_cause"), "rating_cause", type_="check")
    listed = ", ".join(f"'{code}'" for code in codes)
    op.create_check_constraint(op.f("ck_rating_cause_cause"), "rating_cause", f"cause IN ({listed})")


def _index_entries(which: str) -> None:
    op.drop_index("ix_ticket_event_counted", "ticket_event")
    op.create_index("ix_ticket_event_counted", "ticket_event", ["tenant_id", "kind", "at"], postgresql_where=which)
