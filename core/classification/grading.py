"""How grave a ticket is by its item of the duty list 事件等级: an urgent or major item makes an urgent ticket."""

from core.hooks.values import DutyView, UrgencySignal
from core.kit.saying import said, word
from core.units.catalogue.rows import GRADE_NAMES, UNGRADED

RULE = "core.classification/grade"


def signal_of(duty: DutyView | None, *, guessed: bool) -> UrgencySignal | None:
    """Return the ground on which the item makes its ticket urgent, None = it does not.

    An item that only words pointed to is no ground until a person has confirmed it.
    """
    if duty is None or guessed or duty.grade == UNGRADED:
        return None
    return UrgencySignal(
        RULE,
        said(
            "职责清单“{category} / {subcategory}”为{grade}事项",
            category=duty.category,
            subcategory=duty.subcategory,
            grade=word(GRADE_NAMES[duty.grade]),
        ),
    )
