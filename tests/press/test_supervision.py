"""督办: a unit is put under supervision, answers in its time, and never closes its own supervision."""

from collections.abc import Callable

import pytest

from core.escalation.models import Letter, Supervision
from core.escalation.rules import NothingSaid, NotListed
from core.escalation.supervisions import LevelNotHigher, NoSuchSupervision, OwnSupervision, SupervisionEnded
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tickets.service import MoveNotAllowed, ReasonMissing
from core.tickets.timeline import Actor
from tests.builders import CLERK_ID, LEADER, OPERATOR, beijing, make_actor
from tests.press.pressing import Pressing

TOMORROW = "2026-03-13 18:00"
"""When the answer to a supervision of 2026-03-12 is due."""


def test_the_unit_gets_a_sheet_a_letter_and_a_limit_to_answer(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00", level="yellow", demand="三日内修复。", source="instruction")

    [sheet], [letter], [said] = alone.supervisions(), alone.letters(), alone.messages()
    roads = alone.unit_id("roads")
    assert (sheet.unit_id, sheet.level, sheet.source, sheet.demand, sheet.issued_by, sheet.issued_at, sheet.state) == (
        roads,
        "yellow",
        "instruction",
        "三日内修复。",
        "督办员丁",
        beijing("2026-03-12 14:00"),
        "open",
    )
    text = (
        f"工单 {alone.serial_no}「{alone.ticket().title}」列入黄色督办（领导批示）。"
        "督办要求：三日内修复。请于 2026-03-13 18:00 前书面答复。"
    )
    assert (letter.kind, letter.title, letter.number, letter.unit_id, letter.text) == (
        "supervision",
        "督办函",
        1,
        roads,
        text,
    )
    assert (said.transport, said.to_unit_id, said.text) == ("inbox", roads, f"督办函〔2026〕1 号：{text}")
    assert alone.told("supervision", "letter") == [
        "黄色督办 → 道路管理处（领导批示）：三日内修复。",
        "督办函 → 道路管理处（黄色督办）",
    ]
    [clock] = alone.clocks_called("respond")
    assert (clock.subject, clock.subject_id, clock.due_at) == ("supervision", sheet.id, beijing(TOMORROW))


def test_the_answer_stops_the_time_to_answer(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00")

    alone.respond("2026-03-13 18:00", text="已修复路面")

    [sheet], [clock] = alone.supervisions(), alone.clocks_called("respond")
    assert (sheet.state, sheet.answer, sheet.answered_by, sheet.answered_by_id, sheet.answered_at) == (
        "answered",
        "已修复路面",
        "经办人丙",
        CLERK_ID,
        beijing(TOMORROW),
    )
    assert (clock.state, clock.stopped_at) == ("met", beijing(TOMORROW))
    assert alone.told("supervision")[-1] == "答复蓝色督办：已修复路面"


def test_no_answer_in_time_is_a_broken_limit(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00")

    marks = [(mark.clock, mark.mark) for at in (TOMORROW, "2026-03-14 09:00") for mark in alone.supervise(at)]
    alone.respond("2026-03-16 09:00")

    assert ("respond", "overdue") in marks
    assert [clock.state for clock in alone.clocks_called("respond")] == ["breached"]


def test_only_the_supervised_unit_answers_and_once(alone: Pressing) -> None:
    alone.put_under_supervision()

    with pytest.raises(NotYours):
        alone.respond(actor=alone.clerk("parks"))
    with pytest.raises(NothingSaid):
        alone.respond(text=" ")
    alone.respond()
    with pytest.raises(SupervisionEnded):
        alone.respond(text="再报")

    assert alone.supervisions()[0].answer == "已修复"


def test_a_level_only_rises_and_each_level_is_a_letter(alone: Pressing) -> None:
    alone.put_under_supervision(level="blue")
    alone.raise_to("yellow")
    for level in ("blue", "yellow"):
        with pytest.raises(LevelNotHigher):
            alone.raise_to(level)
    alone.raise_to("red")

    assert [sheet.level for sheet in alone.supervisions()] == ["red"]
    assert [(letter.number, letter.cause.rpartition("/")[2]) for letter in alone.letters()] == [
        (1, "blue"),
        (2, "yellow"),
        (3, "red"),
    ]
    assert alone.told("supervision")[1:] == [
        "蓝色督办升为黄色督办 → 道路管理处（进展迟缓）",
        "黄色督办升为红色督办 → 道路管理处（进展迟缓）",
    ]
    assert [clock.due_at for clock in alone.clocks_called("respond")] == [beijing(TOMORROW)]


def test_raised_after_its_answer_it_has_to_be_answered_again(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00")
    alone.respond("2026-03-12 15:00")

    alone.raise_to("yellow", "2026-03-12 16:00", reason="答复不实")
    reopened = alone.supervisions()[0].state
    alone.respond("2026-03-13 09:00", text="补报")

    assert reopened == "open"
    assert [(sheet.state, sheet.answer) for sheet in alone.supervisions()] == [("answered", "补报")]
    assert [clock.state for clock in alone.clocks_called("respond")] == ["met", "met"]


def by_the_unit(walk: Pressing) -> Actor:
    return make_actor("兼任督办的经办人", "clerk", "supervisor", id=7, unit_id=walk.unit_id("roads"))


def by_a_section_of_the_unit(walk: Pressing) -> Actor:
    return make_actor("兼任督办的科员", "supervisor", id=8, unit_id=walk.unit_id("roads-north"))


def by_who_answered_and_moved_on(walk: Pressing) -> Actor:
    return make_actor("经办人丙", "supervisor", id=CLERK_ID, unit_id=walk.unit_id("discipline"))


@pytest.mark.parametrize("who", [by_the_unit, by_a_section_of_the_unit, by_who_answered_and_moved_on])
def test_whoever_is_supervised_does_not_close_the_supervision(
    alone: Pressing, who: Callable[[Pressing], Actor]
) -> None:
    alone.put_under_supervision()
    alone.respond()

    with pytest.raises(OwnSupervision) as refusal:
        alone.close(actor=who(alone))

    assert (refusal.value.code, refusal.value.is_trespass) == ("own-supervision", True)
    assert [sheet.state for sheet in alone.supervisions()] == ["answered"]


def test_somebody_else_closes_it_once_and_it_is_over(alone: Pressing) -> None:
    alone.put_under_supervision()
    alone.respond()
    with pytest.raises(ReasonMissing):
        alone.close(note=" ")
    by_discipline = make_actor("纪委干部", "discipline", id=9, unit_id=alone.unit_id("discipline"))
    alone.close("2026-03-13 10:00", actor=by_discipline)

    with pytest.raises(SupervisionEnded):
        alone.close("2026-03-13 11:00")
    with pytest.raises(SupervisionEnded):
        alone.respond("2026-03-13 11:00")
    with pytest.raises(SupervisionEnded):
        alone.raise_to("red", "2026-03-13 11:00")

    [sheet] = alone.supervisions()
    assert (sheet.state, sheet.closed_by, sheet.closed_at) == ("closed", "纪委干部", beijing("2026-03-13 10:00"))
    assert alone.told("supervision")[-1] == "蓝色督办销号：整改到位"


def test_closed_without_an_answer_its_limit_ends_without_verdict_and_no_other(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00")
    alone.put_under_supervision("2026-03-12 15:00")

    alone.close("2026-03-12 16:00", note="重复督办")

    assert [clock.state for clock in alone.clocks_called("respond")] == ["running", "cancelled"]
    assert alone.told("supervision")[-1] == "蓝色督办销号（未经答复）：重复督办"


def test_before_dispatch_the_desk_is_supervised(alone: Pressing) -> None:
    alone.take_in("2026-03-12 10:00")

    alone.put_under_supervision()

    assert [sheet.unit_id for sheet in alone.supervisions()] == [alone.unit_id("desk")]


def test_an_answer_that_was_given_can_still_be_supervised(alone: Pressing) -> None:
    alone.sign("2026-03-12 11:00")
    alone.reply("2026-03-12 12:00")
    alone.pass_reply("2026-03-12 13:00")

    alone.put_under_supervision("2026-03-12 14:00")
    alone.respond("2026-03-12 15:00")
    alone.close("2026-03-12 16:00")

    assert [sheet.state for sheet in alone.supervisions()] == ["closed"]
    assert alone.ticket().state == "concluded"


def test_the_supervised_unit_answers_though_the_ticket_went_to_another(alone: Pressing) -> None:
    alone.put_under_supervision("2026-03-12 14:00")
    alone.redirect("2026-03-12 14:30", lead="parks")

    with pytest.raises(NotYours):
        alone.respond("2026-03-12 15:00")
    alone.respond("2026-03-12 15:00", actor=alone.clerk("roads"))

    assert [sheet.state for sheet in alone.supervisions()] == ["answered"]


def test_what_is_put_away_is_not_supervised(alone: Pressing) -> None:
    alone.take_in("2026-03-12 10:00")
    alone.void("2026-03-12 10:10")

    with pytest.raises(MoveNotAllowed):
        alone.put_under_supervision()


def test_a_supervision_names_a_level_a_source_and_a_demand_that_exist(alone: Pressing) -> None:
    with pytest.raises(NotListed):
        alone.put_under_supervision(level="orange")
    with pytest.raises(NotListed):
        alone.put_under_supervision(source="rumour")
    with pytest.raises(NothingSaid):
        alone.put_under_supervision(demand=" ")
    with pytest.raises(NoSuchSupervision):
        alone.close(supervision_id=1)

    assert (alone.rows(Supervision), alone.rows(Letter), alone.clocks_called("respond")) == ([], [], [])


def test_only_supervisors_supervise(alone: Pressing) -> None:
    for actor in (OPERATOR, LEADER, alone.lead_clerk()):
        with pytest.raises(NotPermitted):
            alone.put_under_supervision(actor=actor)
