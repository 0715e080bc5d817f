"""Grades 等次 and performance scores 绩效考核: by the district's own thresholds and rules, never of too few."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli import report as command
from core.hooks import GradeBand, Metric, ScoreLine, UnitFacts
from core.journey.report import report_month
from core.statistics.figures import Figure, Reading
from core.statistics.grades import Band, grade_of
from core.statistics.plain import plain_month
from core.statistics.report import MonthReport
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.asking import raises
from tests.stages.lives import DUTIES, Life

NOW = beijing("2026-04-10 12:00")
FLOOR = GradeBand("satisfied", 0.85, "低于底线", "点名通报并约谈", "f/floor", "满意率低于 85%")
WORSE = GradeBand("satisfied", 0.6, "严重不满意", "约谈主要负责人", "f/worse", "满意率低于 60%")
SLOW = GradeBand("overdue", 0.085, "超期偏多", "", "f/slow", "超期率高于 8.5%")


@dataclass
class Graded:
    """A district that grades and scores, and its report of March 2026."""

    installation: Installation
    life: Life

    def report(self) -> MonthReport:
        return report_month(self.installation, self.life.slug, "2026-03", now=NOW)


@contextmanager
def grading(database_url: str, **answers: Callable[..., Any]) -> Iterator[Graded]:
    installation = make_installation(database_url, features=[make_feature("f", **answers)])
    slug = make_district(installation, features={"f": {}}, duties=DUTIES)
    try:
        yield Graded(installation, Life(installation, slug, now=beijing("2026-03-02 09:00")))
    finally:
        installation.database.engine.dispose()


def rated(life: Life, *, well: int, badly: int) -> None:
    """Have so many tickets of the road unit rated well and badly."""
    for number in range(well + badly):
        life.take_in()
        rating = "rate well" if number < well else "rate badly"
        life.walk("dispatch", "sign", "reply", "pass reply", rating, hours=0.1)


def figure(value: Fraction | None, *, denominator: int = 100, better: Any = "up", id: str = "satisfied") -> Figure:
    reading = Reading(None, denominator, value)
    return Figure(id, 1, "满意率", "percent", better, "", now=reading, before=reading)


@pytest.mark.parametrize(
    ("shown", "grade"),
    [
        (figure(Fraction(85, 100)), None),
        (figure(Fraction(8499, 10000)), FLOOR),
        (figure(Fraction(59, 100)), WORSE),
        (figure(Fraction(10, 100), denominator=29), None),
        (figure(None), None),
        (figure(Fraction(10, 100), better="neither"), None),
        (figure(Fraction(10, 100), better="down", id="overdue"), SLOW),
        (figure(Fraction(85, 1000), better="down", id="overdue"), None),
        (figure(Fraction(10, 100), id="resolved"), None),
    ],
)
def test_the_gravest_band_that_a_figure_falls_into_is_its_grade(shown: Figure, grade: GradeBand | None) -> None:
    found = grade_of(shown, [Band(band, "f@0/1") for band in (FLOOR, WORSE, SLOW)])

    assert (found.band if found else None) == grade


def test_a_district_below_its_threshold_is_graded_and_so_are_its_units(database_url: str) -> None:
    with grading(database_url, grade_bands=lambda: [FLOOR]) as graded:
        rated(graded.life, well=20, badly=10)

        told = plain_month(graded.report())

        grade = {
            "label": "低于底线",
            "action": "点名通报并约谈",
            "threshold": 0.85,
            "reason": "满意率低于 85%",
            "rule_id": "f/floor",
            "by": "f@0/1",
        }
        assert told["figures"]["satisfied"]["grade"] == grade
        assert told["figures"]["resolved"]["grade"] is None
        [unit] = told["units"]
        assert (unit["unit"], unit["name"], unit["score"]) == ("roads", "道路管理处", None)
        [figure] = unit["graded"]
        assert (figure["figure"], figure["numerator"], figure["denominator"], figure["grade"]) == (
            "satisfied",
            20,
            30,
            grade,
        )


def test_too_few_ratings_are_not_graded(database_url: str) -> None:
    with grading(database_url, grade_bands=lambda: [FLOOR]) as graded:
        rated(graded.life, well=0, badly=3)

        report = graded.report()

        assert (report.grades, [unit.graded for unit in report.units]) == ({}, [()])


@pytest.mark.parametrize("metric", ["no.such", "accepted"], ids=["unknown", "no direction"])
def test_a_band_on_what_cannot_be_graded_is_reported_and_left_out(
    database_url: str, metric: str, caplog: pytest.LogCaptureFixture
) -> None:
    band = GradeBand(metric, 0.5, "差", "", "f/1", "低")
    with grading(database_url, grade_bands=lambda: [band]) as graded:
        rated(graded.life, well=1, badly=0)

        assert graded.report().grades == {}
        assert f"没有可以评等次的指标 {metric}" in caplog.text


def test_a_metric_of_the_district_s_own_may_be_graded_and_one_narrowed_to_a_way_in_is_not_told_of_units(
    database_url: str,
) -> None:
    metrics = [
        Metric("f.calls", 1, "来电满意率", "satisfied", "rated", "percent", where={"medium": ("phone",)}),
        Metric("f.all", 1, "满意率", "satisfied", "rated", "percent"),
    ]
    bands = [GradeBand(name, 0.9, "低", "", "f/1", "低于 90%") for name in ("f.calls", "f.all")]
    with grading(database_url, metrics=lambda: metrics, grade_bands=lambda: bands) as graded:
        rated(graded.life, well=20, badly=10)

        report = graded.report()

        assert sorted(report.grades) == ["f.all", "f.calls"]
        assert [each.figure.id for unit in report.units for each in unit.graded] == ["f.all"]


def test_a_unit_s_score_is_the_sum_of_its_lines_from_its_own_counts(database_url: str) -> None:
    def lines(facts: UnitFacts) -> list[ScoreLine]:
        assert (str(facts.first), str(facts.last)) == ("2026-03-01", "2026-03-31")
        return [
            ScoreLine("满意", 40 * facts.counts["satisfied"] / facts.counts["rated"], "f/1", "满意"),
            ScoreLine("不满意", -0.1 * facts.counts["dissatisfied"], "f/2", "扣分"),
        ]

    with grading(database_url, score_lines=lines) as graded:
        rated(graded.life, well=3, badly=1)

        [unit] = graded.report().units

        assert unit.name == "道路管理处"
        assert unit.score is not None
        assert (unit.score.total, [each.by for each in unit.score.lines]) == (Decimal("29.9"), ["f@0/1"] * 2)


def test_a_score_of_which_a_part_failed_has_no_sum(database_url: str) -> None:
    line = ScoreLine("满意", 40, "f/1", "满分")
    installation = make_installation(
        database_url,
        features=[make_feature("f", score_lines=lambda: [line]), make_feature("g", score_lines=raises)],
    )
    slug = make_district(installation, features={"f": {}, "g": {}}, duties=DUTIES)
    rated(Life(installation, slug, now=beijing("2026-03-02 09:00")), well=1, badly=0)

    [unit] = plain_month(report_month(installation, slug, "2026-03", now=NOW))["units"]

    assert (unit["score"]["total"], unit["score"]["complete"], len(unit["score"]["lines"])) == (None, False, 1)
    installation.database.engine.dispose()


def test_a_district_that_neither_grades_nor_scores_has_no_part_about_units(installation: Installation) -> None:
    slug = make_district(installation, duties=DUTIES)
    rated(Life(installation, slug, now=beijing("2026-03-02 09:00")), well=1, badly=0)

    report = report_month(installation, slug, "2026-03", now=NOW)

    assert (report.units, report.grades) == ((), {})


def test_the_command_says_grades_and_scores(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {"score_lines": lambda: [ScoreLine("按时", 54.0, "f/1", "45/50"), ScoreLine("超时", -5.5, "f/2", "5 件")]}
    with grading(database_url, grade_bands=lambda: [FLOOR], **scores) as graded:
        rated(graded.life, well=20, badly=10)

        @contextmanager
        def installed() -> Iterator[Installation]:
            yield graded.installation

        monkeypatch.setattr(command, "installed", installed)
        arguments = ["month", "--tenant", graded.life.slug, "--month", "2026-03"]
        lines = CliRunner().invoke(command.report, arguments, catch_exceptions=False).stdout.splitlines()
        told = CliRunner().invoke(command.report, [*arguments, "--json"], catch_exceptions=False).stdout

        assert any(line.startswith("群众满意率") and line.endswith("低于底线：点名通报并约谈") for line in lines)
        assert [line.split() for line in lines if line.startswith("道路管理处")] == [
            ["道路管理处", "群众满意率", "66.67%", "20/30", "低于底线：点名通报并约谈"],
            ["道路管理处", "合计", "48.5"],
            ["道路管理处", "10", "未问明", "10", "100.00%", "10/10"],
        ]
        assert any(line.split() == ["超时", "-5.5", "5", "件"] for line in lines)
        assert json.loads(told.splitlines()[-1])["units"][0]["score"]["total"] == 48.5
