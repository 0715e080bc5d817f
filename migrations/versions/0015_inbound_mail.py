"""Mails that no resident wrote are put aside."""

from collections.abc import Sequence

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = "state IN ('waiting', 'taken_in', 'needs_person', 'refused')"
AFTER = "state IN ('waiting', 'taken_in', 'needs_person', 'aside', 'refused')"
ASIDE_AS_WAITING = "UPDATE inbound_item SET state = 'needs_person' WHERE state = 'aside'"
"""The version before knows no such state; with a person nothing is lost."""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_inbound_item_state"), "inbound_item", type_="check")
    op.create_check_constraint(op.f("ck_inbound_item_state"), "inbound_item", AFTER)
    op.create_index(
        "ix_inbound_item_aside",
        "inbound_item",
        ["tenant_id", "received_at"],
        unique=False,
        postgresql_where="state = 'aside'",
    )


def downgrade() -> None:
    op.drop_index("ix_inbound_item_aside", table_name="inbound_item")
    op.execute("ALTER TABLE inbound_item NO FORCE ROW LEVEL SECURITY")
    op.execute(ASIDE_AS_WAITING)
    op.execute("ALTER TABLE inbound_item FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("ck_inbound_item_state"), "inbound_item", type_="check")
    op.create_check_constraint(op.f("ck_inbound_item_state"), "inbound_item", BEFORE)
