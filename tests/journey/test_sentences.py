"""Splitting an appeal sentence by sentence loses none of it."""

from hypothesis import given
from hypothesis import strategies as st

from core.intake.sentences import proposed_parts, sentences, sorted_into

TEXTS = st.text(alphabet="路灯坏了a1。！？；\n ”）", max_size=80)
PLACES = st.lists(st.lists(st.integers(-3, 30), max_size=6), max_size=6)


@given(TEXTS, PLACES)
def test_every_sentence_is_in_one_part_or_left_and_in_its_order(text: str, parts: list[list[int]]) -> None:
    sorted_ = sorted_into(text, parts)

    assert "".join(sentences(text)) == text
    places = [*(place for part in sorted_.parts for place in part), *sorted_.left]
    assert sorted(places) == list(range(len(sorted_.sentences)))
    assert all(list(part) == sorted(part) for part in (*sorted_.parts, sorted_.left))


@given(TEXTS, PLACES, st.lists(st.integers(-3, 30), max_size=6), st.integers(0, 6))
def test_a_new_part_takes_only_what_is_left_and_put_back_it_is_left_again(
    text: str, parts: list[list[int]], chosen: list[int], number: int
) -> None:
    before = sorted_into(text, parts)

    after = before.with_part(chosen)
    assert set(after.left) == set(before.left) - set(chosen)
    back = after.without_part(len(before.parts)) if len(after.parts) > len(before.parts) else after
    assert back == before
    assert set(before.without_part(number).left) >= set(before.left)


def test_sentences_end_with_their_signs_and_a_closing_quote_stays_inside() -> None:
    assert sentences("他说“马上修。”至今没修！\n另外路灯不亮，晚上很黑") == (
        "他说“马上修。”",
        "至今没修！\n",
        "另外路灯不亮，晚上很黑",
    )


def test_parts_that_a_feature_proposes_are_found_among_the_sentences() -> None:
    text = "您好。路面坑洼，车一过就响。枯树要倒。谢谢。"

    assert proposed_parts(text, ["路面坑洼，车一过就响", "枯树要倒"]) == ((1,), (2,))
