"""Asking a unit what is to be said 请单位解读, writing it, letting it hold, and taking it off again."""

from datetime import datetime

from sqlalchemy import update

from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.knowledge import service
from core.knowledge.drafts import Draft
from core.knowledge.models import Article, KnowledgeQuestion
from core.knowledge.queries import get_public
from core.knowledge.refusals import NoSuchQuestion
from core.knowledge.service import lock_article, lock_question
from core.people.access import Needs, asked_of, may
from core.people.roles import NotPermitted, Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket_of_id, note, reason_of
from core.tickets.timeline import Actor, Order
from core.units.queries import DirectoryUnit, directory

INTERPRETATION = "interpretation"
"""Kind of the timeline's entries: a unit was asked from this ticket, and what it said holds."""
READS: Needs = frozenset({Permission.SEE_TICKETS, Permission.HANDLE})
WRITES: Needs = frozenset({Permission.DISPATCH, Permission.HANDLE})
APPROVES = Permission.REVIEW


class NotYourArticle(Refused):
    """Somebody of a unit speaks of an article or a question of another."""

    code = "not-your-article"
    is_trespass = True


@command(Permission.DISPATCH, "请单位解读")
def ask_interpretation(scope: Scope, ticket: Ticket, order: Order, *, unit: str, question: str) -> None:
    """Ask a unit to interpret what this ticket asks, for all who will ask it 回应解读. The ticket goes on as it was.

    Raises `ReasonMissing`, `NoSuchUnit`.
    """
    asked, by = reason_of(question, "请单位解读"), directory(scope).get_unit(unit)
    matter = ticket.matter if ticket.matter and directory(scope).find_duty(ticket.matter) else ""
    kept = service.keep_question(
        scope, question=asked, unit_id=by.id, matter=matter, ticket_id=ticket.id, actor=order.actor, now=order.now
    )
    note(
        scope,
        ticket,
        INTERPRETATION,
        order,
        summary=said("请{name}解读：{asked}", name=by.name, asked=asked),
        detail={"question": kept.id, "unit": by.code},
    )


def ask_unit(
    scope: Scope, *, unit: str, question: str, matter: str = "", actor: Actor, now: datetime
) -> KnowledgeQuestion:
    """Ask a unit to interpret a question that no single ticket stands for. Raises `NotPermitted`, `NoSuchUnit`, `NoSuchMatter`."""
    _refuse(actor, Permission.DISPATCH, "请单位解读")
    asked, by = reason_of(question, "请单位解读"), directory(scope).get_unit(unit)
    return service.keep_question(
        scope, question=asked, unit_id=by.id, matter=matter, ticket_id=None, actor=actor, now=now
    )


def drop_question(scope: Scope, question_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Need the answer no more, and say why. Raises `NotPermitted`, `ReasonMissing`, `NoSuchQuestion`."""
    _refuse(actor, Permission.DISPATCH, "不再请单位解读")
    because = reason_of(reason, "不再请单位解读")
    question = lock_question(scope, question_id)
    if question.state not in ("open", "written"):
        raise NoSuchQuestion("这个问题已经解读或撤回。请刷新后再看。")
    question.state, question.note = "dropped", because


def write_article(
    scope: Scope, draft: Draft, *, unit: str = "", question_id: int | None = None, actor: Actor, now: datetime
) -> Article:
    """Write an article, in answer to a question where there is one; it waits for somebody else to approve it.

    Somebody of a unit writes for that unit, the desk for the `unit` that it names. Raises `NotPermitted`, `NotYourArticle`,
    `NoSuchUnit`, `NoSuchQuestion`, `ArticleUnusable`, `NoSuchMatter`.
    """
    _refuse(actor, WRITES, "写知识")
    question = lock_question(scope, question_id) if question_id is not None else None
    if question and question.state != "open":
        raise NoSuchQuestion("这个问题已经有人写了解读，或已撤回。请刷新后再看。")
    owner = question.unit_id if question else _owner(scope, unit, actor).id
    _refuse_stranger(scope, owner, actor)
    article = service.open_article(scope, draft, unit_id=owner, question_id=question_id, actor=actor, now=now)
    if question:
        question.state = "written"
    return article


def revise_article(scope: Scope, article_id: int, draft: Draft, *, actor: Actor, now: datetime) -> Article:
    """Write a new version; the one in force holds until the new one is approved.

    Raises `NotPermitted`, `NoSuchArticle`, `NotYourArticle`, `ArticleUnusable`, `NoSuchMatter`.
    """
    _refuse(actor, WRITES, "改写知识")
    article = lock_article(scope, article_id)
    _refuse_stranger(scope, article.unit_id, actor)
    service.write_version(scope, article, draft, actor=actor, now=now)
    return article


def approve_article(scope: Scope, article_id: int, number: int, *, actor: Actor, now: datetime) -> Article:
    """Let a version hold from now on. The ticket that it was asked from tells of it, and so do features that listen.

    Raises `NotPermitted`, `NoSuchArticle`, `ArticleChanged`, `SameHands`, `ArticleUnusable`.
    """
    _refuse(actor, APPROVES, "审核知识")
    article = lock_article(scope, article_id)
    version = service.let_hold(scope, article, number, actor=actor, now=now)
    question = lock_question(scope, article.question_id) if article.question_id is not None else None
    if question is None or question.state != "written":
        return article
    question.state = "answered"
    if question.ticket_id is not None:
        ticket = lock_ticket_of_id(scope, question.ticket_id)
        unit, where = (
            directory(scope).name_of(article.unit_id),
            "公开" if version.reach == "published" else "供内部使用",
        )
        note(
            scope,
            ticket,
            INTERPRETATION,
            Order(actor, now),
            summary=said("{unit}的解读“{title}”已{where}", unit=unit, title=version.title, where=word(where)),
            detail={"article": article.id, "article_version": version.number, "reach": version.reach},
        )
    return article


def return_article(scope: Scope, article_id: int, number: int, *, reason: str, actor: Actor, now: datetime) -> Article:
    """Give a version back to its author, with what is missing.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchArticle`, `ArticleChanged`, `SameHands`.
    """
    _refuse(actor, APPROVES, "退回知识")
    because, article = reason_of(reason, "退回知识"), lock_article(scope, article_id)
    service.give_back(scope, article, number, reason=because, actor=actor, now=now)
    return article


def withdraw_article(scope: Scope, article_id: int, *, reason: str, actor: Actor, now: datetime) -> Article:
    """Offer an article no more, at once. Raises `NotPermitted`, `ReasonMissing`, `NoSuchArticle`, `ArticleChanged`."""
    _refuse(actor, APPROVES, "撤下知识")
    because, article = reason_of(reason, "撤下知识"), lock_article(scope, article_id)
    service.take_off(scope, article, reason=because, actor=actor, now=now)
    return article


def say_useful(scope: Scope, article_id: int, *, is_useful: bool, now: datetime) -> None:
    """Count what a reader of the public page said of an article. Raises `NoSuchArticle`."""
    get_public(scope, article_id, today=now.astimezone(scope.tenant.zone).date())
    counted = Article.useful if is_useful else Article.useless
    scope.session.execute(
        update(Article)
        .where(Article.tenant_id == scope.tenant.id, Article.id == article_id)
        .values({counted: counted + 1})
        .execution_options(synchronize_session=False)
    )


def end_articles(scope: Scope, *, now: datetime) -> int:
    """Let articles expire whose last day is over, and tell units whose end is near; return how many of both."""
    return service.end_due(scope, now=now)


def _refuse(actor: Actor, needs: Needs, deed: str) -> None:
    if not may(actor.permissions, needs):
        raise NotPermitted(
            said(
                "「{deed}」由{asked}办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                deed=word(deed),
                asked=word(asked_of(needs)),
                name=actor.name,
            )
        )


def _owner(scope: Scope, unit: str, actor: Actor) -> DirectoryUnit:
    own = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    return own if own and Permission.DISPATCH not in actor.permissions else directory(scope).get_unit(unit)


def _refuse_stranger(scope: Scope, unit_id: int, actor: Actor) -> None:
    if Permission.DISPATCH not in actor.permissions and actor.unit_id != unit_id:
        raise NotYourArticle(
            said("这一条由{name}负责。需要补充的请告诉受理席。", name=directory(scope).name_of(unit_id))
        )
