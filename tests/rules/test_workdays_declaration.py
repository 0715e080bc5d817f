"""The file workdays.toml: what it can say, what is refused, and what the database keeps of it."""

import json
from datetime import date

import pytest

from core.workdays.days import Day, Days
from core.workdays.declaration import parse_workdays
from core.workdays.specification import CalendarUnusable, Segment
from core.workdays.stored import fingerprint, from_document, to_document

CALENDAR = """
[calendar]
name = "工作日历"
zone = "Asia/Shanghai"
national = "cn"

[[weekly]]
days = ["mon", "tue", "wed", "thu", "fri"]
segments = ["09:00-12:00", "14:00-18:00"]
"""
MORNING, AFTERNOON = Segment.parse("09:00-12:00"), Segment.parse("14:00-18:00")


def day(text: str, on: date) -> Day:
    return Days(parse_workdays(text).spec).day(on)


def test_later_hours_overrule_earlier_ones_while_they_are_valid() -> None:
    summer = CALENDAR + '[[weekly]]\ndays=["wed"]\nsegments=["08:00-13:00"]\nfrom=2026-07-01\nuntil=2026-07-31'

    assert day(summer, date(2026, 7, 1)) == Day(date(2026, 7, 1), (Segment.parse("08:00-13:00"),))
    assert day(summer, date(2026, 8, 5)) == Day(date(2026, 8, 5), (MORNING, AFTERNOON))


def test_a_make_up_day_has_the_hours_written_for_it() -> None:
    make_up = CALENDAR + '[[weekly]]\ndays=["make-up"]\nsegments=["09:00-12:00"]'

    assert day(make_up, date(2026, 2, 28)) == Day(date(2026, 2, 28), (MORNING,), "春节调休上班")


def test_a_closure_of_the_district_overrules_the_nation() -> None:
    closed = CALENDAR + '[[day]]\nfrom=2026-09-19\nuntil=2026-09-21\nkind="rest"\nreason="台风停工"'

    assert day(closed, date(2026, 9, 20)) == Day(date(2026, 9, 20), (), "台风停工")


def test_a_break_takes_its_hours_out_of_the_day() -> None:
    broken = CALENDAR + '[[day]]\ndate=2026-09-21\nkind="break"\nsegments=["11:00-15:00"]\nreason="停电"'

    assert day(broken, date(2026, 9, 21)) == Day(
        date(2026, 9, 21), (Segment.parse("09:00-11:00"), Segment.parse("15:00-18:00")), "停电"
    )


def test_an_extra_working_day_without_hours_has_the_usual_ones() -> None:
    extra = CALENDAR + '[[day]]\ndate=2026-10-01\nkind="work"\nreason="防汛值守"'

    assert day(extra, date(2026, 10, 1)) == Day(date(2026, 10, 1), (MORNING, AFTERNOON), "防汛值守")


NOTICE = """
[[notice]]
year = 2027
source = "国办发明电〔2026〕7号"
[[notice.festival]]
name = "元旦"
from = 2026-12-31
until = 2027-01-02
work = [2026-12-27]
"""


def test_a_notice_ends_the_provisional_year_and_reaches_into_the_december_before() -> None:
    known = Days(parse_workdays(CALENDAR + NOTICE).spec)

    assert (known.is_provisional(2027), known.is_provisional(2028)) == (False, True)
    assert known.day(date(2026, 12, 31)) == Day(date(2026, 12, 31), (), "元旦放假")
    assert known.day(date(2026, 12, 27)) == Day(date(2026, 12, 27), (MORNING, AFTERNOON), "元旦调休上班")


def test_statutory_days_are_rested_in_a_provisional_year() -> None:
    assert day(CALENDAR, date(2027, 2, 8)) == Day(date(2027, 2, 8), (), "春节放假")
    assert day(CALENDAR, date(2027, 10, 4)) == Day(date(2027, 10, 4), (MORNING, AFTERNOON))


def test_a_calendar_comes_back_from_the_database_as_it_went_in() -> None:
    closed = CALENDAR + NOTICE + '[[day]]\ndate=2026-09-21\nkind="break"\nsegments=["11:00-15:00"]\nreason="停电"'
    spec = parse_workdays(closed).spec

    document = json.loads(json.dumps(to_document(spec)))

    assert from_document(document) == spec
    assert fingerprint(document) == fingerprint(to_document(spec))
    assert fingerprint(document) != fingerprint(to_document(parse_workdays(CALENDAR).spec))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "文件 缺少 [calendar]。请补上。"),
        (CALENDAR + "[[weakly]]", "文件 里不认识 weakly。可用的有 calendar、day、notice、weekly，请改正或删去。"),
        (
            CALENDAR + '[[weekly]]\ndays=["sat"]\nsegments=["9-12"]',
            "第 2 个 [[weekly]]：看不懂时段“9-12”。请写成 09:00-12:00；跨夜写 20:00-08:00。",
        ),
        (
            CALENDAR + '[[weekly]]\ndays=["sat"]\nsegments=["09:00-12:00", "11:00-13:00"]',
            "第 2 个 [[weekly]]：同一天的时段 09:00–12:00 与 11:00–13:00 重叠或次序颠倒。请按先后排列、互不重叠。",
        ),
        (CALENDAR + '[[day]]\nkind="rest"\nreason="台风"', "第 1 个 [[day]] 缺少 date。请补上；多日写 from 和 until。"),
        (
            CALENDAR + '[[day]]\ndate="2026-09-21"\nkind="rest"\nreason="台风"',
            "第 1 个 [[day]] 的 date 写成了“2026-09-21”。这里要写不加引号的日期，如 2026-10-01，请改正。",
        ),
        (
            CALENDAR + '[[day]]\ndate=2026-09-21\nkind="break"\nreason="停电"',
            "第 1 个 [[day]]：2026-09-21 的停工没有写时段。请写明几点到几点，或改为全天休息。",
        ),
        (
            '[calendar]\nname="a"\nzone="Asia/Shanghai"',
            "日历里没有任何工作时间，任何时限都算不出截止。请至少写一段上班时间。",
        ),
        ('[calendar]\nname="a"\nzone="Beijing"', "没有名为“Beijing”的时区。请用 IANA 名称，如 Asia/Shanghai。"),
    ],
)
def test_a_faulty_file_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(CalendarUnusable) as refused:
        parse_workdays(text)

    assert str(refused.value) == sentence
