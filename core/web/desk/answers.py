"""What the knowledge base answers to a ticket that waits for dispatch, and the answer that the operator has chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from core.journey.queries.case import Case
from core.knowledge.queries import Answer, answers_to, find_answer
from core.people.roles import Permission
from core.tickets.models import Ticket
from core.web.input import InputUnusable, text
from core.web.visit import Visit

LONGEST_REF = 40


@dataclass(frozen=True, slots=True)
class Known:
    """Answers that are offered, the likeliest first, and the one with which the form begins."""

    answers: Sequence[Answer] = ()
    chosen: Answer | None = None


@dataclass(frozen=True, slots=True)
class Rests:
    """The version of an article on which an answer rests, as a form names it; None = on none."""

    article_id: int | None = None
    article_version: int | None = None

    @classmethod
    def read(cls) -> "Rests":
        """Read the field `article`. Raises `InputUnusable`."""
        given = text("article", longest=LONGEST_REF)
        if not given:
            return cls()
        article, _, number = given.partition("/")
        if not (_is_number(article, 18) and _is_number(number, 6)):
            raise InputUnusable("页面不完整，没有认出选的是哪一条答案。请重新选择。")
        return cls(int(article), int(number))


def known_for(visit: Visit, case: Case) -> Known:
    """Return what is known of the ticket to somebody who may answer it; `?article=` chooses one."""
    if Permission.DISPATCH not in visit.permissions:
        return Known()
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    ticket = visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, case.id))
    found = answers_to(visit.scope, ticket.title, ticket.text, matter=ticket.matter, today=today)
    wanted = request.args.get("article", "")
    chosen = find_answer(visit.scope, int(wanted), today=today) if _is_number(wanted, 18) else None
    return Known(found, chosen)


def _is_number(given: str, longest: int) -> bool:
    return given.isascii() and given.isdecimal() and len(given) <= longest
