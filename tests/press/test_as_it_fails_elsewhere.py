"""What escalation does wrong in other systems, each complaint as a test of ours."""

from core.hooks.values import Budget, EscalationStep, Mark, TimeLimit, Trigger
from core.tickets.models import Message
from tests.builders import beijing
from tests.press.pressing import DUE, Pressing, Steps, at_overdue, pressed_by
from tests.press.telling import Phone, at_once_or_overdue, sixteen_hours

SMS = EscalationStep("sms", "lead", "{serial_no} 已超期", "press/sms", "超期")


def texts(walk: Pressing) -> list[str]:
    return [message.text for message in walk.rows(Message, Message.id)]


def test_escalation_mails_go_out_at_midnight_and_on_sundays_at_four(database_url: str) -> None:
    """Ours are ready at once and sent from eight; what they are about keeps its time."""
    phone = Phone()
    with pressed_by(database_url, at_once_or_overdue(SMS), time_limits=sixteen_hours) as walk:
        phone.belongs_to(walk, "roads")
        walk.take_in("2026-03-14 12:00")  # a Saturday; due on Sunday at four in the morning
        walk.dispatch("2026-03-14 12:10")
        walk.supervise("2026-03-15 04:00")
        for at in ("2026-03-15 04:00", "2026-03-15 07:59", "2026-03-15 08:00"):
            phone.receive(walk, at)
        [clock] = walk.clocks_called("reply")

    assert clock.overdue_at == beijing("2026-03-15 04:00")
    assert {at for at, _ in phone.rang} == {beijing("2026-03-15 08:00")}


def many_marks() -> list[Mark]:
    return [
        Mark("half", "green", "press/half", "过半", share_used=0.5),
        Mark("yellow", "yellow", "press/yellow", "八成", share_used=0.8),
    ]


def two_limits() -> list[TimeLimit]:
    return [
        TimeLimit("reply", Budget("ws", 3600), "press/reply", "1 小时"),
        TimeLimit("handle", Budget("ws", 3000), "press/handle", "50 分钟"),
    ]


def name_the_mark(trigger: Trigger) -> Steps:
    return [EscalationStep("inbox", "lead", f"{trigger.clock} {trigger.mark}", "press/note", "时限")]


def test_one_notice_a_day_and_kind_so_that_the_second_limit_of_the_day_passes_in_silence(database_url: str) -> None:
    """Ours go by clock, mark and arm: six marks of one morning are six notices, each once."""
    with pressed_by(database_url, name_the_mark, time_limits=two_limits, clock_marks=many_marks) as walk:
        for at in ("2026-03-12 11:00", "2026-03-12 11:30", "2026-03-12 23:00"):
            walk.supervise(at)
        said = texts(walk)

    assert sorted(said) == [
        "handle half",
        "handle overdue",
        "handle yellow",
        "reply half",
        "reply overdue",
        "reply yellow",
    ]


def test_the_same_escalation_is_posted_at_every_sweep(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(SMS)) as walk:
        for minute in range(30):
            walk.supervise(f"2026-03-19 18:{minute:02}")
        said, told = texts(walk), walk.told("clock_mark")

    assert said.count(f"{walk.serial_no} 已超期") == 1
    assert len([line for line in told if "超期" in line]) == 1


def test_escalation_rules_are_stored_and_shown_and_never_carried_out(database_url: str) -> None:
    """From the district's rule to the phone that rings, through everything that lies between."""
    phone = Phone()
    with pressed_by(database_url, at_overdue(SMS)) as walk:
        phone.belongs_to(walk, "roads")
        phone.receive(walk, DUE)
        before = list(phone.rang)
        walk.supervise(DUE)
        phone.receive(walk, DUE)

    assert before == []
    assert phone.rang == [(beijing(DUE), f"{walk.serial_no} 已超期")]
