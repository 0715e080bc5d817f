"""Records beside the timeline that are never changed either: the entry that tells of one carries its fingerprint."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from core.kit.db import Base
from core.tickets.timeline import Detail, Written

RECORDS = "records"
"""Key in an entry's detail: the fingerprints of the records that were written with it."""


def with_records(detail: Detail | None, records: Sequence[Base]) -> Detail:
    """Return the detail of an entry that vouches for these records."""
    marks = {RECORDS: [fingerprint(record) for record in records]} if records else {}
    return {**(detail or {}), **marks}


def fingerprint(record: Base) -> str:
    """Return the record's table and the SHA-256 of all that stands in its row, in one canonical form."""
    values = {column.key: _plain(getattr(record, column.key)) for column in record.__table__.columns}
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{record.__tablename__}:{hashlib.sha256(canonical.encode()).hexdigest()}"


def marks_of(entry: Written) -> list[str]:
    """Return the fingerprints that an entry carries."""
    marks = entry.detail.get(RECORDS) if isinstance(entry.detail, dict) else None
    return [mark for mark in marks if isinstance(mark, str)] if isinstance(marks, list) else []


def table_of(mark: str) -> str:
    """Return the table of the record that has this fingerprint."""
    return mark.partition(":")[0]


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
