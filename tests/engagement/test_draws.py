"""The draw of prizes: whatever list and seed, nobody wins twice and no prize is given more often than there are."""

from hypothesis import given
from hypothesis import strategies as st

from core.engagement.rules import Prize, draw_prizes


@given(
    seed=st.text(max_size=8),
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    numbers=st.sets(st.text("ABCDEFGH", min_size=1, max_size=4), max_size=20),
)
def test_prizes_go_to_as_many_as_there_are_and_to_nobody_twice(seed: str, counts: list[int], numbers: set[str]) -> None:
    prizes = [Prize(f"第 {nth} 项", count, 1) for nth, count in enumerate(counts)]

    won = draw_prizes(seed, prizes, numbers)

    drawn = [each.number for each in won]
    assert len(set(drawn)) == len(drawn) == min(len(numbers), sum(counts))
    assert all(sum(each.prize == nth for each in won) <= count for nth, count in enumerate(counts))
    assert won == draw_prizes(seed, prizes, sorted(numbers, reverse=True))  # the order of the list changes nothing
