"""What is wrong with a district's files: sentences that name file and line, say what and why, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.kit.errors import Refused


class FactsUnusable(Refused):
    """The files of a district, or a scenario, cannot be used as they are. `faults` holds every sentence."""

    code = "facts-unusable"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass
class Faults:
    """Collects the faults of files read together, so that all are told at once and not one per attempt."""

    found: list[str] = field(default_factory=list)

    def add(self, file: str, line: int | None, sentence: str) -> None:
        """Note a fault. `line` is None when it is the whole file's."""
        where = f"{file} 第 {line} 行" if line else file
        self.found.append(f"{where}：{sentence}")

    def refuse(self) -> None:
        """Raise `FactsUnusable` if anything was found."""
        if self.found:
            raise FactsUnusable(self.found)
