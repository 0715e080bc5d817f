"""The manifest 清单 of a plugin: who made it, for which contract, and its features; read without importing the plugin.

A plugin is a package named in the entry point group `huiying.plugins`; its manifest lies in the package's folder.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core.hooks.contract import API_VERSION, CORE
from core.hooks.features import Feature, Level
from core.hooks.settings import Settings
from core.kit.errors import Refused
from core.kit.saying import joined, said, word

ENTRY_POINT_GROUP = "huiying.plugins"
MANIFEST = "huiying-plugin.toml"
PLUGIN_ID = re.compile(r"[a-z][a-z0-9_-]{1,30}\Z")
FEATURE_ID = re.compile(r"[a-z][a-z0-9_-]{1,30}\.[a-z][a-z0-9_]{1,40}\Z")
RULE = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\Z")
MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")
CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*\Z")


class ManifestUnusable(Refused):
    """The manifest cannot be read, or says something that cannot be."""

    code = "manifest-unusable"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself. `folder` is the folder of its package; `migrations` lies in it, None = no tables."""

    id: str
    version: str
    api: str
    label: str
    summary: str
    licence: str
    contact: str
    changelog: str
    migrations: str | None
    features: tuple[Feature, ...]
    folder: Path


PLUGIN_KEYS = frozenset(
    {"id", "version", "api", "label", "summary", "licence", "contact", "changelog", "migrations", "feature"}
)
FEATURE_KEYS = frozenset(
    {
        *("id", "label", "summary", "answers", "settings", "hooks", "rules", "events", "permissions"),
        *("level", "restricted", "conflicts", "suggests"),
    }
)


def manifest_of(package: str) -> Manifest:
    """Read the manifest of an installed package, which is found but not imported. Raises `ManifestUnusable`."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError) as error:
        raise ManifestUnusable(
            said("插件包 {package} 找不到（{error}）。请重新安装它。", package=package, error=error)
        ) from error
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise ManifestUnusable(
            said(
                "插件包 {package} 不是一个包，找不到它的 {manifest}。请检查入口点 {entry_point_group}。",
                package=package,
                manifest=MANIFEST,
                entry_point_group=ENTRY_POINT_GROUP,
            )
        )
    return read_manifest(Path(folders[0]) / MANIFEST)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest file. Raises `ManifestUnusable` with everything that is wrong with it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestUnusable(
            said("没有 {name}/{manifest}。每个插件都要有这份清单。", name=path.parent.name, manifest=MANIFEST)
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ManifestUnusable(
            said("{name}/{manifest} 读不出来：{error}", name=path.parent.name, manifest=MANIFEST, error=error)
        ) from error
    reader = _Reader(path.parent.name)
    manifest = _manifest(reader, document, path.parent)
    reader.refuse()
    return manifest


def refuse_other_contract(manifest: Manifest) -> None:
    """Raise `ManifestUnusable` unless the plugin was made for this contract. Only the first number decides."""
    if not SpecifierSet(manifest.api).contains(Version(API_VERSION)):
        raise ManifestUnusable(
            said(
                "插件 {id} {version} 适用的接口版本是 {api}，本系统的是 {api_version}。请安装与本系统相配的版本。",
                id=manifest.id,
                version=manifest.version,
                api=manifest.api,
                api_version=API_VERSION,
            )
        )


class _Reader:
    """Reads values out of a document, and gathers what is wrong."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin
        self._faults: list[str] = []

    def fault(self, sentence: str) -> None:
        self._faults.append(sentence)

    def refuse(self) -> None:
        if self._faults:
            raise ManifestUnusable(
                said(
                    "插件 {plugin} 的 {manifest} 有误：{faults}。",
                    plugin=self._plugin,
                    manifest=MANIFEST,
                    faults=joined("；", self._faults),
                )
            )

    def text(self, table: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.fault(said("{where}缺少 {key}，应为文字", where=word(where), key=key))
            return ""
        return value

    def texts(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.fault(said("{where} {key} 应为文字的列表", where=where, key=key))
            return ()
        if len(set(value)) != len(value):
            self.fault(said("{where} {key} 有重复的项", where=where, key=key))
        return tuple(value)

    def matching(self, value: str, form: re.Pattern[str], what: str) -> None:
        if value and not form.match(value):
            self.fault(said("{what} {value} 的写法不对", what=word(what), value=value))

    def known(self, table: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
        for key in sorted(table.keys() - keys):
            self.fault(said("{where}没有 {key} 这一项", where=word(where), key=key))


def _manifest(reader: _Reader, document: Mapping[str, Any], folder: Path) -> Manifest:
    reader.known(document, PLUGIN_KEYS, "插件")
    listed = document.get("feature", [])
    if not isinstance(listed, list) or not listed or not all(isinstance(table, dict) for table in listed):
        reader.fault("没有 [[feature]]，插件至少要有一项功能")
        listed = []
    words = {
        key: reader.text(document, key, "插件")
        for key in ("id", "version", "api", "label", "summary", "licence", "contact", "changelog")
    }
    reader.matching(words["id"], PLUGIN_ID, "插件 id")
    if words["id"] == CORE:
        reader.fault(said("插件 id 不能是 {core}，这是产品自己的", core=CORE))
    _check_versions(reader, words)
    features = tuple(_feature(reader, table, words, folder) for table in listed)
    _refuse_repeated(reader, [feature.id for feature in features])
    migrations = reader.text(document, "migrations", "插件", default="") or None
    if migrations and not (folder / migrations).resolve().is_relative_to(folder.resolve()):
        reader.fault(said("migrations {migrations} 不在插件的文件夹里", migrations=migrations))
    return Manifest(**words, migrations=migrations, features=features, folder=folder)


def _check_versions(reader: _Reader, words: Mapping[str, str]) -> None:
    try:
        Version(words["version"] or "0")
    except InvalidVersion:
        reader.fault(said("version {version} 不是版本号", version=words["version"]))
    try:
        SpecifierSet(words["api"])
    except InvalidSpecifier:
        reader.fault(said("api {api} 不是版本范围，应如 >=1.0,<2", api=words["api"]))


def _feature(reader: _Reader, table: Mapping[str, Any], plugin: Mapping[str, str], folder: Path) -> Feature:
    feature_id = reader.text(table, "id", "功能")
    where = said("功能 {feature_id} ", feature_id=feature_id)
    reader.known(table, FEATURE_KEYS, where)
    reader.matching(feature_id, FEATURE_ID, "功能 id")
    if feature_id and not feature_id.startswith(f"{plugin['id']}."):
        reader.fault(said("{where}的 id 应以 {id}. 开头", where=where, id=plugin["id"]))
    answers = reader.text(table, "answers", where)
    reader.matching(answers, MODULE, f"{where}answers")
    settings = reader.text(table, "settings", where, default="")
    reader.matching(settings, CLASS, f"{where}settings")
    rules = reader.texts(table, "rules", where)
    for rule in rules:
        reader.matching(rule, RULE, said("{where}规则", where=where))
    level = reader.text(table, "level", where, default="district")
    if level not in ("district", "city", "every"):
        reader.fault(said("{where}level 应为 district、city 或 every", where=where))
    restricted = table.get("restricted", False)
    if not isinstance(restricted, bool):
        reader.fault(said("{where}restricted 应为 true 或 false", where=where))
    return Feature(
        id=feature_id,
        label=reader.text(table, "label", where),
        summary=reader.text(table, "summary", where),
        answers=answers,
        settings=settings or Settings,
        plugin=plugin["id"],
        version=plugin["version"],
        folder=folder,
        hooks=reader.texts(table, "hooks", where),
        rules=rules,
        events=reader.texts(table, "events", where),
        permissions=reader.texts(table, "permissions", where),
        level=cast(Level, level),
        restricted=bool(restricted),
        conflicts=reader.texts(table, "conflicts", where),
        suggests=reader.texts(table, "suggests", where),
    )


def _refuse_repeated(reader: _Reader, ids: Sequence[str]) -> None:
    for feature_id in sorted({each for each in ids if ids.count(each) > 1}):
        reader.fault(said("功能 {feature_id} 写了两次", feature_id=feature_id))
