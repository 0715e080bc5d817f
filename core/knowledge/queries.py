"""Reading the knowledge base: what answers a question, what is kept, what waits for whom, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Text, and_, column, exists, func, or_, select

from core.kit.initials import initials
from core.knowledge.models import OFFERED, Article, ArticleStep, ArticleUse, ArticleVersion, KnowledgeQuestion
from core.knowledge.refusals import NoSuchArticle
from core.knowledge.rules import MOST_TERMS, Found, ranked, terms_of
from core.knowledge.settings import rules_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

SHOWN = 200
"""Articles and questions on one page; more are found by words."""
MOST_MISSING = 20
STATE_LABELS = {
    "draft": "待审",
    "published": "公开",
    "internal": "内部使用",
    "expired": "已到期",
    "withdrawn": "已撤下",
}
STEP_LABELS = {
    "written": "写成",
    "approved": "审核通过",
    "returned": "退回修改",
    "withdrawn": "撤下",
    "reminded": "到期提醒",
    "expired": "到期",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An article that is offered: the version that holds, whose it is, and how often tickets were answered with it."""

    article_id: int
    number: int
    title: str
    question: str
    answer: str
    policy: str
    unit: str
    is_public: bool
    expires_on: date
    used: int
    written_at: datetime

    @property
    def ref(self) -> str:
        """How a form names the version."""
        return f"{self.article_id}/{self.number}"


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list."""

    id: int
    title: str
    unit: str
    state: str
    state_label: str
    waits: bool
    expires_on: date | None
    used: int


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question that waits for its unit."""

    id: int
    question: str
    unit: str
    unit_id: int
    matter: str
    serial_no: str | None
    asked_by: str
    asked_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A matter that many tickets are about and no article: how many came in within the days of the rules."""

    matter: str
    label: str
    tickets: int
    unit: str
    """Code of the unit that leads it, empty where the duty list names none."""


@dataclass(frozen=True)
class WholeArticle:
    """An article with all that is kept of it."""

    article: Article
    unit: str
    versions: Sequence[ArticleVersion]
    steps: Sequence[ArticleStep]
    question: KnowledgeQuestion | None
    source: str | None
    """Number of the ticket that the question was asked from."""
    answered: Sequence[str]
    """Numbers of the tickets last answered with it."""
    used: int

    @property
    def newest(self) -> ArticleVersion:
        return self.versions[0]

    @property
    def in_force(self) -> ArticleVersion | None:
        return next((each for each in self.versions if each.number == self.article.in_force), None)


def answers_to(
    scope: Scope, *texts: str, matter: str | None = None, today: date, limit: int | None = None, is_public: bool = False
) -> list[Answer]:
    """Return the articles that have to do with what is asked, the likeliest first; with `is_public` those for everybody."""
    terms = terms_of(*texts)[:MOST_TERMS]
    if not terms:
        return []
    is_offered = offered(scope, today, is_public=is_public)
    term = (
        func.jsonb_array_elements_text(Article.terms).table_valued(column("term", Text), name="found").render_derived()
    )
    rows = scope.session.execute(
        select(Article.id, Article.matter, func.jsonb_array_length(Article.terms), func.array_agg(term.c.term))
        .select_from(Article)
        .join(term, term.c.term.in_(terms))
        .where(is_offered)
        .group_by(Article.tenant_id, Article.id)
    )
    found = [
        Found(article_id, frozenset(common), size, bool(matter) and of == matter)
        for article_id, of, size, common in rows
    ]
    total = scope.session.scalar(select(func.count()).select_from(Article).where(is_offered)) or 0
    ids = ranked(found, asked=len(terms), articles=total)[: limit or rules_of(scope).most_offered]
    answers = _answers(scope, and_(is_offered, Article.id.in_(ids)))
    return [answers[each] for each in ids if each in answers]


def public_by_initials(scope: Scope, letters: str, *, today: date, limit: int) -> list[Answer]:
    """Return the articles for everybody in whose titles these pinyin initials follow each other 拼音首字母, the newest first."""
    wanted = letters.lower()
    found = newest_public(scope, today=today)
    return [each for each in found if wanted in initials(each.title)][:limit]


def newest_public(scope: Scope, *, today: date, limit: int = SHOWN) -> list[Answer]:
    """Return the articles for everybody, those last written first."""
    found = _answers(scope, offered(scope, today, is_public=True), limit=limit)
    return list(found.values())


def public_on(scope: Scope, matters: Sequence[str], *, today: date) -> dict[str, list[Answer]]:
    """Return the articles for everybody on each of these matters, those last written first."""
    are_offered = and_(offered(scope, today, is_public=True), Article.matter.in_(matters))
    rows = scope.session.execute(select(Article.id, Article.matter).where(are_offered))
    of: dict[int, str] = dict(rows.all())
    found: dict[str, list[Answer]] = {}
    for article_id, answer in _answers(scope, are_offered).items():
        found.setdefault(of[article_id], []).append(answer)
    return found


def has_public(scope: Scope) -> bool:
    """Tell whether there is an article for everybody."""
    public = exists().where(Article.tenant_id == scope.tenant.id, Article.state == "published")
    return bool(scope.session.scalar(select(public)))


def get_public(scope: Scope, article_id: int, *, today: date) -> Answer:
    """Return an article that is open to everybody. Raises `NoSuchArticle`."""
    found = _answers(scope, and_(offered(scope, today, is_public=True), Article.id == article_id))
    if article_id not in found:
        raise NoSuchArticle("没有这一条解读，或者它已经到期。请从列表里再找。")
    return found[article_id]


def find_answer(scope: Scope, article_id: int, *, today: date) -> Answer | None:
    """Return an article as it is offered to the desk, or None when it is not."""
    return _answers(scope, and_(offered(scope, today), Article.id == article_id)).get(article_id)


def article_lines(
    scope: Scope, *, tab: str, words: str = "", unit_id: int | None = None, today: date
) -> list[ArticleLine]:
    """List articles: `offered`, `waiting` for approval, `ending` soon, or `over`; of one unit where it is given."""
    conditions: list[ColumnElement[bool]] = [Article.tenant_id == scope.tenant.id]
    match tab:
        case "waiting":
            conditions.append(Article.pending != "")
        case "ending":
            until = today + timedelta(days=rules_of(scope).remind_days)
            conditions += [Article.state.in_(OFFERED), Article.expires_on <= until]
        case "over":
            conditions.append(Article.state.in_(("expired", "withdrawn")))
        case _:
            conditions.append(Article.state.in_(OFFERED))
    if unit_id is not None:
        conditions.append(Article.unit_id == unit_id)
    if words:
        conditions.append(Article.title.icontains(words, autoescape=True))
    rows = scope.session.execute(
        select(Article, _used()).where(*conditions).order_by(Article.created_at.desc(), Article.id.desc()).limit(SHOWN)
    )
    units = directory(scope)
    return [
        ArticleLine(
            article.id,
            article.title,
            units.name_of(article.unit_id),
            article.state,
            STATE_LABELS[article.state],
            article.pending == "submitted",
            article.expires_on,
            used,
        )
        for article, used in rows
    ]


def whole_article(scope: Scope, article_id: int) -> WholeArticle:
    """Return an article with its versions and steps, the newest first. Raises `NoSuchArticle`."""
    row = scope.session.execute(
        select(Article, _used()).where(Article.tenant_id == scope.tenant.id, Article.id == article_id)
    ).one_or_none()
    if row is None:
        raise NoSuchArticle("知识库里没有这一条。请从列表中打开。")
    article, used = row
    versions = scope.session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.tenant_id == scope.tenant.id, ArticleVersion.article_id == article_id)
        .order_by(ArticleVersion.number.desc())
    ).all()
    steps = scope.session.scalars(
        select(ArticleStep)
        .where(ArticleStep.tenant_id == scope.tenant.id, ArticleStep.article_id == article_id)
        .order_by(ArticleStep.at.desc(), ArticleStep.id.desc())
    ).all()
    answered = scope.session.scalars(
        select(Ticket.serial_no)
        .join(ArticleUse, (ArticleUse.tenant_id == Ticket.tenant_id) & (ArticleUse.ticket_id == Ticket.id))
        .where(ArticleUse.tenant_id == scope.tenant.id, ArticleUse.article_id == article_id)
        .order_by(ArticleUse.id.desc())
        .limit(rules_of(scope).most_offered)
    ).all()
    question, source = _source(scope, article.question_id)
    return WholeArticle(
        article, directory(scope).name_of(article.unit_id), versions, steps, question, source, answered, used
    )


def question_lines(scope: Scope, *, unit_id: int | None = None) -> list[QuestionLine]:
    """List the questions that wait for their units, the oldest first; of one unit where it is given."""
    units = directory(scope)
    asked = (
        select(KnowledgeQuestion, Ticket.serial_no)
        .outerjoin(
            Ticket,
            (Ticket.tenant_id == KnowledgeQuestion.tenant_id) & (Ticket.id == KnowledgeQuestion.ticket_id),
        )
        .where(KnowledgeQuestion.tenant_id == scope.tenant.id, KnowledgeQuestion.state.in_(("open", "written")))
        .order_by(KnowledgeQuestion.asked_at, KnowledgeQuestion.id)
        .limit(SHOWN)
    )
    if unit_id is not None:
        asked = asked.where(KnowledgeQuestion.unit_id == unit_id)
    return [
        QuestionLine(
            each.id,
            each.question,
            units.name_of(each.unit_id),
            each.unit_id,
            each.matter,
            serial_no,
            each.asked_by,
            each.asked_at,
            each.state,
        )
        for each, serial_no in scope.session.execute(asked)
    ]


def missing_articles(scope: Scope, *, now: datetime) -> list[Missing]:
    """Return the matters about which so many tickets came in of late that an article is missing, the most first."""
    rules, units = rules_of(scope), directory(scope)
    if not rules.repeated_from:
        return []
    count = func.count()
    has_article = exists().where(
        Article.tenant_id == scope.tenant.id, Article.matter == Ticket.matter, Article.state.in_((*OFFERED, "draft"))
    )
    is_asked = exists().where(
        KnowledgeQuestion.tenant_id == scope.tenant.id,
        KnowledgeQuestion.matter == Ticket.matter,
        KnowledgeQuestion.state.in_(("open", "written")),
    )
    rows = scope.session.execute(
        select(Ticket.matter, count)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.accepted_at > now - timedelta(days=rules.repeated_days),
            Ticket.matter.is_not(None),
            ~has_article,
            ~is_asked,
        )
        .group_by(Ticket.matter)
        .having(count >= rules.repeated_from)
        .order_by(count.desc(), Ticket.matter)
        .limit(MOST_MISSING)
    )
    found = []
    for matter, tickets in rows:
        duty = units.find_duty(matter)
        if duty is not None:
            found.append(Missing(str(matter), f"{duty.category} / {duty.subcategory}", tickets, duty.lead or ""))
    return found


def waits_for_unit(scope: Scope, unit_id: int, *, today: date) -> int | None:
    """Count what the unit has to do for the knowledge base; None when it never had anything to do with it."""
    questions = (
        select(func.count())
        .where(
            KnowledgeQuestion.tenant_id == scope.tenant.id,
            KnowledgeQuestion.unit_id == unit_id,
            KnowledgeQuestion.state == "open",
        )
        .scalar_subquery()
    )
    own = and_(Article.tenant_id == scope.tenant.id, Article.unit_id == unit_id)
    until = today + timedelta(days=rules_of(scope).remind_days)
    due = or_(Article.pending == "returned", and_(Article.state.in_(OFFERED), Article.expires_on <= until))
    articles = select(func.count()).where(own, due).scalar_subquery()
    any_article = exists(select(Article.id).where(own))
    asked, due_count, has_any = scope.session.execute(select(questions, articles, any_article)).one()
    total: int = asked + due_count
    return total if total or has_any else None


def waits_for_approval(scope: Scope) -> int:
    """Count the versions that wait for approval."""
    waiting = select(func.count()).where(Article.tenant_id == scope.tenant.id, Article.pending == "submitted")
    return scope.session.scalar(waiting) or 0


def offered(scope: Scope, today: date, *, is_public: bool = False) -> ColumnElement[bool]:
    """Hold of an article that is offered on that day, to the house or with `is_public` to everybody."""
    states = ("published",) if is_public else OFFERED
    return and_(Article.tenant_id == scope.tenant.id, Article.state.in_(states), Article.expires_on >= today)


def _used() -> ColumnElement[int]:
    return (
        select(func.count())
        .where(ArticleUse.tenant_id == Article.tenant_id, ArticleUse.article_id == Article.id)
        .scalar_subquery()
        .label("used")
    )


def _answers(scope: Scope, which: ColumnElement[bool], *, limit: int = SHOWN) -> Mapping[int, Answer]:
    units = directory(scope)
    rows = scope.session.execute(
        select(Article, ArticleVersion, _used())
        .join(
            ArticleVersion,
            (ArticleVersion.tenant_id == Article.tenant_id)
            & (ArticleVersion.article_id == Article.id)
            & (ArticleVersion.number == Article.in_force),
        )
        .where(which)
        .order_by(ArticleVersion.at.desc(), Article.id)
        .limit(limit)
    )
    return {
        article.id: Answer(
            article.id,
            version.number,
            version.title,
            version.question,
            version.answer,
            version.policy,
            units.name_of(article.unit_id),
            version.reach == "published",
            version.expires_on,
            used,
            version.at,
        )
        for article, version, used in rows
    }


def _source(scope: Scope, question_id: int | None) -> tuple[KnowledgeQuestion | None, str | None]:
    question = scope.session.get(KnowledgeQuestion, (scope.tenant.id, question_id)) if question_id else None
    if question is None or question.ticket_id is None:
        return question, None
    ticket = scope.session.get(Ticket, (scope.tenant.id, question.ticket_id))
    return question, ticket.serial_no if ticket else None
