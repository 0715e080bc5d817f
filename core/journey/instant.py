"""Answering a resident's question at once 秒回, without an operator: before anything is filed, and never instead of it.

Whoever asks (the public page, a conversation) shows the answer with its source, and then brings back what the resident says of
it: it helped, and nothing is filed; or it did not, and the question becomes an appeal like any other, with what was answered
noted on it. Nothing that is filed is ever closed here.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.hooks.values import Medium
from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.knowledge.instant import ReadyAnswer, answer_at_once
from core.knowledge.models import InstantAnswer
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Order

ANSWERED_AT_ONCE = "instant"
"""Kind of the timeline's entry about an answer that was given before the appeal was filed."""


def answer_question(scope: Scope, question: str, *, key: str, medium: Medium, now: datetime) -> ReadyAnswer | None:
    """Return the approved answer to what a resident asks, and record that it was shown; None = nobody is to be answered so.

    None where no answer is as sure as the district wants it, and for what is urgent, a complaint, about a person, or no
    question. `key` names the question where it was asked: asked again under it, the same is recorded once.
    """
    ready = answer_at_once(scope, question, today=now.astimezone(scope.tenant.zone).date())
    if ready is None:
        return None
    scope.session.execute(
        insert(InstantAnswer)
        .values(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            key=key,
            medium=medium,
            title=ready.title,
            confidence=ready.confidence,
            words=joined("、", ready.words),
            article_id=ready.article_id,
            article_version=ready.article_version,
            rule_id=ready.rule_id,
            at=now,
            outcome="shown",
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    )
    return ready


def say_helped(scope: Scope, key: str, *, now: datetime) -> bool:
    """Keep that the answer shown under this key settled the question; nothing is filed. False = none was shown under it.

    What became an appeal stays one.
    """
    row = _locked(scope, key)
    if row is None or row.ticket_id is not None:
        return False
    row.outcome, row.said_at = "helped", now
    return True


class NothingAnswered(Refused):
    """Nothing was shown under this key, or what was shown is noted on an appeal already."""

    code: ClassVar[str] = "nothing_answered"


def is_unsettled(scope: Scope, key: str) -> bool:
    """Tell whether a question was answered at once under this key and became no appeal yet."""
    return _find_unsettled(scope, key) is not None


@command(Permission.SPEAK, "说明秒回没有帮到")
def say_unhelped(scope: Scope, ticket: Ticket, order: Order, *, key: str) -> None:
    """The resident has filed what they asked 没有帮到我: what they had been answered is noted on the ticket.

    Raises NothingAnswered where nothing was shown under this key, or it is noted already: ask `is_unsettled` first.
    """
    row = _find_unsettled(scope, key)
    if row is None:
        raise NothingAnswered("这次提问没有给出过秒回答复，或已记入诉求；诉求本身照常办理，无需再操作。")
    row.outcome, row.said_at, row.ticket_id = "unhelped", order.now, ticket.id
    note(
        scope,
        ticket,
        ANSWERED_AT_ONCE,
        order,
        summary=said(
            "提交前已给出答复“{title}”（置信度 {confidence}%，问到“{words}”），诉求人表示没有帮到",
            title=row.title,
            confidence=row.confidence,
            words=word(row.words),
        ),
        detail={
            "confidence": row.confidence,
            "article": row.article_id,
            "article_version": row.article_version,
            "rule": row.rule_id,
        },
    )


def _find_unsettled(scope: Scope, key: str) -> InstantAnswer | None:
    row = _locked(scope, key)
    return row if row is not None and row.ticket_id is None else None


def _locked(scope: Scope, key: str) -> InstantAnswer | None:
    return scope.session.scalars(
        select(InstantAnswer)
        .where(InstantAnswer.tenant_id == scope.tenant.id, InstantAnswer.key == key)
        .with_for_update()
    ).one_or_none()
