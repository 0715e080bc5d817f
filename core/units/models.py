"""Tables of units and duties."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import Base, TenantRow

UNIT_KINDS = (
    "city_department",
    "district_department",
    "street",
    "section",
    "community_center",
    "public_utility",
    "central_body",
    "dispatch_desk",
    "discipline",
)


class Unit(TenantRow, Base, kw_only=True):
    """A unit 承办单位: a department, street or section in the tree, or a body outside it (water, metro, central bodies).

    Exactly one unit of kind `dispatch_desk` is where tickets wait that no rule places.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in UNIT_KINDS)})", name="kind"),
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    initials: Mapped[str] = mapped_column(Text, default="")
    """Pinyin initials by which the unit is picked with few keys, e.g. 石羊 = sy."""
    phone: Mapped[str] = mapped_column(Text, default="")
    mail: Mapped[str] = mapped_column(Text, default="")
    """Where the unit is reached officially; empty = not known, so a message to it is kept as failed."""
    refers_to: Mapped[str] = mapped_column(Text, default="")
    """Slug of the tenant that the unit stands for: what is dispatched to it is referred 移交 there; empty = none."""
    active: Mapped[bool] = mapped_column(default=True)


class Duty(TenantRow, Base, kw_only=True):
    """One item of the duty list: matter, lead unit, legal basis, standard and limit. Its code is the matter's code."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id", "lead_unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("limit_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name="limit_mode"),
    )

    code: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    subcategory: Mapped[str] = mapped_column(Text)
    lead_unit_id: Mapped[int] = mapped_column(BigInteger)
    co_units: Mapped[list[str]] = mapped_column(JSONB)
    keywords: Mapped[list[str]] = mapped_column(JSONB)
    limit_mode: Mapped[str | None] = mapped_column(Text, default=None)
    limit_amount: Mapped[int | None] = mapped_column(Integer, default=None)
    on_site_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    standard: Mapped[str] = mapped_column(Text, default="")
    guide: Mapped[str] = mapped_column(Text, default="")
    """What the operator should ask the resident."""
    active: Mapped[bool] = mapped_column(default=True)
