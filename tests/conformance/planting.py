"""A small sound plugin, planted in a folder, and the same with a fault in it."""

import json
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from core.conformance.scratch import Scratch
from core.conformance.settings_lock import SETTINGS_LOCK
from core.conformance.subject import Subject
from core.hooks.settings import fingerprint
from core.hooks.tables import tables_of

MANIFEST = """
id = "@@"
version = "1.0.0"
api = ">=1.1,<2"
label = "试验"
summary = "供测试"
licence = "本区自用"
contact = "试验的维护人"
changelog = "CHANGELOG.md"
migrations = "migrations"

[[feature]]
id = "@@.limits"
label = "时限"
summary = "供测试的时限"
answers = "@@.limits"
settings = "@@.settings:LimitSettings"
hooks = ["time_limits", "pages"]
rules = ["days"]
permissions = ["see-tickets"]
"""
LIMITS = '''"""Limits."""

import logging
from collections.abc import Mapping
from typing import Any

from core.hooks import Budget, PageSpec, TextBlock, TimeLimit, hookimpl
from core.hooks.settings import Line, Settings
from core.hooks.tables import select
from @@.tables import VISIT

STATE: dict[str, Any] = {}


class VisitForm(Settings):
    place = Line(required=True, longest=100, title="地点")


@hookimpl
def time_limits(settings, ticket):
    days, reason = settings["days"], "答复时限"
    return [TimeLimit("reply", Budget("wd_eod", days), "@@.limits/days", reason)]


@hookimpl
def pages():
    return [PageSpec("visits", "走访", "see-tickets", show="show_visits", submit="add_visit", form="VisitForm")]


def show_visits(store):
    return [TextBlock(row["place"]) for row in store.rows(select(VISIT.c.place))]


def add_visit(store, values):
    store.add(VISIT, place=values["place"])
    return "已登记"
'''
SETTINGS = '''"""Settings."""

from core.hooks.settings import Line, Secret, Settings, WorkDays


class LimitSettings(Settings):
    days = WorkDays(load_default=5, min=1, max=30, title="答复时限", help="次日起算", group="时限")
    name = Line(load_default="南河", longest=20, title="名称", help="写在回执上", group="文字")
    token = Secret(title="密钥", help="短信网关的密钥", group="密钥")
'''
TABLES = '''"""Tables."""

from core.hooks.tables import Column, Text, reference, tenant_table

VISIT = tenant_table("@@", "visit", Column("place", Text, nullable=False), reference("ticket_id", "ticket", optional=True))
'''
MIGRATION = '''"""Visits."""

from core.hooks.migrations import create_tenant_table, drop_tenant_table, op, schema_of
from core.hooks.tables import Column, Text, reference

revision = "0001"
down_revision = None


def upgrade():
    create_tenant_table(
        "@@", "visit", Column("place", Text, nullable=False), reference("ticket_id", "ticket", optional=True)
    )


def downgrade():
    drop_tenant_table("@@", "visit")
'''
README = """# 试验

`@@.limits` 设置答复时限。

```python
from @@.limits import pages

assert [page.path for page in pages()] == ["visits"]
```
"""
SOUND = {
    "__init__.py": '"""A plugin."""\n',
    "huiying-plugin.toml": MANIFEST,
    "limits.py": LIMITS,
    "settings.py": SETTINGS,
    "tables.py": TABLES,
    "migrations/0001_visit.py": MIGRATION,
    "README.md": README,
    "CHANGELOG.md": "# 1.0.0\n",
    SETTINGS_LOCK: json.dumps({"@@.limits": {"version": 1, "fingerprint": "FINGERPRINT"}}),
}
Change = tuple[str, str, str]
"""A file, what stands in it, and what stands there instead; an empty text stands for the whole file."""


@cache
def fingerprint_of_settings() -> str:
    """Return the fingerprint of the sound plugin's settings."""
    names: dict[str, Any] = {}
    exec(SETTINGS, names)
    return fingerprint(names["LimitSettings"])


@dataclass
class Ground:
    """A folder with planted plugins."""

    folder: Path
    scratch: Callable[[], Scratch]
    planted: list[str] = field(default_factory=list)

    def plant(self, *changes: Change, entry: str | None = None) -> Subject:
        """Plant a plugin with these changes; its id, which is also its package's name, is written @@ in them."""
        package = f"plant{secrets.token_hex(4)}"
        files = dict(SOUND)
        for name, old, new in changes:
            text = files.get(name, "")
            assert old in text, f"{name} does not hold {old!r}"
            files[name] = text.replace(old, new) if old else new
        for name, text in files.items():
            path = self.folder / package / name.replace("@@", package)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                text.replace("@@", package).replace("FINGERPRINT", fingerprint_of_settings()), encoding="utf-8"
            )
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        self.planted.append(package)
        return Subject(package, entry=entry, scratch=self.scratch)

    def clear(self) -> None:
        """Forget what was planted."""
        forget(self.planted, self.folder)


def forget(packages: Sequence[str], folder: Path) -> None:
    """Let nobody import these packages, and hold none of their tables."""
    sys.path[:] = [path for path in sys.path if path != str(folder)]
    for package in packages:
        tables_of(package).clear()
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
