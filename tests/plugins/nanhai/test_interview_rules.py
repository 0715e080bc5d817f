"""七个镇街和罗村社会管理处的镇长、主任先后上线和网友进行“微访谈”，一个半小时，延长了10分钟 (2013)."""

from typing import Any

import pytest

from core.hooks import DuplicateHint, InterviewRules
from core.hooks.specs import find_duplicates, interview_rules
from tests.plugins.making import answers, make_alike, make_ticket

SAID = "夏东市场门口的路灯不亮半个月了，什么时候解决？"
EIGHT = (
    *("luocun", "street-guicheng", "town-dali", "town-danzao", "town-jiujiang", "town-lishui", "town-shishan"),
    "town-xiqiao",
)


def test_an_hour_and_a_half_ten_minutes_more_and_eight_units() -> None:
    assert answers("nanhai.interview", interview_rules) == [InterviewRules("live-session", 90, 10, EIGHT, 85)]
    assert answers("nanhai.interview", interview_rules, {"minutes": 60, "units": ["town-dali"]}) == [
        InterviewRules("live-session", 60, 10, ("town-dali",), 85)
    ]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"text": f"请问{SAID}", "place": "夏东"}, "地点相同，文字相似"),
        ({"text": SAID, "place": "夏西"}, ""),
        ({"text": SAID, "place": ""}, "事项相同，文字相似 100%"),
        ({"text": SAID, "place": "", "matter": "N0501"}, ""),
        ({"text": "夏东到地铁站的公交班次太少，什么时候解决？", "place": "夏东"}, ""),
    ],
)
def test_the_same_words_of_the_same_place_are_one_matter_and_of_another_place_are_not(
    other: dict[str, Any], reason: str
) -> None:
    appeal = make_alike(make_ticket(text=SAID, place="夏东", matter="N0103"))
    candidate = make_alike(make_ticket(**{"serial_no": "NH2", "matter": "N0103", **other}))

    found = answers("nanhai.interview", find_duplicates, appeal=appeal, candidates=(candidate,))

    assert [each.reason.startswith(reason) for each in found] == ([True] if reason else [])
    assert all(isinstance(each, DuplicateHint) and each.rule_id == "nanhai.interview/alike" for each in found)
