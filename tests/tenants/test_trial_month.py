"""The article's figures fed in come out: every published share and rate of the trial month, in the report and the document."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest

from core.cli.document import lines_of
from core.journey.report import report_month
from core.statistics.documents import month_document
from core.statistics.report import MonthReport
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation, Scope
from core.units.queries import directory
from tests.builders import beijing, make_district, make_installation
from tests.journey.importing import import_rows
from tests.plugins.making import SHIPPED
from tests.stages.lives import cells, codes, hours
from tests.tenants.trial_month import (
    A_DAY,
    BEFORE,
    CATEGORIES,
    COLUMNS,
    LETTERS,
    MATTERS,
    SPREAD,
    TRIAL,
    YEAR_BEFORE,
    Handling,
    table_of_month,
    write,
)

FEBRUARY = beijing("2017-02-13 09:00")
"""2月13日一早,案头上已经多了一份最新的《“网络理政”一月分析汇报》."""
FEATURES: Mapping[str, Mapping[str, Any]] = {"chengdu.channels": {}, "chengdu.limits": {}, "chengdu.metrics": {}}
DUTIES = [{"code": code, "category": category, "subcategory": category} for category, code in MATTERS.items()]


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=list(SHIPPED.features.values()))
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def january(installation: Installation) -> MonthReport:
    """The report of January 2017, beside December and the January before."""
    slug = make_district(installation, features=FEATURES, duties=DUTIES)
    with installation.scope(slug) as scope:
        write(scope, table_of_month(2017, 1, TRIAL, spread=SPREAD), until=FEBRUARY)
        write(scope, table_of_month(2016, 12, BEFORE), until=FEBRUARY)
        write(scope, table_of_month(2016, 1, YEAR_BEFORE), until=FEBRUARY)
    return report_month(installation, slug, "2017-01", now=FEBRUARY)


def test_the_counts_of_mailboxes_and_types_come_out_with_what_is_left_over(january: MonthReport) -> None:
    assert january.figure("accepted").now.numerator == LETTERS == 6_796
    assert {share.label: share.numerator for share in january.by_channel if share.numerator} == {
        "市政府信箱": 4_773,
        "书记信箱": 1_338,
        "区（市）县信箱": 659,
        "乡镇（街道）信箱": 26,
    }
    assert [(share.label, share.numerator, share.denominator) for share in january.by_nature] == [
        ("投诉", 3_358, 6_796),
        ("求助", 2_363, 6_796),
        ("建议", 608, 6_796),
        ("咨询", 419, 6_796),
        ("表扬", 48, 6_796),
    ]


def test_the_published_shares_stand_in_the_document_and_the_three_together_are_what_they_add_up_to(
    january: MonthReport,
) -> None:
    lines = [line.split() for line in lines_of(month_document(january, made_at=FEBRUARY))]

    for category, count, share in (
        ("城市管理", "920", "13.54%"),
        ("城乡住房", "823", "12.11%"),
        ("交通管理", "625", "9.20%"),
    ):
        assert [category, "/", category, count, share, f"{count}/6,796"] in [line[:6] for line in lines]
    for label, count, share in (
        ("书记信箱", "1,338", "19.69%"),
        ("市政府信箱", "4,773", "70.23%"),
        ("区（市）县信箱", "659", "9.70%"),
        ("乡镇（街道）信箱", "26", "0.38%"),
        ("投诉", "3,358", "49.41%"),
        ("建议", "608", "8.95%"),
        ("咨询", "419", "6.17%"),
        ("表扬", "48", "0.71%"),
    ):
        assert [label, count, share, f"{count}/6,796"] in [line[:4] for line in lines]
    assert sum(CATEGORIES.values()) == sum(share.numerator for share in january.by_matter[:3]) == 2_368


@pytest.mark.parametrize(
    ("metric", "now", "before", "moved"),
    [
        ("chengdu.reply-rate", "99.2", "99.0", "0.2"),
        ("chengdu.resolution-rate", "90.4", "89.8", "0.6"),
        ("chengdu.satisfaction-rate", "90.6", "89.7", "0.9"),
        ("chengdu.overdue-rate", "8.5", "9.3", "-0.8"),
        ("chengdu.reply-days", "6.1", "7.2", "-1.1"),
    ],
)
def test_the_five_figures_come_out_as_published_beside_the_month_before(
    january: MonthReport, metric: str, now: str, before: str, moved: str
) -> None:
    figure = january.figure(metric)
    scale = 100 if figure.unit == "percent" else 1
    assert figure.now.value is not None
    assert figure.before.value is not None
    shown, shown_before = (round(value * scale, 1) for value in (figure.now.value, figure.before.value))

    assert (f"{float(shown):.1f}", f"{float(shown_before):.1f}") == (now, before)
    assert shown - shown_before == Fraction(moved)


def test_the_five_figures_stand_in_the_document_with_both_numbers(january: MonthReport) -> None:
    lines = [line.split() for line in lines_of(month_document(january, made_at=FEBRUARY))]

    for wanted in (
        ["回复办理率", "99.21%", "6,742/6,796", "99.00%", "上升", "0.21", "个百分点"],
        ["诉求解决率", "90.40%", "4,520/5,000", "89.80%", "上升", "0.6", "个百分点"],
        ["群众满意率", "90.60%", "4,530/5,000", "89.70%", "上升", "0.9", "个百分点"],
        ["超期率", "8.51%", "578/6,796", "9.30%", "下降", "0.79", "个百分点"],
        ["平均回复周期", "6.1", "天", "6,742", "件共", "41,126.2", "天", "7.2", "天", "缩短", "1.1", "天"],
    ):
        assert wanted in [line[: len(wanted)] for line in lines]
    assert ["本月最快的答复用时", "1", "小时（不足一小时的零头不计）。"] in lines


def test_the_same_month_a_year_before_stands_beside_it(january: MonthReport) -> None:
    figures = {figure.id: figure for figure in january.year_before}

    assert figures["resolved"].before.value == Fraction(847, 1_000)
    assert figures["satisfied"].before.value == Fraction(856, 1_000)
    lines = [line.split() for line in lines_of(month_document(january, made_at=FEBRUARY))]
    beside = lines[lines.index(["与上年同月对比"]) :]
    assert ["诉求解决率", "90.40%", "4,520/5,000", "84.70%", "上升", "5.7", "个百分点"] in [line[:7] for line in beside]
    assert ["群众满意率", "90.60%", "4,530/5,000", "85.60%", "上升", "5", "个百分点"] in [line[:7] for line in beside]


def cells_of_units(scope: Scope) -> dict[tuple[object, ...], dict[str, int]]:
    """Return what the cube says, with units by their code: the two districts number theirs otherwise."""
    codes_of = {0: "", **{unit.id: unit.code for unit in directory(scope).units}}
    return {(*key[:6], codes_of[key[6]], key[7]): counted for key, counted in cells(scope).items()}


def test_what_is_written_for_the_trial_month_counts_as_the_import_of_the_same_table_does(
    installation: Installation,
) -> None:
    few = Handling(30, 27, 3, 5 * A_DAY, 8 * A_DAY, rated=20, resolved=18, satisfied=17)
    spread = {
        "渠道": {"书记信箱": 7, "市政府信箱": 20},
        "性质": {"投诉": 12, "表扬": 3},
        "事项": {MATTERS["城市管理"]: 5},
    }
    imported, written = (make_district(installation, features=FEATURES, duties=DUTIES) for _ in range(2))

    rows = list(table_of_month(2017, 1, few, spread=spread))
    outcome = import_rows(installation, imported, rows, columns=COLUMNS, history=True, now="2017-02-13 09:00")
    with installation.scope(written) as scope:
        write(scope, rows, until=FEBRUARY)

    assert (outcome.created, outcome.rejected) == (30, ())
    counted = []
    for slug in (imported, written):
        refresh_all(installation, slug)
        counted.append(installation.run(slug, lambda scope: (cells_of_units(scope), hours(scope), codes(scope))))
    assert counted[0] == counted[1]
    assert sum(sum(cell.values()) for cell in counted[0][0].values()) > 0
