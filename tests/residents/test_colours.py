"""A tenant's colour: every one that is let through can be read, in light pages and in dark ones."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.hooks.core_features import FACE
from core.hooks.settings import SettingsInvalid
from core.residents.colours import (
    DARK_INK,
    DARK_SURFACE,
    GROUND,
    LEAST,
    WHITE,
    contrast,
    contrast_in_light,
    shades_of,
)

COLOURS = st.integers(min_value=0, max_value=0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrasts_are_those_of_the_standard() -> None:
    assert contrast("#000000", WHITE) == 21
    assert round(contrast("#767676", WHITE), 2) == 4.54
    assert round(contrast("#0b57a8", WHITE), 1) == 7.1


@given(colour=COLOURS)
def test_what_is_derived_of_a_colour_that_is_let_through_can_be_read(colour: str) -> None:
    assume(contrast_in_light(colour) >= LEAST)
    shades = shades_of(colour)

    on_light = [contrast(each, ground) for each in (shades.colour, shades.hover) for ground in (WHITE, GROUND)]
    on_dark = [
        contrast(each, ground) for each in (shades.dark, shades.dark_hover) for ground in (DARK_SURFACE, DARK_INK)
    ]
    assert min(*on_light, *on_dark) >= LEAST


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"colour": "#f2b200"}, "对比度是 1.7，低于 4.5"),
        ({"colour": "blue"}, "写成 # 加六位十六进制"),
        ({"notice_until": "2026-02-30"}, "日历上没有这一天"),
        ({"entries": [{"entry": "answers"}, {"entry": "answers"}]}, "同一个入口写了两次"),
        ({"phones": [{"number": "12345；", "label": "热线"}]}, "只写数字和连字符"),
    ],
)
def test_what_could_not_be_read_or_dialled_is_refused_in_words(values: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsInvalid, match=words):
        FACE.read(values)
