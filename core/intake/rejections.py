"""Why an appeal is not accepted 不予受理, and where the resident can turn instead."""

from core.hooks.values import Rejection
from core.kit.errors import Refused
from core.kit.saying import joined, said

REJECTION_REASONS: dict[Rejection | str, tuple[str, str]] = {
    "litigation": ("已进入或应通过诉讼、仲裁途径解决", "请向受理法院或仲裁机构反映"),
    "petition": ("已进入信访程序且尚在办理", "请向受理的信访机构查询进展"),
    "review": ("已进入行政复议程序", "请向行政复议机关反映"),
    "secret": ("涉及国家秘密、商业秘密或个人隐私，不宜在此办理", "请向有权处理的机关当面反映"),
    "no_matter": ("没有具体诉求，补充后可再提交", "请写明时间、地点和希望解决的问题后重新提交"),
    "outside": ("不属于本级政府职责范围", "请向有管辖权的单位反映"),
    "final": ("同一事项已有最终答复，且没有新的事实", "如对最终答复不服，可依法申请复查、复核"),
}
"""Code → the reason, and the lawful way that the resident is told."""


class RejectionUnusable(Refused):
    """The reason is not on the list."""

    code = "rejection-unusable"


def rejection_words(reason_code: str, advice: str) -> str:
    """Return the reason with the lawful way, in the operator's words where given. Raises `RejectionUnusable`."""
    if reason_code not in REJECTION_REASONS:
        known = joined(
            "、",
            (said("{code}（{reason}）", code=code, reason=reason) for code, (reason, _) in REJECTION_REASONS.items()),
        )
        raise RejectionUnusable(
            said("没有不予受理的理由 {reason_code}。可选：{known}。", reason_code=reason_code, known=known)
        )
    reason, way = REJECTION_REASONS[reason_code]
    return said("{reason}。{advice}。", reason=reason, advice=advice.strip() or way).replace("。。", "。")
