"""Finding messages that failed, and events of one kind, without reading all there ever were."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_message_failed", "message", ["tenant_id", "created_at"], postgresql_where=sa.text("state = 'failed'")
    )
    op.create_index("ix_security_event_kind", "security_event", ["tenant_id", "kind", "at"])


def downgrade() -> None:
    op.drop_index("ix_security_event_kind", table_name="security_event")
    op.drop_index("ix_message_failed", table_name="message")
