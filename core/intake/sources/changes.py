"""What putting another list of sources in place changes, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.kit.lists import ListPut


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What becomes of one source, in words."""

    code: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class SourcesPut:
    """What putting a list came to, and each source that it changed."""

    put: ListPut
    changes: Sequence[SourceChange]
