"""Settings of before become the first revision, hold on, and are there again when the schema goes back."""

from alembic import command

from core.migrations import migrate_core
from core.tenancy.revisions import digest_of
from tests.builders import make_district, make_feature, make_installation
from tests.tenancy.addresses import Address, core_config

SETTINGS = {"hours": 2, "words": ["路灯", "井盖"]}
NOW_ON = """
    SELECT f.feature || ' ' || f.state || ' ' || f.revision || ' ' || f.position || ' ' || r.values::text || ' ' || r.sha256
        || ' ' || e.kind || ' ' || (f.declared -> 'settings')::text
    FROM tenant_feature f
    JOIN settings_revision r ON r.tenant_id = f.tenant_id AND r.feature = f.feature AND r.number = f.revision
    JOIN settings_event e ON e.tenant_id = f.tenant_id AND e.feature = f.feature AND e.number = r.number
"""
BEFORE = "SELECT feature || ' ' || position || ' ' || settings::text FROM tenant_feature"
WORDS = '{"hours": 2, "words": ["路灯", "井盖"]}'


def test_what_was_switched_on_is_kept_back_and_forth(address: Address) -> None:
    installation = make_installation(address.app, features=[make_feature("some.light")])
    make_district(installation, undo_seconds=None)
    installation.database.engine.dispose()
    command.downgrade(core_config(address), "0003")
    address.do(
        "ALTER TABLE tenant_feature NO FORCE ROW LEVEL SECURITY",
        f"INSERT INTO tenant_feature (tenant_id, feature, position, settings) SELECT id, 'some.light', 4, '{WORDS}' FROM tenant",
        "ALTER TABLE tenant_feature FORCE ROW LEVEL SECURITY",
    )

    migrate_core(address.owner)
    forth = address.see("tenant_feature", "settings_revision", "settings_event", question=NOW_ON)
    command.downgrade(core_config(address), "0003")
    back = address.see("tenant_feature", question=BEFORE)
    migrate_core(address.owner)

    assert forth == [f"some.light on 1 4 {WORDS} {digest_of(SETTINGS)} activated {WORDS}"]
    assert back == [f"some.light 4 {WORDS}"]
    assert address.see("tenant_feature", "settings_revision", "settings_event", question=NOW_ON) == forth
