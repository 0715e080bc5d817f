"""Who answers for whom: one registry of all installed features, and per tenant an unchangeable table of answers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ParamSpec, TypeVar

import pluggy

from core.hooks.checks import check
from core.hooks.features import Feature
from core.hooks.specs import ALL_HOOKS, PROJECT, Hook
from core.hooks.values import Context
from core.kit.errors import Refused

ENTRY_POINT_GROUP = "huiying.plugins"
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class UnknownFeature(Refused):
    """A tenant names a feature that no installed plugin ships."""

    code = "unknown-feature"


@dataclass(frozen=True)
class Answerer:
    """One feature's answer to one hook, with the arguments it asks for."""

    feature: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    settings: Mapping[str, Any]


class HookTable:
    """The answers of one tenant in its own order of features; built once per epoch and never changed."""

    def __init__(self, ctx: Context, answerers: Mapping[str, tuple[Answerer, ...]]) -> None:
        self.ctx = ctx
        self._answerers = answerers

    def ask(self, hook: Hook[P, T], *args: P.args, **kwargs: P.kwargs) -> list[tuple[str, T]]:
        """Return every answer with the feature that gave it, in the tenant's order.

        A feature that raises, or returns what the core cannot carry out, is left out and logged: the core goes on with
        what is left, so a broken rule never loses an appeal.
        """
        assert not args, "questions are asked with keywords"
        answers: list[tuple[str, T]] = []
        for answerer in self._answerers.get(hook.name, ()):
            try:
                answers += [(answerer.feature, item) for item in self._answer(hook, answerer, kwargs)]
            except Exception:
                log.exception("feature %s failed in %s for tenant %s", answerer.feature, hook.name, self.ctx.tenant)
        return answers

    def _answer(self, hook: Hook[P, T], answerer: Answerer, kwargs: Mapping[str, Any]) -> list[T]:
        given = {"ctx": self.ctx, "settings": answerer.settings, **kwargs}
        answer = answerer.function(**{name: given[name] for name in answerer.arguments})
        items = list(answer) if answer is not None else []
        for item in items:
            if not isinstance(item, hook.item):
                raise TypeError(f"{hook.name} returns {hook.item.__name__}, not {type(item).__name__}")
            check(item)
        return items


class Roster:
    """All installed features. Compiling a tenant's table picks the enabled ones; nothing else is ever called."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(type("Specs", (), {hook.name: staticmethod(hook.spec) for hook in ALL_HOOKS}))
        self.features: dict[str, Feature] = {}
        for feature in features:
            self._manager.register(feature.answers, name=feature.id)
            self.features[feature.id] = feature
        self._manager.check_pending()

    @classmethod
    def installed(cls) -> "Roster":
        """Build the roster from every plugin package of the entry point group; each names its `FEATURES`."""
        packages = (point.load() for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.name))
        return cls([feature for package in packages for feature in package.FEATURES])

    def table(self, ctx: Context, enabled: Sequence[tuple[str, Mapping[str, Any]]]) -> HookTable:
        """Compile the table for features in this order, each with its settings.

        Raises `UnknownFeature`, `SettingsInvalid`.
        """
        settings = {feature_id: self._settings(feature_id, values) for feature_id, values in enabled}
        return HookTable(ctx, {hook.name: self._answerers(hook.name, settings) for hook in ALL_HOOKS})

    def usable(self, enabled: Sequence[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the enabled features without those that are not installed or whose settings no longer fit, logged.

        For a tenant at work: it goes on by the core's own rules rather than refuse every appeal until somebody comes.
        """
        usable = []
        for feature_id, values in enabled:
            try:
                self._settings(feature_id, values)
            except Exception:
                log.exception("feature %s is left out", feature_id)
            else:
                usable.append((feature_id, values))
        return usable

    def _settings(self, feature_id: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if feature_id not in self.features:
            raise UnknownFeature(f"没有名为 {feature_id} 的功能。已安装：{'、'.join(sorted(self.features)) or '无'}。")
        return self.features[feature_id].read(values)

    def _answerers(self, hook_name: str, settings: Mapping[str, Mapping[str, Any]]) -> tuple[Answerer, ...]:
        implementations = {
            implementation.plugin_name: implementation
            for implementation in getattr(self._manager.hook, hook_name).get_hookimpls()
        }
        return tuple(
            Answerer(
                feature=feature_id,
                function=implementations[feature_id].function,
                arguments=tuple(implementations[feature_id].argnames),
                settings=values,
            )
            for feature_id, values in settings.items()
            if feature_id in implementations
        )
