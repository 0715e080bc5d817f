"""Settings that are rows: a row that says again what one before it says is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import said, word


def written_before(rows: Sequence[Mapping[str, Any]], name: str, column: str, what: str) -> dict[str, str]:
    """Say of each row after the first with the same value in the column that it was written before; `what` names it."""
    first: dict[str, int] = {}
    return {
        f"{name}.{number}.{column}": said("第 {first} 行已写了{what}", first=first[row[column]] + 1, what=word(what))
        for number, row in enumerate(rows)
        if first.setdefault(row[column], number) != number
    }
