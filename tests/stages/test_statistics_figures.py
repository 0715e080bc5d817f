"""A figure shows both its numbers, says nothing where there is nothing, and is rounded only when it is written."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from core.hooks.values import Metric
from core.statistics.figures import CORE_METRICS, MEDIANS, Reading, figure, median_figure, metrics_of, read
from core.statistics.measures import MEASURES
from core.statistics.queries import Counts
from core.statistics.shares import Share, shares
from core.statistics.words import change_words, parts_words, remark_words, value_words
from core.tenancy.scope import Installation
from tests.builders import make_district, make_feature, make_installation

ON_TIME = next(metric for metric in CORE_METRICS if metric.id == "on_time")
MEAN_DAYS = next(metric for metric in CORE_METRICS if metric.id == "mean_days_to_reply")


def make_counts(**numbers: int) -> Counts:
    return Counts([numbers])


def test_a_rate_is_one_measure_over_another_with_the_change_from_before() -> None:
    told = figure(ON_TIME, make_counts(on_time=113, due=118), make_counts(on_time=90, due=100))

    assert told.now == Reading(113, 118, Fraction(113, 118))
    assert told.before == Reading(90, 100, Fraction(9, 10))
    assert told.change == Fraction(113, 118) - Fraction(9, 10)
    assert not told.is_small


def test_a_rate_over_nothing_has_no_value_and_no_change() -> None:
    told = figure(ON_TIME, make_counts(on_time=0, due=0), make_counts(on_time=90, due=100))

    assert (told.now.value, told.change) == (None, None)
    assert value_words(told.now.value, told.unit) == "—"
    assert change_words(told.now.value, told.before.value, told.unit) == "无可比数据"


def test_a_mean_is_the_seconds_over_those_that_took_them() -> None:
    counts = make_counts(replied_of_accepted=3, replied_of_accepted_seconds=6 * 86_400)

    assert read(MEAN_DAYS, counts) == Reading(6 * 86_400, 3, Fraction(2))


def test_a_metric_is_narrowed_to_values_of_a_dimension() -> None:
    by_phone = Metric("x", 1, "来电满意率", "satisfied", "rated", "percent", where={"medium": ("phone",)})
    counts = Counts([{"medium": "phone", "satisfied": 9, "rated": 10}, {"medium": "web", "satisfied": 0, "rated": 5}])

    assert read(by_phone, counts) == Reading(9, 10, Fraction(9, 10))


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ({24: 1}, Fraction(49, 48)),
        ({0: 2, 48: 1}, Fraction(1, 48)),
        ({0: 1, 48: 1}, Fraction(49, 48)),
        ({}, None),
    ],
)
def test_a_median_is_the_middle_one_counted_in_the_middle_of_its_hour(
    hours: Mapping[int, int], days: Fraction | None
) -> None:
    told = median_figure(MEDIANS[0], lambda measure: (hours, {}))

    assert (told.now.denominator, told.now.value) == (sum(hours.values()), days)


def test_fewer_than_thirty_are_not_compared() -> None:
    of_29 = figure(ON_TIME, make_counts(on_time=29, due=29), make_counts(on_time=0, due=0))
    of_30 = figure(ON_TIME, make_counts(on_time=30, due=30), make_counts(on_time=0, due=0))

    assert (of_29.is_small, of_30.is_small) == (True, False)
    assert (remark_words(of_29), remark_words(of_30)) == ("样本不足 30，不作比较", "")
    assert remark_words(figure(ON_TIME, make_counts(on_time=0, due=0), make_counts(on_time=0, due=0))) == ""


@pytest.mark.parametrize(
    ("now", "before", "unit", "words"),
    [
        (Fraction(906, 1000), Fraction(897, 1000), "percent", "上升 0.9 个百分点"),
        (Fraction(85, 1000), Fraction(93, 1000), "percent", "下降 0.8 个百分点"),
        (Fraction(61, 10), Fraction(72, 10), "days", "缩短 1.1 天"),
        (Fraction(12), Fraction(10), "days", "延长 2 天"),
        (Fraction(76), Fraction(82), "count", "减少 6 件（7.32%）"),
        (Fraction(5), Fraction(0), "count", "增加 5 件"),
        (Fraction(10, 30), Fraction(1, 3), "percent", "持平"),
    ],
)
def test_a_change_is_said_in_words(now: Fraction, before: Fraction, unit: str, words: str) -> None:
    assert change_words(now, before, unit) == words  # type: ignore[arg-type]


def test_a_change_is_the_difference_of_what_is_shown() -> None:
    now, before = Fraction(90_015, 100_000), Fraction(89_994, 100_000)

    assert (value_words(now, "percent"), value_words(before, "percent")) == ("90.02%", "89.99%")
    assert change_words(now, before, "percent") == "上升 0.03 个百分点"


def test_the_numbers_behind_a_value_are_written_beside_it() -> None:
    assert parts_words(Reading(1113, 1118, Fraction(1113, 1118)), "percent") == "1,113/1,118"
    assert parts_words(Reading(86_400 * 3, 2, Fraction(3, 2)), "days") == "2 件共 3.0 天"
    assert parts_words(Reading(None, 76, Fraction(9)), "days") == "76 件"
    assert parts_words(Reading(76, None, Fraction(76)), "count") == ""


def test_shares_stand_over_one_total_and_add_up_to_it() -> None:
    """Published: 13.54, 12.11 and 9.20 % of 6,796, "together 40.20 %". Together they are 34.84 %."""
    parts = {"城市管理": 920, "城乡住房": 823, "交通管理": 625, "其余": 4400, "": 28}

    rows = shares(parts, {}, str, top=3)

    assert [(row.label, row.numerator, value_words(row.value, "percent")) for row in rows[1:4]] == [
        ("城市管理", 920, "13.54%"),
        ("城乡住房", 823, "12.11%"),
        ("其他", 625, "9.20%"),
    ]
    assert {row.denominator for row in rows} == {6796}
    assert sum(row.numerator for row in rows) == 6796
    assert value_words(sum((row.value or Fraction(0) for row in rows[1:4]), Fraction(0)), "percent") == "34.84%"


def test_shares_of_nothing_are_no_rows_and_those_of_last_month_alone_are_shown() -> None:
    assert shares({}, {}, str) == []
    assert shares({}, {"a": 2}, str) == [Share("a", "a", 0, 0, 2, 2)]


def test_every_core_metric_reads_measures_that_exist() -> None:
    for metric in CORE_METRICS:
        assert {metric.numerator, metric.denominator or metric.numerator} <= MEASURES.keys()
    assert {median.measure for median in MEDIANS} <= MEASURES.keys()


def test_a_districts_own_metrics_follow_the_cores_and_wrong_ones_are_left_out(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = Metric("city.good", 1, "退单率", "returned", "dispatched", "percent", "down")
    wrong = [
        Metric("city.unknown", 1, "幸福率", "happy", "rated", "percent"),
        Metric("city.timeless", 1, "天数", "rated", "rated", "days"),
        Metric("city.half", 1, "半个", "rated", None, "percent"),
        Metric("accepted", 2, "受理量", "dispatched", None, "count"),
    ]
    feature = make_feature("city.figures", metrics=lambda: [good, *wrong])
    installation = make_installation(database_url, features=[feature])
    slug = make_district(installation, features={"city.figures": {}})

    with installation.scope(slug) as scope:
        metrics = metrics_of(scope)

    assert metrics == (*CORE_METRICS, good)
    assert sum("：指标 " in record.getMessage() for record in caplog.records) == 3
    installation.database.engine.dispose()


def test_a_district_without_features_shows_the_cores_metrics(installation: Installation) -> None:
    with installation.scope(make_district(installation)) as scope:
        assert metrics_of(scope) == CORE_METRICS
