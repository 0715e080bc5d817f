"""Tables of the duty list 职责清单: each version whole, how limits changed, and the mapping to the city's list."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow

WHOLE = ""
"""Area of a row that holds in the whole district: a key has no empty parts."""
MODES = "('wall', 'ws', 'wd_eod', 'wd_same', 'natural')"


class DutyListVersion(OfTenant, Base, kw_only=True):
    """A version of the duty list; never changed. It is in force while the revision of routing that holds names it."""

    __tablename__ = "duty_list_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "gazetteer"], ["gazetteer_version.tenant_id", "gazetteer_version.number"]),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    gazetteer: Mapped[int | None] = mapped_column(Integer)
    """The version of the areas that its rows speak of; None = the district has declared no areas."""
    round: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Name of the round of tightening 时限压缩 that it was drafted for, empty = for none."""
    round_rule: Mapped[str] = mapped_column(Text, default="", server_default="")
    """In words, by what rule that round tightens."""
    sha256: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class DutyListMatter(OfTenant, Base, kw_only=True):
    """A matter 事项, or what several lie under, in a version."""

    __tablename__ = "duty_list_matter"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "version"], ["duty_list_version.tenant_id", "duty_list_version.number"]),
    )

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text)


class DutyListRow(OfTenant, Base, kw_only=True):
    """A row of a version: what holds for a matter in an area. Null = left open, as the less specific rows say."""

    __tablename__ = "duty_list_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version", "matter"],
            ["duty_list_matter.tenant_id", "duty_list_matter.version", "duty_list_matter.code"],
        ),
        CheckConstraint(f"limit_mode IN {MODES}", name="limit_mode"),
        CheckConstraint("(limit_mode IS NULL) = (limit_amount IS NULL)", name="limit"),
        CheckConstraint("origin IN ('published', 'proposed')", name="origin"),
        CheckConstraint("grade IN ('general', 'urgent', 'major')", name="grade"),
        CheckConstraint("min_level IN ('community', 'street', 'district', 'city')", name="min_level"),
    )

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    area: Mapped[str] = mapped_column(Text, primary_key=True)
    lead: Mapped[str | None] = mapped_column(Text)
    """Code of a unit, or `local:street` and the like for whoever is at home there."""
    co: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    keywords: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    limit_mode: Mapped[str | None] = mapped_column(Text)
    limit_amount: Mapped[int | None] = mapped_column(Integer)
    on_site_seconds: Mapped[int | None] = mapped_column(Integer)
    after_arrival_seconds: Mapped[int | None] = mapped_column(Integer)
    legal_basis: Mapped[str | None] = mapped_column(Text)
    standard: Mapped[str | None] = mapped_column(Text)
    guide: Mapped[str | None] = mapped_column(Text)
    min_level: Mapped[str | None] = mapped_column(Text)
    department_function: Mapped[bool | None] = mapped_column()
    origin: Mapped[str | None] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(Text)


class DutyLimitChange(TenantRow, Base, kw_only=True):
    """An entry of the history of limits 时限压缩: what changed as a version came into force, and why. Null = no limit."""

    __tablename__ = "duty_limit_change"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "version"], ["duty_list_version.tenant_id", "duty_list_version.number"]),
        CheckConstraint("field IN ('limit', 'on_site', 'after_arrival')", name="field"),
        CheckConstraint(f"before_mode IN {MODES}", name="before_mode"),
        CheckConstraint(f"after_mode IN {MODES}", name="after_mode"),
        Index("ix_duty_limit_change_matter", "tenant_id", "matter"),
    )

    version: Mapped[int] = mapped_column(Integer)
    matter: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    before_mode: Mapped[str | None] = mapped_column(Text)
    before_amount: Mapped[int | None] = mapped_column(Integer)
    after_mode: Mapped[str | None] = mapped_column(Text)
    after_amount: Mapped[int | None] = mapped_column(Integer)
    effective_on: Mapped[date] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)


class MappedMatter(TenantRow, Base, kw_only=True):
    """Which of the central city's matters a local one is 市级目录对照, from a moment on. The newest entry holds."""

    __tablename__ = "matter_mapping"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        Index("ix_matter_mapping_matter", "tenant_id", "matter", "set_at"),
    )

    matter: Mapped[str] = mapped_column(Text)
    central: Mapped[str] = mapped_column(Text)
    """Empty = it is mapped no more."""
    set_at: Mapped[datetime] = mapped_column(INSTANT)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
