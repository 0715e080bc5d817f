"""What a resident can answer, how an attempt to ask can end, and what can be objected to."""

from collections.abc import Mapping

from core.kit.errors import Refused
from core.kit.saying import joined, said, word

RESOLVED_LABELS = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFACTION_LABELS = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意"}
OUTCOME_LABELS = {"reached": "已接通", "unreachable": "未接通", "refused": "拒绝回访"}
DISPUTE_LABELS = {
    "responsibility": "职责申诉",
    "rating": "评价申诉",
    "overdue": "超期申诉",
    "review": "复核申请",
}
ADJUDICATION_REASONS = {
    "policy": "受政策限制",
    "recurrence": "诉求反复性强",
    "statutory": "需走法定程序",
    "overlap": "职责交叉",
    "force_majeure": "不可抗力",
    "other": "其他",
}
"""Why an adjudication relieves a unit; the first four are what cities report as causes of dissatisfaction that no unit can remove."""


class UnknownAnswer(Refused):
    """Not one of the answers that can be given."""

    code = "unknown-answer"


def known(answer: str, labels: Mapping[str, str], what: str) -> str:
    """Return the answer. Raises `UnknownAnswer` when it is none of those that can be given."""
    if answer not in labels:
        choices = joined("、", (said("{code}（{label}）", code=code, label=label) for code, label in labels.items()))
        raise UnknownAnswer(
            said("{what}没有“{answer}”这一项。可选：{choices}。", what=word(what), answer=answer, choices=choices)
        )
    return answer
