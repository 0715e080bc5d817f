"""批示: a leader's word is kept as it was given, tightens the limits, and is reported on by the unit."""

from datetime import datetime

import pytest

from core.escalation.instructions import AlreadyReported, NoSuchInstruction
from core.escalation.models import Instruction, Supervision
from core.escalation.rules import DeadlineUnusable, NothingSaid, NotListed
from core.hooks.values import Budget, TimeLimit
from core.journey import press
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tickets.service import MoveNotAllowed
from tests.builders import LEADER, OPERATOR, beijing
from tests.press.pressing import DUE, Pressing, pressed_by


def test_an_instruction_is_kept_as_it_was_given_and_the_unit_is_told(alone: Pressing) -> None:
    alone.instruct("2026-03-12 14:00", text=" 立即整改，举一反三 ")

    kept = alone.instruction()
    assert (kept.leader, kept.level, kept.text, kept.given_at, kept.recorded_by, kept.deadline, kept.feedback) == (
        "李副区长",
        "district",
        "立即整改，举一反三",
        beijing("2026-03-12 14:00"),
        "区领导",
        None,
        "",
    )
    assert alone.told("instruction") == ["李副区长（区（县）领导）批示：立即整改，举一反三"]
    [said] = alone.messages()
    assert (said.transport, said.to_unit_id) == ("inbox", alone.unit_id("roads"))
    assert said.text.endswith("有李副区长（区（县）领导）批示：立即整改，举一反三")


def test_before_dispatch_the_desk_is_told(alone: Pressing) -> None:
    alone.take_in("2026-03-12 10:00")

    alone.instruct()

    assert [said.to_unit_id for said in alone.messages()] == [alone.unit_id("desk")]


def test_on_an_attached_ticket_the_unit_of_its_master_is_told(alone: Pressing) -> None:
    master = alone.serial_no
    alone.take_in("2026-03-12 10:20")
    alone.attach("2026-03-12 10:30", master=master)

    alone.instruct()

    assert [said.to_unit_id for said in alone.messages()] == [alone.unit_id("roads")]


def test_a_deadline_ends_the_limits_earlier(alone: Pressing) -> None:
    before = alone.due()

    alone.instruct("2026-03-12 14:00", deadline="2026-03-16 12:00")

    assert (before, alone.due()) == (DUE, "2026-03-16 12:00")
    assert alone.told("instruction") == [
        "李副区长（区（县）领导）批示：请尽快修复（要求 2026-03-16 12:00 前办结）",
    ]


def test_a_deadline_after_the_limits_is_kept_and_lengthens_nothing(alone: Pressing) -> None:
    alone.instruct("2026-03-12 14:00", deadline="2026-03-25 12:00")

    assert (alone.due(), alone.instruction().deadline) == (DUE, beijing("2026-03-25 12:00"))
    assert alone.told("instruction") == [
        "李副区长（区（县）领导）批示：请尽快修复（要求 2026-03-25 12:00 前办结；不早于现有时限，时限不变）",
    ]


def test_of_two_deadlines_the_earlier_holds(alone: Pressing) -> None:
    alone.instruct("2026-03-12 14:00", deadline="2026-03-16 12:00")
    alone.instruct("2026-03-12 15:00", deadline="2026-03-17 12:00")

    assert alone.due() == "2026-03-16 12:00"


def test_a_deadline_where_nothing_runs_any_more_is_only_kept(alone: Pressing) -> None:
    alone.sign("2026-03-12 11:00")
    alone.reply("2026-03-12 12:00")
    alone.pass_reply("2026-03-12 13:00")

    alone.instruct("2026-03-12 14:00", deadline="2026-03-16 12:00")

    assert alone.told("instruction") == [
        "李副区长（区（县）领导）批示：请尽快修复（要求 2026-03-16 12:00 前办结；现在没有在计的答复时限）",
    ]


@pytest.mark.parametrize(
    "deadline",
    [
        beijing("2026-03-12 14:00"),
        beijing("2026-03-11 18:00"),
        beijing("9999-12-31 12:00"),
        datetime(2026, 3, 16, 12, 0),  # noqa: DTZ001 -- a time without a zone is the point
    ],
)
def test_a_deadline_that_cannot_be_kept_is_refused_and_nothing_changes(alone: Pressing, deadline: datetime) -> None:
    before = alone.ticket().version

    with pytest.raises(DeadlineUnusable) as refusal:
        alone.do(
            press.instruct,
            "2026-03-12 14:00",
            leader="李副区长",
            level="district",
            text="请尽快修复",
            deadline=deadline,
            actor=LEADER,
        )

    assert refusal.value.code == "deadline-unusable"
    assert (alone.rows(Instruction), alone.ticket().version, alone.due()) == ([], before, DUE)


def test_an_instruction_says_who_and_what_on_which_level(alone: Pressing) -> None:
    with pytest.raises(NothingSaid):
        alone.instruct(text=" ")
    with pytest.raises(NothingSaid):
        alone.instruct(leader=" ")
    with pytest.raises(NotListed) as refusal:
        alone.instruct(level="village")

    assert "district（区（县）领导）" in refusal.value.message
    assert alone.rows(Instruction) == []


def test_only_leaders_and_those_who_write_for_them_instruct(alone: Pressing) -> None:
    for actor in (OPERATOR, alone.lead_clerk()):
        with pytest.raises(NotPermitted):
            alone.instruct(actor=actor)


def test_a_ticket_that_is_put_away_is_not_instructed_on(alone: Pressing) -> None:
    alone.take_in("2026-03-12 10:00")
    alone.void("2026-03-12 10:10")

    with pytest.raises(MoveNotAllowed):
        alone.instruct()


def test_an_instruction_given_twice_under_one_id_is_one(alone: Pressing) -> None:
    for at in ("2026-03-12 14:00", "2026-03-12 14:01"):
        alone.instruct(at, deadline="2026-03-16 12:00", command_id="press-1")

    assert len(alone.rows(Instruction)) == len(alone.told("instruction")) == len(alone.messages()) == 1


def test_the_unit_reports_once_what_came_of_it(alone: Pressing) -> None:
    alone.instruct()
    alone.report("2026-03-13 09:00", text="已修复路面")

    with pytest.raises(AlreadyReported):
        alone.report("2026-03-13 10:00", text="另报")

    kept = alone.instruction()
    assert (kept.feedback, kept.feedback_by, kept.feedback_at) == (
        "已修复路面",
        "经办人丙",
        beijing("2026-03-13 09:00"),
    )
    assert alone.told("instruction")[-1] == "反馈李副区长批示：已修复路面"


def test_no_other_unit_reports(alone: Pressing) -> None:
    alone.instruct()

    with pytest.raises(NotYours):
        alone.report(actor=alone.clerk("parks"))

    assert alone.instruction().feedback_at is None


def test_the_unit_may_report_when_the_ticket_is_concluded(alone: Pressing) -> None:
    alone.instruct()
    alone.sign("2026-03-13 09:00")
    alone.reply("2026-03-13 10:00")
    alone.pass_reply("2026-03-13 11:00")

    alone.report("2026-03-13 12:00")

    assert alone.instruction().feedback == "已安排抢修"


def test_an_instruction_of_another_ticket_is_not_reported_on_here(alone: Pressing) -> None:
    alone.instruct()
    elsewhere = alone.instruction().id
    alone.take_in("2026-03-12 10:00")
    alone.dispatch("2026-03-12 10:10")

    with pytest.raises(NoSuchInstruction):
        alone.report(instruction_id=elsewhere)


def test_a_deadline_that_passes_without_a_report_calls_for_supervision_once(database_url: str) -> None:
    def both_clocks() -> list[TimeLimit]:
        return [
            TimeLimit("reply", Budget("wd_eod", 5), "press/reply", "5 个工作日"),
            TimeLimit("handle", Budget("wd_eod", 4), "press/handle", "4 个工作日"),
        ]

    with pressed_by(database_url, lambda: None, time_limits=both_clocks) as walk:
        walk.instruct("2026-03-12 14:00", deadline="2026-03-16 12:00")
        for at in ("2026-03-16 11:59", "2026-03-16 12:00", "2026-03-16 12:05"):
            walk.supervise(at)
        overdue = [clock.name for clock in walk.clocks() if clock.overdue_at == beijing("2026-03-16 12:00")]
        found = [(row.level, row.source, row.unit_id, row.demand, row.issued_at) for row in walk.supervisions()]
        roads = walk.unit_id("roads")

    assert sorted(overdue) == ["handle", "reply"]
    assert found == [
        (
            "blue",
            "instruction",
            roads,
            "领导批示要求的期限 2026-03-16 12:00 已过，请立即落实并反馈。",
            beijing("2026-03-16 12:00"),
        )
    ]


def test_a_report_in_time_calls_for_nothing(alone: Pressing) -> None:
    alone.instruct("2026-03-12 14:00", deadline="2026-03-16 12:00")
    alone.report("2026-03-16 11:59")

    alone.supervise("2026-03-16 12:00")

    assert alone.rows(Supervision) == []


def test_a_deadline_still_to_come_calls_for_nothing_when_another_limit_is_over(alone: Pressing) -> None:
    alone.instruct("2026-03-12 14:00", deadline="2026-03-25 12:00")

    alone.supervise("2026-03-19 18:00")

    assert alone.rows(Supervision) == []
