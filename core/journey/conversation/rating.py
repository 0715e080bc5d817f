"""Rating by a few digits 微信评价: satisfied or not, solved or not, and what was wrong."""

from dataclasses import dataclass

from sqlalchemy import select

from core.evaluation.causes import DISSATISFACTION_LABELS
from core.evaluation.models import Rating
from core.intake.models import WechatMessage
from core.journey.conclude import rate
from core.journey.conversation.person import tickets_of
from core.journey.conversation.understanding import CAUSES, RESOLVED, SATISFACTION, shortened
from core.journey.explain import ask_cause
from core.journey.supplement import supplement
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import MOVES, Command
from core.tickets.timeline import RESIDENT, Actor, Order

ASKER = Actor("agent", "微信公众号", permissions=frozenset({Permission.FOLLOW_UP}))
"""Who asks why a resident is dissatisfied, and keeps the answer."""
MOST_LOOKED_AT = 20
ASK_RESOLVED = "问题解决了吗？回复 1 已解决、2 部分解决、3 未解决。"
ASK_CAUSE = "很抱歉没有让您满意。哪里没办好？回复 {choices}，或直接写下来。"
NOTHING_TO_RATE = "您现在没有待评价的诉求。要反映事情，请直接写下来；发“进度”查办理进展。"


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered, about which ticket, and what it asks: a value of `WechatMessage.asks`."""

    words: str
    ticket: Ticket | None = None
    asks: str = ""


def find_rateable(scope: Scope, person: bytes) -> Ticket | None:
    """Return the ticket of the person that was answered last and is still to be rated."""
    answered = tickets_of(scope, person, MOVES[Command.EVALUATE].sources, most=MOST_LOOKED_AT)
    answered = sorted(answered, key=lambda each: each.concluded_at or each.submitted_at, reverse=True)
    return next((each for each in answered if not _is_rated(scope, each)), None)


def begin_rating(scope: Scope, person: bytes, words: str, *, thanks: str, order: Order) -> Said:
    """Rate the ticket that waits for it. Who is satisfied is done; others are asked whether the problem is solved."""
    ticket, satisfaction = find_rateable(scope, person), SATISFACTION.get(shortened(words))
    if ticket is None or satisfaction is None:
        return Said(NOTHING_TO_RATE)
    if satisfaction != "satisfied":
        return Said(
            said("{serial_no}：{ask_resolved}", serial_no=ticket.serial_no, ask_resolved=word(ASK_RESOLVED)),
            ticket,
            f"resolved/{satisfaction}",
        )
    rate(scope, ticket.serial_no, order, resolved="yes", satisfaction=satisfaction)
    return Said(_thanks(thanks, ticket), ticket)


def go_on(scope: Scope, last: WechatMessage, words: str, *, thanks: str, order: Order) -> Said | None:
    """Take the words as the answer to what was asked last, None where they are none."""
    ticket = scope.session.get(Ticket, (scope.tenant.id, last.ticket_id)) if last.ticket_id else None
    what, _, satisfaction = last.asks.partition("/")
    if ticket is None:
        return None
    if what == "resolved":
        return _rate(scope, ticket, words, satisfaction, thanks=thanks, order=order)
    if what == "cause":
        return _keep_cause(scope, ticket, words, thanks=thanks, order=order)
    return None


def _rate(scope: Scope, ticket: Ticket, words: str, satisfaction: str, *, thanks: str, order: Order) -> Said | None:
    resolved = RESOLVED.get(shortened(words))
    if resolved is None:
        return None
    if ticket.state not in MOVES[Command.EVALUATE].sources or _is_rated(scope, ticket):
        return Said(NOTHING_TO_RATE)
    rate(scope, ticket.serial_no, order, resolved=resolved, satisfaction=satisfaction)
    if satisfaction != "dissatisfied":
        return Said(_thanks(thanks, ticket), ticket)
    choices = joined("、", (f"{digit} {_cause_words(code)}" for digit, code in CAUSES.items()))
    return Said(ASK_CAUSE.replace("{choices}", choices), ticket, "cause")


def _keep_cause(scope: Scope, ticket: Ticket, words: str, *, thanks: str, order: Order) -> Said:
    if (cause := CAUSES.get(shortened(words))) is not None:
        ask_cause(scope, ticket.serial_no, Order(ASKER, order.now), cause=cause)
    else:
        supplement(scope, ticket.serial_no, Order(RESIDENT, order.now), words=words)
    return Said(_thanks(thanks, ticket), ticket)


def _cause_words(code: str) -> str:
    return DISSATISFACTION_LABELS[code].partition("：")[2]


def _thanks(thanks: str, ticket: Ticket) -> str:
    return thanks.replace("{serial_no}", ticket.serial_no)


def _is_rated(scope: Scope, ticket: Ticket) -> bool:
    rated = select(Rating.id).where(
        Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
    )
    return scope.session.scalar(rated) is not None
