"""Days of the calendar: kept in one form, typed in several, drawn and read back."""

import pytest

from core.conformance.drawn import html_of, sent_back
from core.hooks.settings import Day, Settings, SettingsInvalid, form_of, inheritance, read, values_from


class HolidaySettings(Settings):
    """A day that must be given, and one that has a default."""

    begins = Day(required=True, title="开始")
    ends = Day(load_default="2013-10-25", title="结束")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2013-10-05", "2013-10-05"),
        (" 2013/10/5 ", "2013-10-05"),
        ("2013.10.5", "2013-10-05"),
        ("2013年10月5日", "2013-10-05"),
        ("２０１３－１０－５", "2013-10-05"),
        ("去年", "去年"),
        ("5/10/2013", "5/10/2013"),
    ],
)
def test_a_day_is_typed_as_people_write_it(typed: str, kept: str) -> None:
    assert values_from(HolidaySettings, {"begins": [typed]}) == {"begins": kept}


@pytest.mark.parametrize("wrong", ["去年", "2013-02-30", "2013-13-01", "20131005", "2013-W40-6", 20131005, None, ""])
def test_what_is_no_day_is_refused_in_words(wrong: object) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read(HolidaySettings, {"begins": wrong})
    assert {problem.message for problem in refused.value.problems} <= {"请填写日期，如 2013-10-25", "不能为空"}


def test_a_day_is_drawn_read_back_and_read_aloud() -> None:
    form = form_of(HolidaySettings, {"begins": "2013-10-05"}, inherited=inheritance(HolidaySettings, {}))
    begins, ends = form.groups[0].fields

    assert values_from(HolidaySettings, sent_back(html_of(form))) == {"begins": "2013-10-05"}
    assert (begins.kind, begins.words, ends.inherited) == ("day", "2013 年 10 月 5 日", "默认 2013 年 10 月 25 日")  # type: ignore[union-attr]
    assert dict(read(HolidaySettings, {"begins": "2013-10-05"})) == {"begins": "2013-10-05", "ends": "2013-10-25"}
