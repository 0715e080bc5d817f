"""Blocks of features made ready for their templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.hooks.values import Block, TableBlock

NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?( ?%)?")
NOTHING = ("", "—")


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block, and for a table which of its columns hold numbers."""

    block: Block
    numeric: frozenset[int] = frozenset()

    @property
    def kind(self) -> str:
        """The template's name for it."""
        return type(self.block).__name__


def shown_blocks(blocks: Sequence[Block]) -> list[ShownBlock]:
    """Return blocks as the templates show them."""
    return [ShownBlock(block, _numeric(block) if isinstance(block, TableBlock) else frozenset()) for block in blocks]


def _numeric(table: TableBlock) -> frozenset[int]:
    """Return the columns in which nothing but numbers stands: they are set to the right."""
    return frozenset(
        place
        for place in range(len(table.columns))
        if table.rows and all(row[place] in NOTHING or NUMBER.fullmatch(row[place]) for row in table.rows)
    )
