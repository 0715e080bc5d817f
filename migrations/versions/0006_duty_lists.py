"""The duty list and the gazetteer in versions, the history of limits, the mapping to the city's list, and duty rosters.

The duties of the first releases came from the tenants' files alone and are drafted from these again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

RECORD = ("SELECT", "INSERT")
PLAN = ("SELECT", "INSERT", "UPDATE", "DELETE")
PRIVILEGES = {
    "area": RECORD,
    "area_alias": RECORD,
    "duty_limit_change": RECORD,
    "duty_list_matter": RECORD,
    "duty_list_row": RECORD,
    "duty_list_version": RECORD,
    "duty_roster": PLAN,
    "gazetteer_version": RECORD,
    "matter_mapping": RECORD,
    "staff_absence": PLAN,
}
"""What the application's role may do with each new table. RECORD is append-only: not even we can rewrite it."""


class Polygon(sa.types.UserDefinedType[Any]):
    """The core type of PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_keywords: Any) -> str:
        return "polygon"


def upgrade() -> None:
    op.create_table(
        "gazetteer_version",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_gazetteer_version_reason")),
        sa.CheckConstraint("number > 0", name=op.f("ck_gazetteer_version_number")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_gazetteer_version_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_gazetteer_version")),
    )
    op.create_table(
        "matter_mapping",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("central", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_matter_mapping_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_matter_mapping")),
    )
    op.create_index("ix_matter_mapping_matter", "matter_mapping", ["tenant_id", "matter", "set_at"], unique=False)
    op.create_table(
        "area",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("shape", Polygon(), nullable=True),
        sa.CheckConstraint("kind IN ('district', 'street', 'community')", name=op.f("ck_area_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version"],
            ["gazetteer_version.tenant_id", "gazetteer_version.number"],
            name=op.f("fk_area_tenant_id_version"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "version", "code", name=op.f("pk_area")),
    )
    op.create_table(
        "duty_list_version",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gazetteer", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_duty_list_version_reason")),
        sa.CheckConstraint("number > 0", name=op.f("ck_duty_list_version_number")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gazetteer"],
            ["gazetteer_version.tenant_id", "gazetteer_version.number"],
            name=op.f("fk_duty_list_version_tenant_id_gazetteer"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_duty_list_version_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_duty_list_version")),
    )
    op.create_table(
        "area_alias",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('alias', 'road', 'landmark')", name=op.f("ck_area_alias_kind")),
        sa.CheckConstraint("side IN ('both', 'odd', 'even')", name=op.f("ck_area_alias_side")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version", "area"],
            ["area.tenant_id", "area.version", "area.code"],
            name=op.f("fk_area_alias_tenant_id_version_area"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_area_alias")),
    )
    op.create_index("ix_area_alias_version", "area_alias", ["tenant_id", "version"], unique=False)
    op.create_table(
        "duty_limit_change",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before_mode", sa.Text(), nullable=True),
        sa.Column("before_amount", sa.Integer(), nullable=True),
        sa.Column("after_mode", sa.Text(), nullable=True),
        sa.Column("after_amount", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "after_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name=op.f("ck_duty_limit_change_after_mode")
        ),
        sa.CheckConstraint(
            "before_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')",
            name=op.f("ck_duty_limit_change_before_mode"),
        ),
        sa.CheckConstraint("field IN ('limit', 'on_site')", name=op.f("ck_duty_limit_change_field")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version"],
            ["duty_list_version.tenant_id", "duty_list_version.number"],
            name=op.f("fk_duty_limit_change_tenant_id_version"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_limit_change")),
    )
    op.create_index("ix_duty_limit_change_matter", "duty_limit_change", ["tenant_id", "matter"], unique=False)
    op.create_table(
        "duty_list_matter",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version"],
            ["duty_list_version.tenant_id", "duty_list_version.number"],
            name=op.f("fk_duty_list_matter_tenant_id_version"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "version", "code", name=op.f("pk_duty_list_matter")),
    )
    op.create_table(
        "duty_roster",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("weekdays", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_duty_roster_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_duty_roster_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_duty_roster_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_roster")),
    )
    op.create_index("ix_duty_roster_unit", "duty_roster", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "staff_absence",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_staff_absence_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_staff_absence_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_absence")),
    )
    op.create_index("ix_staff_absence_account", "staff_absence", ["tenant_id", "account_id"], unique=False)
    op.create_table(
        "duty_list_row",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("co", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("limit_mode", sa.Text(), nullable=True),
        sa.Column("limit_amount", sa.Integer(), nullable=True),
        sa.Column("on_site_seconds", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("standard", sa.Text(), nullable=True),
        sa.Column("guide", sa.Text(), nullable=True),
        sa.Column("min_level", sa.Text(), nullable=True),
        sa.Column("department_function", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "limit_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name=op.f("ck_duty_list_row_limit_mode")
        ),
        sa.CheckConstraint(
            "min_level IN ('community', 'street', 'district', 'city')", name=op.f("ck_duty_list_row_min_level")
        ),
        sa.CheckConstraint("(limit_mode IS NULL) = (limit_amount IS NULL)", name=op.f("ck_duty_list_row_limit")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version", "matter"],
            ["duty_list_matter.tenant_id", "duty_list_matter.version", "duty_list_matter.code"],
            name=op.f("fk_duty_list_row_tenant_id_version_matter"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "version", "matter", "area", name=op.f("pk_duty_list_row")),
    )
    for table, privileges in PRIVILEGES.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.drop_table("duty")


def downgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("co_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("limit_mode", sa.Text(), nullable=True),
        sa.Column("limit_amount", sa.Integer(), nullable=True),
        sa.Column("on_site_seconds", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("guide", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "limit_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name=op.f("ck_duty_limit_mode")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_duty_tenant_id_lead_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_duty_tenant_id_code")),
    )
    for statement in keep_apart("duty"):
        op.execute(statement)
    op.execute(allow("duty", "SELECT", "INSERT", "UPDATE"))
    op.drop_table("duty_list_row")
    op.drop_index("ix_staff_absence_account", table_name="staff_absence")
    op.drop_table("staff_absence")
    op.drop_index("ix_duty_roster_unit", table_name="duty_roster")
    op.drop_table("duty_roster")
    op.drop_table("duty_list_matter")
    op.drop_index("ix_duty_limit_change_matter", table_name="duty_limit_change")
    op.drop_table("duty_limit_change")
    op.drop_index("ix_area_alias_version", table_name="area_alias")
    op.drop_table("area_alias")
    op.drop_table("duty_list_version")
    op.drop_table("area")
    op.drop_index("ix_matter_mapping_matter", table_name="matter_mapping")
    op.drop_table("matter_mapping")
    op.drop_table("gazetteer_version")
