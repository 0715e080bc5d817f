"""派遣时倒计时启动: the resident's time begins when the ticket is given to a unit, and nobody waits for that without a limit."""

from typing import Any

import pytest

from core.hooks.roster import Roster
from core.journey import desk
from core.journey.join import split
from core.journey.press import instruct
from core.journey.queries.progress import progress_of
from core.sla.queries import accounts_of
from core.tenancy.scope import Installation
from core.tickets.models import Message
from tests.builders import LEADER, OPERATOR, beijing, make_district, make_installation
from tests.time.districts import Timed, local

NANHAI: dict[str, Any] = {"nanhai.light": {}, "nanhai.discipline": {}}
ACCEPTED = "2026-03-12 10:00"
"""A Thursday; offices are open 9:00–12:00 and 14:00–18:00."""


@pytest.fixture
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


def walk_in(installation: Installation, **light: object) -> Timed:
    district = make_district(
        installation,
        features={**NANHAI, "nanhai.light": light},
        units=[("discipline", "纪委监委", "discipline")],
    )
    walk = Timed(installation, district)
    walk.take_in(ACCEPTED)
    return walk


def running(walk: Timed) -> dict[str, tuple[str, str]]:
    """Return the ticket's own clocks that run: from when, until when."""
    return {
        clock.name: (local(clock.started_at), local(clock.due_at))
        for clock in walk.clocks()
        if clock.subject == "ticket" and clock.state == "running"
    }


def messages(walk: Timed) -> list[tuple[str, str, str]]:
    """Return what was sent to units: when, by what, and the words after the serial number."""
    sent = walk.rows(Message, Message.created_at, Message.id)
    return [
        (local(row.created_at), row.transport, row.text.partition("”")[2]) for row in sent if row.to_unit_id is not None
    ]


def promise(walk: Timed, at: str) -> tuple[str, str, bool]:
    """Return what the resident is told of the time."""
    told = walk.run(lambda scope: progress_of(scope, walk.ticket(), now=beijing(at)))
    return told.due_label, local(told.due), told.is_over


def test_the_countdown_starts_with_the_first_dispatch_and_never_again(installation: Installation) -> None:
    walk = walk_in(installation)
    assert running(walk) == {"dispatch": (ACCEPTED, "2026-03-19 18:00")}
    assert promise(walk, "2026-03-13 09:00") == ("派单期限（派单后开始计答复期限）", "2026-03-19 18:00", False)

    walk.dispatch("2026-03-13 11:00")
    assert running(walk) == {"reply": ("2026-03-13 11:00", "2026-03-20 18:00")}
    assert promise(walk, "2026-03-21 09:00") == ("答复期限", "2026-03-20 18:00", True)

    walk.give_back("2026-03-13 15:00")
    walk.dispatch("2026-03-16 10:00", lead="parks")
    assert running(walk) == {"reply": ("2026-03-13 11:00", "2026-03-20 18:00")}
    assert walk.disagreeing() == []


def test_a_ticket_that_nobody_dispatches_is_told_of_and_late_by_its_own_limit(installation: Installation) -> None:
    walk = walk_in(installation)

    walk.supervise("2026-03-19 14:59")
    assert messages(walk) == []
    walk.supervise("2026-03-19 15:00")
    assert walk.ticket().light == "yellow"
    walk.supervise("2026-03-19 18:01")

    assert messages(walk) == [
        ("2026-03-19 15:00", "sms", "尚未派单，应于 2026-03-19 18:00 前派出"),
        ("2026-03-19 18:01", "sms", "至 2026-03-19 18:00 仍未派单，圆点变红"),
        ("2026-03-19 18:01", "inbox", "至 2026-03-19 18:00 仍未派单，圆点变红"),
        ("2026-03-19 18:01", "inbox", "至 2026-03-19 18:00 仍未派出，请督促分派"),
    ]
    assert (walk.ticket().light, promise(walk, "2026-03-19 18:01")[2]) == ("red", True)


def test_whoever_gets_a_ticket_that_waited_too_long_answers_for_none_of_the_waiting(
    installation: Installation,
) -> None:
    walk = walk_in(installation)

    walk.dispatch("2026-03-20 09:00")
    walk.supervise("2026-03-20 09:01")

    desk_id, discipline_id = walk.unit_id("desk"), walk.unit_id("discipline")
    assert {row.to_unit_id for row in walk.rows(Message, Message.id) if "仍未派" in row.text} == {
        desk_id,
        discipline_id,
    }
    assert ("case" in walk.timeline(), walk.ticket().light) == (False, "green")
    assert walk.clock("dispatch").state == "breached"


def test_who_is_answered_without_dispatch_has_waited_since_acceptance(installation: Installation) -> None:
    walk = walk_in(installation)

    walk.answer("2026-03-20 09:00", text="已与路政核实，本周修补")

    reply = walk.clock("reply")
    assert (local(reply.started_at), local(reply.due_at), reply.state) == (ACCEPTED, "2026-03-19 18:00", "breached")
    assert walk.timers("reply") == {}
    assert walk.disagreeing() == []


@pytest.mark.parametrize("how", ["split", "instruct"])
def test_what_is_divided_up_or_has_a_leaders_deadline_waits_for_no_dispatch(
    installation: Installation, how: str
) -> None:
    walk = walk_in(installation)

    if how == "split":
        walk.do(split, "2026-03-13 11:00", actor=OPERATOR, texts=["路面塌陷", "路灯不亮"])
        assert running(walk)["reply"] == ("2026-03-13 11:00", "2026-03-20 18:00")
    else:
        order: dict[str, Any] = {
            "leader": "区长",
            "level": "district",
            "text": "抓紧",
            "deadline": beijing("2026-03-17 12:00"),
        }
        walk.do(instruct, "2026-03-13 11:00", actor=LEADER, **order)
        assert running(walk)["reply"] == ("2026-03-13 11:00", "2026-03-17 12:00")
        walk.dispatch("2026-03-16 10:00")
        assert running(walk) == {"reply": ("2026-03-13 11:00", "2026-03-17 12:00")}
    assert walk.disagreeing() == []


def test_another_nature_before_dispatch_changes_how_long_it_may_wait(installation: Installation) -> None:
    walk = walk_in(installation)

    walk.do(desk.correct, "2026-03-12 11:00", actor=OPERATOR, nature="inquiry", matter=None, complexity="simple")

    assert running(walk) == {"dispatch": ("2026-03-12 11:00", "2026-03-13 18:00")}
    walk.dispatch("2026-03-12 14:30")
    assert running(walk) == {"reply": ("2026-03-12 14:30", "2026-03-13 18:00")}


def test_from_acceptance_and_in_hours_by_the_clock_by_setting(installation: Installation) -> None:
    walk = walk_in(installation, begins="acceptance", yellow_counts="wall", yellow_hours=5)
    walk.dispatch("2026-03-13 11:00")
    walk.sign("2026-03-13 11:30")

    assert running(walk) == {"reply": (ACCEPTED, "2026-03-19 18:00")}
    assert walk.timers("reply") == {"yellow": "2026-03-19 13:00", "overdue": "2026-03-19 18:00"}
    [account] = [each for each in walk.run(lambda scope: accounts_of(scope, walk.ticket().id)) if each.name == "reply"]
    assert (account.agrees, account.lines[1], account.lines[-1]) == (
        True,
        "起点：2026-03-12（周四）10:00",
        "截止：2026-03-19（周四）18:00",
    )
