"""热点问题“秒回”: what is asked often is answered at once, from approved answers, when an operator agrees."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ReplyHint, TicketView, hookimpl


@hookimpl
def suggest_reply(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[ReplyHint] | None:
    """Offer the answer of the first topic whose words are in the question."""
    if settings["only_inquiries"] and ticket.nature != "inquiry":
        return None
    for row in settings["topics"]:
        words = [word for word in row["words"] if word in ticket.title or word in ticket.text]
        if words:
            return [
                ReplyHint(
                    text=row["answer"],
                    rule_id="pingshan.instant/topic",
                    reason=f"问到“{'、'.join(words)}”，依据：{row['source']}",
                )
            ]
    return None
