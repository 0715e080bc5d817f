"""督促: what districts call for is done once for each occasion; where they are silent, the core does its part."""

from collections import Counter
from typing import Any

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Letter, Supervision
from core.escalation.service import DEFAULT_STEPS, escalate
from core.hooks.values import EscalationStep, Trigger
from core.tickets.models import Message
from core.tickets.service import lock_ticket
from tests.builders import beijing
from tests.press.pressing import DUE, Pressing, Steps, at_overdue, pressed_by

EVERY_KIND = (
    EscalationStep("sms", "lead", "{unit}：{serial_no} 已于 {due} 超期", "press/sms", "超期"),
    EscalationStep("mail", "lead", "请办理", "press/mail", "超期"),
    EscalationStep("inbox", "desk", "请办理", "press/inbox", "超期"),
    EscalationStep("letter", "lead", "请办理", "press/letter", "超期"),
    EscalationStep("letter", "lead", "请说明", "press/talk", "超期", letter="talk"),
    EscalationStep("letter", "parks", "请知悉", "press/own", "超期", letter="bulletin", title="南山通报"),
    EscalationStep("supervise", "lead", "限期办结", "press/supervise", "超期", level="yellow"),
    EscalationStep("case", "discipline", "{unit}超期", "press/case", "超期"),
)


def press_again(walk: Pressing, trigger: Trigger, *, cause: str, at: str = "2026-03-20 09:00") -> None:
    """Escalate as a journey does."""

    def work(scope: Any) -> None:
        ticket = lock_ticket(scope, walk.serial_no)
        escalate(scope, ticket, trigger, cause=cause, due=None, now=beijing(at))

    walk.run(work)


def done(walk: Pressing) -> Counter[str]:
    """Count what was done: messages by transport, letters by title, supervisions, cases, and entries about them."""
    return Counter(
        [message.transport for message in walk.rows(Message) if "不催办" not in message.text]
        + [letter.title for letter in walk.rows(Letter)]
        + [f"{sheet.level} {sheet.source}" for sheet in walk.rows(Supervision)]
        + ["case" for _ in walk.rows(AccountabilityCase)]
    )


def test_every_kind_of_step_does_what_it_says(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(*EVERY_KIND)) as walk:
        walk.supervise(DUE)
        counted, told = done(walk), walk.told("escalate")[-11:]
        sms = next(message.text for message in walk.messages() if message.transport == "sms")
        letters = {letter.title: (letter.kind, letter.unit_id, letter.text) for letter in walk.letters()}
        roads, parks = walk.unit_id("roads"), walk.unit_id("parks")

    assert counted == {
        "sms": 1,
        "mail": 1,
        "inbox": 3,  # one step, the note that a supervision came, and that of the case
        "问责立案通知书": 1,
        "提醒函": 1,
        "约谈通知": 1,
        "南山通报": 1,
        "督办函": 1,
        "yellow breach": 1,
        "case": 1,
    }
    assert sms == f"道路管理处：{walk.serial_no} 已于 {DUE} 超期"
    assert letters["约谈通知"] == ("talk", roads, "请说明")
    assert letters["南山通报"] == ("bulletin", parks, "请知悉")
    assert told == [
        "短信 → 道路管理处（超期）",
        "邮件 → 道路管理处（超期）",
        "站内信 → 受理中心（超期）",
        "提醒函 → 道路管理处（超期）",
        "约谈通知 → 道路管理处（超期）",
        "南山通报 → 园林管理处（超期）",
        "黄色督办 → 道路管理处（超期）：限期办结",
        "督办函 → 道路管理处（黄色督办）",
        "启动问责 → 纪委监委（超期），问责〔2026〕1 号",
        "问责立案通知书 → 道路管理处（问责〔2026〕1 号）",
        "问责〔2026〕1 号通知单位：已通知道路管理处，限 2026-03-24 18:00 前说明情况",
    ]


def test_no_act_is_done_twice_for_one_occasion_and_each_again_for_the_next(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(*EVERY_KIND)) as walk:
        trigger = Trigger("mark", "reply", "overdue")
        press_again(walk, trigger, cause="7/overdue/0")
        once, entries = done(walk), len(walk.entries())
        press_again(walk, trigger, cause="7/overdue/0")
        again, entries_again = done(walk), len(walk.entries())
        press_again(walk, trigger, cause="8/overdue/0")
        twice = done(walk)

    assert (again, entries_again) == (once, entries)
    assert twice == {**once, "sms": 2, "mail": 2, "inbox": 5, "提醒函": 2, "约谈通知": 2, "南山通报": 2}


def test_two_steps_alike_of_one_occasion_are_both_done(database_url: str) -> None:
    twins = [EscalationStep("letter", "lead", "请办理", "press/letter", "超期")] * 2
    with pressed_by(database_url, at_overdue(*twins)) as walk:
        walk.supervise(DUE)
        numbers = [letter.number for letter in walk.letters()]

    assert numbers == [1, 2]


def ladder(trigger: Trigger) -> Steps:
    levels = {"yellow": "blue", "overdue": "yellow", "late": "red"}
    step = {"kind": "supervise", "to": "lead", "text": "限期办结", "rule_id": "press/ladder", "reason": "时限"}
    if trigger.clock != "reply" or trigger.mark not in levels:
        return [EscalationStep("inbox", "desk", "不催办", "press/quiet", "其他时限")]
    return [EscalationStep(**step, level=levels[trigger.mark])]  # type: ignore[arg-type]


def test_a_ladder_raises_the_one_sheet_that_is_not_answered(database_url: str) -> None:
    with pressed_by(database_url, ladder) as walk:
        for at in ("2026-03-18 16:48", DUE):
            walk.supervise(at)
        sheets = [(sheet.level, sheet.state) for sheet in walk.supervisions()]
        letters = [letter.number for letter in walk.letters()]
        told = [line for line in walk.told("escalate") if "督办" in line]

    assert (sheets, letters) == ([("yellow", "open")], [1, 2])
    assert told[2:] == ["蓝色督办升为黄色督办 → 道路管理处（时限）", "督办函 → 道路管理处（黄色督办）"]


def test_what_was_answered_is_supervised_anew(database_url: str) -> None:
    with pressed_by(database_url, ladder) as walk:
        walk.supervise("2026-03-18 16:48")
        walk.respond("2026-03-19 09:00")
        walk.supervise(DUE)
        sheets = [(sheet.level, sheet.state) for sheet in walk.supervisions()]

    assert sheets == [("blue", "answered"), ("yellow", "open")]


def test_a_milder_call_reminds_of_the_sheet_that_is_open(database_url: str) -> None:
    with pressed_by(database_url, ladder) as walk:
        walk.put_under_supervision("2026-03-12 14:00", level="red")
        walk.supervise("2026-03-13 17:00")
        before = len(walk.messages())
        walk.supervise("2026-03-18 16:48")
        sheets = [(sheet.level, sheet.state) for sheet in walk.supervisions()]
        last, told = walk.messages()[before:], walk.told("escalate")

    assert sheets == [("red", "open")]
    assert "督办尚未答复，再次催办 → 道路管理处（时限）" in told
    assert "限期办结" in [message.text for message in last]


def test_a_second_redo_puts_the_unit_under_yellow_supervision(alone: Pressing) -> None:
    alone.sign("2026-03-12 11:00")
    alone.reply("2026-03-12 12:00")
    alone.pass_reply("2026-03-12 13:00")
    alone.redo("2026-03-12 14:00", same_unit=True)
    after_one = alone.supervisions()
    alone.reply("2026-03-12 15:00")
    alone.pass_reply("2026-03-12 16:00")
    alone.redo("2026-03-12 17:00", same_unit=True)

    found = [(sheet.level, sheet.source, sheet.unit_id) for sheet in alone.supervisions()]
    assert (after_one, found) == ([], [("yellow", "redo", alone.unit_id("roads"))])


def test_too_many_returns_are_a_note_for_the_desk(alone: Pressing) -> None:
    alone.give_back("2026-03-12 11:00")
    alone.dispatch("2026-03-12 11:20", lead="parks")
    alone.give_back("2026-03-12 11:30")

    said = [(message.to_unit_id, message.text) for message in alone.messages()]
    words = f"工单 {alone.serial_no}「{alone.ticket().title}」多次退单，请组织会商，明确主办单位。"
    assert said == [(alone.unit_id("desk"), words)]


def test_a_district_answers_a_redo_in_its_own_way(database_url: str) -> None:
    def press_by(trigger: Trigger) -> Steps | None:
        if trigger.kind != "redo":
            return None
        return [EscalationStep("letter", "lead", "请约谈", "press/redo", "再次重办", letter="talk")]

    with pressed_by(database_url, press_by) as walk:
        press_again(walk, Trigger("redo"), cause="redo/1/3")
        sheets, letters = walk.supervisions(), [letter.title for letter in walk.letters()]

    assert (sheets, letters) == ([], ["约谈通知"])


def test_every_trigger_has_a_default() -> None:
    assert set(DEFAULT_STEPS) == {"mark", "urgent", "redo", "bounces", "instruction_overdue"}


def test_one_who_is_not_there_yet_is_pressed_at_the_desk(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(EVERY_KIND[6])) as walk:
        walk.take_in("2026-03-12 10:00")
        walk.supervise(DUE)
        sheets = [sheet.unit_id for sheet in walk.supervisions()]
        desk = walk.unit_id("desk")

    assert sheets == [desk]


def test_an_urgent_ticket_can_be_supervised_as_it_comes_in(database_url: str) -> None:
    def press_by(trigger: Trigger) -> Steps | None:
        if trigger.kind != "urgent":
            return None
        return [EscalationStep("supervise", "lead", "立即处置", "press/urgent", "紧急", level="red")]

    with pressed_by(database_url, press_by) as walk:
        walk.take_in("2026-03-12 10:00", urgency="urgent")
        sheets = [(sheet.level, sheet.source) for sheet in walk.supervisions()]
        clocks = [clock.subject_id for clock in walk.clocks_called("respond")]
        ids = [sheet.id for sheet in walk.supervisions()]

    assert (sheets, clocks) == ([("red", "urgent")], ids)


def test_what_time_alone_did_makes_no_decision_stale(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(*EVERY_KIND)) as walk:
        walk.supervise("2026-03-18 16:48")
        seen = walk.ticket().version
        walk.supervise(DUE)
        walk.reply("2026-03-19 18:01", seen_version=seen)
        state = walk.ticket().state

    assert state == "submitted"
