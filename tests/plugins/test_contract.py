"""What holds for the answers of every shipped feature."""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

import pytest

from core.hooks import Context, Trigger
from core.hooks.contract import Hook
from core.hooks.roster import Roster, Wanted
from core.hooks.specs import ALL_HOOKS, escalation_steps, metrics, panel_rules
from core.hooks.table import HookTable
from tests.plugins.questions import QUESTIONS, SECRETS

FEATURES = tuple(Roster.installed().features.values())
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "chengdu.disclosure": {"hidden_words": ["望江橱柜厂"]},
    "chengdu.routing": {"mailboxes": [{"mailbox": "市长信箱", "unit": "office"}]},
    "pingshan.catalogue": {"scenes": [{"words": ["路面坑洼"], "matter": "0101"}]},
    "pingshan.instant": {
        "topics": [{"words": ["几点上班"], "answer": "工作日 9:00 至 18:00。", "source": "政数局审定"}]
    },
}
ASKED = [hook for hook in ALL_HOOKS if hook.kind != "effect"]

each_hook = pytest.mark.parametrize("hook", ASKED, ids=lambda hook: hook.name)
DECISIONS = [hook for hook in ALL_HOOKS if hook.kind == "policy" and hook is not panel_rules]
"""How a panel votes is kept with the panel; why there is one is what `review_triggers` says."""
each_decision = pytest.mark.parametrize("hook", DECISIONS, ids=lambda hook: hook.name)


def _table() -> HookTable:
    enabled = [
        Wanted(feature.id, SETTINGS.get(feature.id, {}), secrets=SECRETS.get(feature.id, {})) for feature in FEATURES
    ]
    return Roster(FEATURES).table(Context(tenant_id=7, tenant="somewhere", zone="Asia/Shanghai"), enabled)


def _districts(answers: Sequence[tuple[str, Any]]) -> set[str]:
    return {feature.partition(".")[0] for feature, _ in answers}


@each_hook
def test_a_district_answers_each_question(hook: Hook[..., Any]) -> None:
    answers = _table().ask(hook, **QUESTIONS[hook.name])

    assert answers.failures == ()
    assert len(_districts(answers.given)) >= 1


@each_hook
def test_the_same_question_gets_the_same_answer(hook: Hook[..., Any]) -> None:
    table, again = _table(), _table()

    first = table.ask(hook, **QUESTIONS[hook.name])

    assert table.ask(hook, **QUESTIONS[hook.name]) == first
    assert again.ask(hook, **QUESTIONS[hook.name]) == first


@each_decision
def test_every_decision_names_its_feature_s_rule_and_says_why_in_chinese(hook: Hook[..., Any]) -> None:
    for feature, answer in _table().ask(hook, **QUESTIONS[hook.name]):
        assert answer.rule_id.startswith(f"{feature}/")
        assert any("\u4e00" <= character <= "\u9fff" for character in answer.reason)


@pytest.mark.parametrize("mark", ["last-day", "yellow", "reminder", "overdue"])
def test_messages_use_only_the_blanks_that_the_core_fills(mark: str) -> None:
    question = {**QUESTIONS["escalation_steps"], "trigger": Trigger("mark", "reply", mark)}
    texts = [step.text for _, step in _table().ask(escalation_steps, **question)]

    blanks = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}

    assert {"serial_no", "due"} <= blanks <= {"serial_no", "title", "unit", "due"}


def test_features_of_all_districts_stand_beside_each_other() -> None:
    assert sorted(Roster.installed().features) == sorted(feature.id for feature in FEATURES)
    assert len({metric.id for _, metric in _table().ask(metrics)}) == 14
