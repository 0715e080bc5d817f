"""The page about states shows the tables of moves as they are in the code.

`python -m tests.architecture.test_states_documented` writes what is generated in the page anew.
"""

import re
from pathlib import Path

from core.people.roles import roles_granting
from core.routing.states import ASSIGNMENT_LABELS, ASSIGNMENT_MOVES, AssignmentState
from core.sla.labels import CLOCK_LABELS
from core.tickets.states import MOVES, STATE_LABELS, Clocks, Move, State

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
HOW_TO_UPDATE = (
    "docs/states.md no longer tells what core.tickets.states and core.routing.states say. "
    "Run: python -m tests.architecture.test_states_documented"
)


def rendered() -> str:
    """Return the generated part of the page: diagrams and tables of both lives."""
    parts = (
        _diagram(),
        "## Moves",
        _moves(),
        "## Conditions and clocks",
        _conditions(),
        "## States",
        _states(),
        "## Assignments",
        _assignments(),
    )
    return "\n" + "\n\n".join(parts) + "\n\n"


def _diagram() -> str:
    names = (f'    state "{STATE_LABELS[state]}" as {state}' for state in State)
    arrows = (
        f"    {source} --> {target}: {move.label}"
        for move in MOVES.values()
        for source in (move.sources or ("[*]",))
        for target in move.targets
    )
    return "\n".join(("```mermaid", "stateDiagram-v2", *names, *arrows, "```"))


def _moves() -> str:
    rows = (
        f"| `{move.command}` | {move.label} | {_states_of(move.sources) or '(no ticket yet)'} | "
        f"{_states_of(move.targets) or '(stays)'} | {_who(move)} |"
        for move in MOVES.values()
    )
    head = ("| command | in the house | from | to | by |", "| --- | --- | --- | --- | --- |")
    return "\n".join((*head, *rows))


def _conditions() -> str:
    rows = (
        f"| `{move.command}` | {'<br>'.join(f'{guard.words} `{guard.code}`' for guard in move.guards) or '–'} | "
        f"{_clocks(move.clocks) or '–'} |"
        for move in MOVES.values()
    )
    return "\n".join(("| command | only if (else refused as) | clocks |", "| --- | --- | --- |", *rows))


def _states() -> str:
    rows = (f"| {_named(state)} | {_ways_on(state) or '–'} |" for state in State)
    return "\n".join(("| state | moves on by |", "| --- | --- |", *rows))


def _assignments() -> str:
    rows = (
        f"| `{state}` {ASSIGNMENT_LABELS[state]} | "
        f"{', '.join(f'`{following}`' for following in ASSIGNMENT_MOVES[state]) or '–'} |"
        for state in AssignmentState
    )
    return "\n".join(("| state | may become |", "| --- | --- |", *rows))


def _states_of(states: tuple[State, ...]) -> str:
    return "<br>".join(_named(state) for state in states)


def _who(move: Move) -> str:
    return "、".join(role.label for role in roles_granting(move.permission)) or "诉求人"


def _clocks(clocks: Clocks) -> str:
    told = (("starts", clocks.starts), ("stops", clocks.stops), ("cancels", clocks.cancels))
    return "<br>".join(f"{what} {'、'.join(CLOCK_LABELS[name] for name in names)}" for what, names in told if names)


def _named(state: State) -> str:
    return f"`{state}` {STATE_LABELS[state]}"


def _ways_on(state: State) -> str:
    return ", ".join(f"`{move.command}`" for move in MOVES.values() if state in move.sources)


def test_the_page_shows_the_tables_of_moves() -> None:
    written = GENERATED.search(PAGE.read_text(encoding="utf-8"))

    assert written is not None, (
        "docs/states.md has lost its marks <!-- generated: begin --> and <!-- generated: end -->"
    )
    assert written[0] == rendered(), HOW_TO_UPDATE


if __name__ == "__main__":
    PAGE.write_text(GENERATED.sub(lambda _: rendered(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
