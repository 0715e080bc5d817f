"""A live interview from its announcement to the last answer."""

import json
from datetime import timedelta

import pytest

from core.intake.interviews.counts import Counts
from core.intake.interviews.rules import Announcement, Host, InterviewUnusable, QuestionUnusable
from core.intake.interviews.service import InterviewSettled, extensions_of, get_interview
from core.journey import interview_questions, interviews
from core.journey.erase import erase_person
from core.journey.interview_reminders import Pressed, press_units
from core.journey.person import export_person
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tickets.models import Message
from tests.builders import OPERATOR, beijing, make_actor
from tests.interviews.asking import (
    AFTER,
    DURING,
    ENDS,
    HOSTS,
    OPENS,
    SLUG,
    announce,
    answer,
    ask,
    close,
    counted,
    hand_all_over,
    leave,
    make_house,
    open_session,
    questions,
    tallied,
    tickets,
)
from tests.journey.walking import Walk

PHONE, OTHER = "13800000009", "13800000008"
LAMP = "村口的路灯不亮了，什么时候修？"
SECURITY = make_actor("安全员", "security-administrator", "administrator", id=9)


@pytest.fixture
def walk(database_url: str) -> Walk:
    return make_house(database_url)


def test_a_session_is_announced_opened_extended_and_closed_by_people_who_are_named(walk: Walk) -> None:
    announce(walk)
    ask(walk, LAMP, handle="早来的")
    with pytest.raises(InterviewSettled, match="已预告，不能延长"):
        walk.run(lambda scope: interviews.extend_interview(scope, SLUG, reason="踊跃", actor=OPERATOR, now=OPENS))
    walk.run(lambda scope: interviews.open_interview(scope, SLUG, actor=OPERATOR, now=OPENS))

    walk.run(lambda scope: interviews.extend_interview(scope, SLUG, reason="提问踊跃", actor=OPERATOR, now=DURING))
    walk.run(
        lambda scope: interviews.extend_interview(scope, SLUG, minutes=5, reason="再答几条", actor=OPERATOR, now=AFTER)
    )
    close(walk)

    held = walk.run(lambda scope: get_interview(scope, SLUG))
    longer = walk.run(lambda scope: extensions_of(scope, held))
    assert [(each.minutes, each.until, each.by, each.reason) for each in longer] == [
        (10, ENDS + timedelta(minutes=10), "坐席甲", "提问踊跃"),
        (5, AFTER + timedelta(minutes=5), "坐席甲", "再答几条"),
    ]
    assert (held.state, held.until, held.channel) == ("closed", AFTER + timedelta(minutes=5), "live")
    with pytest.raises(InterviewSettled, match="不能再提问"):
        ask(walk, "网页上迟到的提问", place="page")
    assert ask(walk, "微博上迟到的提问", handle="迟到的") == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"slug": "第一场"}, "短名只能用小写字母"),
        ({"topic": " "}, "没有写主题"),
        ({"ends_at": OPENS}, "结束时间须晚于开始时间"),
        ({"hosts": ()}, "1 到 20 位答复的领导"),
        ({"hosts": (Host("", "处长", "roads"),)}, "姓名、职务和单位"),
    ],
)
def test_an_announcement_that_cannot_be_is_refused_in_words(walk: Walk, wrong: dict[str, object], words: str) -> None:
    with pytest.raises(InterviewUnusable, match=words):
        announce(walk, **wrong)  # type: ignore[arg-type]
    said = Announcement("first", "谈路灯", OPENS, ENDS, HOSTS)
    clerk = make_actor("经办", "clerk", id=8)
    with pytest.raises(NotPermitted):
        walk.run(lambda scope: interviews.announce_interview(scope, said, actor=clerk, now=OPENS))


def test_a_question_is_answered_live_by_a_host_or_for_them_or_set_aside_and_never_twice(walk: Walk) -> None:
    open_session(walk)
    lamp, trees, joke = ask(walk, LAMP), ask(walk, "行道树多久剪一次？", unit="parks"), ask(walk, "今晚吃什么")
    gardener = walk.clerk("parks")

    answer(walk, lamp)
    with pytest.raises(NotYours, match="不是您单位的领导"):
        answer(walk, trees, host=1, actor=gardener)
    answer(walk, trees, "每季度一次", host=2, actor=gardener)
    walk.run(
        lambda scope: interview_questions.set_aside(scope, SLUG, joke, reason="与政务无关", actor=OPERATOR, now=DURING)
    )

    for number in (lamp, trees, joke):
        with pytest.raises(InterviewSettled, match="没有改动"):
            answer(walk, number)
    with pytest.raises(QuestionUnusable, match="只有标点或表情"):
        ask(walk, "？？？😡😡")
    close(walk)
    assert hand_all_over(walk).filed == 0
    assert counted(walk) == Counts(asked=3, answered_live=2, set_aside=1)
    assert [(each.answered_by, each.answer) for each in questions(walk)] == [
        ("坐席甲", "下周修好"),
        ("经办人丙", "每季度一次"),
        ("", ""),
    ]


def test_every_unanswered_question_is_a_ticket_of_the_unit_asked_and_every_asker_is_answered(walk: Walk) -> None:
    open_session(walk)
    ask(walk, LAMP, name="王女士", phone=PHONE)
    ask(walk, f"😡{LAMP}！！", name="王女士", phone=f"+86 {PHONE}")  # she asks again
    ask(walk, LAMP.replace("，", " "), name="李先生", phone=OTHER)  # somebody else says the same
    ask(walk, "村口的路灯不亮，谁来管？", handle="夜归人")  # a feature finds it alike
    ask(walk, LAMP, unit="parks", handle="另一处")  # the same words, but another unit
    ask(walk, LAMP, handle="夜归人", key="again")  # other words than before: another question
    ask(walk, "路灯的事该问谁？", unit="", handle="没写单位")
    close(walk)
    assert hand_all_over(walk, most=4).left == 2

    assert hand_all_over(walk).left == 0
    assert hand_all_over(walk).filed == 0, "a second time adds none"

    assert counted(walk) == Counts(asked=7, doubled=1, filed=6, merged=3, in_progress=3)
    first, doubled, *_ = questions(walk)
    assert (doubled.state, doubled.same_as_id, doubled.ticket_id) == ("doubled", first.id, first.ticket_id)
    assert [each.sealed for each in questions(walk)] == [None] * 7
    master = tickets(walk)[0]
    walk.serial_no = master.serial_no
    assert "微访谈“谈路灯”第 1 条提问，向道路管理处提出，现场没有答复" in "\n".join(walk.timeline())
    assert [clock.state for clock in walk.clocks("reply")] == ["running"]
    by_unit = tallied(walk).by_unit
    assert {unit: each.merged for unit, each in by_unit.items()} == {
        walk.unit_id("roads"): 1,
        walk.unit_id("parks"): 1,
        None: 1,
    }

    walk.sign("2026-06-11 09:00")
    walk.reply("2026-06-11 10:00", text="路灯已换新")
    walk.pass_reply("2026-06-11 11:00")

    assert counted(walk) == Counts(asked=7, doubled=1, filed=6, merged=3, finished=1, in_progress=2)
    told = walk.run(lambda scope: [each for each in scope.session.query(Message) if each.to_unit_id is None])
    attached = {each.id: each.serial_no for each in tickets(walk)}
    answered = {attached[each.ticket_id] for each in told if "答复" in each.text and each.ticket_id in attached}
    assert answered == {tickets(walk)[0].serial_no, tickets(walk)[1].serial_no}, (
        "each who left a phone, by an own number"
    )
    assert [each.state for each in tickets(walk)] == [*["concluded"] * 3, "dispatched", "concluded", "accepted"]


def test_a_question_to_a_unit_that_left_goes_to_its_successor_or_the_desk_in_words(walk: Walk) -> None:
    open_session(walk, units=("parks",))
    ask(walk, "行道树多久剪一次？", unit="园林管理处", handle="甲")
    close(walk)
    gone = leave(walk, "parks")

    hand_all_over(walk)

    left = tickets(walk)[0]
    assert left.state == "accepted"
    walk.serial_no = left.serial_no
    assert "所问的园林管理处已停用，没有指定承接单位；由受理席派单" in "\n".join(walk.timeline())
    walk.run(
        lambda scope: interviews.follow_unit(
            scope, SLUG, gone, to="roads", reason="机构改革并入", actor=OPERATOR, now=AFTER
        )
    )
    ask(walk, "绿道上的树倒了", unit="园林管理处", handle="乙")  # late: the interview is open to be handed over again
    assert hand_all_over(walk).filed == 1
    walk.serial_no = tickets(walk)[1].serial_no
    assert "派给 道路管理处（所问的园林管理处已停用，由道路管理处承接（机构改革并入））" in "\n".join(walk.timeline())
    assert counted(walk).merged == 2


def test_several_sessions_are_counted_together_and_the_backlog_of_each_alone(walk: Walk) -> None:
    for slug in ("first", "second"):
        open_session(walk, slug)
        ask(walk, LAMP, handle="甲", slug=slug)
        ask(walk, f"{slug}：桥头的护栏坏了", handle="乙", slug=slug)
        close(walk, slug)
        hand_all_over(walk, slug)

    # Of the second session the lamp is attached to the ticket of the first.
    walk.serial_no = tickets(walk)[0].serial_no
    walk.sign("2026-06-11 09:00")
    walk.reply("2026-06-11 10:00")
    walk.pass_reply("2026-06-11 11:00")

    assert counted(walk, "first", "second") == Counts(asked=4, filed=4, merged=3, finished=1, in_progress=2)
    assert [counted(walk, slug).backlog for slug in ("first", "second")] == [1, 1]


def test_the_desk_presses_each_unit_for_all_it_has_not_answered_once_a_day(walk: Walk) -> None:
    open_session(walk)
    for number in range(3):
        ask(walk, f"第{number}号路口的路灯不亮", handle=str(number))
    ask(walk, "行道树多久剪一次？", unit="parks", handle="树")
    close(walk)
    hand_all_over(walk)
    at = beijing("2026-06-12 09:00")

    def press() -> list[Pressed]:
        return walk.run(lambda scope: press_units(scope, SLUG, words="周五前办结。", actor=OPERATOR, now=at))

    first, again = press(), press()

    assert [(each.unit, each.open, bool(each.number)) for each in first] == [
        ("道路管理处", 3, True),
        ("园林管理处", 1, True),
    ]
    assert [each.number for each in again] == ["", ""]
    walk.serial_no = tickets(walk)[0].serial_no
    assert any("微访谈“谈路灯”还有 3 件没有答复" in line for line in walk.timeline())
    told = walk.run(lambda scope: [each.text for each in scope.session.query(Message) if each.to_unit_id is not None])
    assert sum("提醒函〔2026〕" in text for text in told) == 2


def test_who_asked_is_exported_and_erased_and_kept_encrypted_until_then(walk: Walk) -> None:
    open_session(walk)
    live = ask(walk, f"我是王小明，电话{PHONE}，{LAMP}", name="王小明", phone=PHONE)
    ask(walk, f"我是王小明，电话{PHONE}，{LAMP}", name="王小明", phone=PHONE, key="again")
    answer(walk, live, "王小明您好，下周修好")
    assert PHONE.encode() not in (questions(walk)[0].sealed or b"")

    found = walk.run(lambda scope: export_person(scope, PHONE, actor=SECURITY, reason="本人申请", now=AFTER))
    asked = json.loads(json.dumps(found["asked_in_interviews"], default=str))
    assert [each["asker"]["phone"] for each in asked] == [PHONE]
    walk.run(lambda scope: erase_person(scope, PHONE, actor=SECURITY, reason="本人申请", now=AFTER))

    for question in questions(walk):
        assert (question.sealed, question.phone_hash, question.asker_hash) == (None, None, None)
        assert PHONE not in question.text + question.answer
        assert "王小明" not in question.text + question.answer
