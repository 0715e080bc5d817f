"""What calls for a letter, as arithmetic."""

from core.hooks import ReminderRules
from core.statistics.reminders.rules import Figure, again, direction, limits, repetitions

RULES = ReminderRules()


def test_what_gathers_in_one_place_calls_for_a_letter_by_its_number_or_by_its_rise() -> None:
    now = {("a", "1"): 10, ("b", "1"): 6, ("c", "1"): 6, ("d", "1"): 5, ("", "1"): 50, ("e", ""): 50}
    before = {("a", "1"): 30, ("b", "1"): 3, ("c", "1"): 4}

    found = repetitions(now, before, RULES)

    assert [(each.matter, each.area, each.numerator, each.numerator_before) for each in found] == [
        ("a", "1", 10, 30),
        ("b", "1", 6, 3),
    ]


def test_limits_call_for_a_letter_when_much_falls_due_and_the_share_fell() -> None:
    assert limits(10, (46, 50), (48, 50), RULES) == []  # four points
    assert limits(9, (40, 50), (48, 50), RULES) == []
    assert limits(10, (4, 5), (9, 9), RULES) == []  # too few to tell a fall from chance
    assert limits(10, (45, 50), (95, 100), RULES) == [Figure("limits", "", "", 45, 50, 95, 100, 10)]


def test_what_comes_back_calls_for_a_letter_by_its_sum() -> None:
    assert again({("a", "1"): 2}, {}, RULES) == []
    assert again({("a", "1"): 2, ("b", ""): 1}, {("a", "1"): 5}, RULES) == [
        Figure("again", "a", "1", 2, None, 5, None),
        Figure("again", "b", "", 1, None, 0, None),
    ]


def test_fewer_is_better_of_counts_and_more_of_shares() -> None:
    many, share = Figure("repetition", "a", "1", 10, None, 3, None), Figure("limits", "", "", 45, 50, 48, 50)

    assert direction([many], [Figure("repetition", "a", "1", 4, None, 10, None)]) == "better"
    assert direction([share], [Figure("limits", "", "", 40, 50, 45, 50)]) == "worse"
    assert direction([share], [Figure("limits", "", "", 90, 100, 45, 50)]) == "same"
