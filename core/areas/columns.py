"""The column type of an area's boundary: PostgreSQL's own polygon, which needs no extension.

`shape @> point(x, y)` asks which areas hold a point. Under row-level security no index can help, since the operator is
not leakproof; a tenant has a few dozen areas.
"""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from core.areas.shapes import Polygon, polygon

_CORNER = re.compile(r"\(\s*+([^,()]++),\s*+([^,()]++)\)")


class ShapeColumn(UserDefinedType[Polygon]):
    """A polygon as the database keeps it."""

    cache_ok = True

    def get_col_spec(self, **_keywords: Any) -> str:
        return "polygon"

    def bind_processor(self, dialect: Any) -> Callable[[Polygon | None], str | None]:
        def written(shape: Polygon | None) -> str | None:
            if shape is None:
                return None
            return f"({','.join(f'({corner.x!r},{corner.y!r})' for corner in shape.corners)})"

        return written

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[str | None], Polygon | None]:
        def read(stored: str | None) -> Polygon | None:
            return polygon([(float(x), float(y)) for x, y in _CORNER.findall(stored)]) if stored is not None else None

        return read


ischema_names.setdefault("polygon", ShapeColumn)  # so that a schema that is read back knows the type
