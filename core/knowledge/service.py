"""Keeping articles: what a unit writes becomes a version, a second person lets it hold, and each ends in its time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.kit.saying import said, word
from core.knowledge.drafts import LONGEST_TEXT, LONGEST_TITLE, Draft
from core.knowledge.models import OFFERED, Article, ArticleStep, ArticleUse, ArticleVersion, KnowledgeQuestion
from core.knowledge.refusals import ArticleChanged, ArticleUnusable, NoSuchArticle, NoSuchQuestion
from core.knowledge.rules import names_a_person, terms_of
from core.knowledge.settings import rules_of
from core.people.roles import SameHands
from core.tenancy.scope import Scope
from core.tickets.timeline import SYSTEM, Actor
from core.units.queries import directory

LATEST = timedelta(days=3650)


def keep_question(
    scope: Scope, *, question: str, unit_id: int, matter: str, ticket_id: int | None, actor: Actor, now: datetime
) -> KnowledgeQuestion:
    """Ask a unit to interpret a question. Raises `ArticleUnusable` when there is none, `NoSuchMatter`."""
    asked = question.strip()
    if not asked:
        raise ArticleUnusable("请写明要请单位解读什么问题。")
    if matter:
        directory(scope).get_duty(matter)
    kept = KnowledgeQuestion(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        question=asked[:LONGEST_TEXT],
        unit_id=unit_id,
        matter=matter,
        ticket_id=ticket_id,
        asked_by=actor.name,
        asked_by_id=actor.id,
        asked_at=now,
    )
    scope.session.add(kept)
    return kept


def lock_question(scope: Scope, question_id: int) -> KnowledgeQuestion:
    """Return a question, locked until the transaction ends. Raises `NoSuchQuestion`."""
    found = scope.session.scalar(
        select(KnowledgeQuestion)
        .where(KnowledgeQuestion.tenant_id == scope.tenant.id, KnowledgeQuestion.id == question_id)
        .with_for_update()
    )
    if found is None:
        raise NoSuchQuestion("没有这个待解读的问题。请从知识库的列表中打开。")
    return found


def lock_article(scope: Scope, article_id: int) -> Article:
    """Return an article, locked until the transaction ends. Raises `NoSuchArticle`."""
    found = scope.session.scalar(
        select(Article).where(Article.tenant_id == scope.tenant.id, Article.id == article_id).with_for_update()
    )
    if found is None:
        raise NoSuchArticle("知识库里没有这一条。请从列表中打开。")
    return found


def get_version(scope: Scope, article_id: int, number: int) -> ArticleVersion:
    """Return a version of an article. Raises `NoSuchArticle`."""
    found = scope.session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.tenant_id == scope.tenant.id,
            ArticleVersion.article_id == article_id,
            ArticleVersion.number == number,
        )
    )
    if found is None:
        raise NoSuchArticle("知识库里没有这一版。请从列表中打开。")
    return found


def open_article(
    scope: Scope, draft: Draft, *, unit_id: int, question_id: int | None, actor: Actor, now: datetime
) -> Article:
    """Begin an article with its first version, which waits for approval. Raises `ArticleUnusable`, `NoSuchMatter`."""
    article = Article(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        unit_id=unit_id,
        title=draft.title.strip(),
        created_at=now,
        newest=0,
        question_id=question_id,
    )
    scope.session.add(article)
    write_version(scope, article, draft, actor=actor, now=now)
    return article


def write_version(scope: Scope, article: Article, draft: Draft, *, actor: Actor, now: datetime) -> ArticleVersion:
    """Add a version, which waits for approval; the one in force stays. Raises `ArticleUnusable`, `NoSuchMatter`."""
    today = now.astimezone(scope.tenant.zone).date()
    expires_on = draft.expires_on or today + timedelta(days=rules_of(scope).valid_days)
    _refuse_unusable(draft, expires_on, today)
    if draft.matter:
        directory(scope).get_duty(draft.matter)
    article.newest, article.pending, article.matter = article.newest + 1, "submitted", draft.matter
    if article.in_force is None:
        article.title = draft.title.strip()
    version = ArticleVersion(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        article_id=article.id,
        number=article.newest,
        title=draft.title.strip(),
        question=draft.question.strip(),
        also_asked=draft.also_asked.strip(),
        answer=draft.answer.strip(),
        policy=draft.policy.strip(),
        reach="published" if draft.is_public else "internal",
        expires_on=expires_on,
        by=actor.name,
        by_id=actor.id,
        at=now,
    )
    scope.session.flush()
    scope.session.add(version)
    write_step(scope, article, article.newest, "written", actor=actor, now=now)
    return version


def _refuse_unusable(draft: Draft, expires_on: date, today: date) -> None:
    if not draft.title.strip() or len(draft.title.strip()) > LONGEST_TITLE:
        raise ArticleUnusable(said("请写标题，最多 {longest_title} 个字。", longest_title=LONGEST_TITLE))
    for label, text in (("问题", draft.question), ("答案", draft.answer)):
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise ArticleUnusable(
                said("请写{label}，最多 {longest_text:,} 个字。", label=word(label), longest_text=LONGEST_TEXT)
            )
    if not today <= expires_on <= today + LATEST:
        raise ArticleUnusable("有效期要在今天以后、十年以内。请改写失效日期。")
    written = (draft.title, draft.question, draft.also_asked, draft.answer, draft.policy)
    if draft.is_public and any(names_a_person(text) for text in written):
        raise ArticleUnusable("要公开的内容里有手机号码或身份证号码。请改写为办公电话，不写个人的号码。")


def let_hold(scope: Scope, article: Article, number: int, *, actor: Actor, now: datetime) -> ArticleVersion:
    """Let the newest version hold from now on, approved by another than its author.

    Raises `ArticleChanged`, `SameHands`, and `ArticleUnusable` when its time is over.
    """
    version = _waiting(scope, article, number, actor)
    if version.expires_on < now.astimezone(scope.tenant.zone).date():
        raise ArticleUnusable("这一版的有效期已过，不能再启用。请退回作者改写失效日期。")
    article.in_force, article.state, article.pending = version.number, version.reach, ""
    article.title, article.expires_on, article.reminded_on = version.title, version.expires_on, None
    article.terms = terms_of(version.title, version.question, version.also_asked)
    write_step(scope, article, number, "approved", actor=actor, now=now)
    return version


def give_back(scope: Scope, article: Article, number: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Return the newest version to its author. Raises `ArticleChanged`, `SameHands`."""
    _waiting(scope, article, number, actor)
    article.pending = "returned"
    write_step(scope, article, number, "returned", note=reason, actor=actor, now=now)


def take_off(scope: Scope, article: Article, *, reason: str, actor: Actor, now: datetime) -> None:
    """Offer the article no more, from now on. Raises `ArticleChanged` when it is not offered."""
    if article.state not in OFFERED or article.in_force is None:
        raise ArticleChanged("这一条现在没有在用，不用撤下。请刷新后再看。")
    article.state = "withdrawn"
    write_step(scope, article, article.in_force, "withdrawn", note=reason, actor=actor, now=now)


def note_use(
    scope: Scope, article_id: int, number: int, *, ticket_id: int, actor: Actor, now: datetime
) -> ArticleVersion:
    """Note that a ticket is answered with a version, and return it.

    Raises `NoSuchArticle`, and `ArticleChanged` when it is no longer offered, or another version is.
    """
    article = scope.session.get(Article, (scope.tenant.id, article_id))
    if article is None:
        raise NoSuchArticle("知识库里没有这一条。请重新选择答案。")
    today = now.astimezone(scope.tenant.zone).date()
    is_offered = article.state in OFFERED and article.expires_on is not None and article.expires_on >= today
    if not is_offered or article.in_force != number:
        raise ArticleChanged(
            said("知识“{title}”已经改版或不再使用，没有据以答复。请重新选择答案。", title=article.title)
        )
    use = ArticleUse(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        article_id=article.id,
        number=number,
        ticket_id=ticket_id,
        by=actor.name,
        by_id=actor.id,
        at=now,
    )
    scope.session.add(use)
    return get_version(scope, article.id, number)


def end_due(scope: Scope, *, now: datetime) -> int:
    """Let articles expire whose last day is over, and tell units whose end is near; return how many of both."""
    today = now.astimezone(scope.tenant.zone).date()
    due = list(_offered_until(scope, today + timedelta(days=rules_of(scope).remind_days)))
    count = 0
    for article in due:
        assert article.in_force is not None
        assert article.expires_on is not None
        if article.expires_on < today:
            article.state = "expired"
            write_step(scope, article, article.in_force, "expired", actor=SYSTEM, now=now)
            count += 1
        elif article.reminded_on is None:
            article.reminded_on = today
            words = said("{expires_on} 到期，请责任单位改版、续期或让它到期", expires_on=article.expires_on)
            write_step(scope, article, article.in_force, "reminded", note=words, actor=SYSTEM, now=now)
            count += 1
    return count


def write_step(
    scope: Scope, article: Article, number: int, kind: str, *, note: str = "", actor: Actor, now: datetime
) -> None:
    """Write down what was done with a version."""
    step = ArticleStep(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        article_id=article.id,
        number=number,
        kind=kind,
        note=note,
        by=actor.name,
        by_id=actor.id,
        at=now,
    )
    scope.session.flush()
    scope.session.add(step)


def _waiting(scope: Scope, article: Article, number: int, actor: Actor) -> ArticleVersion:
    if article.pending != "submitted" or article.newest != number:
        raise ArticleChanged("这一版已经有人审过，或作者又交了新的一版。请刷新后再看。")
    version = get_version(scope, article.id, number)
    if actor.id is not None and actor.id == version.by_id:
        raise SameHands("自己写的答案不能自己审。请另一位审核员办理。")
    return version


def _offered_until(scope: Scope, day: date) -> Iterator[Article]:
    yield from scope.session.scalars(
        select(Article)
        .where(Article.tenant_id == scope.tenant.id, Article.state.in_(OFFERED), Article.expires_on <= day)
        .order_by(Article.id)
        .with_for_update()
    )
