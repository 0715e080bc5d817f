"""Rules of pressing: which words, which level is higher, what called for a supervision, which deadline can be kept."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from core.escalation.labels import SUPERVISION_LABELS
from core.hooks.values import TriggerKind
from core.kit import saying
from core.kit.errors import Refused

LONGEST_DEADLINE = timedelta(days=3650)
LEVELS = tuple(SUPERVISION_LABELS)
SOURCES: Mapping[TriggerKind, str] = {
    "mark": "breach",
    "urgent": "urgent",
    "redo": "redo",
    "bounces": "returns",
    "instruction_overdue": "instruction",
}
"""The source of a supervision that a trigger called for."""


class NothingSaid(Refused):
    """What should be said has no words."""

    code = "text-missing"


class NotListed(Refused):
    """The level, kind or source is not one of those that exist."""

    code = "not-listed"


class DeadlineUnusable(Refused):
    """The deadline has passed already, names no zone, or lies years ahead."""

    code = "deadline-unusable"


def words_of(text: str, what: str) -> str:
    """Return the text without surrounding blanks. Raises `NothingSaid`."""
    said = text.strip()
    if not said:
        raise NothingSaid(saying.said("{what}没有内容，没有保存。请填写后再提交。", what=saying.word(what)))
    return said


def listed(name: str, labels: Mapping[str, str], what: str) -> str:
    """Return what this name is called. Raises `NotListed`, naming all that exist."""
    if name not in labels:
        known = saying.joined(
            "、", (saying.said("{each}（{label}）", each=each, label=label) for each, label in labels.items())
        )
        raise NotListed(
            saying.said("没有{what} {name}。可选：{known}。", what=saying.word(what), name=name, known=known)
        )
    return labels[name]


def is_higher(level: str, than: str) -> bool:
    """Tell whether a level of supervision is graver than another."""
    return LEVELS.index(level) > LEVELS.index(than)


def usable_deadline(deadline: datetime, *, now: datetime) -> datetime:
    """Return the deadline. Raises `DeadlineUnusable`."""
    if deadline.utcoffset() is None:
        raise DeadlineUnusable(
            saying.said(
                "批示期限 {deadline:%Y-%m-%d %H:%M} 没有时区，批示没有保存。请写明时区后再提交。", deadline=deadline
            )
        )
    if deadline <= now:
        raise DeadlineUnusable(
            saying.said(
                "批示期限 {deadline:%Y-%m-%d %H:%M} 已经过去，批示没有保存。请改为以后的时间。", deadline=deadline
            )
        )
    if deadline - now > LONGEST_DEADLINE:
        raise DeadlineUnusable(
            saying.said("批示期限 {deadline:%Y-%m-%d %H:%M} 在十年以后，批示没有保存。请核对年份。", deadline=deadline)
        )
    return deadline


def tightens(deadline: datetime, dues: Collection[datetime | None]) -> bool:
    """Tell whether a deadline is earlier than one of these due times; a clock that stands still, None, has none yet."""
    return any(due is None or deadline < due for due in dues)
