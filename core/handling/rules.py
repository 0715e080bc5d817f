"""Pure checks of a reply."""

from core.handling.dispositions import DISPOSITION_LABELS, NEEDS_BASIS, results_for
from core.intake.rules import LONE_SURROGATE
from core.kit.errors import Refused
from core.kit.saying import joined, said, word

REPLY_MAX = 20_000


class ReplyUnusable(Refused):
    """The reply says nothing, too much, or names no known result."""

    code = "reply-unusable"


class UnknownDisposition(Refused):
    """No such 办理结果, or none for an appeal of this nature."""

    code = "unknown-disposition"


class BasisMissing(Refused):
    """An application is refused, and nobody says on which law or rule; or a basis is named where none belongs."""

    code = "basis-missing"


def usable_reply(text: str, disposition: str, *, nature: str, basis: str = "") -> str:
    """Return the reply without surrounding blanks; `basis` is the law or rule that a refused application stands on.

    Raises `ReplyUnusable`, `UnknownDisposition`, `BasisMissing`.
    """
    results = results_for(nature)
    if disposition not in results:
        known = joined("、", (said("{code}（{label}）", code=code, label=label) for code, label in results.items()))
        what = DISPOSITION_LABELS.get(disposition, disposition)
        whose = "办事申请" if nature == "application" else "这类诉求"
        raise UnknownDisposition(
            said("{whose}没有办理结果“{what}”。可选：{known}。", whose=word(whose), what=word(what), known=known)
        )
    if disposition in NEEDS_BASIS and not basis.strip():
        raise BasisMissing("不予办理的，请写明法律依据：哪部法律、法规或规定的第几条。")
    return usable_text(text)


def usable_text(text: str) -> str:
    """Return what a unit writes without surrounding blanks. Raises `ReplyUnusable`."""
    if "\x00" in text or LONE_SURROGATE.search(text):
        raise ReplyUnusable("答复含有无法保存的字符。请删除后重新提交。")
    cleaned = text.strip()
    if not cleaned:
        raise ReplyUnusable("答复没有内容。请写明办理经过和结果。")
    if len(cleaned) > REPLY_MAX:
        raise ReplyUnusable(
            said(
                "答复有 {number:,} 个字，超过 {reply_max:,} 字的上限。请精简。",
                number=len(cleaned),
                reply_max=REPLY_MAX,
            )
        )
    return cleaned
