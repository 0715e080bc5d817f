"""The manual's page on plugins' tables: its code runs as it stands there, one part after the other."""

import re
from datetime import date
from pathlib import Path

from core.hooks import store as stores
from core.hooks import tables
from core.kit.errors import Refused
from core.migrations import differences, migrate_plugin
from core.tenancy.guest import guest
from core.tenancy.plugin_schemas import purge
from tests.builders import make_district, make_installation
from tests.hooks.scratch import make_plugin

PAGE = (Path(__file__).parents[2] / "docs" / "plugin-tables.md").read_text(encoding="utf-8")
DECLARED, MIGRATED, USED = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_leads_from_a_declaration_to_rows(database_url: str, owner_url: str, tmp_path: Path) -> None:
    names: dict[str, object] = {"date": date}
    exec(DECLARED, names)
    exec(USED, names)
    plugin = make_plugin(tmp_path / "elsewhere", "elsewhere")
    (plugin.folder / "migrations" / "0001.py").write_text(MIGRATED, encoding="utf-8")
    migrate_plugin(owner_url, plugin)
    installation = make_installation(database_url)
    slug = make_district(installation)

    with installation.scope(slug) as scope, guest(scope, "elsewhere", writes=True, seconds=5) as store:
        visit_id = names["note_visit"](store, "区长", date(2013, 10, 30))  # type: ignore[operator]
        names["count_question"](store, visit_id)  # type: ignore[operator]
        told = names["busiest"](store)  # type: ignore[operator]

    assert told == ["区长：1 条"]
    assert differences(owner_url, "elsewhere") == []
    purge(owner_url, "elsewhere", dry_run=False)
    installation.database.engine.dispose()


def test_the_page_names_every_method_of_a_store_and_every_type_of_column() -> None:
    methods = {name for name in vars(stores.Store) if not name.startswith("_")}
    types = {name for name in tables.__all__ if getattr(tables, name) in (*tables.COLUMN_TYPES, tables.Instant)}

    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == methods
    assert set(re.findall(r"`(\w+)`", re.search(r"Column types: (.*?)\.", PAGE, re.DOTALL)[1])) == types  # type: ignore[index]


def test_every_refusal_of_a_store_has_a_code_of_its_own() -> None:
    refusals = [each for each in vars(stores).values() if isinstance(each, type) and issubclass(each, Refused)]

    assert len({each.code for each in refusals}) == len(refusals)
