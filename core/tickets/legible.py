"""Reading rows of evidence in such a way that whatever somebody wrote into them can be read and shown."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Label, Row, Text, case, cast
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import UserDefinedType

from core.kit.db import Base

EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""The times that can be read. One beyond them, such as `infinity`, was never written by us and is read as the earliest."""
T = TypeVar("T", bound=Base)


def legible(model: type[Base]) -> Iterator[Label[Any]]:
    """Yield the columns of a table for a select whose rows `read` takes."""
    for column in model.__table__.columns:
        yield legible_column(column).label(column.key)


def read(model: type[T], row: Row[Any]) -> T:
    """Return a selected row as the record it is, no part of any session."""
    values = {column.key: getattr(row, column.key) for column in model.__table__.columns}
    for column in model.__table__.columns:
        if isinstance(column.type, JSONB):
            values[column.key] = document(values[column.key])
    return model(**values)


def document(text: str) -> Any:
    """Return what a JSON column held, as far as it can be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"unreadable": text}


def legible_column(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column in a form in which whatever stands in it can be read: JSON and shapes as texts, times bounded."""
    if isinstance(column.type, TIMESTAMP):
        beyond = column.is_not(None) & ~column.between(EARLIEST, LATEST)
        return case((beyond, EARLIEST), else_=column)
    return cast(column, Text) if isinstance(column.type, JSONB | UserDefinedType) else column
