"""The pages, commands and jobs of the features that a tenant has on: those that can be run, found once per epoch.

One that names what its module does not have, or a permission that the core does not know, is put aside and reported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, TypeVar

from core.hooks import specs
from core.hooks.contract import Hook
from core.hooks.settings import Rows, Settings, fields_of, secrets_of
from core.hooks.values import CommandSpec, JobSpec, PageSpec
from core.kit.saying import joined, said
from core.people.roles import Permission
from core.tenancy.scope import Scope

T = TypeVar("T")
Found = TypeVar("Found")


class PartUnusable(Exception):  # noqa: N818 -- a fact about a feature; it is reported and the part left out
    """A page, command or job cannot be run as it is declared. The message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something of a feature that is run by name. `form` is the schema of what it is given, where it is given anything."""

    feature: str
    feature_label: str
    plugin: str
    form: type[Settings] | None


@dataclass(frozen=True, slots=True)
class FeaturePage(Part):
    """A page, and the permission it asks for."""

    spec: PageSpec
    permission: Permission

    @property
    def href(self) -> str:
        """The page's address."""
        return f"/x/{self.plugin}/{self.spec.path}"


@dataclass(frozen=True, slots=True)
class FeatureCommand(Part):
    """A command."""

    spec: CommandSpec


@dataclass(frozen=True, slots=True)
class FeatureJob(Part):
    """Work that returns daily at a time of the tenant's day."""

    spec: JobSpec

    @property
    def at(self) -> time:
        return time.fromisoformat(self.spec.at)

    @property
    def key(self) -> str:
        """The job's name among all of the tenant's."""
        return f"{self.feature}/{self.spec.name}"


def pages_of(scope: Scope) -> Mapping[str, FeaturePage]:
    """Return the tenant's pages by address; the first feature to name an address has it."""
    return scope.remember("feature-pages", lambda: _found(scope, specs.pages, _page, lambda page: page.href))


def commands_of(scope: Scope) -> Mapping[tuple[str, str], FeatureCommand]:
    """Return the tenant's commands by plugin and name; the first feature to name one has it."""
    return scope.remember(
        "feature-commands",
        lambda: _found(scope, specs.commands, _command, lambda command: (command.plugin, command.spec.name)),
    )


def jobs_of(scope: Scope) -> Mapping[str, FeatureJob]:
    """Return the tenant's daily jobs by their keys."""
    return scope.remember("feature-jobs", lambda: _found(scope, specs.jobs, _job, lambda job: job.key))


def _found(
    scope: Scope,
    hook: Hook[[], T],
    make: Callable[[Scope, str, T], Found],
    key_of: Callable[[Found], Any],
) -> Mapping[Any, Found]:
    found: dict[Any, Found] = {}
    for feature_id, spec in scope.hooks.ask(hook):
        try:
            part = make(scope, feature_id, spec)
        except PartUnusable as unusable:
            scope.hooks.refuse(feature_id, hook, str(unusable))
        else:
            found.setdefault(key_of(part), part)
    return found


def _page(scope: Scope, feature_id: str, spec: PageSpec) -> FeaturePage:
    if spec.permission not in tuple(Permission):
        raise PartUnusable(said("页面 {path} 要的权限 {permission} 不存在", path=spec.path, permission=spec.permission))
    feature = scope.hooks.enabled[feature_id].feature
    if feature.permissions and spec.permission not in feature.permissions:
        raise PartUnusable(
            said(
                "页面 {path} 要的权限 {permission} 没有写在清单的 permissions 里",
                path=spec.path,
                permission=spec.permission,
            )
        )
    _refuse_missing(scope, feature_id, spec.show, *filter(None, (spec.submit,)))
    return FeaturePage(
        feature_id,
        feature.label,
        feature.plugin_id,
        _form(scope, feature_id, spec.form),
        spec,
        Permission(spec.permission),
    )


def _command(scope: Scope, feature_id: str, spec: CommandSpec) -> FeatureCommand:
    _refuse_missing(scope, feature_id, spec.run)
    feature, form = scope.hooks.enabled[feature_id].feature, _form(scope, feature_id, spec.form)
    if form and any(isinstance(field, Rows) for field in fields_of(form).values()):
        raise PartUnusable(said("命令 {name} 的选项 {form} 不能有重复的行", name=spec.name, form=spec.form))
    return FeatureCommand(feature_id, feature.label, feature.plugin_id, form, spec)


def _job(scope: Scope, feature_id: str, spec: JobSpec) -> FeatureJob:
    _refuse_missing(scope, feature_id, spec.run)
    feature = scope.hooks.enabled[feature_id].feature
    return FeatureJob(feature_id, feature.label, feature.plugin_id, None, spec)


def _refuse_missing(scope: Scope, feature_id: str, *names: str) -> None:
    module = scope.hooks.enabled[feature_id].feature.module()
    missing = [name for name in names if not callable(getattr(module, name, None))]
    if missing:
        raise PartUnusable(
            said("模块 {name} 里没有函数 {missing}", name=module.__name__, missing=joined("、", missing))
        )


def _form(scope: Scope, feature_id: str, name: str) -> type[Settings] | None:
    """Return the schema of a form. One that asks for secrets is none: what is typed here goes to the feature."""
    if not name:
        return None
    module = scope.hooks.enabled[feature_id].feature.module()
    schema = getattr(module, name, None)
    if not (isinstance(schema, type) and issubclass(schema, Settings)):
        raise PartUnusable(said("模块 {name} 里没有表单 {name_2}", name=module.__name__, name_2=name))
    try:
        fields_of(schema)
    except TypeError as error:
        raise PartUnusable(said("表单 {name} 画不出来：{error}", name=name, error=error)) from error
    if secrets_of(schema):
        raise PartUnusable(said("表单 {name} 不能有密钥；密钥属于功能的设置", name=name))
    return schema
