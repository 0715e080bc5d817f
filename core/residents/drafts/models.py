"""The tables of reports that were begun, and of the files that came with them so far."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class ReportDraft(TenantRow, Base, kw_only=True):
    """What somebody who has not signed in has answered so far; taken away when it is sent, deleted, or has lain too long.

    `key_hash` is the keyed hash of the key by which the page finds it: who reads the table opens no draft. `sealed` are the
    answers, encrypted. `version` counts how often it was saved, `saved_by` is the page that saved it last: so that no window
    writes over the newer text of another.
    """

    __tablename__ = "report_draft"
    __table_args__ = (
        Index("uq_report_draft_key", "tenant_id", "key_hash", unique=True),
        Index("ix_report_draft_saved_at", "tenant_id", "saved_at"),
    )

    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
    saved_by: Mapped[str] = mapped_column(Text)


class ReportFile(TenantRow, Base, kw_only=True):
    """A photo or a recording of a report that was begun, cleaned as every file; it becomes a file of the ticket.

    `sealed` is its name, encrypted; `key` names it in the store of the tenant's files, and with `has_preview` its small copy.
    """

    __tablename__ = "report_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "draft_id"], ["report_draft.tenant_id", "report_draft.id"], ondelete="CASCADE"
        ),
        CheckConstraint("size > 0", name="size"),
        Index("uq_report_file_sha256", "tenant_id", "draft_id", "sha256", unique=True),
        Index("ix_report_file_key", "tenant_id", "key"),
    )

    draft_id: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    has_preview: Mapped[bool]
    added_at: Mapped[datetime] = mapped_column(INSTANT)
