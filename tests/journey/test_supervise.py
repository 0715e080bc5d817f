"""Marks fire once each, in order, at their true times: after an outage, beside another supervisor, after a crash."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Letter
from core.hooks.values import EscalationStep, Mark, TicketView, Trigger
from core.journey import handle
from core.journey.supervise import supervise
from core.sla.models import Clock, ClockEvent, Timer
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Message
from core.tickets.service import lock_ticket
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk, rolled_back

YELLOW, DUE = "2026-03-18 16:48", "2026-03-19 18:00"
"""Marks of a reply clock of five working days that began on 2026-03-12 at 10:00."""


@pytest.fixture
def alone(installation: Installation) -> Walk:
    """A district of its own, with one ticket that its unit has signed and can give back no more."""
    walk = Walk(installation, make_district(installation))
    bring_in(walk)
    return walk


def bring_in(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.supervise("2026-03-16 18:00")


@contextmanager
def pressed_by(database_url: str, press: Callable[..., Any], **more: Callable[..., Any]) -> Iterator[Walk]:
    """A district whose feature presses so, with one ticket in the hands of its unit."""
    feature = make_feature("press", escalation_steps=press, **more)
    installation = make_installation(database_url, features=[feature])
    units = [("discipline", "纪委监委", "discipline")]
    walk = Walk(installation, make_district(installation, features={"press": {}}, units=units))
    bring_in(walk)
    yield walk
    installation.database.engine.dispose()


def events(walk: Walk) -> list[tuple[str, Any, Any]]:
    """Return each mark that was reached: which, when on the calendar, when it was acted on."""
    rows = select(ClockEvent).join(Clock, Clock.id == ClockEvent.clock_id).where(Clock.name == "reply")
    rows = rows.order_by(ClockEvent.at)
    return walk.run(lambda scope: [(row.mark, row.at, row.fired_at) for row in scope.session.scalars(rows)])


def pending(walk: Walk) -> list[str]:
    return walk.run(lambda scope: list(scope.session.scalars(select(Timer.mark).order_by(Timer.fire_at))))


def count(walk: Walk, model: type[Any]) -> int:
    return walk.run(lambda scope: scope.session.scalar(select(func.count()).select_from(model))) or 0


def test_nothing_fires_before_its_time(alone: Walk) -> None:
    assert alone.supervise("2026-03-18 16:47") == []
    assert (alone.ticket().light, pending(alone)) == ("green", ["yellow", "overdue"])


def test_yellow_at_four_fifths_of_the_time_and_red_at_its_end(alone: Walk) -> None:
    lights = []
    for at in (YELLOW, "2026-03-19 17:59", DUE):
        fired = [(mark.mark, mark.light) for mark in alone.supervise(at)]
        lights.append((fired, alone.ticket().light))

    assert lights == [([("yellow", "yellow")], "yellow"), ([], "yellow"), ([("overdue", "red")], "red")]
    (clock,) = alone.clocks("reply")
    assert (clock.state, clock.light, clock.overdue_at) == ("running", "red", beijing(DUE))


def test_each_mark_fires_once(alone: Walk) -> None:
    for _ in range(3):
        alone.supervise("2026-03-25 10:00")

    assert [mark for mark, _, _ in events(alone)] == ["yellow", "overdue"]
    assert count(alone, Message) == 2


def test_after_an_outage_marks_fire_in_order_with_their_true_times(alone: Walk) -> None:
    late = beijing("2026-04-01 09:00")

    fired = alone.supervise("2026-04-01 09:00")

    assert [(mark.mark, mark.at) for mark in fired] == [("yellow", beijing(YELLOW)), ("overdue", beijing(DUE))]
    assert events(alone) == [("yellow", beijing(YELLOW), late), ("overdue", beijing(DUE), late)]
    assert [line for line in alone.timeline() if " clock_mark " in line and "答复" in line] == [
        "04-01 09:00 系统 clock_mark in_progress→in_progress 答复时限将到，黄灯，应于 2026-03-18 16:48:00 提示",
        "04-01 09:00 系统 clock_mark in_progress→in_progress 答复时限已超期，红灯，应于 2026-03-19 18:00:00 提示",
    ]


def test_a_backlog_is_drained_in_batches(alone: Walk) -> None:
    for _ in range(4):
        alone.take_in("2026-03-12 10:00")
    sizes = []

    while fired := alone.run(lambda scope: supervise(scope, now=beijing("2026-04-01 09:00"), limit=3)):
        sizes.append(len(fired))

    assert sizes == [3, 3, 3, 1]
    assert pending(alone) == []


def test_a_clock_that_stopped_in_time_presses_nobody(alone: Walk) -> None:
    alone.reply("2026-03-13 10:00")
    alone.pass_reply("2026-03-13 11:00")

    assert (alone.supervise("2026-04-01 09:00"), pending(alone)) == ([], [])


def test_a_mark_passed_in_an_outage_is_told_even_when_the_answer_came_before_the_product(alone: Walk) -> None:
    alone.reply("2026-03-20 10:00")
    alone.pass_reply("2026-03-20 11:00")

    fired = alone.supervise("2026-03-20 12:00")

    assert [mark.mark for mark in fired] == ["yellow", "overdue"]
    (clock,) = alone.clocks("reply")
    assert (clock.state, clock.overdue_at) == ("breached", beijing(DUE))
    assert alone.ticket().light == "green"


def test_a_returned_ticket_is_pressed_at_the_desk(alone: Walk) -> None:
    alone.take_in("2026-03-12 10:00")
    alone.dispatch("2026-03-12 10:10")
    alone.give_back("2026-03-12 15:00")

    alone.supervise(YELLOW)

    assert [row.to_unit_id for row in alone.rows(Message)] == [alone.unit_id("desk")]


def test_a_ticket_that_somebody_works_on_is_left_for_the_next_round(alone: Walk) -> None:
    busy = alone.serial_no
    alone.take_in("2026-03-12 10:00")

    with rolled_back(alone) as scope:
        lock_ticket(scope, busy)
        beside = {mark.serial_no for mark in alone.supervise("2026-04-01 09:00")}
    after = {mark.serial_no for mark in alone.supervise("2026-04-01 09:01")}

    assert (beside, after) == ({alone.serial_no}, {busy})


def test_supervisors_at_once_press_once(alone: Walk) -> None:
    """One mark at a time, so that each often begins to read while another ends the mark that it finds."""
    for _ in range(39):
        alone.take_in("2026-03-12 10:00")
    together = Barrier(4)

    def work(_: int) -> int:
        together.wait()
        rounds = (
            alone.run(lambda scope: supervise(scope, now=beijing("2026-04-01 09:00"), limit=1)) for _ in range(40)
        )
        return sum(map(len, rounds))

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(work, range(4)))

    assert done == len(events(alone)) == count(alone, Message)
    assert done + len(pending(alone)) == 80


def test_a_crash_after_the_claim_loses_and_repeats_nothing(alone: Walk) -> None:
    def crash(scope: Scope) -> None:
        assert len(supervise(scope, now=beijing("2026-04-01 09:00"))) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        alone.run(crash)
    before = (len(events(alone)), count(alone, Message), alone.ticket().light)
    alone.supervise("2026-04-01 09:01")
    alone.supervise("2026-04-01 09:02")

    assert before == (0, 0, "green")
    assert (len(events(alone)), count(alone, Message), alone.ticket().light) == (2, 2, "red")


def fragile(ticket: TicketView, trigger: Trigger) -> Sequence[EscalationStep]:
    title = "提醒函" if trigger.mark == "overdue" else "提" * 250_000
    return [EscalationStep("letter", "lead", "请办理", "press/letter", "时限", title=title)]


def test_a_mark_that_cannot_be_acted_on_waits_and_the_others_go_on(database_url: str) -> None:
    with pressed_by(database_url, fragile) as walk:
        fired = [mark.mark for mark in walk.supervise("2026-04-01 09:00")]
        at_once = walk.supervise("2026-04-01 09:00")
        light = walk.ticket().light
        letters = [(row.title, row.number) for row in walk.rows(Letter)]
        left = pending(walk)

    assert (fired, at_once, light, letters, left) == (["overdue"], [], "red", [("提醒函", 1)], ["yellow"])


def test_an_earlier_mark_that_fires_later_does_not_turn_red_back(database_url: str) -> None:
    failing = [True]

    def press(trigger: Trigger) -> Sequence[EscalationStep]:
        too_long = "提" * 250_000 if failing[0] and trigger.mark != "overdue" else "提醒函"
        return [EscalationStep("letter", "lead", "请办理", "press/letter", "时限", title=too_long)]

    with pressed_by(database_url, press) as walk:
        walk.supervise("2026-04-01 09:00")
        failing[0] = False
        walk.supervise("2026-04-01 09:05")
        marks = [mark for mark, _, _ in events(walk)]
        (clock,) = walk.clocks("reply")
        lights = (clock.light, walk.ticket().light)

    assert (marks, lights) == (["yellow", "overdue"], ("red", "red"))


def letters(trigger: Trigger) -> Sequence[EscalationStep]:
    return [EscalationStep("letter", "lead", "请办理", "press/letter", "时限", title="提醒函")]


def test_letters_are_numbered_without_gaps_whoever_writes_at_once(database_url: str) -> None:
    with pressed_by(database_url, letters) as walk:
        for _ in range(9):
            walk.take_in("2026-03-12 10:00")
        together = Barrier(2)

        def work(number: int) -> None:
            together.wait()
            for round_ in range(14):
                if (round_ + number) % 4 == 0:
                    with rolled_back(walk) as scope:  # a crash takes its numbers back
                        supervise(scope, now=beijing("2026-04-01 09:00"), limit=2)
                walk.run(lambda scope: supervise(scope, now=beijing("2026-04-01 09:00"), limit=2))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, range(2)))
        numbers = walk.run(lambda scope: sorted(scope.session.scalars(select(Letter.number))))

    assert numbers == list(range(1, 21))


def test_letters_of_each_year_and_kind_begin_with_one(database_url: str) -> None:
    def press(trigger: Trigger) -> Sequence[EscalationStep]:
        title = "督办函" if trigger.mark == "overdue" else "提醒函"
        return [EscalationStep("letter", "lead", "请办理", "press/letter", "时限", title=title)]

    with pressed_by(database_url, press) as walk:
        walk.take_in("2026-12-24 10:00")
        walk.take_in("2027-01-05 10:00")
        walk.supervise("2026-12-31 23:59")
        walk.supervise("2027-03-01 09:00")
        rows = walk.run(
            lambda scope: [
                (row.title, row.year, row.number)
                for row in scope.session.scalars(select(Letter).order_by(Letter.title, Letter.year, Letter.number))
            ]
        )

    assert [row for row in rows if row[1] == 2026] == [
        ("提醒函", 2026, 1),
        ("提醒函", 2026, 2),
        ("督办函", 2026, 1),
        ("督办函", 2026, 2),
    ]
    assert [row for row in rows if row[1] == 2027] == [("提醒函", 2027, 1), ("督办函", 2027, 1)]


def case(trigger: Trigger) -> Sequence[EscalationStep]:
    if trigger.mark != "overdue":
        return []
    return [EscalationStep("case", "discipline", "{unit}超期未答复 {serial_no}", "press/case", "超期即问责")]


def test_a_case_of_accountability_is_opened_once_against_the_lead_unit(database_url: str) -> None:
    with pressed_by(database_url, case) as walk:
        for at in ("2026-03-19 18:00", "2026-03-19 18:01", "2026-04-01 09:00"):
            walk.supervise(at)
        cases = [(row.unit_id, row.authority_unit_id, row.text, row.opened_at) for row in walk.rows(AccountabilityCase)]
        roads, discipline = walk.unit_id("roads"), walk.unit_id("discipline")

    assert cases == [(roads, discipline, f"道路管理处超期未答复 {walk.serial_no}", beijing("2026-03-19 18:00"))]


def test_no_case_is_opened_against_nobody(database_url: str) -> None:
    with pressed_by(database_url, case) as walk:
        walk.take_in("2026-03-12 10:00")
        walk.supervise("2026-04-01 09:00")
        cases, told = walk.rows(AccountabilityCase), walk.timeline()[-1]

    assert cases == []
    assert told.endswith("escalate accepted→accepted 未启动问责：没有主办单位（超期即问责）")


def test_marks_of_the_district_take_the_place_of_the_cores(database_url: str) -> None:
    def marks() -> Sequence[Mark]:
        return [
            Mark("soon", "yellow", "press/soon", "还剩三小时", working_seconds_left=3 * 3600),
            Mark("overdue", "green", "press/cheat", "不算超期", wall_seconds_left=0),
        ]

    with pressed_by(database_url, letters, clock_marks=marks) as walk:
        fired = [(mark.mark, mark.light, mark.at) for mark in walk.supervise("2026-04-01 09:00")]

    assert fired == [
        ("soon", "yellow", beijing("2026-03-19 15:00")),
        ("overdue", "red", beijing("2026-03-19 18:00")),
    ]


def test_what_a_district_typed_in_braces_stops_no_message(database_url: str) -> None:
    def press() -> Sequence[EscalationStep]:
        return [EscalationStep("inbox", "lead", "{serial_no} {unknown} {0} {", "press/odd", "时限")]

    with pressed_by(database_url, press) as walk:
        walk.supervise(YELLOW)
        said = [row.text for row in walk.rows(Message)]

    assert said == [f"{walk.serial_no} {{unknown}} {{0}} {{"]


def test_arriving_on_site_is_noted_without_moving_the_ticket(alone: Walk) -> None:
    state = alone.ticket().state

    alone.do(handle.arrive, "2026-03-12 12:00", what="已到现场", actor=alone.lead_clerk())

    assert (alone.ticket().state, alone.entries()[-1].kind) == (state, "on_site")
