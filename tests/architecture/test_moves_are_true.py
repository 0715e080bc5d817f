"""What the table of moves says is what the code does: its guards refuse under codes that exist, its clocks have names."""

import importlib
import pkgutil
from collections.abc import Iterator

import core
from core.journey.command import COMMANDS
from core.kit.errors import Refused
from core.people.roles import Permission, roles_granting
from core.routing.states import ASSIGNMENT_LABELS, ASSIGNMENT_MOVES, AssignmentState
from core.sla.labels import CLOCK_LABELS
from core.tickets.states import MOVES, NOTE_LABELS, STATE_LABELS, TICKET_CLOCKS, UNIT_CLOCKS, Command, State

EDGES = ("core.wsgi", "core.worker")
"""Modules that start a process when they are imported."""

for module in pkgutil.walk_packages(core.__path__, "core."):
    if module.name in EDGES or module.name.endswith(".__main__"):
        continue
    importlib.import_module(module.name)


def refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def test_every_guard_refuses_under_a_code_that_exists() -> None:
    codes = {refusal.code for refusal in refusals()}

    assert {guard.code for move in MOVES.values() for guard in move.guards} - codes == set()


def test_every_command_of_the_table_is_given_by_somebody() -> None:
    """Each move is made by a command or, for the first two of a ticket's life, by taking an appeal in."""
    made = {carried.label for carried in COMMANDS.values()}

    assert {move.label for move in MOVES.values()} - made == {"登记"}


def test_every_command_has_a_permission_that_somebody_has() -> None:
    for carried in COMMANDS.values():
        assert roles_granting(carried.permission) or carried.permission is Permission.SPEAK, carried.name


def test_clocks_of_the_table_are_clocks_of_the_product() -> None:
    named = {name for move in MOVES.values() for names in (move.clocks.starts, move.clocks.stops) for name in names}

    assert named | {*TICKET_CLOCKS, *UNIT_CLOCKS} <= set(CLOCK_LABELS)


def test_everything_has_a_name_in_the_house() -> None:
    assert set(STATE_LABELS) == set(State)
    assert set(MOVES) == set(Command)
    assert set(ASSIGNMENT_LABELS) == set(ASSIGNMENT_MOVES) == set(AssignmentState)
    assert not {str(command) for command in Command} & set(NOTE_LABELS)


def test_every_state_is_reached_and_every_one_is_left() -> None:
    reached = {target for move in MOVES.values() for target in move.targets}
    left = {source for move in MOVES.values() for source in move.sources}

    assert (reached, left) == (set(State), set(State))  # what was set aside as no appeal can be put back
