"""How far a task has come: how fast it goes, and how long it will still take where that can be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.kit.saying import said

SETTLED = timedelta(seconds=5)
"""Before that nothing is said of how long it will take: the first parts are no measure."""
STANDING = timedelta(minutes=1)
"""Without progress for so long, it is said that it stands still."""
LONGEST_HOLD = timedelta(minutes=1)
"""What starts later than that waits for somebody to confirm it."""
HOUR, MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a task as figures and instants; `total` 0 = it is not known yet how much it is."""

    state: str
    total: int
    done: int
    failed: int
    starts_at: datetime
    begun_at: datetime | None
    progress_at: datetime | None
    now: datetime

    @property
    def reached(self) -> int:
        """How much was tried, with and without success."""
        return self.done + self.failed

    @property
    def percent(self) -> int:
        """How much of the whole was reached; a hundred only when all was, and nothing before it began."""
        if self.state == "waiting":
            return 0
        if not self.total:
            return 100 if self.state == "done" else 0
        return self.reached * 100 // self.total

    @property
    def per_second(self) -> float | None:
        """How much is reached in a second since it began, None while that says nothing."""
        if self.begun_at is None or self.progress_at is None or not self.reached:
            return None
        spent = (self.progress_at - self.begun_at).total_seconds()
        return self.reached / spent if spent >= 1 else None

    def rate_words(self, unit: str) -> str:
        """Say how fast it goes, by the second or the minute; empty while that says nothing."""
        rate = self.per_second
        if rate is None:
            return ""
        if rate >= 1:
            return said("每秒 {amount} {unit}", amount=round(rate), unit=unit)
        return said("每分钟 {amount} {unit}", amount=max(1, round(rate * MINUTE)), unit=unit)

    @property
    def left_words(self) -> str:
        """Say how long it will still take, or why that cannot be told; empty for what has ended."""
        if self.state == "waiting":
            if self.starts_at - self.now > LONGEST_HOLD:
                return said("还没有确认")
            if self.starts_at > self.now:
                return said(
                    "{seconds} 秒后开始，之前可以取消", seconds=round((self.starts_at - self.now).total_seconds())
                )
            return said("排队中，前面的任务办完就开始")
        if self.state == "cancelling":
            return said("正在取消，办完手上的就停")
        if self.state != "running" or self.begun_at is None or self.progress_at is None:
            return ""
        still = self.now - self.progress_at
        if still >= STANDING:
            return said("已有 {minutes} 分钟没有进展，恢复后会接着办", minutes=int(still.total_seconds()) // MINUTE)
        rate = self.per_second
        if rate is None or not self.total or self.progress_at - self.begun_at < SETTLED:
            return said("还在估算")
        return _about(max(0, self.total - self.reached) / rate)


def _about(seconds: float) -> str:
    """Say an amount of time no more precisely than it is known."""
    if seconds < MINUTE:
        return said("大约还要不到 1 分钟")
    if seconds < HOUR:
        return said("大约还要 {minutes} 分钟", minutes=round(seconds / MINUTE))
    return said(
        "大约还要 {hours} 小时 {minutes} 分钟", hours=int(seconds // HOUR), minutes=int(seconds % HOUR // MINUTE)
    )
