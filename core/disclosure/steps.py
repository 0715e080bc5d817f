"""What happened to a ticket in words for everybody 办理过程: fixed words, made from kinds of entries and never from what was typed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Names = Callable[[str], str]
"""Returns what the unit of a code is called, "" = nobody knows it."""
PLAIN_STEPS: Mapping[str, str] = {
    "register": "诉求已登记",
    "accept": "已受理",
    "reject": "不予受理",
    "answer_directly": "已直接答复",
    "attach": "与同一事项的诉求一并办理",
    "detach": "改为单独办理",
    "split": "分成几项分别办理",
    "sign": "承办单位已签收",
    "return": "退回，重新确定承办单位",
    "sub_dispatch": "承办单位已交下级单位办理",
    "on_site": "承办单位已到现场",
    "submit_result": "承办单位已提交办理结果，等待审核",
    "audit_return": "审核退回，继续办理",
    "audit_pass": "审核通过，已答复",
    "follow_up": "已回访",
    "evaluate": "诉求人已评价",
    "redo": "重新办理",
    "reopen": "复核后重新办理",
    "transfer_out": "已转交有权处理的机关",
    "archive": "已归档",
    "supervision": "已督办",
    "urged": "诉求人催办",
    "supplemented": "诉求人补充了情况",
    "completion_asked": "请诉求人补充情况",
    "withdraw": "诉求人已撤回",
    "redo_asked": "诉求人要求重办",
    "redo_declined": "没有重办，已说明原因",
}
"""Entries that everybody may know of; all others stay inside the house."""
TO_UNIT: Mapping[str, str] = {"dispatch": "已派给{unit}办理", "redirect": "改由{unit}办理"}
SOME_UNIT = "承办单位"


class Entry(Protocol):
    """An entry of a timeline, as far as steps look at it."""

    kind: str
    at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the process 办理步骤: when, and what in words."""

    at: datetime
    words: str


def steps_of(entries: Iterable[Entry], name_of: Names, *, spoken: Mapping[str, str] = PLAIN_STEPS) -> tuple[Step, ...]:
    """Return the steps that everybody may know of, in the order of the entries; the same words twice in a row once.

    `spoken` are the words for each kind of entry, where they are said to somebody in particular.
    """
    found: list[Step] = []
    for entry in entries:
        words = _words(entry, name_of, spoken)
        if words and (not found or found[-1].words != words):
            found.append(Step(entry.at, words))
    return tuple(found)


def _words(entry: Entry, name_of: Names, spoken: Mapping[str, str]) -> str:
    if entry.kind in TO_UNIT:
        unit = name_of(str(entry.detail.get("lead", "")))
        return TO_UNIT[entry.kind].format(unit=unit or SOME_UNIT)
    return spoken.get(entry.kind, "")
