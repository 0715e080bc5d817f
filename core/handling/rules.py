"""Pure checks of a reply."""

from core.handling.dispositions import DISPOSITION_LABELS
from core.intake.rules import LONE_SURROGATE
from core.kit.errors import Refused

REPLY_MAX = 20_000


class ReplyUnusable(Refused):
    """The reply says nothing, too much, or names no known result."""

    code = "reply-unusable"


class UnknownDisposition(Refused):
    """No such 办理结果."""

    code = "unknown-disposition"


def usable_reply(text: str, disposition: str) -> str:
    """Return the reply without surrounding blanks. Raises `ReplyUnusable` or `UnknownDisposition`."""
    if disposition not in DISPOSITION_LABELS:
        known = "、".join(f"{code}（{label}）" for code, label in DISPOSITION_LABELS.items())
        raise UnknownDisposition(f"没有办理结果 {disposition}。可选：{known}。")
    return usable_text(text)


def usable_text(text: str) -> str:
    """Return what a unit writes without surrounding blanks. Raises `ReplyUnusable`."""
    if "\x00" in text or LONE_SURROGATE.search(text):
        raise ReplyUnusable("答复含有无法保存的字符。请删除后重新提交。")
    cleaned = text.strip()
    if not cleaned:
        raise ReplyUnusable("答复没有内容。请写明办理经过和结果。")
    if len(cleaned) > REPLY_MAX:
        raise ReplyUnusable(f"答复有 {len(cleaned):,} 个字，超过 {REPLY_MAX:,} 字的上限。请精简。")
    return cleaned
