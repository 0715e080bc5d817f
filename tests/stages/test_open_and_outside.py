"""What is open is never rounded away, and what others counted stands beside ours and never among it."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import insert

from core.documents.model import Number
from core.hooks.values import Metric
from core.journey.lists import ListUnusable, Ordered
from core.journey.outside_figures import import_figures
from core.statistics.counting import CELLS, COUNTED
from core.statistics.days import Span
from core.statistics.documents import value_cell
from core.statistics.figures import figure
from core.statistics.outside.queries import history, outside_in
from core.statistics.periods import Month
from core.statistics.queries import Cube, counts
from core.statistics.words import change_words, growth_words, remark_words, value_words
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, beijing, make_district

RATE = Metric("x.rate", 2, "办结率", "concluded_of_accepted", "to_conclude", "percent", rest="未办结")
YEAR = Month(2020, 12)


@pytest.mark.parametrize(
    ("done", "shown", "left"),
    [(129_974, "99.98%", "未办结 26 件"), (129_999, "99.99%", "未办结 1 件"), (130_000, "100.00%", "未办结 0 件")],
)
def test_of_130_000_events_the_figure_says_how_many_are_open(
    installation: Installation, done: int, shown: str, left: str
) -> None:
    """累计受理13万宗，办结率99.98%: counted by the cube, of which a year of days is put in as it would be counted."""
    slug = make_district(installation)
    days = [date(2020, 1 + number % 12, 1 + number // 12) for number in range(260)]
    spread = [(done // 260 + (number < done % 260), 500) for number in range(260)]
    with installation.scope(slug) as scope:
        nothing = dict.fromkeys(("channel", "medium", "nature", "appellant", "matter"), "") | dict.fromkeys(COUNTED, 0)
        common = nothing | {"tenant_id": scope.tenant.id, "aspect": "all", "unit_id": 0}
        rows = [
            common | {"day": day, "accepted": whole, "to_conclude": whole, "concluded_of_accepted": concluded}
            for day, (concluded, whole) in zip(days, spread, strict=True)
        ]
        scope.session.execute(insert(CELLS), rows)
        year = counts(Cube.of(scope), Span(date(2020, 1, 1), date(2020, 12, 31)))

    told = figure(RATE, year, year)

    assert (told.now.numerator, told.now.denominator) == (done, 130_000)
    assert (value_words(told.now.value, "percent"), remark_words(told)) == (shown, left)
    cell = value_cell(told.now.value, "percent")
    assert isinstance(cell, Number)
    assert (cell.words, cell.pattern == "0.00%") == (shown, done != 129_999), "a spreadsheet says no 100 % either"


def test_a_share_that_is_nearly_all_is_compared_as_it_is_shown() -> None:
    assert change_words(Fraction(129_999, 130_000), Fraction(1), "percent") == "下降 0.01 个百分点"


def test_petitions_are_imported_by_the_month_corrected_with_their_history_and_beside_the_year_before(
    installation: Installation, tmp_path: Path
) -> None:
    """2020年信访量和集体访同比下降50%: figures of another office, named as such."""
    slug = make_district(installation)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    months = [(year, number) for year in (2019, 2020) for number in range(1, 13)]
    lines = [f"信访量,{year}-{number:02d},{100 if year == 2019 else 50},区信访局" for year, number in months]
    lines += [f"集体访,{year}-{number:02d},{8 if year == 2019 else 4},区信访局" for year, number in months]
    first.write_text("\n".join(["指标,月份,数值,来源", *lines, "信访量,2018-12,90,区信访局"]), encoding="utf-8")
    second.write_text("指标,月份,数值,来源\n信访量,2020-12,40,区信访局\n集体访,2020-12,4,区信访局", encoding="utf-8")
    now = beijing("2021-01-05 10:00")

    with installation.scope(slug) as scope:
        began = import_figures(scope, first, Ordered(OPERATOR, None, "年终统计", now))
        before = outside_in(scope, YEAR)
        corrected = import_figures(scope, second, Ordered(OPERATOR, None, "12 月重报", now))
        after = outside_in(scope, YEAR)
        entered = [each for each in history(scope) if (each.name, each.month) == ("信访量", YEAR)]
        counted = counts(Cube.of(scope), YEAR.span)

    assert (began.opened, began.changed, began.same) == (49, 0, 0)
    assert {
        line.name: (line.month.now, line.month.before, growth_words(line.month.change), growth_words(line.year.change))
        for line in before
    } == {"信访量": (50, 100, "下降 50%", "下降 50%"), "集体访": (4, 8, "下降 50%", "下降 50%")}
    assert (corrected.opened, corrected.changed, corrected.same) == (0, 1, 1)
    assert [(line.name, line.month.now, line.corrected) for line in after] == [("信访量", 40, 1), ("集体访", 4, 0)]
    assert [(each.value, each.reason, each.holds) for each in entered] == [(50, "", False), (40, "12 月重报", True)]
    assert counted.n("accepted") == 0, "nothing of it is ours"


def test_a_row_that_cannot_be_a_month_s_number_is_refused_with_its_line_and_nothing_is_kept(
    installation: Installation, tmp_path: Path
) -> None:
    slug, file = make_district(installation), tmp_path / "faulty.csv"
    rows = [
        "信访量,2020-13,50,区信访局",
        "信访量,2020-11,-3,区信访局",
        "信访量,2021-02,9,区信访局",
        "信访量,2020-10,9,",
    ]
    rows += ["信访量,2020-09,9,区信访局", "信访量,2020-09,8,区信访局"]
    file.write_text("\n".join(["指标,月份,数值,来源", *rows]), encoding="utf-8")

    with installation.scope(slug) as scope:
        with pytest.raises(ListUnusable) as refused:
            import_figures(scope, file, Ordered(OPERATOR, None, "年终统计", beijing("2021-01-05 10:00")))
        assert history(scope) == ()

    assert [
        words for words in ("第 2 行", "第 3 行", "第 4 行", "第 5 行", "第 7 行") if words not in str(refused.value)
    ] == []
    assert "第 6 行：" not in str(refused.value)
