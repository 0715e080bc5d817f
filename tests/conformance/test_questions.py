"""The questions of an examination are the same every time, go through every type, and find a rule's words."""

from typing import Any

import pytest

from core.conformance.asking import ANSWERED, plainer
from core.conformance.places import COUNTED, UNITS
from core.conformance.questions import Asker, Question, arguments_of
from core.conformance.testing import conformance
from core.hooks.contract import Hook
from core.hooks.specs import ALL_HOOKS, propose_routes
from core.hooks.values import TicketView
from core.statistics.measures import MEASURES

SETTINGS: Any = [{"keywords": ("钢琴",)}, {}]


@pytest.mark.parametrize("hook", [hook for hook in ALL_HOOKS if hook.kind in ANSWERED], ids=lambda hook: hook.name)
def test_every_hook_can_be_asked_and_always_the_same(hook: Hook[..., Any]) -> None:
    first = Asker("seed", SETTINGS).generated(hook, 40)

    assert [question.arguments for question in Asker("seed", SETTINGS).generated(hook, 40)] == [
        question.arguments for question in first
    ]
    assert {name for question in first for name in question.arguments} == set(arguments_of(hook))


def test_words_of_settings_and_of_code_turn_up_in_appeals() -> None:
    questions = Asker("seed", SETTINGS, literals=["大提琴", "forte"]).generated(propose_routes, 300)
    texts = [question.arguments["ticket"].text for question in questions]

    assert sum("钢琴" in text for text in texts) > 20
    assert sum("大提琴" in text for text in texts) > 20


def test_a_question_that_went_wrong_is_told_by_what_matters() -> None:
    def is_wrong(question: Question) -> bool:
        ticket: TicketView = question.arguments["ticket"]
        return ticket.affected_count > 100

    asked = next(each for each in Asker("seed", SETTINGS).generated(propose_routes, 300) if is_wrong(each))

    simple = plainer(asked, is_wrong)

    assert simple.words().startswith(f"ticket：affected_count={simple.arguments['ticket'].affected_count}")


def test_facts_about_units_count_what_the_core_counts() -> None:
    assert tuple(MEASURES) == COUNTED
    assert len({unit.code for unit in UNITS}) == len(UNITS)


def test_an_author_gets_one_test_for_each_rule() -> None:
    tests = conformance("chengdu", scratch=None)

    assert list(tests)[:5] == ["test_m1", "test_m2", "test_m3", "test_m4", "test_m5"]
    assert tests["test_m1"].__doc__ == "清单 huiying-plugin.toml 不必载入插件就能读出，id 与入口点一致"
    tests["test_m1"]()
    with pytest.raises(pytest.skip.Exception, match="没有数据库"):
        tests["test_d1"]()
