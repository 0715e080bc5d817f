"""How grave a ticket is by its item of the duty list 事件等级: an urgent or major item makes an urgent ticket."""

from core.hooks.values import DutyView, UrgencySignal
from core.units.catalogue.rows import GRADE_NAMES, UNGRADED

RULE = "core.classification/grade"


def signal_of(duty: DutyView | None, *, guessed: bool) -> UrgencySignal | None:
    """Return the ground on which the item makes its ticket urgent, None = it does not.

    An item that only words pointed to is no ground until a person has confirmed it.
    """
    if duty is None or guessed or duty.grade == UNGRADED:
        return None
    return UrgencySignal(RULE, f"职责清单“{duty.category} / {duty.subcategory}”为{GRADE_NAMES[duty.grade]}事项")
