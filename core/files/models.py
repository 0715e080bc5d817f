"""The table of files: what is known of each, while its bytes lie elsewhere."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

SMALL = ".small"
"""What the key of a small copy ends with."""


def preview_key(key: str) -> str:
    """Return the key of the small copy of a file."""
    return key + SMALL


def file_key(key: str) -> str:
    """Return the key of the file to which this, the file or its small copy, belongs."""
    return key.removesuffix(SMALL)


class TicketFile(TenantRow, Base, kw_only=True):
    """A file 附件 of a ticket, as it is kept after cleaning. The timeline entry that tells of it carries its SHA-256.

    `key` names it in the store of the tenant's files; it is None when the file was erased, and then nothing lies there.
    """

    __tablename__ = "ticket_file"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("state IN ('ready', 'waiting', 'locked', 'erased')", name="state"),
        CheckConstraint("(state = 'erased') = (key IS NULL)", name="erased"),
        Index("ix_ticket_file_ticket", "tenant_id", "ticket_id", "id"),
        Index("ix_ticket_file_waiting", "tenant_id", "id", postgresql_where="state = 'waiting'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes, as it is kept."""
    sha256: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    has_preview: Mapped[bool]
    """Whether a small copy to look at lies beside it, as of images (`preview_key`)."""
    state: Mapped[str] = mapped_column(Text)
    """`waiting` 待查毒: nobody is given it before a scanner has judged it; `locked` 已隔离: a scanner found something."""
    finding: Mapped[str] = mapped_column(Text, default="")
    """What the scanner calls what it found, or why it could not judge yet."""
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    for_resident: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether who added it to the reply lets the resident have it with the answer. What residents add themselves they always have."""
    command_id: Mapped[str | None] = mapped_column(Text, default=None)
    """Under which it was added, together with others of the same form."""
