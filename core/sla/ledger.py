"""What happens to a clock after it started: pauses 挂起, extensions 延期, deadlines that tighten it, and a cap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.kit.errors import Refused
from core.kit.saying import said


class PauseImpossible(Refused):
    """A pause ends before it begins."""

    code = "pause-impossible"


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A span in which the clock stood still, in aware instants. Raises `PauseImpossible` when it ends first."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PauseImpossible(
                said(
                    "挂起的结束 {end:%Y-%m-%d %H:%M} 早于开始 {start:%Y-%m-%d %H:%M}。请对调或改正起止时间。",
                    end=self.end,
                    start=self.start,
                )
            )


@dataclass(frozen=True, slots=True)
class Extension:
    """Working days added at an instant, counted from the due time as it stood then. `days` is at least 1."""

    at: datetime
    days: int
    reason: str = ""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"an extension adds at least one working day, not {self.days}")


@dataclass(frozen=True, slots=True)
class Tightening:
    """An instant that the due time may not pass, set at another: the deadline of an instruction 批示."""

    at: datetime
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    """The due time of the clock above 封顶, which this one may not pass, whatever happened to either. `whose` names it."""

    until: datetime
    whose: str


def union(pauses: Iterable[Pause], *, since: datetime) -> list[Pause]:
    """Return the pauses in order, overlapping ones joined, without what lies before `since`."""
    joined: list[Pause] = []
    for pause in sorted(pauses):
        start = max(pause.start, since)
        if joined and start <= joined[-1].end:
            joined[-1] = Pause(joined[-1].start, max(joined[-1].end, pause.end))
        elif start < pause.end:
            joined.append(Pause(start, pause.end))
    return joined
