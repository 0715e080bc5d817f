"""M: the manifest says what the plugin is, before any of its code is run."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from core.conformance.environment import child_environment
from core.conformance.exemptions import faults_of_exemptions
from core.conformance.rule import BRONZE, SILVER, rule
from core.conformance.subject import Subject
from core.hooks.contract import API_VERSION
from core.hooks.specs import ALL_HOOKS, HOOKS

HAN = re.compile(r"[\u4e00-\u9fff]")
UNLOADED = """
import json, sys
from core.hooks.manifest import manifest_of
manifest_of(sys.argv[1])
print(json.dumps(sys.argv[1] in sys.modules))
"""


@rule("M1", BRONZE, "清单 huiying-plugin.toml 不必载入插件就能读出，id 与入口点一致")
def manifest_is_read(subject: Subject) -> Iterator[str]:
    if subject.manifest_fault:
        yield subject.manifest_fault
        return
    if subject.entry and subject.entry != subject.manifest.id:
        yield f"入口点叫 {subject.entry}，清单里的 id 却是 {subject.manifest.id}，应改成一致"
    if _imports_itself(subject.package):
        yield f"读清单时 {subject.package} 被载入了：包的上级 __init__.py 不应引用它"


@rule("M2", BRONZE, "api 范围适用于本系统，只在下一个大版本前有效，并且包含所用接口的最低版本")
def api_range_fits(subject: Subject) -> Iterator[str]:
    api = SpecifierSet(subject.manifest.api)
    now = Version(API_VERSION)
    if not api.contains(now):
        yield f"api {subject.manifest.api} 不适用于本系统的接口版本 {API_VERSION}"
        return
    following = f"{now.major + 1}.0"
    if api.contains(Version(following)):
        yield f"api {subject.manifest.api} 没有上限：接口 {following} 会有不兼容的改动，请写成 …,<{now.major + 1}"
    for version in sorted({Version(hook.since) for hook in ALL_HOOKS} | {now}):
        newer = sorted(
            name
            for feature in subject.manifest.features
            for name in feature.hooks or ()
            if name in HOOKS and Version(HOOKS[name].since) > version
        )
        if api.contains(version) and newer:
            yield f"api {subject.manifest.api} 包含 {version}，但 {'、'.join(newer)} 那时还没有，请提高下限"


@rule("M3", BRONZE, "清单列出的接口与代码回答的一致")
def hooks_are_listed(subject: Subject) -> Iterator[str]:
    for feature in subject.features:
        answered = {marked.hook for marked in subject.marked(feature) if marked.hook in HOOKS}
        listed = set(feature.hooks or ())
        if listed - answered:
            yield f"{feature.id} 的清单写着 {_listed(listed - answered)}，代码没有回答"
        if answered - listed:
            yield f"{feature.id} 回答了 {_listed(answered - listed)}，清单没有写"


@rule("M4", SILVER, "许可、联系人、更新记录和中文名称、说明都写明了，豁免都有理由", may_be_waived=True)
def manifest_speaks(subject: Subject) -> Iterator[str]:
    manifest = subject.manifest
    for what, text in (("插件的 label", manifest.label), ("插件的 summary", manifest.summary)):
        yield from _not_chinese(what, text)
    for feature in manifest.features:
        yield from _not_chinese(f"{feature.id} 的 label", feature.label)
        yield from _not_chinese(f"{feature.id} 的 summary", feature.summary)
    for what in ("licence", "contact", "changelog"):
        if re.search(r"\b(TODO|FIXME|XXX)\b", getattr(manifest, what)):
            yield f"{what} 还没有填写"
    yield from faults_of_exemptions(manifest.folder)


@rule("M5", BRONZE, "每项功能的代码和设置都能载入")
def features_load(subject: Subject) -> Iterable[str]:
    assert subject.manifest
    return subject.unloadable.values()


def _imports_itself(package: str) -> bool:
    """Tell whether looking for the package imports it, which only a package above it can do."""
    if "." not in package:
        return False
    ran = subprocess.run(  # noqa: S603 -- our own interpreter on our own text  # nosec B603
        [sys.executable, "-c", UNLOADED, package], env=child_environment(), capture_output=True, text=True, check=False
    )
    return ran.returncode != 0 or bool(json.loads(ran.stdout.splitlines()[-1]))


def _not_chinese(what: str, text: str) -> Iterator[str]:
    if not HAN.search(text):
        yield f"{what} 应为中文"


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted(names))
