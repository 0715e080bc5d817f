"""回路: from the resident, back to the resident; what was done is told before it counts as answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ContactView, Objection, hookimpl
from core.hooks.settings import Settings, Whole

ANSWERING = ("reply",)
"""Commands by which a unit says that it is done."""


class LoopSettings(Settings):
    """What a unit has to do before it answers, so that the loop closes at the resident."""

    attempts = Whole(
        load_default=1,  # the article says that the unit reports back, not how often it has to try
        min=1,
        max=5,
        unit="次",
        title="答复前至少联系几次",
        help="诉求人留有电话的，联系上一次即可答复；联系不上的，至少试这么多次",
        group="反馈市民",
    )


@hookimpl
def guard_command(settings: Mapping[str, Any], command: str, contact: ContactView) -> Sequence[Objection] | None:
    """Take no answer of a unit that has not tried to tell the resident, where they left a phone."""
    needed = settings["attempts"]
    if command not in ANSWERING or not contact.is_possible or contact.was_reached or contact.attempts >= needed:
        return None
    tried = f"已联系 {contact.attempts} 次" if contact.attempts else "还没有联系过诉求人"
    return [
        Objection(
            text=f"答复前须向诉求人反馈：{tried}，联系不上的至少联系 {needed} 次。请联系并登记“联系诉求人”后再提交",
            rule_id="nanhai.loop/told",
            reason="解决问题后要反馈给市民",
        )
    ]
