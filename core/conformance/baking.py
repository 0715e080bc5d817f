"""Making a new plugin that works, from a template that lies in this package."""

import keyword
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from core.hooks.contract import API_VERSION
from core.hooks.manifest import PLUGIN_ID
from core.kit.errors import Refused

TEMPLATE = Path(__file__).parent / "template"
SUFFIX = ".template"
"""Keeps the template's Python from being taken for the product's."""
PACKAGE = "package"
"""The folder of the template that becomes the package."""
READABLE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*\Z")
LONGEST_LABEL = 20


class NameUnusable(Refused):
    """A plugin cannot be called so."""

    code = "plugin-name-unusable"


class AlreadyThere(Refused):
    """There is something where the plugin would be made."""

    code = "folder-already-there"


def bake(plugin_id: str, *, folder: Path, label: str = "") -> Path:
    """Make a plugin of this id in a new folder of its name, and return it. Raises `NameUnusable`, `AlreadyThere`."""
    package = package_of(plugin_id)
    _refuse_label(label)
    target = folder / plugin_id
    if target.exists():
        raise AlreadyThere(f"{target} 已经有了，没有改动它。请换一个 id 或用 --folder 换一个文件夹。")
    blanks = {"id": plugin_id, "package": package, "label": label or f"插件 {plugin_id}", "api": API_VERSION}
    for path in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
        parts = [package if part == PACKAGE else part for part in path.relative_to(TEMPLATE).parts]
        written = target.joinpath(*parts).with_suffix("")
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(_filled(path.read_text(encoding="utf-8"), blanks), encoding="utf-8")
    return target


def package_of(plugin_id: str) -> str:
    """Return the name of the package of a plugin. Raises `NameUnusable`."""
    package = plugin_id.replace("-", "_")
    if not PLUGIN_ID.match(plugin_id) or not READABLE.match(plugin_id):
        raise NameUnusable(
            f"{plugin_id!r} 不能作为插件的 id：应为小写字母开头的字母和数字，各段用 - 或 _ 连接，2 到 31 个字符，如 demo-district。"
        )
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or find_spec(package) is not None:
        raise NameUnusable(f"已经有名为 {package} 的 Python 包，插件不能叫 {plugin_id}。请换一个 id。")
    return package


def _refuse_label(label: str) -> None:
    if label and (len(label) > LONGEST_LABEL or not re.fullmatch(r"[\w“”（）·—-]+", label)):
        raise NameUnusable(f"插件的名称最多 {LONGEST_LABEL} 个字，不能有空格和引号。")


def _filled(text: str, blanks: dict[str, str]) -> str:
    for name, value in blanks.items():
        text = text.replace(f"@@{name}@@", value)
    return text
