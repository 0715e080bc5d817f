"""Why something that came in is no valid appeal 无效, and what its sender is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.kit.errors import Refused
from core.kit.saying import joined, said, word


class ReasonUnknown(Refused):
    """The reason is neither on the list nor one of the district's own."""

    code = "screening-reason-unknown"


@dataclass(frozen=True, slots=True)
class InvalidReason:
    """A reason under its code: what the house calls it, and the words that the sender is told."""

    code: str
    label: str
    words: str


REASONS: Sequence[InvalidReason] = (
    InvalidReason("advertisement", "广告推销", "来信是广告或推销，不是需要办理的诉求"),
    InvalidReason("no_request", "没有诉求", "来信没有提出需要办理的事项"),
    InvalidReason("unreadable", "无法辨认", "来信的内容无法辨认"),
    InvalidReason("doubled", "重复提交", "同一件事您已经提交过，由先提交的那一件继续办理"),
    InvalidReason("staff_test", "工作人员测试", "这是工作人员的测试"),
    InvalidReason("outside", "不属任何政府部门职权", "反映的事项不属任何政府部门的职权"),
    InvalidReason("abuse", "恶意骚扰", "来信只有辱骂或骚扰的内容"),
)
"""The core's own; a district adds to them in its settings."""
LABELS = {reason.code: reason.label for reason in REASONS}


def reason_named(reasons: Mapping[str, InvalidReason], code: str) -> InvalidReason:
    """Return the reason of this code. Raises `ReasonUnknown`."""
    if code not in reasons:
        known = joined(
            "、", (said("{code}（{label}）", code=reason.code, label=word(reason.label)) for reason in reasons.values())
        )
        raise ReasonUnknown(said("没有认定无效的理由 {code}。可选：{known}。", code=code[:60], known=known))
    return reasons[code]
