"""Settings as revisions: what was drafted, tried, approved and activated; presets, secrets, dry runs and incidents.

Decisions say under which revision they were made.
"""

import hashlib
import json
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WORK = ("SELECT", "INSERT", "UPDATE")
RECORD = ("SELECT", "INSERT")
REMAKE = ("SELECT", "INSERT", "UPDATE", "DELETE")
PRIVILEGES = {
    "dry_run": WORK,
    "dry_run_change": RECORD,
    "feature_act": RECORD,
    "feature_event": RECORD,
    "feature_incident": WORK,
    "settings_event": RECORD,
    "settings_preset": REMAKE,
    "settings_revision": RECORD,
    "tenant_secret": REMAKE,
}
"""What the application's role may do with each new table. RECORD is append-only: not even we can rewrite it."""
FIRST_REVISION = sa.text(
    """
    INSERT INTO settings_revision
        (tenant_id, feature, number, schema_version, values, locked, sha256, reason, author, created_at)
    SELECT tenant_id, feature, 1, 1, settings, '[]', :sha256, '沿用升级前的设置', '系统升级', now()
    FROM tenant_feature WHERE tenant_id = :tenant_id AND feature = :feature
    """
)
KEPT = (
    """
    INSERT INTO settings_event (tenant_id, id, feature, number, kind, at, actor, detail)
    SELECT tenant_id, nextval('row_id'), feature, 1, 'activated', now(), '系统升级', '{}' FROM tenant_feature
    """,
    """
    UPDATE tenant_feature
    SET state = 'on', revision = 1, declared = jsonb_build_object('position', position, 'settings', settings)
    """,
)
"""What a tenant had switched on stays on, its settings become the first revision."""
GIVEN_BACK = """
    UPDATE tenant_feature f SET settings = r.values FROM settings_revision r
    WHERE r.tenant_id = f.tenant_id AND r.feature = f.feature AND r.number = f.revision
"""


def upgrade() -> None:
    op.create_table(
        "feature_incident",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("error_id", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("is_left_alone", sa.Boolean(), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_feature_incident_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "feature", "hook", "revision", name=op.f("pk_feature_incident")),
    )
    op.create_table(
        "feature_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('enabling', 'on', 'off', 'suspended', 'resumed', 'moved', 'secret_set', 'secret_removed')",
            name=op.f("ck_feature_event_kind"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_feature_event_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_feature_event")),
    )
    op.create_index("ix_feature_event_feature", "feature_event", ["tenant_id", "feature"], unique=False)
    op.create_table(
        "feature_act",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('page', 'command', 'job', 'event')", name=op.f("ck_feature_act_kind")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_feature_act_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_feature_act")),
    )
    op.create_index("uq_feature_act_key", "feature_act", ["tenant_id", "key"], unique=True)
    op.create_index("ix_feature_act_at", "feature_act", ["tenant_id", "at"], unique=False)
    op.create_table(
        "settings_preset",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("locked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_settings_preset_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "feature", name=op.f("pk_settings_preset")),
    )
    op.create_table(
        "settings_revision",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("locked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_settings_revision_reason")),
        sa.CheckConstraint("number > 0", name=op.f("ck_settings_revision_number")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_settings_revision_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "feature", "number", name=op.f("pk_settings_revision")),
    )
    op.create_index("uq_settings_revision_command", "settings_revision", ["tenant_id", "command_id"], unique=True)
    op.create_table(
        "tenant_secret",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("cipher", sa.LargeBinary(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(reference IS NULL) <> (cipher IS NULL)", name=op.f("ck_tenant_secret_one")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tenant_secret_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenant_secret")),
    )
    op.create_index("uq_tenant_secret_name", "tenant_secret", ["tenant_id", "feature", "name"], unique=True)
    op.create_table(
        "dry_run",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sample", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("turns", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("tally", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_dry_run_state")),
        sa.CheckConstraint(
            "turns IN ('on', 'off') AND (turns = 'on') = (number IS NOT NULL)", name=op.f("ck_dry_run_turns")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "feature", "number"],
            ["settings_revision.tenant_id", "settings_revision.feature", "settings_revision.number"],
            name=op.f("fk_dry_run_tenant_id_feature_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dry_run")),
    )
    op.create_index("ix_dry_run_revision", "dry_run", ["tenant_id", "feature", "number"], unique=False)
    op.create_table(
        "settings_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('checked', 'refused', 'approved', 'planned', 'activated', 'superseded', 'withdrawn')",
            name=op.f("ck_settings_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "feature", "number"],
            ["settings_revision.tenant_id", "settings_revision.feature", "settings_revision.number"],
            name=op.f("fk_settings_event_tenant_id_feature_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_settings_event")),
    )
    op.create_index("ix_settings_event_revision", "settings_event", ["tenant_id", "feature", "number"], unique=False)
    op.create_table(
        "dry_run_change",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dry_run_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("really", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dry_run_id"],
            ["dry_run.tenant_id", "dry_run.id"],
            name=op.f("fk_dry_run_change_tenant_id_dry_run_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dry_run_change")),
    )
    op.create_index("uq_dry_run_change_ticket", "dry_run_change", ["tenant_id", "dry_run_id", "ticket_id"], unique=True)
    for table, privileges in PRIVILEGES.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.add_column("tenant_feature", sa.Column("state", sa.Text(), nullable=False, server_default="off"))
    op.add_column("tenant_feature", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tenant_feature", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("tenant_feature", sa.Column("declared", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_check_constraint("state", "tenant_feature", "state IN ('off', 'enabling', 'on', 'suspended')")
    _in_sight_of_the_owner(_keep_settings, *KEPT)
    for column in ("state", "revision", "reason"):
        op.alter_column("tenant_feature", column, server_default=None)
    op.drop_column("tenant_feature", "settings")
    op.alter_column("sla_clock", "feature", new_column_name="by")
    op.add_column("sla_timer", sa.Column("by", sa.Text(), nullable=False, server_default="core"))
    op.alter_column("sla_timer", "by", server_default=None)


def downgrade() -> None:
    op.drop_column("sla_timer", "by")
    op.alter_column("sla_clock", "by", new_column_name="feature")
    op.add_column(
        "tenant_feature",
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    _in_sight_of_the_owner(GIVEN_BACK, "DELETE FROM tenant_feature WHERE state <> 'on'")
    op.alter_column("tenant_feature", "settings", server_default=None)
    op.drop_constraint(op.f("ck_tenant_feature_state"), "tenant_feature")
    for column in ("declared", "reason", "revision", "state"):
        op.drop_column("tenant_feature", column)
    op.drop_index("uq_dry_run_change_ticket", table_name="dry_run_change")
    op.drop_table("dry_run_change")
    op.drop_index("ix_settings_event_revision", table_name="settings_event")
    op.drop_table("settings_event")
    op.drop_index("ix_dry_run_revision", table_name="dry_run")
    op.drop_table("dry_run")
    op.drop_index("uq_tenant_secret_name", table_name="tenant_secret")
    op.drop_table("tenant_secret")
    op.drop_index("uq_settings_revision_command", table_name="settings_revision")
    op.drop_table("settings_revision")
    op.drop_table("settings_preset")
    op.drop_index("ix_feature_act_at", table_name="feature_act")
    op.drop_index("uq_feature_act_key", table_name="feature_act")
    op.drop_table("feature_act")
    op.drop_index("ix_feature_event_feature", table_name="feature_event")
    op.drop_table("feature_event")
    op.drop_table("feature_incident")


def _keep_settings() -> None:
    """Make what each tenant had set the first revision of its settings."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT tenant_id, feature, settings FROM tenant_feature")).all()
    for tenant_id, feature, settings in rows:
        written = json.dumps(settings, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        sha256 = hashlib.sha256(written.encode()).hexdigest()
        connection.execute(FIRST_REVISION, {"tenant_id": tenant_id, "feature": feature, "sha256": sha256})


def _in_sight_of_the_owner(*steps: str | Callable[[], None]) -> None:
    """Take steps on all tenants' rows; the forced policy would hide them from the owner."""
    tables = ("tenant_feature", "settings_revision", "settings_event")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for step in steps:
        if callable(step):
            step()
        else:
            op.execute(step)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
