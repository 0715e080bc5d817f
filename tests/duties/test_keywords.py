"""Keywords are found in what residents write, also with other words between them; the most telling item is suggested."""

from core.classification.rules import MatterSuggestion, suggest_matter
from core.units.catalogue.keywords import Keywords

WORDS = Keywords(
    {
        "L1": ("路灯", "路灯不亮"),
        "L2": ("白天…路灯…亮", "路灯…不关"),
        "M1": ("井盖", "井盖…响"),
        "R1": ("坑",),
    }
)


def test_words_with_a_gap_are_found_in_one_clause_only_and_in_their_order() -> None:
    assert WORDS.found_in("大白天的路灯还亮着，井盖一过车就响") == {
        "L1": ("路灯",),
        "L2": ("白天…路灯…亮",),
        "M1": ("井盖…响",),
    }
    assert WORDS.found_in("井盖坏了。对面很响，路上有坑") == {"M1": ("井盖",), "R1": ("坑",)}
    assert WORDS.found_in("响的是井盖") == {"M1": ("井盖",)}


def test_a_word_within_another_one_weighs_nothing_and_titles_weigh_most() -> None:
    assert suggest_matter("", "路灯不亮", WORDS) == MatterSuggestion("L1", ("路灯不亮",))
    assert suggest_matter("路灯整夜不关", "井盖响，井盖响", WORDS) == MatterSuggestion("L2", ("路灯…不关",))
    assert suggest_matter("", "路灯和井盖", WORDS) is None
    assert suggest_matter("", "没有词", WORDS) is None
