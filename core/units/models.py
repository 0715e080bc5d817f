"""The table of units."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
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
    "establishment",
    "government",
)


class Unit(TenantRow, Base, kw_only=True):
    """A unit 承办单位: a department, street or section in the tree, or a body outside it (water, metro, central bodies).

    Exactly one unit of kind `dispatch_desk` is where tickets wait that no rule places. The `establishment` office 编办 and
    the office of the `government` are asked in turn on whose a ticket is, where units and desk do not settle it.
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
    member: Mapped[bool] = mapped_column(default=False)
    """One of the units that the district's hotline platform is made of 成员单位."""
    declared: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    """What files said of it when they were last applied; None = they do not name it."""
