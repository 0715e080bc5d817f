"""The pack for the mayor's meeting: 每月在市长办公会上通报批示情况、办理效能, 诉求量前十, 不满意件前十, 企业诉求专版."""

from datetime import date

import pytest

from core.hooks import BulletinMonth, GradeBand
from core.hooks.specs import bulletin_rules, bulletin_sections, grade_bands
from core.statistics.bulletins.sections import CASES, CORE, NAMING
from tests.plugins.making import answers

MONTH = BulletinMonth("general", date(2017, 1, 1), date(2017, 1, 31), {}, {}, {})


def test_the_meeting_hears_of_instructions_first() -> None:
    agenda, *sections = answers("chengdu.bulletin", bulletin_sections, month=MONTH)

    assert (agenda.heading, agenda.lines[0]) == ("会议议程", "1. 通报各级领导批示情况和各级各部门办理效能")
    names = [section.core for section in sections]
    assert (names[0], names[-1]) == ("instructed", NAMING)
    assert {"levels", "units", "top_accepted", "top_dissatisfied", "dissatisfied", "overdue", "conduct"} <= set(names)
    assert set(names) <= {*CORE, CASES, NAMING}


@pytest.mark.parametrize(("values", "floor"), [({}, 85), ({"floor": 90}, 90)])
def test_whoever_satisfies_fewer_than_the_floor_is_named_and_summoned(values: dict[str, int], floor: int) -> None:
    assert answers("chengdu.bulletin", grade_bands, values) == [
        GradeBand(
            metric="satisfied",
            threshold=floor / 100,
            label="低于底线",
            action="点名通报并约谈",
            rule_id="chengdu.bulletin/naming",
            reason=f"群众满意率低于 {floor}% 的单位点名通报并约谈",
        )
    ]


def test_ten_matters_are_listed_and_thirty_ratings_asked_for() -> None:
    (rules,) = answers("chengdu.bulletin", bulletin_rules)

    assert (rules.top, rules.sample, rules.editions) == (10, 30, ("general", "enterprise"))
    assert (rules.audience, rules.monthly) == ("市长办公会", True)


def test_a_district_without_enterprises_makes_one_edition() -> None:
    (rules,) = answers("chengdu.bulletin", bulletin_rules, {"enterprise": False, "agenda": []})

    assert rules.editions == ("general",)
