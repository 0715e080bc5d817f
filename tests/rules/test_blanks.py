"""Blanks in texts that a district writes: filled in once, and nothing that is filled in is read for blanks."""

from core.kit.blanks import filled


def test_what_is_filled_in_is_left_as_it_is_and_a_brace_that_names_nothing_stays() -> None:
    names = {"title": "{due} 前修好 {路灯}", "due": "3 月 12 日"}

    assert filled("“{title}”将于 {due} 到期 {x} {", names) == "“{due} 前修好 {路灯}”将于 3 月 12 日 到期 {x} {"
