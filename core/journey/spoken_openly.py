"""What may be said to a resident where everybody reads it 公开回复: the words without anything personal, or that there is an answer."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import func, select

from core.disclosure.hiding import hide
from core.disclosure.rules import decide
from core.disclosure.service import disclosure_of
from core.hooks import specs
from core.hooks.values import Wish
from core.intake.portal import link_to
from core.intake.weibo.settings import Answers
from core.kit import saying
from core.kit.serials import access_code
from core.tenancy.scope import Scope
from core.tickets.contact import HIDDEN, Contact
from core.tickets.messages import contact_of
from core.tickets.models import Message, Ticket
from core.tickets.sealing import opened
from core.tickets.states import ANSWERED
from core.tickets.views import view_of

DONE, MOVED = "已办结，请凭编号查询", "有新的进展，请凭编号查询"
"""What is said where the words themselves may not be."""


@dataclass(frozen=True, slots=True)
class OpenWords:
    """Words for everybody to read, the mark by which this very message is known again, and where more of it is read."""

    words: str
    mark: str
    link: str


def open_words(scope: Scope, ticket: Ticket, message: Message, *, answers: Answers) -> OpenWords:
    """Return what is said of a message where everybody reads it; the access code is in none of it.

    What the rules of disclosure close, what the resident does not want made public, and whatever a rule for hiding could not be
    asked about, is not said.
    """
    place = select(func.count()).where(
        Message.tenant_id == scope.tenant.id,
        Message.ticket_id == ticket.id,
        Message.transport == message.transport,
        Message.id <= message.id,
    )
    number = ticket.serial_no
    mark = saying.said("【编号 {number}·{scalar}】", number=number, scalar=scope.session.scalar(place))
    link = link_to(scope, number)
    is_answered = ticket.state in ANSWERED
    if _is_closed(scope, ticket) or (is_answered and answers == "done"):
        return OpenWords(DONE if is_answered else MOVED, mark, link)
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    row = contact_of(scope, ticket)
    contact = opened(scope.keys, row) if row else Contact()
    said, has_failed = [], False
    for part in message.text.replace(code, HIDDEN).split(number):  # the number is the ticket's own, and may be read
        hidden, failed = hide(scope, part, contact) if part.strip() else (part, False)
        said.append(hidden)
        has_failed |= failed
    if has_failed:
        return OpenWords(DONE if is_answered else MOVED, mark, link)
    return OpenWords(number.join(said), mark, link)


def _is_closed(scope: Scope, ticket: Ticket) -> bool:
    row = disclosure_of(scope, ticket.id)
    if row is not None and row.ground:
        return True
    wish = cast(Wish, row.wish) if row else "none"
    answers = scope.hooks.ask(specs.disclosure_decision, ticket=view_of(scope, ticket), wish=wish)
    stamped = [(scope.hooks.stamp(feature), decision) for feature, decision in answers]
    decided = decide(stamped, wish=wish, has_failed=bool(answers.failures))
    return decided is not None and (bool(decided.ground) or "result" not in decided.opens)
