"""A letter from figures: drafted once, signed, numbered without gap, acknowledged, answered, and its effect counted."""

import pytest
from sqlalchemy import select

from core.escalation.letters import AlreadyAcknowledged
from core.escalation.models import Letter
from core.jobs.reminders import Reminders
from core.journey.reminders import (
    EffectNotKnown,
    ReminderSettled,
    acknowledge_reminder,
    answer_reminder,
    discard_reminder,
    draft_reminders,
    judge_reminder,
    keep_reminders,
    sign_reminder,
)
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.statistics.reminders.queries import record_of, show_reminder
from core.tenancy.revisions import set_state
from core.tenancy.scope import Scope
from core.tickets.models import Message
from tests.builders import LEADER, SUPERVISOR, alone, beijing, make_actor
from tests.journey.walking import rolled_back
from tests.reminders.conftest import TODAY, Reminding


def drafted(district: Reminding, at: str = TODAY) -> int:
    return district.run(lambda scope: draft_reminders(scope, now=beijing(at)))


def kept(district: Reminding, at: str) -> int:
    return district.run(lambda scope: keep_reminders(scope, now=beijing(at)))


def told(district: Reminding) -> list[tuple[str, int | None, str]]:
    def read(scope: Scope) -> list[tuple[str, int | None, str]]:
        rows = scope.session.scalars(select(Message).where(Message.text.contains("提醒函〔")).order_by(Message.id))
        return [(each.transport, each.to_unit_id, each.text) for each in rows]

    return district.run(read)


def test_a_draft_says_what_gathers_and_is_drafted_once(noisy: Reminding) -> None:
    assert drafted(noisy) == 1

    [draft] = noisy.reminders()
    assert (draft.state, draft.reason, draft.unit_id, draft.letter_id) == (
        "draft",
        "repetition",
        noisy.unit_id("roads"),
        None,
    )
    assert (str(draft.first), str(draft.last), draft.ticket_count) == ("2026-06-15", "2026-06-21", 5)
    assert draft.text.split("\n")[:3] == [
        "道路管理处：",
        "据 2026-06-15 至 2026-06-21 的统计，你单位承办的诉求出现同类诉求集中的情况：",
        "1. 环境 / 施工噪声 · A1：5 件，之前同样天数 1 件。",
    ]
    assert told(noisy) == []
    assert [drafted(noisy), drafted(noisy, "2026-06-23 06:00")] == [0, 0]


def test_a_draft_that_was_cut_off_is_drafted_again_the_same(noisy: Reminding) -> None:
    with rolled_back(noisy) as scope:  # the process died before its transaction ended
        assert draft_reminders(scope, now=beijing(TODAY)) == 1
    assert noisy.reminders() == []

    drafted(noisy)

    [draft] = noisy.reminders()
    assert [each["numerator"] for each in draft.figures] == [5]


def test_the_clock_drafts_in_the_morning_once_a_day_and_follows_by_the_hour(noisy: Reminding) -> None:
    clock = Reminders(noisy.installation, is_ending=lambda: False)
    with alone(noisy.installation, noisy.slug):
        clock.keep(now=lambda: beijing("2026-06-22 05:29"))
        assert noisy.reminders() == []
        clock.keep(now=lambda: beijing("2026-06-22 05:31"))
        noisy.sign_it(noisy.reminders()[0], "2026-06-22 09:00")
        clock.keep(now=lambda: beijing("2026-06-23 19:00"))

    [letter] = noisy.reminders()
    assert (letter.drafted_at, letter.pressed_at) == (beijing("2026-06-22 05:31"), beijing("2026-06-23 19:00"))


def test_where_nobody_says_from_how_many_on_nothing_is_drafted(noisy: Reminding) -> None:
    with noisy.installation.scope(noisy.slug) as scope:
        set_state(scope, "test.remind", "off", reason="")
    noisy.installation.forget()

    assert drafted(noisy) == 0


def test_a_letter_goes_its_way_to_its_effect(noisy: Reminding) -> None:
    drafted(noisy)
    [draft] = noisy.reminders()
    clerk, stranger = noisy.clerk("roads"), noisy.clerk("parks")
    with pytest.raises(NotPermitted):
        noisy.run(lambda s: sign_reminder(s, draft.id, text="好", actor=LEADER, address="", now=beijing(TODAY)))

    assert noisy.sign_it(draft, "2026-06-22 09:00", "道路管理处：请降噪。") == "提醒函〔2026〕1 号"

    [signed] = noisy.reminders()
    assert (signed.text, signed.figures, signed.tickets) == ("道路管理处：请降噪。", draft.figures, draft.tickets)
    assert (signed.acknowledge_by, signed.answer_by) == (beijing("2026-06-23 18:00"), beijing("2026-06-29 18:00"))
    assert told(noisy) == [
        ("inbox", noisy.unit_id("roads"), "收到提醒函〔2026〕1 号（同类诉求集中），请于 2026-06-23 18:00 前签收")
    ]
    with pytest.raises(ReminderSettled):
        noisy.sign_it(draft, "2026-06-22 09:01")
    with pytest.raises(NotYours):
        noisy.run(lambda s: acknowledge_reminder(s, draft.id, actor=stranger, now=beijing("2026-06-22 10:00")))
    noisy.run(lambda s: acknowledge_reminder(s, draft.id, actor=clerk, now=beijing("2026-06-22 10:00")))
    with pytest.raises(AlreadyAcknowledged):
        noisy.run(lambda s: acknowledge_reminder(s, draft.id, actor=clerk, now=beijing("2026-06-22 10:01")))
    noisy.run(lambda s: answer_reminder(s, draft.id, text="夜间停工", actor=clerk, now=beijing("2026-06-24 10:00")))
    with pytest.raises(EffectNotKnown):
        judge(noisy, draft.id, "2026-06-25 10:00")

    noisy.come_in(["2026-06-22", "2026-06-24"])  # of which the day of the letter itself does not count
    assert [kept(noisy, "2026-06-29 23:00"), kept(noisy, "2026-06-30 06:00"), kept(noisy, "2026-06-30 07:00")] == [
        0,
        1,
        0,
    ]

    shown = noisy.run(lambda s: show_reminder(s, draft.id, unit_id=noisy.unit_id("roads")))
    assert [(each.now, each.before, each.after) for each in shown.figures] == [("5 件", "1 件", "1 件")]
    assert shown.direction == "好转"
    assert judge(noisy, draft.id, "2026-06-30 10:00") == "提醒函〔2026〕1 号"
    with pytest.raises(ReminderSettled):
        judge(noisy, draft.id, "2026-06-30 10:01")
    record = noisy.run(lambda s: record_of(s, now=beijing("2026-06-30 12:00")))
    assert (record.issued, record.acknowledged, record.answered, record.effective, record.judged) == (1, 1, 1, 1, 1)


def test_numbers_have_no_gap_where_one_was_discarded(noisy: Reminding) -> None:
    noisy.come_in([f"2026-06-{day}" for day in (15, 16, 17, 18)], area="C1", lead="parks")
    noisy.come_in([f"2026-06-{day}" for day in (15, 16, 17, 18)], area="D1", lead="desk")
    assert drafted(noisy) == 3
    one, two, three = noisy.reminders()

    first = noisy.sign_it(one, "2026-06-22 09:00")
    noisy.run(
        lambda s: discard_reminder(
            s, two.id, reason="已约谈", actor=SUPERVISOR, address="", now=beijing("2026-06-22 09:01")
        )
    )
    second = noisy.sign_it(three, "2026-06-22 09:02")

    assert [first, second] == ["提醒函〔2026〕1 号", "提醒函〔2026〕2 号"]
    letters = noisy.run(
        lambda s: [(each.number, each.ticket_id) for each in s.session.scalars(select(Letter).order_by(Letter.number))]
    )
    assert letters == [(1, None), (2, None)]
    assert drafted(noisy) == 0  # what was discarded is not drafted again within the days that are counted


def test_whoever_does_not_acknowledge_is_pressed_then_reported_then_reported_for_the_answer(noisy: Reminding) -> None:
    drafted(noisy)
    noisy.sign_it(noisy.reminders()[0], "2026-06-22 09:00")
    roads, desk = noisy.unit_id("roads"), noisy.unit_id("desk")

    times = ("2026-06-23 17:00", "2026-06-23 19:00", "2026-06-24 17:00", "2026-06-24 19:00", "2026-06-29 19:00")
    pressed = [kept(noisy, at) for at in times]

    assert pressed == [0, 1, 0, 1, 1]
    assert [(unit, words) for _, unit, words in told(noisy)[1:]] == [
        (roads, "提醒函〔2026〕1 号已过签收期限，请立即签收"),
        (desk, "道路管理处仍未签收提醒函〔2026〕1 号，请督办人员处理"),
        (roads, "提醒函〔2026〕1 号已过答复期限，请立即答复采取的措施"),
        (desk, "道路管理处未按期答复提醒函〔2026〕1 号，是否督办由督办人员决定"),
    ]


def test_what_comes_back_after_it_was_concluded_is_its_unit_s_letter(noisy: Reminding) -> None:
    for day, place in (("2026-06-09", "幸福路一号"), ("2026-06-12", "幸福路二号")):
        noisy.come_in([day], matter="road", area="B1", place=place)
        noisy.sign(f"{day} 11:00")
        noisy.reply(f"{day} 15:00")
        noisy.pass_reply(f"{day} 16:00")
    noisy.come_in(["2026-06-16", "2026-06-21"], matter="road", area="B1", place="幸福路一号", lead="parks")
    noisy.come_in(["2026-06-21"], matter="road", area="B1", place="幸福路二号")
    noisy.come_in(["2026-06-21"], matter="road", area="B1", place="幸福路三号")

    drafted(noisy)

    [again] = [each for each in noisy.reminders() if each.reason == "again"]
    # On the 21st number one is twelve days concluded, and the second in between was not: only ten days count.
    assert (again.unit_id, again.ticket_count) == (noisy.unit_id("roads"), 2)
    assert [(each["matter"], each["area"], each["numerator"]) for each in again.figures] == [("road", "B1", 2)]


def judge(district: Reminding, reminder: int, at: str) -> str:
    judge_of = make_actor("督办员丁", "supervisor", id=4)
    return district.run(
        lambda scope: judge_reminder(
            scope, reminder, verdict="effective", finding="夜间停工后减少", actor=judge_of, address="", now=beijing(at)
        )
    )
