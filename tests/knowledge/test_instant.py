"""A resident's question is answered at once, or it is a ticket: how sure that is, for whom never, and what comes of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.hooks import InstantRules, InstantTopic
from core.journey.instant import NothingAnswered, answer_question, say_helped, say_unhelped
from core.knowledge.drafts import Draft
from core.knowledge.instant_figures import Outcomes, instant_figures
from core.knowledge.likeness import Phrasings, likenesses
from core.tenancy.scope import Installation
from core.tickets.timeline import RESIDENT
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.judge.case import Case
from tests.knowledge.test_articles import approve, write

ANSWERS = {
    "hours": ("办事大厅几点上班", "政务大厅周末开不开门", "服务中心的办公时间"),
    "permit": ("居住证怎么办理", "居住证在哪里申领", "居住证续签要什么材料"),
    "lift": ("老旧小区加装电梯怎么申请", "加装电梯要多少户同意", "装电梯有没有补贴"),
    "school": ("小学一年级什么时候报名", "外地户口孩子怎么申请入学", "学区怎么划分"),
    "fund": ("公积金怎么提取", "租房提取公积金要什么材料", "公积金贷款额度是多少"),
    "parking": ("路边停车怎么收费", "路边泊位停车费多少钱一小时"),
    "pet": ("养狗证在哪里办", "养犬登记要多少钱"),
}
ASKED = {
    "请问办事大厅几点上班？": "hours",
    "你们政务大厅周末开门吗": "hours",
    "居住证续签需要什么材料": "permit",
    "我想问一下居住证怎么办理": "permit",
    "我们老旧小区想加装电梯怎么申请？": "lift",
    "加装电梯需要多少户同意": "lift",
    "外地户口的孩子怎么申请入学": "school",
    "租房提取公积金需要什么材料": "fund",
    "路边停车怎么收费的": "parking",
    "养狗证在哪里办理呀": "pet",
}
STRANGE = (
    "办事大厅的停车场晚上为什么不让停",
    "居住证被工作人员弄丢了怎么办",
    "小区电梯坏了一个月没人修怎么办",
    "学校门口每天堵车，什么时候装红绿灯？",
    "公积金单位一直没给我交，怎么处理",
    "路边停车把我的车刮了找谁",
    "邻居的狗整夜叫，怎么办",
    "地铁口的共享单车乱停谁管",
    "什么时候能通天然气",
    "公园的灯几点关",
)
"""What is asked with words of an answer, about something else."""
THRESHOLD = 70


def test_invented_questions_find_their_answer_and_strange_ones_none() -> None:
    answers = [Phrasings(key, asked) for key, asked in ANSWERS.items()]

    def sure(question: str) -> str | None:
        best = next(iter(likenesses(question, answers)), None)
        return best.key if best and best.confidence >= THRESHOLD else None

    found = {question: sure(question) for question in ASKED}
    wrong = [question for question in STRANGE if sure(question)]

    assert {question: key for question, key in found.items() if key not in (None, ASKED[question])} == {}
    assert sum(key is not None for key in found.values()) >= 8
    assert wrong == []


def test_two_answers_that_fit_alike_make_neither_sure_and_the_words_are_told() -> None:
    twice = [Phrasings("a", ("居住证怎么办理",)), Phrasings("b", ("居住证怎么办理",)), Phrasings("c", ("路灯报修",))]

    best, second = likenesses("居住证怎么办理", twice)[:2]

    assert (best.confidence, second.confidence) == (60, 60)
    assert likenesses("请问居住证怎么办理？", twice[:1])[0].words == ("居住证", "办理")


TOPIC = InstantTopic(("居住证怎么办理", "办居住证要什么材料"), "请在小程序申领。", "公安分局审定", "f/topic")
RULES = InstantRules(THRESHOLD, 35, (TOPIC,), ("着火",), ("态度",))
LIFT = Draft(
    title="老旧小区加装电梯怎么申请",
    question="加装电梯要多少户同意？",
    answer="三分之二以上业主同意后，向街道办事处提出。",
    also_asked="装电梯有没有补贴\n一楼不同意能装电梯吗",
    policy="《加装电梯办法》",
    expires_on=date(2026, 12, 31),
)


@pytest.fixture(scope="module")
def answering(database_url: str) -> Any:
    installation = make_installation(database_url, features=[make_feature("f", instant_rules=lambda: [RULES])])
    yield installation
    installation.database.engine.dispose()


def asked(walk: Case, question: str, *, key: str = "form", at: str = "2026-03-13 10:00") -> tuple[str, int] | None:
    """Ask without an operator; return which answer was shown, and how surely."""
    found = walk.run(lambda scope: answer_question(scope, question, key=key, medium="web", now=beijing(at)))
    return (found.title, found.confidence) if found else None


def test_a_question_is_answered_from_an_approved_public_article_in_force_and_else_by_nobody(
    answering: Installation,
) -> None:
    walk = Case(answering, make_district(answering, features={"f": {}}))
    article = write(walk, LIFT)
    assert asked(walk, "一楼不同意能装电梯吗？") is None  # nobody approved it
    approve(walk, article)

    shown = walk.run(
        lambda scope: answer_question(
            scope, "请问一楼不同意，还能装电梯吗？", key="k", medium="web", now=beijing("2026-03-13 10:00")
        )
    )
    assert shown is not None
    assert (shown.title, shown.article_ref, shown.approved_by) == (LIFT.title, f"{article}/1", "审核员乙")
    assert shown.source == "道路管理处解读，2026-03-12 审核通过，依据《加装电梯办法》，2026-12-31 前有效"
    assert shown.why == f"置信度 {shown.confidence}%：问题里有“一楼不同意”“能装电梯”"
    assert asked(walk, "一楼不同意能装电梯吗？", at="2027-01-01 10:00") is None  # it has ended
    internal = write(walk, replace(LIFT, title="补贴怎么算", also_asked="内部口径", is_public=False))
    approve(walk, internal)
    assert asked(walk, "内部口径是什么？") is None


@pytest.mark.parametrize(
    "question",
    [
        "居住证怎么办理，我家着火了",
        "窗口办居住证要什么材料都不说，态度很差",
        "投诉居住证怎么办理这么久",
        "办居住证",
        "居住证怎么办理" + "，我跑了很多次" * 20,
    ],
)
def test_danger_complaints_and_what_is_no_question_are_for_a_person(answering: Installation, question: str) -> None:
    walk = Case(answering, make_district(answering, features={"f": {}}))

    assert asked(walk, "请问居住证怎么办理？") == ("居住证怎么办理", 100)
    assert asked(walk, question, key="other") is None


def test_it_helped_and_nothing_is_filed_or_it_did_not_and_the_ticket_tells_what_was_answered(
    answering: Installation,
) -> None:
    walk = Case(answering, make_district(answering, features={"f": {}}))
    for key in ("one", "two", "three", "two"):
        assert asked(walk, "居住证怎么办理？", key=key)
    now = beijing("2026-03-13 10:05")
    assert walk.run(lambda scope: say_helped(scope, "one", now=now))
    assert not walk.run(lambda scope: say_helped(scope, "unknown", now=now))
    walk.take_in("2026-03-13 10:05", text="居住证怎么办理？")
    walk.do(say_unhelped, "2026-03-13 10:05", actor=RESIDENT, key="two")
    for settled in ("two", "unknown"):
        with pytest.raises(NothingAnswered):
            walk.do(say_unhelped, "2026-03-13 10:05", actor=RESIDENT, key=settled)

    told = [entry.summary for entry in walk.entries() if entry.kind == "instant"]
    figures = walk.run(lambda scope: instant_figures(scope, now=beijing("2026-03-20 10:00")))

    assert told == ["提交前已给出答复“居住证怎么办理”（置信度 100%，问到“居住证、办理”），诉求人表示没有帮到"]
    assert not walk.run(lambda scope: say_helped(scope, "two", now=now))  # a ticket stays one
    assert (figures.all, figures.accepted, figures.share_at_once) == (Outcomes(3, 1, 1), 1, 0.5)
    [topic] = figures.topics
    assert (topic.title, topic.article_id, topic.outcomes.unsaid, topic.tickets) == (
        "居住证怎么办理",
        None,
        1,
        [walk.serial_no],
    )


def test_where_the_district_has_no_rules_nobody_is_answered(walk: Case) -> None:
    article = write(walk, LIFT)
    approve(walk, article)

    assert asked(walk, "老旧小区加装电梯怎么申请？") is None
