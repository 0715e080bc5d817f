"""No hook without somebody who asks it, a shipped feature that answers it, a test that mentions it, and its page."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.hooks.contract import Hook
from core.hooks.specs import ALL_HOOKS
from tests.architecture.hook_pages import EXAMPLES, PAGES, answering, heading_of, rendered, run_example

ROOT = Path(__file__).parents[2]
HOW_TO_UPDATE = "docs/hooks/ no longer tells what the code says. Run: python -m tests.architecture.hook_pages"

each_hook = pytest.mark.parametrize("hook", ALL_HOOKS, ids=lambda hook: hook.name)


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    return rendered()


def test_the_pages_tell_what_the_code_says(pages: dict[Path, str]) -> None:
    stale = [path.name for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]

    assert (stale, sorted(set(PAGES.glob("*.md")) - set(pages))) == ([], []), HOW_TO_UPDATE


@each_hook
def test_a_page_has_the_signature_as_its_title_and_closes_with_failure_and_dry_run(
    hook: Hook[..., Any], pages: dict[Path, str]
) -> None:
    page = pages[PAGES / f"{hook.name}.md"]

    assert page.startswith(f"# {heading_of(hook)}\n")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [
        "Arguments",
        "Result",
        "Example",
        "In the districts",
        "If it fails",
        "In a dry run",
    ]


@each_hook
def test_a_shipped_feature_answers_it(hook: Hook[..., Any]) -> None:
    assert answering(hook) != []


@each_hook
def test_the_example_answers_it(hook: Hook[..., Any]) -> None:
    told = run_example(hook)

    assert told
    assert all(isinstance(answer, hook.item) for answer in told)


@each_hook
def test_the_core_asks_it(hook: Hook[..., Any]) -> None:
    asked = re.compile(rf"\bspecs\.{hook.name}\b")
    stages = (
        path for path in (ROOT / "core").rglob("*.py") if "hooks" not in path.parts and "conformance" not in path.parts
    )

    assert any(asked.search(path.read_text(encoding="utf-8")) for path in stages)


@each_hook
def test_a_test_mentions_it(hook: Hook[..., Any]) -> None:
    named = re.compile(rf"\b{hook.name}\b")
    tests = (ROOT / "tests").rglob("test_*.py")
    own = (path for path in tests if path.parent.name != "architecture")

    assert any(named.search(path.read_text(encoding="utf-8")) for path in own)


def test_there_is_no_example_of_a_hook_that_is_gone() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {hook.name for hook in ALL_HOOKS}
