"""Who answers for whom: one registry of all installed features, and per tenant an unchangeable table of answers.

A plugin or feature that does not fit is put aside with the reason 隔离, and everything else goes on.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from core.hooks.breaker import Breaker
from core.hooks.contract import PROJECT, Hook
from core.hooks.core_features import CORE_FEATURES
from core.hooks.features import Feature
from core.hooks.manifest import ENTRY_POINT_GROUP, Manifest, ManifestUnusable, manifest_of, refuse_other_contract
from core.hooks.settings import SecretText
from core.hooks.specs import ALL_HOOKS, HOOKS
from core.hooks.table import Answerer, Enabled, HookTable, Report, unreported
from core.hooks.values import Context
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.trouble import where

BUNDLED = "huiying"
"""The distribution whose plugins come with the product."""
_CORE = {feature.id: feature for feature in CORE_FEATURES}
log = logging.getLogger(__name__)


class UnknownFeature(Refused):
    """A tenant names a feature that no installed plugin ships."""

    code = "unknown-feature"


class FeatureUnusable(Refused):
    """The feature is installed but does not fit: it cannot be imported, or breaks the contract."""

    code = "feature-unusable"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feature that a tenant has switched on, with the settings of a revision as they are stored, and its secrets."""

    feature: str
    values: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0
    secrets: Mapping[str, SecretText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin 插件 that was put aside when the installation was read, and why, in words."""

    plugin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A feature's implementation of a hook, and the arguments it asks for."""

    function: Callable[..., Any]
    arguments: tuple[str, ...]


WhyNot = Callable[[Sequence[Manifest]], Mapping[str, str]]


def _nothing_against(_manifests: Sequence[Manifest]) -> Mapping[str, str]:
    return {}


class Roster:
    """All installed features, and beside them the core's own. Compiling a tenant's table picks the enabled ones; nothing else is ever called."""

    def __init__(self, features: Iterable[Feature], *, quarantined: Sequence[Quarantined] = ()) -> None:
        self.features: Mapping[str, Feature] = {feature.id: feature for feature in features}
        self.quarantined = tuple(quarantined)
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(type("Specs", (), {hook.name: staticmethod(hook.spec) for hook in ALL_HOOKS}))
        self._answers: dict[str, Mapping[str, Answer]] = {}
        self._breaker = Breaker()
        self._lock = threading.Lock()

    @classmethod
    def installed(cls, why_not: WhyNot = _nothing_against) -> "Roster":
        """Read the manifests of all plugins of the entry point group; none is imported. Never raises for a bad one.

        `why_not` says of those that fit which cannot work here yet, and why: their tables are not as they should be.
        """
        fitting, quarantined = read_manifests(entry_points(group=ENTRY_POINT_GROUP))
        reasons = why_not(fitting)
        quarantined += [Quarantined(plugin, reason) for plugin, reason in reasons.items()]
        features = [feature for manifest in fitting if manifest.id not in reasons for feature in manifest.features]
        return cls(features, quarantined=quarantined)

    def table(
        self, ctx: Context, wanted: Sequence[Wanted], *, report: Report = unreported, breaker: Breaker | None = None
    ) -> HookTable:
        """Compile the table for features in this order, each with its settings.

        Raises `UnknownFeature`, `FeatureUnusable`, `SettingsInvalid`.
        """
        return self.compiled(ctx, [self.enabled(each) for each in wanted], report=report, breaker=breaker)

    def compiled(
        self, ctx: Context, enabled: Sequence[Enabled], *, report: Report = unreported, breaker: Breaker | None = None
    ) -> HookTable:
        """Compile the table for features whose settings were validated by `enabled`, in this order."""
        answerers = {hook.name: self._answerers(hook, enabled) for hook in ALL_HOOKS}
        return HookTable(ctx, enabled, answerers, breaker=breaker or self._breaker, report=report)

    def enabled(self, wanted: Wanted) -> Enabled:
        """Return the feature with its settings validated. Raises as `table`."""
        feature = self.get(wanted.feature)
        self.answers_of(feature)
        return Enabled(feature, feature.read(wanted.values, secrets=wanted.secrets), wanted.revision)

    def get(self, feature_id: str) -> Feature:
        """Return the installed feature, or the core's own. Raises `UnknownFeature`."""
        found = self.find(feature_id)
        if found is None:
            raise UnknownFeature(
                said(
                    "没有名为 {feature_id} 的功能。已安装：{features}。",
                    feature_id=word(feature_id),
                    features=joined("、", sorted(self.features)) or word("无"),
                )
            )
        return found

    def find(self, feature_id: str) -> Feature | None:
        """Return the installed feature, or the core's own."""
        return self.features.get(feature_id) or _CORE.get(feature_id)

    def is_aside(self, feature_id: str) -> bool:
        """Tell whether the feature's plugin is installed but was put aside."""
        plugins = {each.plugin for each in self.quarantined}
        return feature_id not in self.features and feature_id.partition(".")[0] in plugins

    def answers_of(self, feature: Feature) -> Mapping[str, Answer]:
        """Return the feature's implementations by hook, importing and registering it once. Raises `FeatureUnusable`."""
        with self._lock:
            if feature.id not in self._answers:
                self._answers[feature.id] = self._register(feature)
            return self._answers[feature.id]

    def _register(self, feature: Feature) -> Mapping[str, Answer]:
        try:
            module = feature.module()
            feature.schema()
        except (Exception, SystemExit) as error:
            raise FeatureUnusable(
                said(
                    "功能 {id} 无法载入：{where}。请修复或卸载插件 {plugin}。",
                    id=feature.id,
                    where=where(error, feature.folder),
                    plugin=feature.plugin or feature.id,
                )
            ) from error
        refuse_forbidden(feature, module)
        try:
            self._manager.register(module, name=feature.id)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise FeatureUnusable(said("功能 {id} 不合接口约定：{error}", id=feature.id, error=error)) from error
        mine = [found for found in self._manager.get_hookcallers(module) or () if found.name in HOOKS]
        answers = {
            caller.name: Answer(implementation.function, tuple(implementation.argnames))
            for caller in mine
            for implementation in caller.get_hookimpls()
            if implementation.plugin_name == feature.id
        }
        if feature.hooks is not None and set(feature.hooks) != set(answers):
            self._manager.unregister(module)
            raise FeatureUnusable(
                said(
                    "功能 {id} 的清单写着回答 {listed}，实际回答 {answers}。请改正清单。",
                    id=feature.id,
                    listed=word(_listed(feature.hooks)),
                    answers=word(_listed(answers)),
                )
            )
        return answers

    def _answerers(self, hook: Hook[..., Any], enabled: Sequence[Enabled]) -> tuple[Answerer, ...]:
        found = []
        for each in enabled:
            answer = self._answers[each.feature.id].get(hook.name)
            if answer is not None:
                found.append(Answerer(each, answer.function, answer.arguments))
        return tuple(found)


def read_manifests(points: Iterable[EntryPoint]) -> tuple[list[Manifest], list[Quarantined]]:
    """Return the manifests of these entry points that fit this product, and those put aside with the reason.

    Of two plugins with one id, or two that ship one feature, the product's own counts, else the first by distribution.
    """
    manifests: list[Manifest] = []
    quarantined: list[Quarantined] = []
    for point in sorted(points, key=_own_first):
        try:
            manifest = manifest_of(point.value)
            _refuse_other_id(point, manifest)
            refuse_other_contract(manifest)
            _refuse_double(manifest, manifests)
        except ManifestUnusable as unusable:
            log.error("插件 %s 已隔离：%s", point.name, unusable.message)
            quarantined.append(Quarantined(point.name, unusable.message))
        else:
            manifests.append(manifest)
    return manifests, quarantined


def refuse_forbidden(feature: Feature, module: ModuleType) -> None:
    """Raise `FeatureUnusable` for an answer that would rule over others' (wrapper, tryfirst, trylast), or to no hook.

    pluggy would let a wrapper replace everybody's answers, and a misspelt name would be silently never asked.
    """
    for name, options in _marked(module):
        hook_name = options.get("specname") or name
        if hook_name not in HOOKS:
            raise FeatureUnusable(
                said("功能 {id} 回答了不存在的接口 {hook_name}。请核对名称。", id=feature.id, hook_name=hook_name)
            )
        for forbidden in ("wrapper", "hookwrapper", "tryfirst", "trylast"):
            if options.get(forbidden):
                raise FeatureUnusable(
                    said(
                        "功能 {id} 的 {hook_name} 用了 {forbidden}，会左右别的功能，不予载入。",
                        id=feature.id,
                        hook_name=hook_name,
                        forbidden=forbidden,
                    )
                )


def _marked(module: ModuleType) -> list[tuple[str, Mapping[str, Any]]]:
    found = ((name, getattr(value, f"{PROJECT}_impl", None)) for name, value in vars(module).items())
    return [(name, options) for name, options in found if isinstance(options, dict)]


def _own_first(point: EntryPoint) -> tuple[bool, str, str]:
    distribution = point.dist.name if point.dist else ""
    return distribution != BUNDLED, distribution, point.name


def _refuse_other_id(point: EntryPoint, manifest: Manifest) -> None:
    if point.name != manifest.id:
        raise ManifestUnusable(
            said("入口点叫 {name}，清单里的 id 却是 {id}。请改成一致。", name=point.name, id=manifest.id)
        )


def _refuse_double(manifest: Manifest, others: Sequence[Manifest]) -> None:
    for other in others:
        if other.id == manifest.id:
            raise ManifestUnusable(
                said(
                    "已有一个 id 为 {id} 的插件（{name}），{folder_name} 不能再用这个 id。请卸载其中一个。",
                    id=other.id,
                    name=other.folder.name,
                    folder_name=manifest.folder.name,
                )
            )


def _listed(names: Iterable[str]) -> str:
    return joined("、", sorted(names)) or "无"
