"""A plugin's migrations run in its own schema: they leave the core alone when they work, when they fail and when they are gone."""

import shutil
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from alembic import command

from core.cli import context
from core.hooks.manifest import Manifest
from core.hooks.roster import Roster
from core.hooks.tables import Column, Integer, Text, tables_of, tenant_table
from core.kit.db import Database
from core.migrations import (
    PluginNotMigrated,
    differences,
    edition,
    installed_manifests,
    migrate_core,
    migrate_plugin,
    migrate_plugins,
    write_migration,
)
from core.tenancy.guest import guest
from core.tenancy.plugin_schemas import NoSchema, fingerprint, purge, unprepared
from tests.builders import make_district, make_installation
from tests.hooks.scratch import make_plugin, write_step
from tests.tenancy.addresses import Address, core_config

OWN_TABLE = 'create_tenant_table("trial", "own", Column("said", Text), reference("ticket_id", "ticket", optional=True))'
DROP_OWN_TABLE = 'drop_tenant_table("trial", "own")'


@pytest.fixture
def plugin(tmp_path: Path) -> Manifest:
    """A plugin with one table that refers to tickets."""
    manifest = make_plugin(tmp_path / "trial", "trial")
    write_step(manifest, "0001", OWN_TABLE, DROP_OWN_TABLE)
    return manifest


def tables_in(address: Address, schema: str) -> list[str]:
    return sorted(address.ask(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'"))


def why_unprepared(address: Address, *manifests: Manifest) -> dict[str, str]:
    database = Database(address.app)
    try:
        return dict(unprepared(database, manifests))
    finally:
        database.engine.dispose()


def test_a_plugin_has_its_tables_and_its_version_in_a_schema_of_its_own(address: Address, plugin: Manifest) -> None:
    before = address.ask("SELECT version_num FROM alembic_version")

    migrate_plugin(address.owner, plugin)

    assert tables_in(address, "plugin_trial") == ["alembic_version", "own"]
    assert address.ask("SELECT version_num FROM plugin_trial.alembic_version") == ["0001"]
    assert address.ask("SELECT version_num FROM alembic_version") == before
    assert why_unprepared(address, plugin) == {}


def test_a_plugin_may_have_a_hyphen_in_its_name(address: Address, tmp_path: Path) -> None:
    hyphened = make_plugin(tmp_path / "old-town", "old-town")
    write_step(hyphened, "0001", 'create_tenant_table("old-town", "own", Column("said", Text), evidence=True)')

    migrate_plugin(address.owner, hyphened)

    assert tables_in(address, "plugin_old-town") == ["alembic_version", "own"]
    assert purge(address.owner, "old-town", dry_run=False).rows == {"own": 0}


def test_migrating_again_changes_nothing(address: Address, plugin: Manifest) -> None:
    for _ in range(2):
        migrate_plugin(address.owner, plugin)

    assert tables_in(address, "plugin_trial") == ["alembic_version", "own"]


def test_a_plugins_tables_go_back_and_forth(address: Address, plugin: Manifest) -> None:
    write_step(
        plugin,
        "0002",
        'op.add_column("own", Column("weight", Integer), schema=schema_of("trial"))',
        'op.drop_column("own", "weight", schema=schema_of("trial"))',
    )
    columns = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'plugin_trial' AND table_name = 'own'"
    )

    migrate_plugin(address.owner, plugin)
    assert "weight" in address.ask(columns)
    migrate_plugin(address.owner, plugin, "base")
    assert tables_in(address, "plugin_trial") == ["alembic_version"]
    assert list(why_unprepared(address, plugin)) == ["trial"]
    migrate_plugin(address.owner, plugin, "0001")
    assert "weight" not in address.ask(columns)
    assert list(why_unprepared(address, plugin)) == ["trial"]
    migrate_plugin(address.owner, plugin)
    assert why_unprepared(address, plugin) == {}


def test_a_plugin_whose_new_migration_has_not_run_is_seen(address: Address, plugin: Manifest) -> None:
    assert "huiying plugin migrate trial" in why_unprepared(address, plugin)["trial"]
    migrate_plugin(address.owner, plugin)

    write_step(plugin, "0002", "pass")

    assert list(why_unprepared(address, plugin)) == ["trial"]


def test_a_process_works_without_the_plugin_whose_tables_are_not_there(address: Address) -> None:
    purge(address.owner, "chengdu", dry_run=False)
    database = Database(address.app)

    roster = Roster.installed(partial(unprepared, database))

    database.engine.dispose()
    assert [(each.plugin, "还没有更新" in each.reason) for each in roster.quarantined] == [("chengdu", True)]
    assert {feature.partition(".")[0] for feature in roster.features} == {"nanhai", "pingshan"}


def test_a_plugin_that_is_gone_does_not_stop_the_cores_migrations(address: Address, plugin: Manifest) -> None:
    migrate_plugin(address.owner, plugin)
    newest = address.ask("SELECT version_num FROM alembic_version")
    shutil.rmtree(plugin.folder)

    command.downgrade(core_config(address), "-1")
    migrate_core(address.owner)

    assert address.ask("SELECT version_num FROM alembic_version") == newest
    assert tables_in(address, "plugin_trial") == ["alembic_version", "own"]


def test_a_plugin_that_fails_is_left_behind_alone_and_undone(
    address: Address, plugin: Manifest, tmp_path: Path
) -> None:
    write_step(plugin, "0002", "op.execute('SELECT 1/0')")
    sound = make_plugin(tmp_path / "sound", "sound")
    write_step(sound, "0001", 'create_tenant_table("sound", "own", Column("said", Text))')
    leaving = make_plugin(tmp_path / "leaving", "leaving")
    write_step(leaving, "0001", "raise SystemExit(3)")

    failed = migrate_plugins(address.owner, [plugin, leaving, sound])

    assert [failure.plugin_id for failure in failed] == ["trial", "leaving"]
    assert failed[0].message == (
        "插件 trial 的数据表更新失败，已全部撤销，该插件暂停使用，其他功能不受影响。原因：division by zero"
    )
    assert tables_in(address, "plugin_trial") == []
    assert tables_in(address, "plugin_sound") == ["alembic_version", "own"]
    assert list(why_unprepared(address, plugin, leaving, sound)) == ["trial", "leaving"]


def test_the_installation_is_prepared_although_a_plugin_fails(
    address: Address, plugin: Manifest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_step(plugin, "0002", "op.execute('SELECT 1/0')")
    installed = installed_manifests()
    monkeypatch.setattr(context, "installed_manifests", lambda: [plugin, *installed])

    failed = context.migrate(address.owner)

    assert [failure.plugin_id for failure in failed] == ["trial"]
    assert "插件 trial 的数据表更新失败" in capsys.readouterr().err


def test_a_plugin_older_than_its_tables_is_put_aside_in_words(address: Address, plugin: Manifest) -> None:
    write_step(plugin, "0002", "pass")
    migrate_plugin(address.owner, plugin)
    (plugin.folder / "migrations" / "0002.py").unlink()

    with pytest.raises(PluginNotMigrated, match="0002"):
        migrate_plugin(address.owner, plugin)
    assert list(why_unprepared(address, plugin)) == ["trial"]


def test_a_plugin_that_announces_migrations_and_brings_none_is_put_aside(address: Address, tmp_path: Path) -> None:
    with pytest.raises(PluginNotMigrated, match="没有迁移文件"):
        migrate_plugin(address.owner, make_plugin(tmp_path / "empty", "empty"))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("op.execute('CREATE TABLE plugin_trial.loose (id int)')", "plugin_trial.loose has no tenant_id"),
        ("op.execute('ALTER TABLE plugin_trial.own NO FORCE ROW LEVEL SECURITY')", "row-level security"),
        ("op.execute('CREATE POLICY wide ON plugin_trial.own USING (true)')", "has another policy"),
        ("op.execute('ALTER TABLE plugin_trial.own ADD code text UNIQUE')", "is unique across tenants"),
        ("op.execute('CREATE TABLE loose (id int)')", "public.loose is outside"),
        ("op.execute('DROP TABLE city_member')", "public.city_member is outside"),
        ("op.execute('ALTER TABLE ticket ADD COLUMN colour text')", "public.ticket is outside"),
        ("op.execute('ALTER TABLE ticket DROP CONSTRAINT ck_ticket_state CASCADE')", "public.ticket is outside"),
        ("op.execute('ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY')", "public.ticket is outside"),
        ("op.execute('CREATE POLICY wide ON ticket USING (true)')", "public.ticket is outside"),
        ("op.execute('GRANT DELETE ON ticket TO huiying_app')", "public.ticket is outside"),
        ("op.execute('CREATE SCHEMA aside; CREATE TABLE aside.loose (id int)')", "aside.loose is outside"),
    ],
)
def test_a_migration_that_harms_the_separation_of_districts_is_undone(
    address: Address, plugin: Manifest, step: str, reason: str
) -> None:
    migrate_plugin(address.owner, plugin)
    write_step(plugin, "0002", step)

    with pytest.raises(PluginNotMigrated, match=reason):
        migrate_plugin(address.owner, plugin)

    assert address.ask("SELECT version_num FROM plugin_trial.alembic_version") == ["0001"]
    assert tables_in(address, "plugin_trial") == ["alembic_version", "own"]
    assert address.ask("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'ticket'::regclass") == [True]


def test_an_installation_is_prepared_anew_for_another_migration_of_a_plugin(plugin: Manifest) -> None:
    editions = [edition([]), edition([plugin])]
    write_step(plugin, "0002", "pass")
    editions.append(edition([plugin]))

    assert len(set(editions)) == 3
    assert edition([plugin]) == editions[-1]
    assert len(fingerprint(plugin)) == 16


def test_a_purge_says_what_it_would_remove_and_then_removes_it(address: Address, plugin: Manifest) -> None:
    migrate_plugin(address.owner, plugin)
    own = tables_of("trial").tables.get("plugin_trial.own")
    own = own if own is not None else tenant_table("trial", "own", Column("said", Text))
    installation = make_installation(address.app)
    for slug in (make_district(installation), make_district(installation)):
        with installation.scope(slug) as scope, guest(scope, "trial", writes=True, seconds=5) as store:
            store.add(own, said="一")
    installation.database.engine.dispose()

    intended = purge(address.owner, "trial", dry_run=True)
    assert (intended.rows, intended.tenants, intended.is_done) == ({"own": 2}, {"own": 2}, False)
    assert intended.words == "将删除数据库模式 plugin_trial 和其中的表：own（2 个租户 2 行）。删除后不能恢复。"
    assert tables_in(address, "plugin_trial") == ["alembic_version", "own"]

    assert purge(address.owner, "trial", dry_run=False).is_done
    assert address.ask("SELECT nspname FROM pg_namespace WHERE nspname = 'plugin_trial'") == []
    with pytest.raises(NoSchema, match="没有插件 trial 的表"):
        purge(address.owner, "trial", dry_run=True)


def test_what_is_declared_and_what_the_migrations_made_can_be_compared(address: Address, tmp_path: Path) -> None:
    drifted = make_plugin(tmp_path / "drifted", "drifted")
    write_step(drifted, "0001", 'create_tenant_table("drifted", "own", Column("said", Text))')
    migrate_plugin(address.owner, drifted)
    tenant_table("drifted", "own", Column("said", Text), Column("weight", Integer))

    (difference,) = differences(address.owner, "drifted")

    assert difference[:3] == ("add_column", "plugin_drifted", "own")


def test_an_empty_migration_is_written_for_the_author_to_fill(address: Address, plugin: Manifest) -> None:
    migrate_plugin(address.owner, plugin)

    path = write_migration(plugin, address.owner, "add weight")

    assert path == plugin.folder / "migrations" / "0002_add_weight.py"
    migrate_plugin(address.owner, plugin)
    assert address.ask("SELECT version_num FROM plugin_trial.alembic_version") == ["0002"]


def test_every_installed_plugin_declares_what_its_migrations_made(owner_url: str) -> None:
    with_tables = [manifest.id for manifest in installed_manifests() if manifest.migrations]
    for plugin_id in with_tables:
        import_module(f"plugins.{plugin_id}.tables")

    assert {plugin_id: differences(owner_url, plugin_id) for plugin_id in with_tables} == {"chengdu": []}
