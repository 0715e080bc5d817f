"""Reports: a district's month beside the month before, and a city's with all its districts added up."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from core.journey.report import report_city, report_month
from core.statistics.city import BelowFloor, CityReport
from core.statistics.days import Span
from core.statistics.periods import Month, MonthUnclear, last_weeks
from core.statistics.plain import plain_city, plain_month
from core.tenancy.across import NotACity
from core.tenancy.scope import Installation, UnknownTenant
from tests.builders import beijing, make_city, make_district
from tests.stages.lives import DUTIES, Life

NOW = beijing("2026-04-10 12:00")


def make_life(installation: Installation, at: str = "2026-03-02 09:00") -> Life:
    return Life(installation, make_district(installation, duties=DUTIES), now=beijing(at))


def rated(life: Life, *, well: int, badly: int) -> None:
    """Have so many tickets rated well and badly."""
    for number in range(well + badly):
        life.take_in()
        life.walk("answer", "rate well" if number < well else "rate badly", hours=0.1)


def test_a_month_stands_beside_the_month_before(installation: Installation) -> None:
    life = make_life(installation, "2026-02-10 09:00")
    life.take_in()
    life.walk("dispatch", "sign", "reply", "pass reply")
    life.now = beijing("2026-03-02 09:00")
    life.take_in("路灯不亮")
    life.take_in("随手一拍", nature="suggestion")
    life.take_in("道路坑洼", channel="file")
    life.walk("dispatch", "sign", "reply", hours=16)
    life.walk("pass reply")

    told = plain_month(report_month(installation, life.slug, "2026-03", now=NOW))

    assert (told["tenant"], told["month"], told["is_over"]) == (life.slug, "2026-03", True)
    assert told["accepted"] == {"n": 3, "previous": 1, "change": 2, "change_shown": "增加 2 件（200.00%）"}
    assert told["concluded"]["n"] == 1
    assert [(row["nature"], row["n"], row["denominator"], row["previous"]) for row in told["by_nature"]] == [
        ("help", 2, 3, 1),
        ("suggestion", 1, 3, 0),
    ]
    assert [(row["channel"], row["label"], row["n"]) for row in told["by_channel"]] == [
        ("desk", "受理席", 2),
        ("file", "批量导入", 1),
    ]
    assert [(row["matter"], row["label"], row["n"], row["share"]) for row in told["by_matter"]] == [
        ("lamp", "公共设施 / 路灯", 1, 1 / 3),
        ("road", "城市管理 / 道路", 1, 1 / 3),
        ("", "未定事项", 1, 1 / 3),
    ]
    figures = told["figures"]
    assert (figures["mean_days_to_reply"]["numerator"], figures["mean_days_to_reply"]["denominator"]) == (2, 1)
    assert (figures["mean_days_to_reply"]["value"], figures["median_days_to_reply"]["value"]) == (2, 97 / 48)
    assert figures["coverage"]["value"] == 0
    assert (figures["satisfied"]["value"], figures["satisfied"]["small"]) == (None, True)


def test_an_answer_of_next_month_counts_for_the_month_it_was_accepted_in_and_that_it_was_given_in(
    installation: Installation,
) -> None:
    life = make_life(installation, "2026-03-30 09:00")
    life.take_in()
    life.walk("answer", hours=72)

    march = report_month(installation, life.slug, "2026-03", now=NOW)
    april = report_month(installation, life.slug, "2026-04", now=NOW)

    values = [
        (told.figure("mean_days_to_reply").now.value, told.figure("mean_days_to_reply_of_replies").now.value)
        for told in (march, april)
    ]
    assert values == [(Fraction(3), None), (None, Fraction(3))]
    assert (march.is_over, april.is_over) == (True, False)


def test_the_eleventh_matter_is_among_the_others_and_the_shares_stay_over_all(installation: Installation) -> None:
    duties = [{"code": f"m{number:02}", "subcategory": f"事项{number:02}"} for number in range(12)]
    life = Life(installation, make_district(installation, duties=duties), now=beijing("2026-03-02 09:00"))
    for number in range(12):
        for _ in range(1 if number > 9 else 2):
            life.take_in("随手一拍", matter=f"m{number:02}")

    told = report_month(installation, life.slug, "2026-03", now=NOW)

    assert [row.label for row in told.by_matter][-2:] == ["城市管理 / 事项09", "其他事项"]
    assert (told.by_matter[-1].numerator, {row.denominator for row in told.by_matter}) == (2, {22})


@pytest.fixture(scope="module")
def city(installation: Installation) -> CityReport:
    """A large content district and a small discontented one, each with a unit of its own."""
    large, small = (make_district(installation, duties=DUTIES) for _ in range(2))
    contents = Life(installation, large, now=beijing("2026-03-02 09:00"))
    rated(contents, well=57, badly=3)
    discontents = Life(installation, small, now=beijing("2026-03-03 09:00"))
    rated(discontents, well=10, badly=20)
    discontents.take_in("路灯不亮")
    discontents.walk("dispatch", "sign", "reply", "pass reply", "rate badly")
    told = report_city(installation, make_city(installation, [large, small]), "2026-03", now=NOW)
    by_size = sorted(told.districts, key=lambda district: -(district.figures[0].now.numerator or 0))
    return replace(told, districts=by_size)


def test_a_citys_rate_is_pooled_and_not_the_mean_of_its_districts(city: CityReport) -> None:
    satisfied = {figure.id: figure for figure in city.figures}["satisfied"]
    each = [next(figure for figure in district.figures if figure.id == "satisfied") for district in city.districts]

    assert [figure.now.value for figure in each] == [Fraction(57, 60), Fraction(10, 31)]
    assert (satisfied.now.numerator, satisfied.now.denominator) == (67, 91)


def test_matters_are_added_up_by_category(city: CityReport) -> None:
    assert [(row.label, row.numerator, row.denominator) for row in city.by_matter] == [
        ("城市管理", 90, 91),
        ("公共设施", 1, 91),
    ]


def test_only_those_rated_often_enough_are_named_for_lying_below_the_floor(city: CityReport) -> None:
    small = city.districts[1]

    assert city.below_floor == [BelowFloor(small.slug, small.name, None, 10, 31, 10, 31)]


def test_a_unit_below_the_floor_is_named_with_its_district(installation: Installation) -> None:
    life = make_life(installation)
    for number in range(30):
        life.take_in()
        life.walk("dispatch", "sign", "reply", "pass reply", "rate well" if number < 25 else "rate badly", hours=0.1)

    told = report_city(installation, make_city(installation, [life.slug]), "2026-03", now=NOW)

    assert [(below.unit, below.satisfied, below.rated) for below in told.below_floor] == [
        (None, 25, 30),
        ("道路管理处", 25, 30),
    ]


def test_the_last_twelve_whole_weeks_end_within_the_month(city: CityReport) -> None:
    assert len(city.weeks) == 12
    assert city.weeks[-1].span == Span(date(2026, 3, 23), date(2026, 3, 29))
    assert sum(week.accepted for week in city.weeks) == 91
    assert plain_city(city)["weeks"][-4] == {
        "first": "2026-03-02",
        "last": "2026-03-08",
        "accepted": city.weeks[-4].accepted,
        "concluded": city.weeks[-4].concluded,
    }
    assert city.weeks[-4].accepted > 0


@pytest.mark.parametrize("day", [date(2026, 3, 1) + timedelta(days=passed) for passed in range(14)])
def test_a_week_that_has_not_ended_is_left_out(day: date) -> None:
    last = last_weeks(day, count=1)[0]

    assert (last.first.weekday(), last.last.weekday()) == (0, 6)
    assert timedelta(0) <= day - last.last < timedelta(days=7)


@pytest.mark.parametrize("text", ["2019-13", "2019", "19-04", "2019-4", "", "0000-01", "2019-04-01", "二〇一九"])
def test_a_month_that_cannot_be_read_is_refused_with_those_there_are(installation: Installation, text: str) -> None:
    life = make_life(installation)
    life.take_in()

    with pytest.raises(MonthUnclear) as refusal:
        report_month(installation, life.slug, text, now=NOW)

    assert refusal.value.message == (f"月份“{text}”看不懂。请写成 年-月，如 2019-04；现有数据：2026-03 至 2026-03。")


def test_a_report_of_nothing_is_a_report_with_nothing_in_it(installation: Installation) -> None:
    slug = make_district(installation)

    told = report_month(installation, slug, "2026-03", now=NOW)

    assert (told.by_nature, told.by_channel, told.by_matter) == ([], [], [])
    assert {figure.now.value for figure in told.figures} == {0, None}
    with pytest.raises(MonthUnclear, match="目前还没有已受理的诉求"):
        report_month(installation, slug, "March", now=NOW)


def test_a_district_has_no_city_report(installation: Installation) -> None:
    with pytest.raises(NotACity):
        report_city(installation, make_district(installation), "2026-03", now=NOW)
    with pytest.raises(UnknownTenant):
        report_month(installation, "nowhere", "2026-03", now=NOW)


def test_months_follow_one_another_over_the_turn_of_the_year() -> None:
    december = Month(2025, 12)

    assert (str(december.following), str(Month(2026, 1).previous)) == ("2026-01", "2025-12")
    assert (december.span, Month(2024, 2).span.last) == (Span(date(2025, 12, 1), date(2025, 12, 31)), date(2024, 2, 29))
