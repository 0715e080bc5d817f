"""A district that combines features has what each says of handling; where two differ, the check says so in words."""

import pytest

from core.hooks.roster import Roster
from core.hooks.values import HandlingRules
from core.routing.rules_in_force import Handling, contested, rules_from, rules_of
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.settings.making import District

AUTUMN = beijing("2025-12-10 10:00")
FIRST_OWNER, LOOP = "pingshan.first_owner", "nanhai.loop"


@pytest.fixture
def district(database_url: str) -> District:
    shipped = Roster.installed().features
    mild = make_feature("own.rules", handling_rules=lambda: [HandlingRules(max_returns=2, notice_tells=False)])
    installation = make_installation(database_url, features=[shipped[FIRST_OWNER], shipped[LOOP], mild])
    return District(installation, make_district(installation, features={LOOP: {}, FIRST_OWNER: {}, "own.rules": {}}))


def test_what_each_feature_says_holds_together_and_the_stricter_where_both_speak(district: District) -> None:
    assert district.run(rules_of) == Handling(
        max_returns=1, consult_after=28_800, informs_asked=True, proves_telling=True, telling_days=3, notice_tells=False
    )


def test_the_check_names_who_says_something_else_and_what_holds(district: District) -> None:
    number = district.draft({"max_returns": 3}, feature=FIRST_OWNER, now=AUTUMN)
    checked = district.check(number, feature=FIRST_OWNER, now=AUTUMN)
    assert checked.passed, "a difference is told, and is no error"
    assert [(each.level, each.text) for each in checked.findings] == [
        (
            "warning",
            "办理规则“退单几次即会商”各功能不一致：首问首办负责（pingshan.first_owner）为 3，own.rules（own.rules）为 2；"
            "按 2 办理。",
        )
    ]
    agreed = district.draft({"max_returns": 2}, feature=FIRST_OWNER, now=AUTUMN)
    assert district.check(agreed, feature=FIRST_OWNER, now=AUTUMN).findings == ()


def test_never_is_the_mildest_and_where_nothing_is_stricter_the_first_decides() -> None:
    first = HandlingRules(consult_after=0, max_redos=3, pause_reasons=("judicial", "awaiting_resident"))
    second = HandlingRules(consult_after=7200, max_redos=1, pause_reasons=("judicial",), pauses_reply=True)
    together = rules_from([first, second])
    assert (together.consult_after, together.max_redos) == (7200, 3)
    assert (together.pause_reasons, together.pauses_reply) == (("judicial",), True)
    assert [each.holds for each in contested([("a", first), ("b", second)])] == [7200, ("judicial",), 3]
    assert rules_from([]) == Handling()
