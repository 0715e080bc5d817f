"""The plugin under examination: its manifest, its code, its features, read as far as they can be read."""

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from core.conformance.scratch import Scratch
from core.conformance.source import Source, sources_of
from core.hooks.contract import PROJECT
from core.hooks.features import Feature
from core.hooks.manifest import ENTRY_POINT_GROUP, MANIFEST, Manifest, ManifestUnusable, manifest_of
from core.hooks.roster import FeatureUnusable, Roster
from core.hooks.settings import Settings
from core.kit.errors import Refused
from core.kit.trouble import where

PACKAGES = (MANIFEST, f"*/{MANIFEST}", f"src/*/{MANIFEST}")
"""Where below a folder the manifest of a plugin lies."""


class NoSuchPlugin(Refused):
    """Neither an installed plugin nor a folder with one."""

    code = "no-such-plugin"


class NotApplicable(Exception):  # noqa: N818 -- a fact about the plugin, not an error
    """The plugin has nothing that the rule speaks of."""


class Blocked(NotApplicable):
    """The rule cannot be looked at before another one is kept."""

    def __init__(self, *rules: str) -> None:
        super().__init__(f"要先改正 {'、'.join(rules)}")


@dataclass(frozen=True)
class Marked:
    """A function that a module marks as an answer: under which name, for which hook, with which options of pluggy."""

    name: str
    hook: str
    function: Any
    options: Mapping[str, Any]


class Subject:
    """A plugin, asked for as far as it can be had: what cannot be had blocks the rules that need it."""

    def __init__(
        self,
        package: str,
        *,
        entry: str | None = None,
        distribution: Distribution | None = None,
        scratch: Callable[[], Scratch] | None = None,
    ) -> None:
        """`entry` is the name of the entry point, where the plugin is installed. `scratch` makes a database, once."""
        self.package = package
        self.entry = entry
        self._distribution = distribution
        self._scratch = scratch
        self.slow: dict[tuple[str, str], bool] = {}
        """Hooks of features, and whether they were found slow; such are asked less."""

    @cached_property
    def _read(self) -> Manifest | ManifestUnusable:
        try:
            return manifest_of(self.package)
        except ManifestUnusable as unusable:
            return unusable

    @property
    def manifest_fault(self) -> str:
        """Why the manifest cannot be read, in words; empty when it can."""
        return self._read.message if isinstance(self._read, ManifestUnusable) else ""

    @property
    def manifest(self) -> Manifest:
        if isinstance(self._read, ManifestUnusable):
            raise Blocked("M1")
        return self._read

    @property
    def name(self) -> str:
        """What the plugin is called, whatever is wrong with it."""
        return self.entry or (self._read.id if isinstance(self._read, Manifest) else self.package)

    @cached_property
    def folder(self) -> Path:
        """The folder of the plugin's package."""
        if isinstance(self._read, Manifest):
            return self._read.folder
        spec = find_spec(self.package)
        found = list(spec.submodule_search_locations or ()) if spec else []
        if not found:
            raise Blocked("M1")
        return Path(found[0])

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The plugin's own code, file by file, without its tests and migrations."""
        return sources_of(self.folder)

    @cached_property
    def readme(self) -> str:
        """The plugin's README, beside its code, beside its pyproject.toml or from the installed package; empty = none."""
        places = [self.folder, *(above for above in (self.folder.parent, self.folder.parents[1]) if _is_project(above))]
        for place in places:
            if (place / "README.md").is_file():
                return (place / "README.md").read_text(encoding="utf-8")
        if self._distribution and self._distribution.metadata["Name"] != PROJECT:
            return str(self._distribution.metadata.get_payload() or "")  # type: ignore[attr-defined]
        return ""

    @cached_property
    def unloadable(self) -> Mapping[str, str]:
        """Features that cannot be imported, each with the reason in words."""
        return {feature.id: fault for feature in self.manifest.features if (fault := _fault_of(feature, self.folder))}

    @cached_property
    def modules(self) -> Mapping[str, ModuleType]:
        """The modules with the answers, by feature."""
        if self.unloadable:
            raise Blocked("M5")
        return {feature.id: feature.module() for feature in self.manifest.features}

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features; their modules and schemas can be imported."""
        assert self.modules
        return self.manifest.features

    def schemas(self) -> Iterator[tuple[Feature, type[Settings]]]:
        """Yield every feature that has settings, with its schema."""
        for feature in self.features:
            schema = feature.schema()
            if schema is not Settings:
                yield feature, schema

    def marked(self, feature: Feature) -> list[Marked]:
        """Return what the feature's module marks as answers, whether or not it may."""
        found = []
        for name, value in vars(self.modules[feature.id]).items():
            options = getattr(value, f"{PROJECT}_impl", None)
            if isinstance(options, dict):
                found.append(Marked(name, options.get("specname") or name, value, options))
        return found

    @cached_property
    def roster(self) -> Roster:
        """All features of the plugin, registered as the core does."""
        roster = Roster(self.features)
        for feature in self.features:
            try:
                roster.answers_of(feature)
            except FeatureUnusable:
                raise Blocked("M3", "K1–K4") from None
        return roster

    def literals(self, feature: Feature) -> list[str]:
        """Return the short texts in the code of the feature's answers."""
        file = Path(self.modules[feature.id].__file__ or "")
        return [text for source in self.sources if source.path == file for text in source.texts()]

    def scratch(self) -> Scratch:
        """Return the database that was made for this examination."""
        if self._scratch is None:
            raise NotApplicable("没有数据库，未检查")
        return self._scratch()


def subject_of(which: str, *, scratch: Callable[[], Scratch] | None = None) -> Subject:
    """Return the plugin of this id, else the one in this folder, whose code is made importable.

    Raises `NoSuchPlugin`.
    """
    for point in entry_points(group=ENTRY_POINT_GROUP, name=which):
        return Subject(point.value, entry=which, distribution=point.dist, scratch=scratch)
    if Path(which).is_dir():
        return Subject(_importable(Path(which).resolve()), scratch=scratch)
    installed = "、".join(sorted(entry_points(group=ENTRY_POINT_GROUP).names)) or "无"
    raise NoSuchPlugin(f"没有安装名为 {which} 的插件，也没有这个文件夹。已安装：{installed}。")


def _importable(folder: Path) -> str:
    """Return the name of the package in the folder with a manifest, found from now on."""
    found = [path.parent for pattern in PACKAGES for path in sorted(folder.glob(pattern))]
    if not found:
        raise NoSuchPlugin(f"{folder} 里没有 {MANIFEST}。请指明插件的文件夹。")
    root = found[0]
    while (root.parent / "__init__.py").is_file():
        root = root.parent
    if str(root.parent) not in sys.path:
        sys.path.insert(0, str(root.parent))
    return ".".join((*root.relative_to(root.parent).parts, *found[0].relative_to(root).parts))


def _is_project(folder: Path) -> bool:
    """Tell a plugin's own project from the core's, which holds several."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return project.get("name") != PROJECT and ENTRY_POINT_GROUP in project.get("entry-points", {})


def _fault_of(feature: Feature, folder: Path) -> str:
    for what, load in (("回答", feature.module), ("设置", feature.schema)):
        try:
            load()
        except (Exception, SystemExit) as error:
            return f"功能 {feature.id} 的{what}载入不了：{where(error, folder)}"
    return ""
