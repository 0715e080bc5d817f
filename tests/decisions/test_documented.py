"""docs/routing-rules.md: its examples can be read, and it names every phase, field and operator that there is."""

import re
from pathlib import Path

from core.routing.ruleset import FIELDS, OPERATORS, PHASES, read_rules

PAGE = Path(__file__).parents[2] / "docs" / "routing-rules.md"
NOT_OF_A_KIND = {"all", "any", "not"}


def test_the_examples_are_rules() -> None:
    examples = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.S)

    assert [[rule.id for rule in read_rules(each).rules] for each in examples] == [
        ["pole-leak"],
        ["night-noise", "against-cgj", "unclear"],
    ]


def test_each_field_stands_beside_the_operators_of_its_kind() -> None:
    table = PAGE.read_text("utf-8").split("## What a condition can ask")[1].split("```")[0]
    told: dict[str, tuple[str, ...]] = {}
    for row in re.findall(r"^\| (`.*?) \| (.*?) \|$", table, re.M):
        operators = tuple(name for name in re.findall(r"`(\w+)`", row[1]) if name not in NOT_OF_A_KIND)
        told |= {name: operators for name in re.findall(r"`(\w+)`", row[0]) if name in FIELDS}

    assert told == {name: OPERATORS[field.kind] for name, field in FIELDS.items()}


def test_each_phase_is_there_in_its_order() -> None:
    assert re.findall(r"^\| `(\w+)` \S+ \|", PAGE.read_text("utf-8"), re.M) == list(PHASES)
