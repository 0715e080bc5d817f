"""What putting a whole list in place of the one before came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListPut:
    """How many rows are new (or opened again), changed, closed, and as they were."""

    opened: int
    changed: int
    closed: int
    same: int

    @property
    def is_change(self) -> bool:
        return bool(self.opened or self.changed or self.closed)
