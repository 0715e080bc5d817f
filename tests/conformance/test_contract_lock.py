"""The contract changes only together with its version, and nothing is taken away within one major."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from core.conformance import lock
from core.conformance.lock import declared, faults, locked, taken_away, write
from core.hooks.contract import API_VERSION

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def test_the_code_declares_what_is_locked() -> None:
    assert list(faults(locked(), declared(), API_VERSION)) == []


def test_the_changelog_names_the_version() -> None:
    assert f"hook contract {API_VERSION}" in CHANGELOG.read_text(encoding="utf-8")


def test_a_contract_that_changed_under_its_version_says_what_to_do() -> None:
    now = changed("hooks", "time_limits", "budget_ms", 70)

    [fault] = faults({"1.1": declared()}, now, "1.1")

    assert fault == (
        "接口变了，contract.lock.json 里的 1.1 不是这样：time_limits。"
        "请提高 core/hooks/contract.py 的 API_VERSION，再运行 python -m core.conformance.lock"
    )


def test_a_version_that_was_not_written_down_is_found() -> None:
    [fault] = faults({"1.1": declared()}, declared(), "1.2")

    assert fault.startswith("接口 1.2 没有记在 contract.lock.json。")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("hooks", "time_limits"), ["少了接口 time_limits"]),
        (("hooks", "time_limits", "arguments", "duty"), ["time_limits 少了参数 duty"]),
        (("values", "Watcher"), ["少了 Watcher"]),
        (("values", "Watcher", "reason"), ["Watcher 少了 reason"]),
    ],
)
def test_what_is_taken_away_needs_another_major(path: tuple[str, ...], told: list[str]) -> None:
    now = without(*path)

    assert list(taken_away(declared(), now)) == told
    assert len(list(faults({"1.1": declared(), "1.2": now}, now, "1.2"))) == 1
    assert list(faults({"1.1": declared(), "2.0": now}, now, "2.0")) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("hooks", "time_limits", "kind"), "render"),
        (("hooks", "time_limits", "merge"), "all"),
        (("hooks", "time_limits", "on_error"), "hold"),
        (("hooks", "time_limits", "budget_ms"), 10),
        (("hooks", "time_limits", "arguments", "duty"), "str"),
        (("values", "Watcher", "unit", "type"), "int"),
        (("values", "RouteProposal", "direct", "has_default"), False),
        (("values", "Watcher", "mood"), {"type": "str", "has_default": False}),
        (("names",), []),
    ],
)
def test_what_would_break_a_plugin_needs_another_major(path: tuple[str, ...], value: Any) -> None:
    assert list(taken_away(declared(), changed(*path, value))) != []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("hooks", "time_limits", "budget_ms"), 500),
        (("hooks", "time_limits", "arguments", "mood"), "str"),
        (("values", "Watcher", "mood"), {"type": "str", "has_default": True}),
        (("values", "TicketView", "mood"), {"type": "str", "has_default": False}),
        (("values", "Watcher", "unit", "type"), "str | None"),
    ],
)
def test_what_is_only_added_needs_none(path: tuple[str, ...], value: Any) -> None:
    assert list(taken_away(declared(), changed(*path, value))) == []


def test_a_version_that_is_written_down_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK", tmp_path / "contract.lock.json")

    first = write(not_yet_released=False)
    monkeypatch.setattr(lock, "declared", lambda: changed("hooks", "time_limits", "budget_ms", 500))

    assert first.startswith(f"已把接口 {API_VERSION} 记入")
    with pytest.raises(SystemExit, match="已经记下，不再改动"):
        write(not_yet_released=False)
    assert write(not_yet_released=True).startswith(f"已把接口 {API_VERSION} 记入")
    assert locked()[API_VERSION]["hooks"]["time_limits"]["budget_ms"] == 500


def changed(*path: Any) -> dict[str, Any]:
    """Return the contract with another value at a place; the last part of the path is the value."""
    *parents, last, value = path
    contract = branch = deepcopy(declared())
    for parent in parents:
        branch = branch[parent]
    branch[last] = value
    return contract


def without(*path: str) -> dict[str, Any]:
    """Return the contract without what stands at a place."""
    *parents, last = path
    contract = branch = deepcopy(declared())
    for parent in parents:
        branch = branch[parent]
    del branch[last]
    return contract
