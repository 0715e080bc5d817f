"""docs/security-checks.tsv: what of the 142 checks of security holds, with nothing left out and nothing claimed without a test."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATES = {"open", "partly", "done", "not applicable"}
PROVEN = {"partly", "done"}
COLUMNS = ["id", "state", "what", "reason", "test"]
HOW_MANY = 142


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "security-checks.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


@cache
def functions_in(path: str) -> frozenset[str]:
    """Return the functions of a file that can be collected as tests; none when there is no such file."""
    if not (ROOT / path).is_file():
        return frozenset()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(f"{path}::{each.name}" for each in tree.body if isinstance(each, ast.FunctionDef))


def is_measured(proof: str) -> bool:
    """Tell whether it is a module of `benchmarks`, which no run of the suite repeats, and not a test."""
    return proof.startswith("benchmarks/")


def exists(proof: str) -> bool:
    return (ROOT / proof).is_file() if is_measured(proof) else proof in functions_in(proof.partition("::")[0])


def faults_of(row: list[str]) -> list[str]:
    """Return what is wrong with a row, in words."""
    if len(row) != len(COLUMNS):
        return [f"has {len(row)} columns"]
    _, state, what, reason, named = row
    tests = named.split(" ") if named else []
    found = [
        ("has no known state", state not in STATES),
        ("does not say what is asked", not what),
        ("does not say why it is not done", state != "done" and not reason),
        ("claims something without a test", state in PROVEN and not tests),
        ("names a test although nothing is claimed", state not in PROVEN and bool(tests)),
        ("is not done by measuring alone", state == "done" and any(map(is_measured, tests))),
        *((f"names {test}, which does not exist", not exists(test)) for test in tests),
    ]
    return [words for words, is_so in found if is_so]


def test_every_check_stands_once_in_its_order() -> None:
    assert rows()[0] == COLUMNS
    assert [row[0] for row in rows()[1:]] == [str(number) for number in range(1, HOW_MANY + 1)]


def test_every_check_is_proved_by_tests_that_exist_or_says_why_not() -> None:
    assert {row[0]: faults for row in rows()[1:] if (faults := faults_of(row))} == {}


def test_the_page_on_security_tells_exactly_what_is_open() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    told = page.partition("| open | what it means | checks |")[2].partition("\n\n")[0]
    numbers = [
        number for line in told.splitlines() for number in numbers_in(line.rpartition("|")[0].rpartition("|")[2])
    ]

    assert sorted(numbers) == [int(row[0]) for row in rows()[1:] if row[1] == "open"]


def numbers_in(text: str) -> list[int]:
    """Return the numbers of a list such as `1, 3–5`."""
    spans = [(int(first), int(last or first)) for first, last in re.findall(r"(\d+)(?:–(\d+))?", text)]
    return [number for first, last in spans for number in range(first, last + 1)]


HERE = "tests/architecture/test_security_checks.py::test_every_check_stands_once_in_its_order"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["1", "done", "what", ""], "has 4 columns"),
        (["1", "almost", "what", "why", ""], "has no known state"),
        (["1", "done", "", "", HERE], "does not say what is asked"),
        (["1", "open", "what", "", ""], "does not say why it is not done"),
        (["1", "done", "what", "", f"{HERE} benchmarks/chaos/__main__.py"], "is not done by measuring alone"),
        (["1", "partly", "what", "why", "benchmarks/no.py"], "names benchmarks/no.py, which does not exist"),
        (["1", "partly", "what", "why", ""], "claims something without a test"),
        (["1", "open", "what", "why", HERE], "names a test although nothing is claimed"),
        (["1", "done", "what", "", f"{HERE} {HERE}_at_all"], f"names {HERE}_at_all, which does not exist"),
        (["1", "done", "what", "", "tests/no.py::test"], "names tests/no.py::test, which does not exist"),
    ],
)
def test_a_faulty_row_is_found(row: list[str], fault: str) -> None:
    assert faults_of(row) == [fault]
    assert faults_of(["1", "done", "what", "", HERE]) == []
