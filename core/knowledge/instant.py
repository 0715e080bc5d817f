"""Answers at once 秒回: which approved answer fits a question, how surely, by which words, and on whose word it rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.classification.rules import NATURE_WORDS
from core.hooks import specs
from core.hooks.values import InstantRules, InstantTopic
from core.kit.saying import joined, said
from core.knowledge.likeness import Likeness, Phrasings, is_question, likenesses, words_within
from core.knowledge.models import Article, ArticleStep, ArticleVersion
from core.knowledge.queries import offered
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

MOST_ARTICLES = 2000
"""Articles that are compared with a question, those last written; more of them would keep the resident waiting."""
TOPIC = "topic"
COMPLAINTS = dict(NATURE_WORDS)["complaint"]
"""Words of somebody who complains, though they may ask as well."""


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """An approved answer to a question 现成答复, how surely it fits (0 to 100), and why.

    It comes from an article (then with its id and version) or from a topic of the district's rules (then with a rule).
    """

    title: str
    text: str
    confidence: int
    words: tuple[str, ...]
    source: str
    """Who answers for it and on which rule it rests, for everybody."""
    approved_by: str = ""
    """Who approved it, for the house."""
    article_id: int | None = None
    article_version: int | None = None
    rule_id: str = ""

    @property
    def why(self) -> str:
        """Say how surely it fits, and by which words."""
        return said(
            "置信度 {confidence}%：问题里有“{words}”", confidence=self.confidence, words=joined("”“", self.words)
        )

    @property
    def article_ref(self) -> str:
        """How a form names the version of the article that it rests on, empty = on none."""
        return f"{self.article_id}/{self.article_version}" if self.article_id else ""


def instant_rules(scope: Scope) -> InstantRules | None:
    """Return the district's rules, None where nobody is answered at once; asked once per process and epoch."""
    return scope.remember("instant_rules", lambda: next(iter(scope.hooks.ask(specs.instant_rules).values), None))


def answer_at_once(scope: Scope, question: str, *, today: date) -> ReadyAnswer | None:
    """Return what may be answered without an operator; None = nothing is sure enough, or it is nothing for a machine."""
    rules = instant_rules(scope)
    if rules is None or why_by_person(rules, question):
        return None
    best = _best(scope, rules, question, today=today, is_public=True)
    return best if best and best.confidence >= rules.threshold else None


def best_for_desk(scope: Scope, ticket: Ticket, *, today: date) -> ReadyAnswer | None:
    """Return what an operator may answer a ticket with, None where nothing is likely enough. Internal articles count too."""
    rules = instant_rules(scope)
    if rules is None or (rules.only_inquiries and ticket.nature != "inquiry"):
        return None
    found = [
        best
        for text in dict.fromkeys((ticket.title, ticket.text))
        if (best := _best(scope, rules, text, today=today, is_public=False))
    ]
    best = max(found, key=lambda each: each.confidence, default=None)
    return best if best and best.confidence >= rules.suggest_from else None


def why_by_person(rules: InstantRules, question: str) -> str:
    """Return why a person is to look at it and no machine answers, empty = one may."""
    if danger := words_within(question, rules.urgent_words):
        return said("提到“{danger}”，可能紧急", danger=joined("、", danger))
    if persons := words_within(question, rules.person_words):
        return said("提到“{persons}”，可能投诉某个人", persons=joined("、", persons))
    if complaint := words_within(question, COMPLAINTS):
        return said("提到“{complaint}”，是投诉，要有人去办", complaint=joined("、", complaint))
    if rules.only_inquiries and not is_question(question):
        return "不是在问一件事，要有人去办"
    return ""


def _best(scope: Scope, rules: InstantRules, question: str, *, today: date, is_public: bool) -> ReadyAnswer | None:
    articles = {
        f"{article.id}/{version.number}": (article, version) for article, version in _all(scope, today, is_public)
    }
    topics = {f"{TOPIC}/{place}": topic for place, topic in enumerate(rules.topics)}
    compared = [
        *(Phrasings(key, _asked(version)) for key, (_, version) in articles.items()),
        *(Phrasings(key, topic.words) for key, topic in topics.items()),
    ]
    best = next(iter(likenesses(question, compared)), None)
    if best is None:
        return None
    if best.key in topics:
        return _of_topic(topics[best.key], best)
    return _of_article(scope, *articles[best.key], best)


def _all(scope: Scope, today: date, is_public: bool) -> Sequence[tuple[Article, ArticleVersion]]:
    rows = scope.session.execute(
        select(Article, ArticleVersion)
        .join(
            ArticleVersion,
            (ArticleVersion.tenant_id == Article.tenant_id)
            & (ArticleVersion.article_id == Article.id)
            & (ArticleVersion.number == Article.in_force),
        )
        .where(offered(scope, today, is_public=is_public))
        .order_by(ArticleVersion.at.desc(), Article.id)
        .limit(MOST_ARTICLES)
    )
    return [(article, version) for article, version in rows]


def _asked(version: ArticleVersion) -> tuple[str, ...]:
    return (version.title, version.question, *version.also_asked.splitlines())


def _of_topic(topic: InstantTopic, likeness: Likeness) -> ReadyAnswer:
    return ReadyAnswer(
        title=topic.words[0],
        text=topic.answer,
        confidence=likeness.confidence,
        words=likeness.words,
        source=topic.source,
        approved_by=topic.source,
        rule_id=topic.rule_id,
    )


def _of_article(scope: Scope, article: Article, version: ArticleVersion, likeness: Likeness) -> ReadyAnswer:
    approved = scope.session.scalars(
        select(ArticleStep)
        .where(
            ArticleStep.tenant_id == scope.tenant.id,
            ArticleStep.article_id == article.id,
            ArticleStep.number == version.number,
            ArticleStep.kind == "approved",
        )
        .order_by(ArticleStep.id.desc())
        .limit(1)
    ).one_or_none()
    unit = directory(scope).name_of(article.unit_id)
    day = f"{approved.at.astimezone(scope.tenant.zone):%Y-%m-%d}" if approved else ""
    resting = said("，依据{policy}", policy=version.policy) if version.policy else ""
    return ReadyAnswer(
        title=version.title,
        text=version.answer,
        confidence=likeness.confidence,
        words=likeness.words,
        source=said(
            "{unit}解读{day}{resting}，{expires_on} 前有效",
            unit=unit,
            day=said("，{day} 审核通过", day=day) if day else "",
            resting=resting,
            expires_on=version.expires_on,
        ),
        approved_by=approved.by if approved else "",
        article_id=article.id,
        article_version=version.number,
    )
