"""Asking: each within its time, each checked; what fails is left out, told once, and left alone when it keeps failing."""

import contextlib
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.hooks import specs
from core.hooks.breaker import IN_A_ROW, Breaker
from core.hooks.features import NotPossible
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import Secret, Settings
from core.hooks.table import EffectFailed, Failure, HookTable
from core.hooks.values import Context, RouteProposal, WarningRules, Watcher
from tests.builders import make_feature
from tests.patience import patience
from tests.plugins.making import make_ticket

CONTEXT = Context(tenant_id=7, tenant="somewhere", zone="Asia/Shanghai")
WATCHER = Watcher("roads", "fine/rule", "知晓")
SPOKEN = "我家的电话是 5550-0100"
TEN_MEGABYTES = "长" * (10 * 1024 * 1024)


def table_of(failures: list[Failure] | None = None, *, breaker: Breaker | None = None, **answers: Any) -> HookTable:
    """Return the table of features that answer `propose_watchers`, by name, the fine one last."""
    features = [make_feature(name, propose_watchers=answer) for name, answer in answers.items()]
    features.append(make_feature("fine", propose_watchers=lambda: [WATCHER]))
    report: Callable[[Failure], None] = (failures if failures is not None else []).append
    wanted = [Wanted(feature.id, revision=3) for feature in features]
    return Roster(features).table(CONTEXT, wanted, report=report, breaker=breaker or Breaker())


def loops() -> list[Watcher]:
    while True:
        pass


def sleeps() -> list[Watcher]:
    time.sleep(60)
    return []


def runs_away() -> list[Watcher]:
    re.match(r"(a+)+$", "a" * 40 + "b")
    return []


def swallows() -> list[Watcher]:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


def never_ends() -> Iterator[Watcher]:
    while True:
        yield WATCHER


def exits() -> list[Watcher]:
    raise SystemExit(0)


def raises() -> list[Watcher]:
    raise RuntimeError(SPOKEN)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "loops": (loops, "over_budget"),
    "sleeps": (sleeps, "over_budget"),
    "runaway regex": (runs_away, "over_budget"),
    "swallows exceptions": (swallows, "over_budget"),
    "never ends": (never_ends, "unusable"),
    "exits": (exits, "exited"),
    "raises": (raises, "raised"),
    "another type": (lambda: [RouteProposal("roads", "r", "x")], "unusable"),
    "no list": (lambda: WATCHER, "unusable"),
    "a string": (lambda: "roads", "unusable"),
    "a number in it": (lambda: [Watcher(3, "r", "x")], "unusable"),  # type: ignore[arg-type]
    "ten megabytes": (lambda: [Watcher("roads", "r", TEN_MEGABYTES)], "unusable"),
    "too many": (lambda: [WATCHER] * 1001, "unusable"),
    "no Unicode": (lambda: [Watcher("roads", "r", "\ud800")], "unusable"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_is_left_out_and_the_others_count(bad: str) -> None:
    answer, kind = BAD[bad]
    failures: list[Failure] = []

    begun = time.monotonic()
    answers = table_of(failures, bad=answer).ask(specs.propose_watchers, ticket=make_ticket())

    assert list(answers) == [("fine", WATCHER)]
    assert [(each.feature, each.hook, each.revision, each.kind) for each in answers.failures] == [
        ("bad", "propose_watchers", 3, kind)
    ]
    assert failures == list(answers.failures)
    assert time.monotonic() - begun < patience(10)


def test_what_failed_is_logged_under_its_number_without_anybody_s_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answers = table_of(bad=raises).ask(specs.propose_watchers, ticket=make_ticket())

    (failure,) = answers.failures
    assert failure.error_id in caplog.text
    assert "test_table.py" in caplog.text
    for text in (caplog.text, failure.words):
        assert SPOKEN not in text


def test_a_feature_that_keeps_failing_is_not_asked_and_not_told_again() -> None:
    asked: list[int] = []

    def counts() -> list[Watcher]:
        asked.append(1)
        raise RuntimeError

    failures: list[Failure] = []
    table = table_of(failures, bad=counts)
    for _ in range(IN_A_ROW + 20):
        answers = table.ask(specs.propose_watchers, ticket=make_ticket())

    assert (len(asked), len(failures)) == (IN_A_ROW, IN_A_ROW)
    assert [each.kind for each in answers.failures] == ["resting"]
    assert answers.values == [WATCHER]


def test_another_revision_is_another_chance() -> None:
    breaker = Breaker()
    feature = make_feature("f", propose_watchers=raises)
    roster = Roster([feature])

    def ask(revision: int) -> list[str]:
        table = roster.table(CONTEXT, [Wanted("f", revision=revision)], breaker=breaker)
        return [each.kind for each in table.ask(specs.propose_watchers, ticket=make_ticket()).failures]

    for _ in range(IN_A_ROW):
        ask(1)

    assert (ask(1), ask(2)) == (["resting"], ["raised"])


def test_of_merge_first_the_later_features_are_not_asked() -> None:
    asked: list[str] = []

    def rules(name: str, answer: list[WarningRules]) -> Callable[[], list[WarningRules]]:
        def warning_rules() -> list[WarningRules]:
            asked.append(name)
            return answer

        return warning_rules

    features = [
        make_feature("a", warning_rules=rules("a", [])),
        make_feature("b", warning_rules=rules("b", [WarningRules(least=5)])),
        make_feature("c", warning_rules=rules("c", [WarningRules(least=6)])),
    ]
    table = Roster(features).table(CONTEXT, [Wanted(name) for name in "abc"])

    assert table.ask(specs.warning_rules).first == WarningRules(least=5)
    assert asked == ["a", "b"]


def test_a_feature_gets_its_own_settings_and_only_the_arguments_it_names() -> None:
    class Own(Settings):
        token = Secret(title="密钥")

    got: list[Any] = []

    def watchers(settings: Any, ctx: Any) -> list[Watcher]:
        got.append((ctx, settings["token"].reveal(), repr(settings["token"]), f"{settings['token']}"))
        return []

    feature = make_feature("own", propose_watchers=watchers)
    roster = Roster([type(feature)("own", "功能", "供测试", feature.answers, settings=Own)])
    secret = Own.__name__ + "-canary"
    from core.hooks.settings import SecretText

    table = roster.table(CONTEXT, [Wanted("own", secrets={"token": SecretText(secret)})])
    table.ask(specs.propose_watchers, ticket=make_ticket())

    assert got == [(CONTEXT, secret, "***", "***")]


def test_a_rule_that_the_manifest_does_not_list_is_refused() -> None:
    feature = make_feature("f", propose_watchers=lambda: [Watcher("roads", "g/rule", "知晓")])
    listed = type(feature)("f", "功能", "供测试", feature.answers, rules=("rule",))
    table = Roster([listed]).table(CONTEXT, [Wanted("f")])

    (failure,) = table.ask(specs.propose_watchers, ticket=make_ticket()).failures

    assert failure.words.startswith("返回的内容不能使用：propose_watchers 返回的规则不在 f 的清单里")


def test_a_decision_keeps_feature_version_and_revision() -> None:
    feature = make_feature("f")
    table = Roster([type(feature)("f", "功能", "供测试", feature.answers, version="2.1")]).table(
        CONTEXT, [Wanted("f", revision=12)]
    )

    assert (table.stamp("f"), table.stamp("core")) == ("f@2.1/12", "core")


def test_effects_raise_so_that_the_job_is_tried_again() -> None:
    def on_event(event: Any) -> None:
        raise OSError("no answer")

    table = Roster([make_feature("f", on_event=on_event)]).table(CONTEXT, [Wanted("f")])

    with pytest.raises(EffectFailed) as failed:
        table.perform(specs.on_event, "f", event=None)  # type: ignore[arg-type]
    assert (failed.value.failure.kind, failed.value.failure.hook) == ("raised", "on_event")
    assert table.perform(specs.on_event, "another", event=None) == []  # type: ignore[arg-type]


def test_a_refusal_of_a_page_s_own_is_no_failure() -> None:
    feature = make_feature("f")
    assert not isinstance(feature.answers, str)

    def submit(ctx: Any, settings: Any, values: Any) -> str:
        raise NotPossible("这一天已有微访谈。")

    feature.answers.submit = submit  # type: ignore[attr-defined]
    failures: list[Failure] = []
    table = Roster([feature]).table(CONTEXT, [Wanted("f")], report=failures.append)

    with pytest.raises(NotPossible, match="这一天已有微访谈"):
        table.call("f", "submit", seconds=1, check=str, values={})
    assert failures == []


def test_the_types_of_questions_are_checked_by_mypy(tmp_path: Any) -> None:
    asked = tmp_path / "asked.py"
    asked.write_text(
        "from core.hooks import specs\nfrom core.hooks.table import HookTable\n\n"
        "def ask(table: HookTable) -> None:\n"
        "    table.ask(specs.propose_watcher)\n"
        "    table.ask(specs.handling_rules, ticket=None)\n"
        "    table.ask(specs.propose_watchers, tickets=None)\n"
        "    reveal_type(table.ask(specs.handling_rules).first)\n",
        encoding="utf-8",
    )

    # In a process of its own: it tells the one that it runs in how to collect garbage.
    checking = [sys.executable, "-m", "mypy", str(asked), "--strict", "--cache-dir", os.devnull]
    told = subprocess.run([*checking, "--follow-imports=silent"], capture_output=True, text=True, check=False).stdout

    assert 'Module has no attribute "propose_watcher"' in told
    assert 'Unexpected keyword argument "ticket"' in told
    assert 'Unexpected keyword argument "tickets"' in told
    assert "HandlingRules | None" in told
