"""Call records from a table 来电记录表: what a telephone system exports, one call in each row; sent again they are the same."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.intake.calls.rules import IncomingCall
from core.intake.times import NoSuchTime, parse_time
from core.journey.lists import refuse_faults, rows_of
from core.kit.saying import said

COLUMNS = {
    "source_id": ("通话编号", "呼叫编号", "话单编号", "编号", "call_id", "source_id", "id"),
    "began_at": ("来电时间", "呼入时间", "开始时间", "时间", "began_at", "start", "time"),
    "phone": ("来电号码", "主叫号码", "主叫", "号码", "phone", "caller"),
    "line": ("线路", "被叫号码", "被叫", "热线", "line", "called"),
    "seconds": ("通话时长（秒）", "通话秒数", "通话时长", "时长", "seconds", "duration"),
    "answered_by": ("接听坐席", "接听人", "坐席", "坐席工号", "answered_by", "agent"),
    "recording": ("录音", "录音文件", "录音地址", "recording"),
    "channel": ("渠道", "channel"),
}
"""Fields of a call, and the headings under which they are known."""
MOST_ROWS = 50_000
WHAT = "来电记录"


def read_call_table(path: Path, *, channel: str, zone: ZoneInfo) -> list[IncomingCall]:
    """Read a table, CSV or workbook; `channel` is that of rows that name none, `zone` that of times without an offset.

    Raises `TableUnusable`, and `ListUnusable` with every row at fault.
    """
    calls, faults = list[IncomingCall](), dict[int, str]()
    for number, cells in rows_of(path, COLUMNS, needed=("source_id", "began_at"), most=MOST_ROWS, what=WHAT):
        try:
            calls.append(_call(cells, channel, parse_time(cells["began_at"], zone)))
        except (NoSuchTime, ValueError) as fault:
            faults[number] = fault.message if isinstance(fault, NoSuchTime) else str(fault)
    refuse_faults(faults, WHAT)
    return calls


def _call(cells: Mapping[str, str], channel: str, began_at: datetime) -> IncomingCall:
    given = {name: value for name, value in cells.items() if value}
    if not given.get("source_id"):
        raise ValueError("没有通话编号")
    return IncomingCall(
        source_id=given["source_id"],
        began_at=began_at,
        channel=given.get("channel", channel),
        line=given.get("line", ""),
        phone=given.get("phone", ""),
        seconds=_seconds(given.get("seconds", "0")),
        answered_by=given.get("answered_by", ""),
        recording=given.get("recording", ""),
    )


def _seconds(text: str) -> int:
    """Read seconds, or `hours:minutes:seconds`."""
    parts = text.split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 6 for part in parts):
        raise ValueError(said("时长“{text}”不是秒数，也不是 0:01:35 这样", text=text[:20]))
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds
