"""Reading replies."""

from collections.abc import Sequence

from sqlalchemy import select

from core.handling.models import Reply
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

NUMERALS = "一二三四五六七八九十"


def joined_replies(scope: Scope, parts: Sequence[Ticket]) -> tuple[str, str]:
    """Return the answers to the parts of a split ticket as one text, and what became of the whole.

    The whole's result is that of its parts where they agree; otherwise it is partly resolved.
    """
    replies = {
        reply.ticket_id: reply
        for reply in scope.session.scalars(
            select(Reply)
            .where(
                Reply.tenant_id == scope.tenant.id,
                Reply.ticket_id.in_([part.id for part in parts]),
                Reply.state == "approved",
            )
            .order_by(Reply.id)
        )
    }
    lines = [
        said(
            "{numeral}、{title}：{text}",
            numeral=word(_numeral(position)),
            title=part.title,
            text=replies[part.id].text if part.id in replies else word("本项未予办理。"),
        )
        for position, part in enumerate(parts)
    ]
    dispositions = {reply.disposition for reply in replies.values()}
    return "\n".join(lines), dispositions.pop() if len(dispositions) == 1 else "partly"


def _numeral(position: int) -> str:
    return NUMERALS[position] if position < len(NUMERALS) else str(position + 1)
