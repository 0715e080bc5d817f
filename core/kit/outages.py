"""Why the database cannot do something now, told from what it raised; for pages, pushes, jobs and commands alike."""

from dataclasses import dataclass
from typing import Literal

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

COMMIT_UNANSWERED = "the connection was lost at the commit"
"""Detail of an error after which nobody can say whether the work was kept."""


class CommittedAlone(Exception):  # noqa: N818 -- a fact about the servers
    """The commit was to be on two servers and is on one: lost if that one is, so it must not be acknowledged."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What is the matter, in words without personal data, and what to do."""

    code: str
    why: str
    remedy: str
    extent: Literal["database", "work"] = "database"
    """Whether nothing else could be done either, or just this piece of work could not."""
    is_kept: bool | None = False
    """Whether the work was kept; None when nobody can say."""
    again_seconds: int = 30


AGAIN = "请稍后重新提交；仍然不行，请把编号告诉系统管理员。"
DOWN = Outage("database-down", "数据库暂时没有应答。", AGAIN)
RECOVERING = Outage("database-recovering", "数据库正在启动或恢复，通常一分钟内完成。", AGAIN)
CROWDED = Outage("database-crowded", "数据库的连接都在使用中。", AGAIN, again_seconds=5)
DISK_FULL = Outage("disk-full", "数据库所在的磁盘满了。", "请告诉系统管理员；腾出空间后会自动恢复，届时重新提交即可。")
DISK_FAILING = Outage("disk-failing", "数据库读写磁盘时出错。", "请把编号告诉系统管理员，稍后重新提交。", extent="work")
READ_ONLY = Outage("database-read-only", "数据库正在切换，目前只能查看。", AGAIN, again_seconds=10)
SLOW = Outage("database-slow", "数据库没有在规定时间内办完。", AGAIN, extent="work", again_seconds=5)
UNCERTAIN = Outage(
    "commit-unanswered",
    "提交的那一刻与数据库失去了联系，不能确定是否已经保存。",
    "请先查看是否已有，或者原样重新提交：带着同一编号的内容只会办理一次。",
    is_kept=None,
)

BY_STATE = {
    "53100": DISK_FULL,
    "53300": CROWDED,
    "25006": READ_ONLY,
    "25P03": SLOW,  # a transaction idle for too long was ended
    "40001": SLOW,
    "40P01": SLOW,
    "55P03": SLOW,
    "57014": SLOW,
    "57P03": RECOVERING,
    "58030": DISK_FAILING,
}
BY_CLASS = {"08": DOWN, "53": CROWDED, "57P": DOWN}
BY_SENTENCE = {
    "is starting up": RECOVERING,
    "in recovery mode": RECOVERING,
    "not yet accepting connections": RECOVERING,
    "too many clients": CROWDED,
    "remaining connection slots": CROWDED,
    "too many connections": CROWDED,
    "No space left on device": DISK_FULL,
    "session is read-only": READ_ONLY,
}
"""A connection refused comes with a sentence and without a state."""


def outage_of(error: BaseException) -> Outage | None:
    """Return what kept the database from its work; None when it refused the work for what it is."""
    if isinstance(error, NoConnectionFree):
        return CROWDED
    if isinstance(error, CommittedAlone):
        return UNCERTAIN
    if isinstance(error, DBAPIError):
        if COMMIT_UNANSWERED in error.detail:
            return UNCERTAIN
        return _of_driver(error.orig) or (DOWN if error.connection_invalidated else None)
    return _of_driver(error)


def _of_driver(error: BaseException | None) -> Outage | None:
    if not isinstance(error, psycopg.Error):
        return None
    if (state := error.sqlstate) is not None:
        by_class = next((outage for start, outage in BY_CLASS.items() if state.startswith(start)), None)
        return BY_STATE.get(state, by_class)
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    said = str(error)
    return next((outage for part, outage in BY_SENTENCE.items() if part in said), DOWN)
