"""A reply is checked against its appeal: pure functions, texts in, findings out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.handling.checking.checks import Asked, Copy, Limits, check, held_back_words, return_reason
from core.handling.checking.copies import likeness, marks_of, shingles_of
from core.handling.checking.points import matched
from core.tickets.contact import Contact

TITLE = "第六届诗词大会决赛评委打分没有公布"
APPEAL = "第六届诗词大会决赛的评委打分没有当场公布，名次和现场分数对不上，请说明打分办法并公布成绩。"
WRONG = "您反映的某工程欠款问题，经核实施工方已与项目部达成付款计划，感谢您的监督。区住建局，028-00001111。"
RIGHT = (
    "诗词大会决赛由五名评委现场打分，去掉一个最高分和一个最低分，成绩已在区文化馆公布栏公示。区文旅局，028-00001111。"
)
WORDS = st.text(alphabet="路灯树桥雨水井盖坑洼停车位噪声夜市摊点", min_size=12, max_size=80)


def levels(asked: Asked, reply: str, limits: Limits | None = None) -> dict[str, str]:
    """Return the level of each check."""
    return {each.code: each.level for each in check(asked, reply, limits or Limits()).findings}


def test_a_reply_to_somebody_else_is_held_back_and_says_what_is_missing_and_what_is_foreign() -> None:
    checked = check(Asked(TITLE, APPEAL), WRONG, Limits())

    assert checked.is_held_back
    assert checked.matched.answered == 0
    words = held_back_words(checked)
    assert words.startswith("这份回复可能答错了对象，暂不能发出。诉求里的“")
    assert "诗词大会决赛" in words
    assert "工程欠款" in words
    assert return_reason(checked).startswith("回复与诉求不符，请核对后重新答复：")


def test_a_reply_that_takes_the_points_up_passes_and_shows_where() -> None:
    checked = check(Asked(TITLE, APPEAL, office_names=("区文旅局",)), RIGHT, Limits())

    assert (checked.is_held_back, checked.level) == (False, "passed")
    assert held_back_words(checked) == return_reason(checked) == ""
    marked = [RIGHT[start:end] for start, end in checked.matched.in_reply]
    assert marked[0] == "诗词大会决赛"
    assert {"评委", "打分"} <= {each for part in marked for each in ("评委", "打分") if each in part}


def test_an_appeal_of_two_words_holds_nothing_back_and_praise_asks_for_nothing() -> None:
    short = Asked("路面挖掘后未复原", "路面挖掘后未复原")
    assert not check(short, "已责成责任方当天恢复", Limits()).is_held_back
    assert not check(Asked(TITLE, APPEAL, wants_answer=False), WRONG, Limits()).is_held_back
    assert not check(Asked(TITLE, APPEAL, vouched=True), WRONG, Limits()).is_held_back
    assert not check(Asked(TITLE, APPEAL), WRONG, Limits(points=0)).is_held_back


def test_a_district_may_ask_for_more_points() -> None:
    reply = "诗词大会的情况已向主办方了解，有进展另行告知。"
    assert levels(Asked(TITLE, APPEAL), reply)["points"] == "passed"
    assert levels(Asked(TITLE, APPEAL), reply, Limits(points=3))["points"] == "failed"


@pytest.mark.parametrize(
    "reply", ["已收悉", "网友您好！您的留言已收悉，感谢您的支持。", "您反映的问题已转有关部门处理，谢谢！"]
)
def test_a_reply_that_only_confirms_receipt_is_held_back(reply: str) -> None:
    assert levels(Asked("路灯不亮", "路灯不亮"), reply)["substance"] == "failed"


def test_broad_words_and_dates_show_nothing() -> None:
    appeal = "我们小区门口2018年12月修的喷泉夜里乱喷水，水景音响扰民，物业不管喷泉水泵"
    reply = "经查，您小区物业2018年12月已在单元门口增设充电桩，收费标准已公示。"
    assert matched("小区喷泉水景扰民", appeal, reply).answered == 0


def test_a_number_counts_as_it_is_said() -> None:
    found = matched("建议915路延长到花博园站", "建议915路延长到花博园站，首班车提前到6点", "915路已延长。")
    assert [each.words for each in found.points if each.is_answered] == ["915路延长"]


@pytest.mark.parametrize(
    ("reply", "level", "words"),
    [
        ("已致电 138 0000-0001 说明", "failed", "写了诉求人的电话"),
        ("身份证 110101199001010011 已核对", "failed", "写了身份证号"),
        ("王小明您好，路灯已修", "notice", "写了诉求人的姓名"),
        ("请联系 13900000002", "notice", "有不是本单位登记的手机号（139****0002）"),
        ("请联系 13900000003", "passed", "没有出现诉求人的姓名、电话、身份证号"),
    ],
)
def test_personal_data_is_found_and_never_shown(reply: str, level: str, words: str) -> None:
    asked = Asked("路灯", "路灯", contact=Contact("王小明", "13800000001"), office_phones=("139-0000-0003",))
    (found,) = [each for each in check(asked, reply, Limits()).findings if each.code == "persons"]
    assert (found.level, found.words) == (level, words)


def test_a_near_copy_is_pointed_out_but_not_for_an_appeal_alike() -> None:
    near = Copy("T-1", 97, is_same_matter=False)
    assert levels(Asked(TITLE, APPEAL, copy=near), RIGHT)["copy"] == "notice"
    assert levels(Asked(TITLE, APPEAL, copy=near), RIGHT, Limits(likeness=98))["copy"] == "passed"
    alike = check(Asked(TITLE, APPEAL, copy=Copy("T-1", 97, is_same_matter=True)), RIGHT, Limits())
    assert [each.words for each in alike.findings if each.code == "copy"] == ["与 T-1 的回复 97% 相同，两件诉求也相近"]


def test_who_answers_and_where_to_ask_is_looked_for() -> None:
    asked = Asked("路灯", "路灯", office_names=("道路管理处",))
    found = {
        reply: next(each.words for each in check(asked, reply, Limits()).findings if each.code == "office")
        for reply in ("道路管理处，028-00001111", "道路管理处已修", "请拨12345", "已修")
    }
    assert list(found.values()) == [
        "写明了经办单位和联系电话",
        "没有写明联系电话",
        "没有写明经办单位",
        "没有写明经办单位和联系电话",
    ]


@given(WORDS, WORDS)
def test_likeness_is_a_share_that_is_the_same_both_ways_and_whole_for_oneself(one: str, other: str) -> None:
    a, b = shingles_of(one), shingles_of(other)
    assert likeness(a, b) == likeness(b, a)
    assert 0 <= likeness(a, b) <= 100
    assert likeness(a, a) == (100 if a else 0)
    assert marks_of(a) == marks_of(a)
    assert bool(marks_of(a)) == bool(a)


@given(WORDS, WORDS, WORDS)
def test_marks_of_a_text_lie_within_it_and_in_order(title: str, text: str, reply: str) -> None:
    found = matched(title, text, reply)
    for where, spans in ((title, found.in_title), (text, found.in_text), (reply, found.in_reply)):
        ends = [end for span in spans for end in span]
        assert ends == sorted(ends)
        assert all(0 <= start < end <= len(where) for start, end in spans)
    assert found.answered <= len(found.points)
