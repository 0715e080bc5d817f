"""这些考核将与职能部门的年度绩效考核相挂钩: what is counted of a unit counts for its year."""

from datetime import date

from core.hooks import PerformanceRules, UnitFacts
from core.hooks.specs import performance_rules, score_lines
from tests.plugins.making import answers

COUNTS = {"due_adjudicated": 50, "on_time_adjudicated": 45, "overdue_adjudicated": 5, "redone": 2, "accountable": 1}
RATINGS = {"rated_adjudicated": 40, "satisfied_adjudicated": 38}


def test_the_marks_count_for_the_year() -> None:
    facts = UnitFacts("roads", date(2013, 1, 1), date(2013, 12, 31), COUNTS | RATINGS)

    lines = answers("nanhai.performance", score_lines, {"overdue_loss": 2}, facts=facts)

    assert [(line.label, line.points, line.reason, line.behind) for line in lines] == [
        ("按时办结", 54.0, "45/50，满分 60 分", ("on_time_adjudicated", "due_adjudicated")),
        ("群众满意", 38.0, "38/40，满分 40 分", ("satisfied_adjudicated", "rated_adjudicated")),
        ("超时", -10.0, "5 件，每件扣 2 分", ("overdue_adjudicated",)),
        ("重办", -4.0, "2 次，每次扣 2 分", ("redone",)),
        ("问责有责", -5.0, "1 件，每件扣 5 分", ("accountable",)),
    ]


def test_a_unit_to_which_nothing_came_loses_nothing() -> None:
    names = ("due", "on_time", "overdue", "rated", "satisfied")
    facts = UnitFacts("roads", date(2013, 9, 1), date(2013, 9, 30), {f"{name}_adjudicated": 0 for name in names})

    lines = answers("nanhai.performance", score_lines, facts=facts)

    assert [line.points for line in lines] == [60.0, 40.0, 0.0, 0.0, 0.0]


def test_units_may_object_for_five_working_days() -> None:
    assert answers("nanhai.performance", performance_rules) == [PerformanceRules(objection_days=5)]
    assert answers("nanhai.performance", performance_rules, {"objection_days": 10}) == [PerformanceRules(10)]
