"""Time limits as offices write them, how they are said, and which of two is tighter."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hooks.values import Budget
from core.sla.rules import reckon
from core.units.catalogue.limits import LimitUnclear, compare, limit_words, read_limit
from core.workdays.shipped import shipped_timetable
from tests.duties.made_up import budgets


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("5个工作日", Budget("wd_eod", 5)),
        ("不超过 5 个 工作日", Budget("wd_eod", 5)),
        ("五个工作日内", Budget("wd_eod", 5)),
        ("二十个工作日", Budget("wd_eod", 20)),
        ("2个工作日（到同一钟点）", Budget("wd_same", 2)),
        ("24小时", Budget("wall", 86_400)),
        ("受理后２４小时内", Budget("wall", 86_400)),
        ("30分钟内办结", Budget("wall", 1800)),
        ("1小时30分钟", Budget("wall", 5400)),
        ("半小时", Budget("wall", 1800)),
        ("90m", Budget("wall", 5400)),
        ("8个工作小时", Budget("ws", 28_800)),
        ("3天", Budget("natural", 3)),
        ("5日内", Budget("natural", 5)),
        ("两周", Budget("natural", 14)),
        ("即时", Budget("wall", 3600)),
    ],
)
def test_limits_are_read_as_they_are_meant(text: str, budget: Budget) -> None:
    assert read_limit(text) == budget


def test_a_bare_number_counts_what_the_heading_says() -> None:
    assert read_limit("5", unit="工作日") == Budget("wd_eod", 5)
    assert read_limit("5", unit="小时") == Budget("wall", 18_000)
    assert read_limit("5天", unit="小时") == Budget("natural", 5)


def test_at_once_is_as_long_as_is_said() -> None:
    assert read_limit("即时", at_once=Budget("ws", 1800)) == Budget("ws", 1800)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("5", "时限“5”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时"),
        ("1个月", "时限“1个月”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时"),
        ("半个工作日", "时限“半个工作日”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时"),
        ("1天12小时", "时限“1天12小时”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时"),
        ("尽快", "时限“尽快”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时"),
        ("0小时", "时限“0小时”不是正数，工单一到就超期；请写大于零的时限"),
        ("30秒", "时限“30秒”不足一分钟，没有人办得到；请至少写 1 分钟"),
        ("400天", "时限“400天”超过一年，不像办理时限；请写 366 天以内"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(LimitUnclear) as refused:
        read_limit(text)

    assert refused.value.message == why


@settings(max_examples=300, deadline=None)
@given(budgets)
def test_what_is_said_reads_the_same(budget: Budget) -> None:
    assert read_limit(limit_words(budget)) == budget


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=12) | st.text("0123456789个工作日小时分钟天半十百周 （）", max_size=10))
def test_any_text_is_a_limit_or_refused(text: str) -> None:
    with suppress(LimitUnclear):
        assert read_limit(text).amount > 0


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (Budget("wd_eod", 5), Budget("wd_eod", 3), "tighter"),
        (Budget("wd_eod", 5), Budget("wall", 24 * 3600), "tighter"),
        (Budget("wd_eod", 3), Budget("natural", 3), "unclear"),
        (Budget("natural", 3), Budget("wd_eod", 3), "unclear"),
        (Budget("natural", 3), Budget("wd_eod", 5), "looser"),
        (Budget("wall", 24 * 3600), Budget("wd_eod", 1), "unclear"),
        (Budget("wall", 3600), Budget("wd_eod", 1), "looser"),
        (Budget("wd_eod", 1), Budget("ws", 4 * 3600), "tighter"),
        (Budget("wd_eod", 2), Budget("wd_same", 2), "unclear"),
        (Budget("wd_same", 2), Budget("wd_eod", 1), "tighter"),
        (Budget("wd_eod", 2), Budget("wd_eod", 2), "same"),
        (Budget("ws", 3600), Budget("wall", 7200), "unclear"),
    ],
)
def test_which_of_two_limits_is_tighter(before: Budget, after: Budget, direction: str) -> None:
    assert compare(before, after) == direction


@settings(max_examples=300, deadline=None)
@given(
    budgets,
    budgets,
    st.sampled_from(["GZ", "RX", "NY"]),
    st.integers(0, 500 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
)
def test_what_is_called_tighter_never_ends_later_by_the_calendar(
    before: Budget, after: Budget, calendar: str, start: datetime
) -> None:
    timetable = shipped_timetable(calendar)
    was, will = reckon(timetable, before, start).due, reckon(timetable, after, start).due

    if compare(before, after) == "tighter":
        assert will <= was
    if compare(before, after) == "looser":
        assert will >= was
