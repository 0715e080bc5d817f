"""The roster: what is installed, what is put aside and why, and who answers in which order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.hooks import specs
from core.hooks.features import Feature, hookimpl
from core.hooks.roster import FeatureUnusable, Roster, UnknownFeature, Wanted, read_manifests
from core.hooks.settings import SettingsInvalid
from core.hooks.values import Context, Watcher
from tests.builders import make_feature

CONTEXT = Context(tenant_id=7, tenant="somewhere", zone="Asia/Shanghai")
MANIFEST = """
id = "{id}"
version = "1.0"
api = "{api}"
label = "插件"
summary = "供测试"
licence = "测试"
contact = "测试"
changelog = "测试"
[[feature]]
id = "{id}.watch"
label = "知会"
summary = "供测试"
answers = "{package}"
hooks = ["propose_watchers"]
"""
ANSWERS = """
from core.hooks import Watcher, hookimpl

@hookimpl
def propose_watchers():
    return [Watcher("roads", "x/y", "知晓")]
"""


@dataclass(frozen=True)
class Shelf:
    """A folder of plugin packages on the import path."""

    folder: Path

    def put(
        self, package: str, plugin_id: str, *, api: str = ">=1.0,<2", code: str = ANSWERS, extra: str = ""
    ) -> EntryPoint:
        (self.folder / package).mkdir()
        manifest = MANIFEST.format(id=plugin_id, api=api, package=package)
        (self.folder / package / "huiying-plugin.toml").write_text(extra + manifest, encoding="utf-8")
        (self.folder / package / "__init__.py").write_text(code, encoding="utf-8")
        return EntryPoint(plugin_id, package, "huiying.plugins")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Shelf(tmp_path)


def roster_of(*points: EntryPoint) -> Roster:
    manifests, quarantined = read_manifests(points)
    return Roster([feature for manifest in manifests for feature in manifest.features], quarantined=quarantined)


def watchers(roster: Roster, *features: str) -> list[str]:
    asked = roster.table(CONTEXT, [Wanted(feature) for feature in features]).ask(specs.propose_watchers, ticket=None)  # type: ignore[arg-type]
    return [feature for feature, _ in asked]


def test_features_are_asked_in_the_order_of_the_district() -> None:
    roster = Roster([make_feature(name, propose_watchers=lambda: [Watcher("roads", "r", "知晓")]) for name in "abc"])

    assert (watchers(roster, "c", "a"), watchers(roster, "a", "b", "c")) == (["c", "a"], ["a", "b", "c"])


def test_an_installed_feature_that_nobody_has_on_is_never_imported(shelf: Shelf) -> None:
    roster = roster_of(
        shelf.put("roster_quiet", "quiet"), shelf.put("roster_loud", "loud", code="raise SystemExit('stop')")
    )

    assert watchers(roster, "quiet.watch") == ["quiet.watch"]


@pytest.mark.parametrize(
    "code",
    [
        "raise RuntimeError('boom')",
        "import no_such_module",
        "def broken(:",
        "raise SystemExit(3)",
        "import os; os.nowhere",
    ],
)
def test_a_plugin_that_cannot_be_imported_is_put_aside_and_the_others_answer(shelf: Shelf, code: str) -> None:
    name = f"roster_bad_{abs(hash(code))}"
    roster = roster_of(shelf.put(name, "bad", code=code), shelf.put(f"{name}_fine", "fine"))

    with pytest.raises(FeatureUnusable, match=r"功能 bad\.watch 无法载入"):
        watchers(roster, "bad.watch")
    assert watchers(roster, "fine.watch") == ["fine.watch"]


def test_manifests_that_do_not_fit_are_put_aside_with_the_reason(shelf: Shelf) -> None:
    roster = roster_of(
        shelf.put("roster_fine", "fine"),
        shelf.put("roster_old", "old", api="<1"),
        shelf.put("roster_odd", "odd", extra='colour = "red"\n'),
        EntryPoint("gone", "roster_no_such_package", "huiying.plugins"),
        EntryPoint("other-name", "roster_fine", "huiying.plugins"),
    )

    assert list(roster.features) == ["fine.watch"]
    assert {each.plugin: each.reason.split("。")[0] for each in roster.quarantined} == {
        "gone": "插件包 roster_no_such_package 不是一个包，找不到它的 huiying-plugin.toml",
        "odd": "插件 roster_odd 的 huiying-plugin.toml 有误：插件没有 colour 这一项",
        "old": "插件 old 1.0 适用的接口版本是 <1，本系统的是 1.1",
        "other-name": "入口点叫 other-name，清单里的 id 却是 fine",
    }


def test_of_two_plugins_with_one_id_the_second_is_put_aside(shelf: Shelf) -> None:
    roster = roster_of(shelf.put("roster_twin_a", "twin"), shelf.put("roster_twin_b", "twin"))

    assert [each.reason for each in roster.quarantined] == [
        "已有一个 id 为 twin 的插件（roster_twin_a），roster_twin_b 不能再用这个 id。请卸载其中一个。"
    ]
    assert watchers(roster, "twin.watch") == ["twin.watch"]


def _marked(name: str = "propose_watchers", **options: Any) -> Callable[[], Sequence[Any]]:
    def answer() -> Sequence[Any]:
        return []

    return hookimpl(answer, specname=name, **options)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_marked(tryfirst=True), "用了 tryfirst"),
        (_marked(trylast=True), "用了 trylast"),
        (_marked(wrapper=True), "用了 wrapper"),
        (_marked(hookwrapper=True), "用了 hookwrapper"),
        (_marked("propose_watcher"), "回答了不存在的接口 propose_watcher"),
        (hookimpl(lambda tickets: [], specname="propose_watchers"), "不合接口约定"),
    ],
    ids=["tryfirst", "trylast", "wrapper", "hookwrapper", "misspelt hook", "misspelt argument"],
)
def test_an_answer_that_rules_over_others_or_does_not_fit_is_refused(answer: Any, said: str) -> None:
    module = ModuleType("forbidden")
    module.answer = answer  # type: ignore[attr-defined]
    fine = make_feature("fine", propose_watchers=lambda: [Watcher("roads", "r", "知晓")])
    roster = Roster([Feature("forbidden", "不合规", "供测试", module), fine])

    with pytest.raises(FeatureUnusable, match=said):
        watchers(roster, "forbidden", "fine")
    assert watchers(roster, "fine") == ["fine"]


def test_a_manifest_that_lists_other_hooks_than_the_module_answers_is_refused(shelf: Shelf) -> None:
    point = shelf.put("roster_lies", "lies", code=ANSWERS.replace("def propose_watchers", "def channels"))

    with pytest.raises(FeatureUnusable, match="清单写着回答 propose_watchers，实际回答 channels"):
        watchers(roster_of(point), "lies.watch")


def test_unknown_features_and_settings_that_do_not_fit_are_refused_in_words() -> None:
    roster = Roster([make_feature("known")])

    with pytest.raises(UnknownFeature, match=r"没有名为 unknown 的功能。已安装：known。"):
        roster.table(CONTEXT, [Wanted("unknown")])
    with pytest.raises(SettingsInvalid, match="no_such"):
        roster.table(CONTEXT, [Wanted("known", {"no_such": 1})])
