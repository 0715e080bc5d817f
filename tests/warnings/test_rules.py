"""The arithmetic of warnings: what is expected, how likely chance is, and when that is unusual."""

from math import comb, isclose

from hypothesis import given
from hypothesis import strategies as st

from core.statistics.warnings.rules import Rise, Thresholds, baseline, chance_of, is_unusual, rise_of

PAST = st.lists(st.integers(0, 300), min_size=4, max_size=12)
COUNT = st.integers(0, 600)


@given(PAST, COUNT)
def test_chance_is_a_probability_that_falls_with_the_count(past: list[int], count: int) -> None:
    here, more = rise_of(count, past), rise_of(count + 1, past)

    assert 0 <= more.chance <= here.chance <= 1
    assert rise_of(0, past).chance == 1


@given(PAST, COUNT)
def test_in_which_order_the_weeks_stand_says_nothing(past: list[int], count: int) -> None:
    assert rise_of(count, past) == rise_of(count, sorted(past))


@given(PAST, st.integers(1, 10_000))
def test_one_rise_in_the_past_hides_no_other(past: list[int], height: int) -> None:
    highest = max(past)

    assert baseline([*past, highest]) == baseline([*past, highest + height])


@given(PAST)
def test_the_variance_is_above_that_of_a_poisson_count(past: list[int]) -> None:
    mean, variance = baseline(past)

    assert variance > mean > 0


@given(PAST, COUNT, st.integers(1, 500))
def test_what_more_is_watched_makes_nothing_more_unusual(past: list[int], count: int, watched: int) -> None:
    thresholds = Thresholds(least=5, factor=2, chance=0.05)
    rise = rise_of(count, past)

    if is_unusual(rise, thresholds, watched=watched + 1):
        assert is_unusual(rise, thresholds, watched=watched)
        assert count >= 5
        assert count >= 2 * rise.expected


def test_the_tail_is_that_of_a_negative_binomial_count_worked_out_by_hand() -> None:
    # Mean 3 and variance 6: size 3, stay 1/2, so that the mass of k is C(k + 2, 2) / 2 ** (k + 3).
    tail = 1 - sum(comb(each + 2, 2) / 2 ** (each + 3) for each in range(10))

    assert isclose(chance_of(10, 3, 6), tail, rel_tol=1e-12)


def test_quiet_weeks_make_a_handful_unusual_and_restless_ones_do_not() -> None:
    quiet, restless = rise_of(12, [2, 1, 3, 2, 2, 1, 2, 3]), rise_of(12, [0, 9, 1, 11, 0, 8, 2, 10])
    thresholds = Thresholds(least=8, factor=2, chance=0.05)

    assert (round(quiet.expected, 2), round(restless.expected, 2)) == (2.06, 5.06)
    assert is_unusual(quiet, thresholds, watched=100)
    assert not is_unusual(restless, thresholds, watched=100)
    assert not is_unusual(Rise(7, 0.1, 1e-9), thresholds, watched=1)
