"""Commands: those that the table of moves allows move, all others change nothing; twice is once; stale is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from core.handling.models import Reply
from core.journey import desk, handle, join
from core.journey.accept import reject, submit_for_acceptance
from core.kit.db import Base
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.queries import NoSuchTicket
from core.tickets.service import CommandReused, MoveNotAllowed, StaleVersion, lock_ticket, move
from core.tickets.states import MOVES, OPEN, STATE_LABELS, Command, State
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district
from tests.journey.walking import Walk, rolled_back, wait_until_someone_waits

NOW = beijing("2026-03-13 18:00")
MORNING = "2026-03-12 10:05"
AT = "2026-03-13 18:00"
GIVING: dict[Command, Callable[[Walk], Ticket]] = {
    Command.ANSWER_DIRECTLY: lambda walk: walk.answer(AT),
    Command.ATTACH: lambda walk: walk.attach(AT),
    Command.SPLIT: lambda walk: walk.do(join.split, AT, actor=OPERATOR, texts=["路坏了", "灯坏了"]),
    Command.DISPATCH: lambda walk: walk.dispatch(AT),
    Command.SIGN: lambda walk: walk.sign(AT),
    Command.RETURN: lambda walk: walk.approve_return(AT),
    Command.REDIRECT: lambda walk: walk.redirect(AT, lead="parks"),
    Command.SUBMIT_RESULT: lambda walk: walk.reply(AT),
    Command.AUDIT_RETURN: lambda walk: walk.return_reply(AT),
    Command.AUDIT_PASS: lambda walk: walk.pass_reply(AT),
    Command.FOLLOW_UP: lambda walk: walk.follow_up(AT),
    Command.EVALUATE: lambda walk: walk.rate(AT),
    Command.REDO: lambda walk: walk.redo(AT),
    Command.TRANSFER_OUT: lambda walk: walk.do(
        desk.transfer_out, AT, actor=OPERATOR, destination="police", reason="涉嫌违法"
    ),
    Command.VOID: lambda walk: walk.void(AT),
}
"""Each command as somebody gives it to a ticket without further ado."""
OTHER_WORDS = {"nothing-to-review", "not-your-ticket", "already-rated"}
"""Refusals that come before the state is looked at, and say the same."""

STEPS: dict[State, tuple[Callable[[Walk], object], ...]] = {
    State.REGISTERED: (Walk.register,),
    State.PENDING_ACCEPT: (Walk.register, lambda walk: walk.do(submit_for_acceptance, MORNING, actor=OPERATOR)),
    State.REJECTED: (Walk.register, lambda walk: walk.do(reject, MORNING, actor=OPERATOR, reason_code="litigation")),
    State.ACCEPTED: (Walk.take_in,),
    State.ATTACHED: (Walk.take_in, Walk.attach),
    State.VOIDED: (Walk.take_in, Walk.void),
    State.TO_DISPATCH: (Walk.take_in, Walk.dispatch, Walk.give_back),
    State.DISPATCHED: (Walk.take_in, Walk.dispatch),
    State.IN_PROGRESS: (Walk.take_in, Walk.dispatch, Walk.sign),
    State.SUBMITTED: (Walk.take_in, Walk.dispatch, Walk.sign, Walk.reply),
    State.CONCLUDED: (Walk.take_in, Walk.dispatch, Walk.sign, Walk.reply, Walk.pass_reply),
    State.FOLLOWING_UP: (Walk.take_in, Walk.answer, Walk.follow_up),
    State.EVALUATED: (Walk.take_in, Walk.answer, Walk.follow_up, Walk.rate),
}
"""How a ticket comes into each state."""


@pytest.fixture(scope="module")
def alone(installation: Installation) -> Walk:
    """A district in which nothing happens but what the test does, so that all its rows can be counted."""
    return Walk(installation, make_district(installation))


def bring_to(walk: Walk, state: State) -> None:
    for step in STEPS[state]:
        step(walk)
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


@pytest.mark.parametrize("state", list(STEPS))
def test_the_table_of_moves_decides_every_pair_of_state_and_command(alone: Walk, state: State) -> None:
    bring_to(alone, state)

    for command in Command:
        with rolled_back(alone) as scope:
            ticket = lock_ticket(scope, alone.serial_no)
            before = whole(ticket)
            if state in MOVES[command].sources:
                move(scope, ticket, command, Order(OPERATOR, NOW))
                expected = MOVES[command].targets[0] if MOVES[command].targets else state
                assert (ticket.state, ticket.version) == (expected, before["version"] + 1)
            else:
                with pytest.raises(MoveNotAllowed, match=STATE_LABELS[state]):
                    move(scope, ticket, command, Order(OPERATOR, NOW))
                assert (whole(ticket), list(scope.session.new)) == (before, [])


@pytest.mark.parametrize("command", list(GIVING))
@pytest.mark.parametrize("state", list(STEPS))
def test_a_command_moves_or_a_guard_of_the_table_refuses_it_and_nothing_is_written(
    alone: Walk, state: State, command: Command
) -> None:
    bring_to(alone, state)
    before, rows = whole(alone.ticket()), rows_of_district(alone)
    allowed = MOVES[command]

    refusal = None
    try:
        ticket = GIVING[command](alone)
    except Refused as caught:
        refusal = caught
    if refusal is not None:
        guards = {guard.code for guard in allowed.guards}
        expected = guards if state in allowed.sources else {*guards, "move-not-allowed", *OTHER_WORDS}
        assert refusal.code in expected
        assert whole(alone.ticket()) == before
        if command is not Command.ATTACH:  # its master was taken in for it
            assert rows_of_district(alone) == rows
    else:
        assert state in allowed.sources
        assert ticket.state in (allowed.targets or (state,))
        assert ticket.version > before["version"]


@pytest.mark.parametrize("outcome", ["unreachable", "refused"])
@pytest.mark.parametrize("state", [state for state in STEPS if state in OPEN])
def test_nobody_is_asked_about_a_ticket_that_was_not_answered(walk: Walk, state: State, outcome: str) -> None:
    bring_to(walk, state)

    with pytest.raises(MoveNotAllowed):
        walk.follow_up("2026-03-14 10:00", outcome=outcome)


def test_what_a_ticket_is_about_is_corrected_only_before_it_is_dispatched(walk: Walk) -> None:
    for state in STEPS:
        bring_to(walk, state)

        def correct(walk: Walk = walk) -> Ticket:
            how: dict[str, Any] = {"nature": "complaint", "matter": "park", "complexity": "simple", "actor": OPERATOR}
            return walk.do(desk.correct, "2026-03-13 18:00", **how)

        if state in (State.ACCEPTED, State.TO_DISPATCH):
            assert correct().matter == "park"
        else:
            with pytest.raises(MoveNotAllowed):
                correct()


def test_a_correction_does_not_begin_the_residents_clock_anew(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")

    walk.do(
        desk.correct,
        "2026-03-16 10:00",
        nature="help",
        matter="park",
        complexity="simple",
        actor=OPERATOR,
    )

    assert [(clock.state, clock.started_at) for clock in walk.clocks("reply")] == [
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

    assert [(clock.cycle_no, clock.state, clock.started_at) for clock in walk.clocks("reply")] == [
        (1, "met", beijing("2026-03-12 10:00")),
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


@pytest.mark.parametrize("step", ["answer", "dispatch", "sign", "ask_back", "reply", "pass_reply", "rate", "redo"])
def test_every_command_may_be_sent_again(walk: Walk, step: str) -> None:
    before = {
        "sign": State.DISPATCHED,
        "ask_back": State.IN_PROGRESS,
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
            first = desk.dispatch(scope, walk.serial_no, Order(OPERATOR, NOW, command_id="double"), lead="roads")
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
        walk.ask_back("2026-03-12 12:00", seen_version=seen)

    assert [(entry.seq, entry.kind) for entry in refusal.value.since] == [
        (seen + 1, "dispatch"),
        (seen + 2, "clock_started"),
        (seen + 3, "sign"),
    ]
    assert walk.ticket().state == State.IN_PROGRESS


def test_of_two_clerks_who_see_the_same_page_the_second_is_told(walk: Walk) -> None:
    walk.take_in()
    seen = walk.ticket().version

    with ThreadPoolExecutor(1) as pool:
        with walk.installation.scope(walk.slug) as scope:
            desk.dispatch(scope, walk.serial_no, Order(OPERATOR, NOW, seen), lead="roads")
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
        handle.sign(scope, walk.serial_no, Order(walk.lead_clerk(), NOW))

    assert [entry.seq for entry in walk.entries()] == list(range(1, seen + 4))
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


def test_a_command_that_waited_while_a_mark_fired_comes_after_it(walk: Walk) -> None:
    """Its time was read before the wait; a clock must not have stopped before a mark that it had reached."""
    walk.take_in("2026-03-12 10:00")
    while walk.supervise("2026-03-19 18:00:20"):  # other tests' tickets of this district are due then too
        pass

    walk.answer("2026-03-19 17:59:50")

    (clock,) = walk.clocks("reply")
    assert (clock.state, clock.stopped_at) == ("breached", beijing("2026-03-19 18:00:20"))


def test_a_command_whose_time_is_far_behind_keeps_it(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.supervise("2026-03-19 18:30")

    walk.answer("2026-03-19 17:00")

    (clock,) = walk.clocks("reply")
    assert clock.stopped_at == beijing("2026-03-19 17:00")
