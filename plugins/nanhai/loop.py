"""回路: from the resident, back to the resident; what was done is told before it counts as answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ContactView, Objection, hookimpl

ANSWERING = ("reply",)
"""Commands by which a unit says that it is done."""


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
