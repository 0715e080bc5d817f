"""Commands: those that the table of moves allows move, all others change nothing; twice is once; stale is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, text

from core.handling.models import Reply
from core.journey import conclude, desk, handle
from core.kit.db import Base
from core.kit.errors import Refused
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.queries import NoSuchTicket
from core.tickets.service import CommandReused, MoveNotAllowed, StaleVersion, lock_ticket, move
from core.tickets.states import MOVES, OPEN, STATE_LABELS, Command, State
from tests.builders import CLERK, OPERATOR, REVIEWER, beijing, make_district
from tests.journey.walking import Walk, rolled_back, wait_until_someone_waits

NOW = beijing("2026-03-13 18:00")
UNIT: dict[str, Any] = {"unit_id": None, "actor": CLERK}
JOURNEYS: dict[Command, Callable[[Scope, str], Ticket]] = {
    Command.ANSWER_DIRECTLY: lambda scope, no: desk.answer_directly(scope, no, text="答", actor=OPERATOR, now=NOW),
    Command.DISPATCH: lambda scope, no: desk.dispatch(scope, no, lead="roads", actor=OPERATOR, now=NOW),
    Command.SIGN: lambda scope, no: handle.sign(scope, no, **UNIT, now=NOW),
    Command.RETURN: lambda scope, no: handle.give_back(scope, no, reason="误派", **UNIT, now=NOW),
    Command.SUBMIT_RESULT: lambda scope, no: handle.reply(
        scope, no, text="已修", disposition="resolved", **UNIT, now=NOW
    ),
    Command.AUDIT_RETURN: lambda scope, no: conclude.return_reply(scope, no, note="补", actor=REVIEWER, now=NOW),
    Command.AUDIT_PASS: lambda scope, no: conclude.pass_reply(scope, no, actor=REVIEWER, now=NOW),
    Command.FOLLOW_UP: lambda scope, no: conclude.follow_up(scope, no, outcome="reached", actor=OPERATOR, now=NOW),
    Command.EVALUATE: lambda scope, no: conclude.rate(scope, no, resolved="no", satisfaction="satisfied", now=NOW),
    Command.REDO: lambda scope, no: conclude.redo(scope, no, reason="未修好", actor=OPERATOR, now=NOW),
}
"""The use case behind each command that somebody can give to a ticket that exists."""

STEPS: dict[State, tuple[str, ...]] = {
    State.ACCEPTED: (),
    State.TO_DISPATCH: ("dispatch", "give_back"),
    State.DISPATCHED: ("dispatch",),
    State.IN_PROGRESS: ("dispatch", "sign"),
    State.SUBMITTED: ("dispatch", "sign", "reply"),
    State.CONCLUDED: ("dispatch", "sign", "reply", "pass_reply"),
    State.FOLLOWING_UP: ("answer", "follow_up"),
    State.EVALUATED: ("answer", "follow_up", "rate"),
}
"""How a ticket comes into each state that journeys lead to."""


@pytest.fixture(scope="module")
def alone(installation: Installation) -> Walk:
    """A district in which nothing happens but what the test does, so that all its rows can be counted."""
    return Walk(installation, make_district(installation))


def bring_to(walk: Walk, state: State) -> None:
    walk.take_in()
    for step in STEPS[state]:
        getattr(walk, step)()
    assert walk.ticket().state == state


def rows_of_district(walk: Walk) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
    return walk.run(
        lambda scope: {
            table.name: scope.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }
    )


def whole(ticket: Ticket) -> dict[str, Any]:
    return {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns}


@pytest.mark.parametrize("state", list(State))
def test_the_table_of_moves_decides_every_pair_of_state_and_command(alone: Walk, state: State) -> None:
    alone.take_in()

    for command in Command:
        with rolled_back(alone) as scope:
            set_state = text("UPDATE ticket SET state = :state WHERE serial_no = :serial_no")
            scope.session.execute(set_state, {"state": state, "serial_no": alone.serial_no})
            ticket = lock_ticket(scope, alone.serial_no)
            before = whole(ticket)
            if state in MOVES[command].sources:
                move(scope, ticket, command, actor=OPERATOR, now=NOW)
                assert (ticket.state, ticket.version) == (MOVES[command].target, before["version"] + 1)
            else:
                with pytest.raises(MoveNotAllowed, match=STATE_LABELS[state]):
                    move(scope, ticket, command, actor=OPERATOR, now=NOW)
                assert (whole(ticket), list(scope.session.new)) == (before, [])


@pytest.mark.parametrize("state", list(STEPS))
def test_a_use_case_moves_or_refuses_and_then_writes_nothing(alone: Walk, state: State) -> None:
    bring_to(alone, state)
    before, rows = whole(alone.ticket()), rows_of_district(alone)

    for command, journey in JOURNEYS.items():
        if state in MOVES[command].sources:
            with rolled_back(alone) as scope:
                assert journey(scope, alone.serial_no).state == MOVES[command].target
        else:
            with pytest.raises(Refused), alone.installation.scope(alone.slug) as scope:
                journey(scope, alone.serial_no)
            assert (whole(alone.ticket()), rows_of_district(alone)) == (before, rows)


@pytest.mark.parametrize("outcome", ["unreachable", "refused"])
@pytest.mark.parametrize("state", [state for state in STEPS if state in OPEN])
def test_nobody_is_asked_about_a_ticket_that_was_not_answered(walk: Walk, state: State, outcome: str) -> None:
    bring_to(walk, state)

    with pytest.raises(MoveNotAllowed):
        walk.follow_up("2026-03-14 10:00", outcome=outcome)


def test_what_a_ticket_is_about_is_corrected_only_before_it_is_dispatched(walk: Walk) -> None:
    for state in STEPS:
        bring_to(walk, state)

        def correct() -> Ticket:
            how: dict[str, Any] = {"nature": "complaint", "matter": "park", "complexity": "simple", "actor": OPERATOR}
            return walk.do(desk.correct, "2026-03-13 18:00", **how)

        if state in (State.ACCEPTED, State.TO_DISPATCH):
            assert correct().matter == "park"
        else:
            with pytest.raises(MoveNotAllowed):
                correct()


def test_a_corrected_ticket_gets_the_clock_of_its_new_matter_from_the_acceptance_on(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")

    walk.do(
        desk.correct,
        "2026-03-16 10:00",
        nature="help",
        matter="park",
        complexity="simple",
        actor=OPERATOR,
    )

    assert [(clock.state, clock.started_at) for clock in walk.clocks()] == [
        ("cancelled", beijing("2026-03-12 10:00")),
        ("running", beijing("2026-03-12 10:00")),
    ]
    assert walk.ticket().next_due_at == beijing("2026-03-19 18:00")


def test_a_correction_while_a_ticket_is_redone_counts_from_the_redo(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.answer("2026-03-12 11:00")
    walk.redo("2026-03-16 10:00")

    walk.do(
        desk.correct,
        "2026-03-17 10:00",
        nature="help",
        matter="park",
        complexity="simple",
        actor=OPERATOR,
    )

    assert [(clock.cycle_no, clock.state, clock.started_at) for clock in walk.clocks()] == [
        (1, "met", beijing("2026-03-12 10:00")),
        (2, "cancelled", beijing("2026-03-16 10:00")),
        (2, "running", beijing("2026-03-16 10:00")),
    ]


def test_the_same_command_twice_is_done_once(walk: Walk) -> None:
    walk.take_in()

    first = walk.dispatch("2026-03-12 10:10", command_id="click-1")
    again = walk.dispatch("2026-03-12 10:11", command_id="click-1", lead="parks")

    assert whole(again) == whole(first)
    assert [row.unit_id for row in walk.assignments()] == [walk.unit_id("roads")]
    assert [line.split()[3] for line in walk.timeline()].count("dispatch") == 1


def test_the_same_command_from_an_old_page_is_done_once_and_not_called_stale(walk: Walk) -> None:
    walk.take_in()
    seen = walk.ticket().version

    walk.dispatch(command_id="click-2", seen_version=seen)
    again = walk.dispatch(command_id="click-2", seen_version=seen)

    assert again.state == State.DISPATCHED


@pytest.mark.parametrize("step", ["answer", "dispatch", "sign", "give_back", "reply", "pass_reply", "rate", "redo"])
def test_every_command_may_be_sent_again(walk: Walk, step: str) -> None:
    before = {
        "sign": State.DISPATCHED,
        "give_back": State.IN_PROGRESS,
        "reply": State.IN_PROGRESS,
        "pass_reply": State.SUBMITTED,
        "rate": State.CONCLUDED,
        "redo": State.CONCLUDED,
    }.get(step, State.ACCEPTED)
    bring_to(walk, before)
    at = "2026-03-14 10:00"

    first = getattr(walk, step)(at, command_id=f"{step}-{walk.serial_no}")
    again = getattr(walk, step)(at, command_id=f"{step}-{walk.serial_no}")

    assert whole(again) == whole(first)


def test_two_clicks_at_the_same_moment_are_one_command(walk: Walk) -> None:
    walk.take_in()

    with ThreadPoolExecutor(1) as pool:
        with walk.installation.scope(walk.slug) as scope:
            first = desk.dispatch(scope, walk.serial_no, lead="roads", actor=OPERATOR, now=NOW, command_id="double")
            second = pool.submit(walk.dispatch, command_id="double")
            wait_until_someone_waits(scope)
        assert whole(second.result()) == whole(first)

    assert len(walk.assignments()) == 1


def test_a_command_id_that_belongs_to_another_ticket_is_refused(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(command_id="once-and-only")
    walk.take_in()

    with pytest.raises(CommandReused):
        walk.dispatch(command_id="once-and-only")

    assert walk.ticket().state == State.ACCEPTED


def test_whoever_decided_on_an_old_version_is_told_what_happened_since(walk: Walk) -> None:
    walk.take_in()
    seen = walk.ticket().version
    walk.dispatch()
    walk.sign()

    with pytest.raises(StaleVersion) as refusal:
        walk.give_back("2026-03-12 12:00", seen_version=seen)

    assert [(entry.seq, entry.kind) for entry in refusal.value.since] == [(seen + 1, "dispatch"), (seen + 2, "sign")]
    assert walk.ticket().state == State.IN_PROGRESS


def test_of_two_clerks_who_see_the_same_page_the_second_is_told(walk: Walk) -> None:
    walk.take_in()
    seen = walk.ticket().version

    with ThreadPoolExecutor(1) as pool:
        with walk.installation.scope(walk.slug) as scope:
            desk.dispatch(scope, walk.serial_no, lead="roads", actor=OPERATOR, now=NOW, seen_version=seen)
            second = pool.submit(walk.dispatch, lead="parks", seen_version=seen)
            wait_until_someone_waits(scope)
        with pytest.raises(StaleVersion):
            second.result()

    assert [row.unit_id for row in walk.assignments()] == [walk.unit_id("roads")]


def test_a_ticket_read_before_it_was_locked_is_read_again(walk: Walk) -> None:
    walk.take_in()

    with walk.installation.scope(walk.slug) as scope:
        shown = scope.session.scalars(select(Ticket).where(Ticket.serial_no == walk.serial_no)).one()
        seen = shown.version
        walk.dispatch()
        handle.sign(scope, walk.serial_no, unit_id=None, actor=CLERK, now=NOW)

    assert [entry.seq for entry in walk.entries()] == list(range(1, seen + 3))
    assert walk.ticket().state == State.IN_PROGRESS


def test_a_number_of_another_district_names_no_ticket(installation: Installation, walk: Walk, alone: Walk) -> None:
    alone.take_in()
    walk.serial_no = alone.serial_no

    with pytest.raises(NoSuchTicket):
        walk.dispatch()


def test_a_refused_reply_leaves_the_ticket_with_its_unit(walk: Walk) -> None:
    bring_to(walk, State.IN_PROGRESS)

    for text_, disposition in (
        ("  ", "resolved"),
        ("已修\x00", "resolved"),
        ("已修", "done"),
        ("长" * 20_001, "resolved"),
    ):
        with pytest.raises(Refused):
            walk.reply(text=text_, disposition=disposition)

    assert (walk.ticket().state, walk.rows(Reply)) == (State.IN_PROGRESS, [])
