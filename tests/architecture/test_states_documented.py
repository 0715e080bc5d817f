"""The page about states shows the table of moves as it is in the code.

`python -m tests.architecture.test_states_documented` writes what is generated in the page anew.
"""

import re
from pathlib import Path

from core.tickets.states import MOVES, STATE_LABELS, Move, State

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
HOW_TO_UPDATE = (
    "docs/states.md no longer tells what core.tickets.states says. "
    "Run: python -m tests.architecture.test_states_documented"
)


def rendered() -> str:
    """Return the generated part of the page: diagram, table of moves, table of states."""
    parts = (_diagram(), "", "## Moves", "", _moves(), "", "## States", "", _states())
    return "\n".join(("", *parts, "", ""))


def _diagram() -> str:
    names = (f'    state "{STATE_LABELS[state]}" as {state}' for state in State if _is_reached(state))
    arrows = (
        f"    {source} --> {move.target}: {move.label}"
        for move in MOVES.values()
        for source in (move.sources or ("[*]",))
        if source == "[*]" or _is_reached(State(source))
    )
    return "\n".join(("```mermaid", "stateDiagram-v2", *names, *arrows, "```"))


def _moves() -> str:
    rows = (
        f"| `{move.command}` | {move.label} | {_sources(move)} | {_named(move.target)} |" for move in MOVES.values()
    )
    return "\n".join(("| command | in the house | from | to |", "| --- | --- | --- | --- |", *rows))


def _states() -> str:
    rows = (f"| {_named(state)} | {_ways_on(state) or '–'} |" for state in State)
    return "\n".join(("| state | moves on by |", "| --- | --- |", *rows))


def _sources(move: Move) -> str:
    return "<br>".join(_named(source) for source in move.sources) or "(no ticket yet)"


def _named(state: State) -> str:
    reserved = "" if _is_reached(state) else ", reserved"
    return f"`{state}` {STATE_LABELS[state]}{reserved}"


def _ways_on(state: State) -> str:
    return ", ".join(f"`{move.command}`" for move in MOVES.values() if state in move.sources)


def _is_reached(state: State) -> bool:
    return any(move.target == state for move in MOVES.values())


def test_the_page_shows_the_table_of_moves() -> None:
    written = GENERATED.search(PAGE.read_text(encoding="utf-8"))

    assert written is not None, (
        "docs/states.md has lost its marks <!-- generated: begin --> and <!-- generated: end -->"
    )
    assert written[0] == rendered(), HOW_TO_UPDATE


if __name__ == "__main__":
    PAGE.write_text(GENERATED.sub(lambda _: rendered(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
