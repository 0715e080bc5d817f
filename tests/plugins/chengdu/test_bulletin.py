"""The pack for the mayor's meeting: 每月在市长办公会上通报批示情况、办理效能, 诉求量前十, 不满意件前十, 企业诉求专版."""

from datetime import date

from core.hooks import BulletinMonth
from core.hooks.specs import bulletin_rules, bulletin_sections
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


def test_ten_matters_and_whoever_satisfies_less_than_85_percent_are_told() -> None:
    (rules,) = answers("chengdu.bulletin", bulletin_rules)

    assert (rules.top, rules.floor, rules.sample, rules.editions) == (10, 0.85, 30, ("general", "enterprise"))
    assert (rules.audience, rules.monthly) == ("市长办公会", True)


def test_a_district_without_enterprises_makes_one_edition() -> None:
    (rules,) = answers("chengdu.bulletin", bulletin_rules, {"enterprise": False, "agenda": [], "floor": 80})

    assert (rules.editions, rules.floor) == (("general",), 0.8)
