"""Small counts: what is published leaves everything under five possible, found out by trying every table there could be."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from core.statistics.small_counts import (
    FEWEST,
    NOTHING,
    STEP,
    Told,
    possible,
    rate_of,
    rate_words,
    small_words,
    tell,
    told,
    words_of,
)

SHAPES = ((-1, 0, 0), (-1, 0, 0, 0), (-1, 0, 1, 1, 0), (-1, 0, 1, 1, 0, 4, 0), (-1, 0, 1, 1, 1, 0, 5, 0))
"""Tables by what each row is part of: a total, kinds below it, units below these, and what no unit has."""
REACH = 90
"""As far as a reader tries a count of which no upper end is told."""

counts = st.one_of(st.integers(0, 7), st.integers(0, 12))


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows of a column, each the sum of its parts, and what each is part of."""
    above = draw(st.sampled_from(SHAPES))
    rows = [0 if place in above else draw(counts) for place in range(len(above))]
    for place in range(len(rows) - 1, 0, -1):
        rows[above[place]] += rows[place]
    return tuple(rows), above


def sums(above: Sequence[int], values: Sequence[frozenset[int]], row: int) -> frozenset[int]:
    """Return every value that a row can have: of one without parts those given, else every sum of its parts' that is given."""
    parts = [place for place, whole in enumerate(above) if whole == row]
    if not parts:
        return values[row]
    reached = {0}
    for part in parts:
        reached = {one + other for one in reached for other in sums(above, values, part)}
    return values[row] & reached


def left_for_a_reader(published: Sequence[Told], above: Sequence[int], row: int) -> set[int]:
    """Try each value of a row: it is possible where a whole table has it that would be told alike."""
    values = [frozenset(range(each.low, (REACH if each.high is None else each.high) + 1)) for each in published]
    return {value for value in values[row] if sums(above, [*values[:row], frozenset({value}), *values[row + 1 :]], 0)}


@given(tables(), st.sampled_from((1, STEP)), st.booleans(), st.booleans())
def test_no_small_count_can_be_found_out_from_what_is_published(
    table: tuple[tuple[int, ...], tuple[int, ...]], step: int, zero: bool, covers: bool
) -> None:
    rows, above = table

    published = tell(rows, above, step=step, zero=zero, covers=covers)

    for row, n in enumerate(rows):
        left = left_for_a_reader(published, above, row)
        found = possible(published, above)[row]
        assert n in left
        assert (found.low, found.high) in ((min(left), max(left)), (min(left), None))
        if not 0 < n < FEWEST and (zero or n):
            continue
        if row not in above:
            assert left >= set(range(1 if zero else 0, FEWEST))
        assert len(left) > 1


@given(tables(), st.booleans())
def test_what_is_told_is_true_and_a_total_is_told_while_a_row_can_be_withheld(
    table: tuple[tuple[int, ...], tuple[int, ...]], zero: bool
) -> None:
    rows, above = table

    published = tell(rows, above, zero=zero)

    assert all(each.low <= n and (each.high is None or n <= each.high) for n, each in zip(rows, published, strict=True))
    leaves = [n for row, n in enumerate(rows) if row not in above]
    if all(n >= FEWEST or (zero and not n) for n in leaves):
        assert [each.exact for each in published] == list(rows)
    if sum(n for n in leaves if n >= FEWEST) > 8 * FEWEST:
        assert published[0].exact == rows[0]


@given(st.integers(0, 60), st.integers(0, 60))
def test_two_readings_of_a_month_that_is_not_over_never_tell_how_many_came_between(before: int, more: int) -> None:
    earlier, later = told(before, step=STEP), told(before + more, step=STEP)

    least = max(later.low - (earlier.high or 0), 0)
    most = (later.high or 0) - earlier.low

    assert least + FEWEST - 2 <= most or earlier == later == NOTHING


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from((1, STEP)))
def test_a_rate_says_no_more_than_its_parts(part: int, rest: int, step: int) -> None:
    parts = told(part, step=step, zero=False), told(rest, step=step, zero=False)

    between = rate_of(*parts, sample=30)

    if between is None:
        assert parts[0].low + parts[1].low < 30
    else:
        alike = [
            Fraction(one, one + other)
            for one, other in product(*(range(each.low, (each.high or 0) + 1) for each in parts))
        ]
        assert between == (min(alike), max(alike))
        assert between[0] < between[1] or min(part, rest) >= FEWEST


def test_who_knows_the_rules_and_tries_every_table_cannot_tell_a_small_count_either() -> None:
    above = (-1, 0, 0, 0)
    for step, zero in product((1, STEP), (True, False)):
        alike: dict[tuple[Told, ...], list[tuple[int, ...]]] = {}
        for parts in product(range(14), repeat=3):
            alike.setdefault(tell((sum(parts), *parts), above, step=step, zero=zero), []).append(parts)
        for published, there in alike.items():
            for row, values in enumerate(map(set, zip(*there, strict=True)), start=1):
                if published[row].exact is None and min(values) < FEWEST and max(map(max, there)) < 12:
                    assert len(values) > 1, (published, there)


def test_one_small_row_is_covered_by_the_next_other() -> None:
    below = (-1, 0, 0, 0, 0)

    assert tell((143, 3, 40, 90, 10), below) == (
        Told(143, 143),
        Told(1, 4),
        Told(39, 42, is_withheld=True),
        Told(90, 90),
        Told(10, 10),
    )
    assert tell((5, 1, 1, 1, 2), below)[0] == Told(5, 9)
    assert tell((503, 3, 500, 0, 0), below, covers=False)[0] == Told(500, 504)
    assert tell((0, 0, 0, 0, 0), below) == (NOTHING,) * 5


def test_how_it_is_written() -> None:
    third, half, most = Fraction(1, 3), Fraction(1, 2), Fraction(146, 150)
    withheld = (Told(9, 12, is_withheld=True), Told(5, 90, is_withheld=True))

    assert [small_words(n) for n in (0, 1, 4, 5, 1204)] == ["0", "少于 5", "少于 5", "5", "1,204"]
    assert [words_of(each) for each in (Told(0, 4), Told(0, 9), Told(1200, 1204), Told(5, None))] == [
        "少于 5",
        "少于 10",
        "1,200+",
        "不单列",
    ]
    assert [rate_words(each) for each in (None, (third, third), (most, Fraction(1)), (third, half), (third, most))] == [
        "样本太少",
        "33.3%",
        "97.3% 以上",
        "33.3%–50.0%",
        "不单列",
    ]
    assert [words_of(each) for each in withheld] == ["9–12", "不单列"]
    assert [rate_words((value, value)) for value in (Fraction(9999, 10000), Fraction(1), Fraction(0))] == [
        "99.9%",
        "100.0%",
        "0.0%",
    ]
    assert rate_words((Fraction(0), Fraction(1, 10))) == "10.0% 以下"
