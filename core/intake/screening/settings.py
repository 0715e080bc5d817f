"""Reasons of the district's own for setting aside what asks for nothing, beside the core's."""

from collections.abc import Mapping
from typing import Any

from core.hooks.core_features import SCREENING
from core.hooks.settings import Line, Rows, Settings, cross_check
from core.hooks.table import HookTable
from core.intake.screening.reasons import LABELS, REASONS, InvalidReason
from core.kit.saying import joined, word

OWN = "reasons"
"""Name of the setting."""


class OwnReason(Settings):
    """A reason of the district's own."""

    code = Line(title="代码", shortest=1, longest=40, required=True, help="小写英文字母、数字和下划线，用过以后不要改")
    label = Line(title="理由", shortest=1, longest=40, required=True)
    words = Line(title="告知诉求人的话", shortest=1, longest=200, required=True)


class ScreeningSettings(Settings):
    """By which reasons something is set aside, beside the core's own."""

    reasons = Rows(
        OwnReason,
        most=30,
        load_default=(),
        title="本区另加的无效理由",
        help="系统自带：" + joined("、", map(word, LABELS.values())),
        group="初筛",
    )

    @cross_check
    def codes_are_their_own(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse a code that is no code, or is there already."""
        wrong, seen = {}, set(LABELS)
        for place, row in enumerate(values[OWN]):
            code = row["code"]
            if not (code.isascii() and code.replace("_", "").isalnum() and code == code.lower()):
                wrong[f"{OWN}.{place}.code"] = "只能用小写英文字母、数字和下划线"
            elif code in seen:
                wrong[f"{OWN}.{place}.code"] = "这个代码已经有了，请换一个"
            seen.add(code)
        return wrong


def invalid_label(table: HookTable, code: str) -> str:
    """Return what a reason is called; one that no setting knows any more is its code."""
    reasons = reasons_of(table)
    return reasons[code].label if code in reasons else code


def reasons_of(table: HookTable) -> Mapping[str, InvalidReason]:
    """Return all reasons that hold, by their code, the core's first."""
    enabled = table.enabled.get(SCREENING.id)
    own = enabled.settings[OWN] if enabled else ()
    reasons = (*REASONS, *(InvalidReason(row["code"], row["label"], row["words"]) for row in own))
    return {reason.code: reason for reason in reasons}
