"""What a call record must be, and what its states are called; values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.intake.rules import is_storable
from core.kit.errors import Refused
from core.kit.saying import said, word

STATE_LABELS: Mapping[str, str] = {
    "open": "待处理",
    "ticket": "已建工单",
    "joined": "已并入工单",
    "answered": "已直接答复",
    "nothing": "无需处理",
}
STEP_LABELS: Mapping[str, str] = {
    "ticket": "建工单",
    "joined": "并入工单",
    "answered": "直接答复",
    "nothing": "无需处理",
    "called_back": "已回拨接通",
    "not_reached": "回拨未接通",
    "revealed": "查看来电号码",
}
LONGEST_CALL = 24 * 60 * 60
"""Seconds: no telephone system speaks of a longer call in earnest."""
LIMITS = (
    ("source_id", "通话编号", 120),
    ("line", "线路", 100),
    ("phone", "来电号码", 30),
    ("answered_by", "接听人", 100),
    ("recording", "录音位置", 500),
)
"""Name, label and longest text of what a call record says."""


class CallUnusable(Refused):
    """A call record has no id, no time, or something that cannot be."""

    code = "call-unusable"


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as the telephone system tells of it. `source_id` is its own id; without who answered the call was missed.

    `line` is the number that was dialled; `recording` says where the recording is kept.
    """

    source_id: str
    began_at: datetime
    channel: str
    line: str = ""
    phone: str = ""
    seconds: int = 0
    answered_by: str = ""
    recording: str = ""

    @property
    def missed(self) -> bool:
        """Whether nobody answered it."""
        return not self.answered_by


def usable_call(call: IncomingCall, *, now: datetime) -> IncomingCall:
    """Return the call if it can be kept. Raises `CallUnusable`, naming what is missing or wrong."""
    if not call.source_id.strip():
        raise CallUnusable("来电记录没有编号，无法辨认是否重复。请填写电话系统自己的通话编号。")
    for name, label, longest in LIMITS:
        value = getattr(call, name)
        if len(value) > longest or not is_storable(value):
            raise CallUnusable(
                said(
                    "来电记录的{label}超过 {longest} 个字，或含有无法保存的字符。请改正后再送。",
                    label=word(label),
                    longest=longest,
                )
            )
    if not 0 <= call.seconds <= LONGEST_CALL:
        raise CallUnusable(
            said(
                "来电记录 {source_id} 的通话时长 {seconds} 秒不在 0 到 {longest_call:,} 之间。",
                source_id=call.source_id,
                seconds=call.seconds,
                longest_call=LONGEST_CALL,
            )
        )
    if call.missed and call.seconds:
        raise CallUnusable(
            said(
                "来电记录 {source_id} 有通话时长，却没有接听人。请写明由谁接听；未接的时长写 0。",
                source_id=call.source_id,
            )
        )
    if call.began_at > now:
        raise CallUnusable(
            said("来电记录 {source_id} 的来电时间还没有到。请核对电话系统的时钟和时区。", source_id=call.source_id)
        )
    return call
