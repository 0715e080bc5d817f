"""docs/coverage.tsv: what of the five articles is there, with nothing left out and nothing claimed without a test."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
STATES = {"open", "partly", "done", "not applicable"}
ARTICLES = {"A": 61, "B": 76, "C": 67, "P": 50, "N": 49}
"""Rows per article: A, B, C are Chengdu's three, P is Pingshan's, N is Nanhai's."""


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "coverage.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def test_every_row_of_the_inventory_stands_once_in_its_order() -> None:
    expected = [f"{letter}{number:02d}" for letter, count in ARTICLES.items() for number in range(1, count + 1)]

    assert rows()[0] == ["id", "state", "reason", "test"]
    assert [row[0] for row in rows()[1:]] == expected


def test_every_row_has_a_known_state_and_says_why() -> None:
    wrong = [row for row in rows()[1:] if len(row) != 4 or row[1] not in STATES or not row[2]]

    assert wrong == []


def test_nothing_is_called_done_without_a_test_that_exists() -> None:
    unproven = [
        row[0]
        for row in rows()[1:]
        if row[1] in ("partly", "done") and not (row[3] and (ROOT / row[3].partition("::")[0]).is_file())
    ]

    assert unproven == []
