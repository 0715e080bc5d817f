"""No hook without its page in the manual, a district that answers it, and a test that mentions it."""

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.hooks import Context, Feature
from core.hooks.contract import Hook
from core.hooks.roster import Roster, Wanted
from core.hooks.specs import ALL_HOOKS
from tests.plugins.questions import QUESTIONS

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
PAGES = dict(re.findall(r"^## (\w+\([^)\n]*\))\n(.*?)(?=^## |\Z)", MANUAL, re.MULTILINE | re.DOTALL))
CONTEXT = Context(tenant_id=7, tenant="elsewhere", zone="Asia/Shanghai")

each_hook = pytest.mark.parametrize("hook", ALL_HOOKS, ids=lambda hook: hook.name)


def _heading(hook: Hook[..., Any]) -> str:
    return f"{hook.name}({', '.join(inspect.signature(hook.spec).parameters)})"


def _examples(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _answering(hook: Hook[..., Any]) -> list[str]:
    features = Roster.installed().features
    return sorted(feature.id for feature in features.values() if hasattr(feature.answers, hook.name))


def test_the_manual_has_a_page_for_every_hook_and_for_no_other() -> None:
    assert list(PAGES) == [_heading(hook) for hook in ALL_HOOKS]


@each_hook
def test_the_page_repeats_what_the_core_declares(hook: Hook[..., Any]) -> None:
    declared = (
        f"`{hook.kind}` · answers `{hook.item.__name__}` · on failure `{hook.on_error}` · "
        f"{hook.budget_ms} ms · since {hook.since}"
    )

    assert PAGES[_heading(hook)].split("\n")[1] == declared


@each_hook
def test_the_page_tells_when_how_merged_what_if_it_fails_and_who(hook: Hook[..., Any]) -> None:
    assert re.findall(r"^\* \*\*(.+?)\*\*", PAGES[_heading(hook)], re.MULTILINE) == [
        "Asked",
        "Arguments",
        "Merged",
        "If it fails",
        "Who answers",
    ]


@each_hook
def test_the_page_names_the_features_in_the_tree_that_answer(hook: Hook[..., Any]) -> None:
    line = next(line for line in PAGES[_heading(hook)].splitlines() if line.startswith("* **Who answers**"))

    assert _answering(hook) != []
    assert re.findall(r"`([\w.]+)`", line) == _answering(hook)


@each_hook
def test_the_example_answers_its_hook(hook: Hook[..., Any]) -> None:
    [example] = _examples(PAGES[_heading(hook)])
    answers = ModuleType("example")
    exec(example, answers.__dict__)
    feature = Feature(id="elsewhere.example", label="示例", summary="手册中的示例", answers=answers)

    told = Roster([feature]).table(CONTEXT, [Wanted(feature.id)]).ask(hook, **QUESTIONS[hook.name])

    assert [type(answer) for _, answer in told] == [hook.item]


def test_the_examples_of_the_introduction_run() -> None:
    introduction = MANUAL[: MANUAL.index(f"## {_heading(ALL_HOOKS[0])}")]

    assert len(_examples(introduction)) == 2
    for example in _examples(introduction):
        exec(example, {"__name__": "example"})


@each_hook
def test_a_test_mentions_the_hook(hook: Hook[..., Any]) -> None:
    tests = (path for path in (ROOT / "tests" / "plugins").rglob("test_*.py"))

    assert [path for path in tests if re.search(rf"\b{hook.name}\b", path.read_text(encoding="utf-8"))] != []
