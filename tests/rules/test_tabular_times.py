"""Dates and times are read as people and other systems write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.intake.times import NoSuchTime, parse_time

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2020-01-06T12:09:38+08:00", "2020-01-06T12:09:38"),
        ("2020-01-06T04:09:38Z", "2020-01-06T12:09:38"),
        ("2020-01-06 12:09", "2020-01-06T12:09:00"),
        ("2020/1/6 12:09:38", "2020-01-06T12:09:38"),
        ("2020/1/6", "2020-01-06T00:00:00"),
        ("2020.1.6 9:05", "2020-01-06T09:05:00"),
        ("2020年1月6日", "2020-01-06T00:00:00"),
        ("2020年1月6日 12时9分", "2020-01-06T12:09:00"),
        ("2020年1月6日 星期一 下午3点", "2020-01-06T15:00:00"),
        ("2020/1/6 上午 12:30:00", "2020-01-06T00:30:00"),
        ("２０２０／１／６　１２：０９", "2020-01-06T12:09:00"),
        ("20200106", "2020-01-06T00:00:00"),
        ("20200106120938", "2020-01-06T12:09:38"),
        ("1998-07-01 08:00", "1998-07-01T08:00:00"),
        ("2040-02-29 08:00", "2040-02-29T08:00:00"),
    ],
)
def test_times_are_read_in_the_zone_of_the_district(text: str, local: str) -> None:
    assert parse_time(text, BEIJING) == datetime.fromisoformat(local).replace(tzinfo=BEIJING).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("昨天下午", "“昨天下午”不是日期；请写成 2020-01-06 12:09 这样"),
        ("2020-02-30", "“2020-02-30”不是存在的日期或时间"),
        ("2020/1/6 25:00", "“2020/1/6 25:00”不是存在的日期或时间"),
        ("20201301", "“20201301”不是存在的日期或时间"),
        ("0202-01-06", "“0202-01-06”不在 1949 至 2100 年之间"),
        ("9999-12-31T23:59:59-12:00", "“9999-12-31T23:59:59-12:00”不在 1949 至 2100 年之间"),
        ("43836", "“43836”不是日期；请写成 2020-01-06 12:09 这样"),
    ],
)
def test_what_is_no_time_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(NoSuchTime) as refused:
        parse_time(text, BEIJING)

    assert refused.value.message == why
