"""A question that many ask becomes an article: asked of a unit, written, approved by another, used, and ended in its time."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from core.jobs.knowledge import Knowledge
from core.journey import knowledge
from core.kit.errors import Refused
from core.knowledge.drafts import Draft
from core.knowledge.models import Article, ArticleStep, ArticleUse
from core.knowledge.queries import answers_to, article_lines, missing_articles, question_lines, whole_article
from core.knowledge.rules import Found, names_a_person, ranked, terms_of
from core.tenancy.scope import Installation, Scope
from tests.builders import OPERATOR, REVIEWER, alone, beijing, make_actor, make_district, make_ticket
from tests.judge.case import Case

T = TypeVar("T")
LIFT = Draft(
    title="老旧小区加装电梯怎么申请",
    question="七层的老楼想加装电梯，要多少户同意，向哪里申请？",
    answer="本单元三分之二以上业主同意后，向街道办事处提出，电话 028-0000。",
    also_asked="装电梯 补贴",
    policy="《加装电梯办法》",
    expires_on=date(2026, 12, 31),
)
ASKS = "我们单元想加装电梯，有一户不同意怎么办，补贴怎么领"


def write(walk: Case, draft: Draft = LIFT, *, at: str = "2026-03-12 10:00", unit: str = "roads") -> int:
    """Let the unit's clerk write an article, and return its id."""
    clerk = walk.clerk(unit)
    return walk.run(lambda scope: knowledge.write_article(scope, draft, actor=clerk, now=beijing(at)).id)


def approve(walk: Case, article: int, number: int = 1, *, at: str = "2026-03-12 11:00") -> None:
    walk.run(lambda scope: knowledge.approve_article(scope, article, number, actor=REVIEWER, now=beijing(at)))


def offered(walk: Case, *texts: str, on: date = date(2026, 3, 13), **how: Any) -> list[tuple[int, int]]:
    """Return what is offered to a question: article and version."""
    found = walk.run(lambda scope: answers_to(scope, *texts, today=on, **how))
    return [(each.article_id, each.number) for each in found]


def refused(walk: Case, deed: Callable[[Scope], object]) -> str:
    with pytest.raises(Refused) as refusal:
        walk.run(deed)
    return refusal.value.code


def test_a_question_from_a_ticket_becomes_an_answer_that_another_person_approves(walk: Case) -> None:
    walk.take_in("2026-03-12 09:00", text=ASKS)
    walk.do(knowledge.ask_interpretation, "2026-03-12 09:10", actor=OPERATOR, unit="roads", question=LIFT.question)
    [question] = walk.run(question_lines)
    clerk = walk.clerk("roads")
    article = walk.run(
        lambda scope: (
            knowledge.write_article(
                scope, LIFT, question_id=question.id, actor=clerk, now=beijing("2026-03-12 10:00")
            ).id
        )
    )

    assert (question.unit, question.serial_no) == ("道路管理处", walk.serial_no)
    assert offered(walk, ASKS) == []
    both, soon = make_actor("经办人丙", "clerk", "reviewer", id=int(clerk.id or 0)), beijing("2026-03-12 10:30")
    assert (
        refused(walk, lambda scope: knowledge.approve_article(scope, article, 1, actor=both, now=soon)) == "same-hands"
    )

    approve(walk, article)

    assert offered(walk, ASKS) == [(article, 1)]
    assert offered(walk, ASKS, is_public=True) == [(article, 1)]
    assert walk.run(question_lines) == []
    told = [entry.summary for entry in walk.entries() if entry.kind == "interpretation"]
    assert told == [f"请道路管理处解读：{LIFT.question}", "道路管理处的解读“老旧小区加装电梯怎么申请”已公开"]


def test_a_new_version_changes_nothing_of_the_old_one_and_holds_when_it_is_approved(walk: Case) -> None:
    article = write(walk)
    approve(walk, article)
    changed = Draft(LIFT.title, LIFT.question, "改为向区住建局申请。", is_public=False, expires_on=date(2027, 6, 30))
    clerk, now = walk.clerk("roads"), beijing("2026-03-13 10:00")
    walk.run(lambda scope: knowledge.revise_article(scope, article, changed, actor=clerk, now=now))

    assert offered(walk, ASKS) == [(article, 1)]
    approve(walk, article, 2, at="2026-03-13 11:00")

    whole = walk.run(lambda scope: whole_article(scope, article))
    assert [(each.number, each.answer) for each in whole.versions] == [(2, changed.answer), (1, LIFT.answer)]
    assert offered(walk, ASKS) == [(article, 2)]
    assert offered(walk, ASKS, is_public=True) == []
    with pytest.raises(Refused) as outdated:
        approve(walk, article, 1, at="2026-03-13 12:00")
    assert outdated.value.code == "article-changed"


def test_a_ticket_answered_with_an_article_says_with_which_version(walk: Case) -> None:
    article = write(walk)
    approve(walk, article)
    walk.take_in("2026-03-12 12:00", text=ASKS)
    before = walk.ticket().version
    with pytest.raises(Refused) as refusal:
        walk.answer("2026-03-12 12:05", text=LIFT.answer, article_id=article, article_version=2)
    assert (refusal.value.code, walk.ticket().version) == ("article-changed", before)

    walk.answer("2026-03-12 12:10", text=LIFT.answer, article_id=article, article_version=1)

    entry = next(each for each in walk.entries() if each.kind == "answer_directly")
    assert entry.summary == "直接答复（政策解释），依据知识“老旧小区加装电梯怎么申请”第 1 版"
    assert (entry.detail["article"], entry.detail["article_version"]) == (article, 1)
    [use] = walk.run(
        lambda scope: scope.session.scalars(select(ArticleUse).where(ArticleUse.article_id == article)).all()
    )
    assert (use.number, use.by) == (1, OPERATOR.name)


def test_a_unit_is_told_a_fortnight_before_an_article_ends_and_then_it_is_offered_no_more(walk: Case) -> None:
    article = write(walk)
    approve(walk, article)

    def look(at: str) -> list[str]:
        walk.run(lambda scope: knowledge.end_articles(scope, now=beijing(at)))
        steps = select(ArticleStep.kind).where(ArticleStep.article_id == article).order_by(ArticleStep.id)
        return list(walk.run(lambda scope: scope.session.scalars(steps).all()))

    assert look("2026-12-16 00:10") == ["written", "approved"]
    assert look("2026-12-17 00:10") == ["written", "approved", "reminded"]
    assert look("2026-12-31 23:50") == ["written", "approved", "reminded"]
    assert offered(walk, ASKS, on=date(2026, 12, 31)) == [(article, 1)]
    assert offered(walk, ASKS, on=date(2027, 1, 1)) == []
    assert look("2027-01-01 00:10") == ["written", "approved", "reminded", "expired"]
    [line] = walk.run(lambda scope: article_lines(scope, tab="over", today=date(2027, 1, 1)))
    assert (line.id, line.state_label) == (article, "已到期")


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("", "问", "答"), "请写标题"),
        (Draft("题", "问", " "), "请写答案"),
        (Draft("题", "问", "找王师傅 13800000001"), "手机号码"),
        (Draft("题", "问", "答", expires_on=date(2026, 3, 11)), "有效期"),
        (Draft("题", "问", "答", expires_on=date(2046, 3, 11)), "有效期"),
    ],
)
def test_what_cannot_become_an_article_is_refused_in_words(walk: Case, draft: Draft, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        write(walk, draft)

    assert refusal.value.code == "article-unusable"


def test_a_unit_writes_for_itself_alone_and_who_may_not_approve_does_not(walk: Case) -> None:
    article = write(walk)
    gardener = walk.clerk("parks")
    now = beijing("2026-03-12 11:00")

    assert (
        refused(walk, lambda scope: knowledge.revise_article(scope, article, LIFT, actor=gardener, now=now))
        == "not-your-article"
    )
    assert (
        refused(walk, lambda scope: knowledge.approve_article(scope, article, 1, actor=OPERATOR, now=now))
        == "not-permitted"
    )
    assert (
        refused(walk, lambda scope: knowledge.withdraw_article(scope, article, reason="错", actor=REVIEWER, now=now))
        == "article-changed"
    )


def test_another_district_finds_nothing_of_it(walk: Case, installation: Installation) -> None:
    article = write(walk)
    approve(walk, article)
    there = make_district(installation)

    assert installation.run(there, lambda scope: answers_to(scope, ASKS, today=date(2026, 3, 13))) == []
    with pytest.raises(Refused):
        installation.run(there, lambda scope: whole_article(scope, article))


def test_a_matter_that_many_ask_about_and_no_article_answers_is_shown_as_missing(walk: Case) -> None:
    for minute in range(5):
        make_ticket(walk.installation, walk.slug, now=beijing(f"2026-03-12 10:0{minute}"), matter="road")
    now = beijing("2026-03-12 12:00")

    def missing() -> list[tuple[str, int]]:
        return [(each.matter, each.tickets) for each in walk.run(lambda scope: missing_articles(scope, now=now))]

    assert missing() == [("road", 5)]

    walk.run(
        lambda scope: knowledge.ask_unit(
            scope, unit="roads", question="坑洼多久修好", matter="road", actor=OPERATOR, now=now
        )
    )
    assert missing() == []


def test_terms_are_pairs_of_characters_that_say_something_and_words() -> None:
    assert terms_of("我的电梯", "WiFi 密码") == ["电梯", "密码", "wifi"]
    assert terms_of("的了吗") == []


def test_an_article_that_shares_rare_terms_stands_before_one_that_shares_common_ones() -> None:
    rare, common, other = (
        Found(1, frozenset({"电梯", "加装"}), 10),
        Found(2, frozenset({"小区", "业主"}), 10),
        Found(3, frozenset({"小区", "业主"}), 10),
    )
    one = Found(4, frozenset({"小区"}), 10)

    assert ranked([common, other, one, rare], asked=20, articles=50) == [1, 2, 3]
    assert ranked([one], asked=1, articles=50) == [4]


@pytest.mark.parametrize(
    ("text", "is_named"), [("电话 028-86600000", False), ("138 0000 0001", True), ("文号〔2026〕12 号", False)]
)
def test_numbers_of_persons_are_told_from_those_of_offices(text: str, is_named: bool) -> None:
    assert names_a_person(text) is is_named


def test_what_readers_say_is_counted(walk: Case) -> None:
    article, now = write(walk), beijing("2026-03-13 10:00")
    approve(walk, article)
    for is_useful in (True, True, False):
        walk.run(partial(knowledge.say_useful, article_id=article, is_useful=is_useful, now=now))

    kept = walk.run(lambda scope: scope.session.get_one(Article, (scope.tenant.id, article)))
    assert (kept.useful, kept.useless) == (2, 1)


def test_the_clock_ends_articles_once_the_districts_day_has_begun(walk: Case, installation: Installation) -> None:
    article = write(walk)
    approve(walk, article)
    clock = Knowledge(installation, is_ending=lambda: False)

    def states(*instants: str) -> list[str]:
        found = []
        for at in instants:
            with alone(installation, walk.slug):
                clock.end(now=partial(beijing, at))
            found.append(walk.run(lambda scope: scope.session.get_one(Article, (scope.tenant.id, article)).state))
        return found

    assert states("2026-12-31 23:59", "2027-01-01 00:00") == ["published", "expired"]
