"""Migrations let the version before work on while they run; each step that would not is found where it is planted."""

import hashlib
from pathlib import Path

import pytest

from core.migrations import installed_manifests, migrations_folder
from tests.architecture.migration_steps import MARKER, Release, findings_in, read_released

FIRST = """
revision = "0001"

def upgrade():
    for name in ("ticket", "unit"):
        op.create_table(name, sa.Column("id", sa.Integer()))
    op.create_table("cube_cell", sa.Column("mood", sa.Text()))
"""
LAST = """
revision = "0003"

def upgrade():
    op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_mood")
"""
NOT_NULL = "adds a column to ticket that rows must have, without a default: the version before does not write it"
DROPPED = "drops ticket.mood, which the version before still uses: stop using it, release that, declare it in CONTRACTS"
DEFAULT = "takes a default away from ticket, by which the version before writes its rows"
TYPE = "changes a column's type in ticket: add another column and copy"
READ_WHOLE = (
    "has ticket read whole under its lock (NOT NULL): validate a check first, then SET NOT NULL in a later release"
)
INDEX = "builds an index of ticket while nobody can write: build it concurrently, or declare the table small"
INSIDE = "builds an index of ticket concurrently inside a transaction: use autocommit_block()"
CHECKED = "checks ticket whole under its lock: add the constraint NOT VALID, validate it in a migration of its own"
NEVER = "adds a constraint to ticket that no later migration validates"
REWRITTEN = "rewrites rows of ticket in one transaction: fill it in batches from a job or command"
LIMIT = "sets a time limit of its own; the limit that lets others pass holds for every migration"
PLANTED = {
    'op.add_column("ticket", sa.Column("mood", sa.Text(), nullable=False))': NOT_NULL,
    'op.execute("ALTER TABLE ticket ADD COLUMN mood text NOT NULL")': NOT_NULL,
    'op.add_column("ticket", sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))': (
        "adds a column to ticket whose default differs by row: the table is written anew under its lock"
    ),
    'op.add_column("ticket", COLUMN)': "adds a column to ticket that cannot be read here; write it out",
    'op.drop_column("ticket", "mood")': DROPPED,
    'op.execute("ALTER TABLE ticket DROP COLUMN mood")': DROPPED,
    'op.execute("ALTER TABLE ticket DROP mood")': DROPPED,
    'op.drop_table("unit")': (
        "drops unit, which the version before still uses: stop using it, release that, declare it in CONTRACTS"
    ),
    'op.execute("DROP TABLE IF EXISTS unit")': (
        "drops unit, which the version before still uses: stop using it, release that, declare it in CONTRACTS"
    ),
    'for table in ("unit", "fresh"):\n        op.drop_table(table)': (
        "drops unit, which the version before still uses: stop using it, release that, declare it in CONTRACTS"
    ),
    'op.rename_table("unit", "office")': "renames unit, which the version before still uses; make another and copy",
    'op.execute("ALTER TABLE ticket RENAME mood TO humour")': (
        "renames in ticket what the version before still uses; add another and copy"
    ),
    'op.alter_column("ticket", "mood", new_column_name="humour")': (
        "renames a column of ticket, which the version before still uses; add another and copy"
    ),
    'op.alter_column("ticket", "mood", type_=sa.Integer())': TYPE,
    'op.execute("ALTER TABLE ticket ALTER COLUMN mood TYPE int")': TYPE,
    'op.alter_column("ticket", "mood", nullable=False)': READ_WHOLE,
    'op.execute("ALTER TABLE ticket ALTER mood SET NOT NULL")': READ_WHOLE,
    'op.alter_column("ticket", "mood", server_default=None)': DEFAULT,
    'op.execute("ALTER TABLE ticket ALTER mood DROP DEFAULT")': DEFAULT,
    'op.create_index("ix_mood", "ticket", ["tenant_id", "mood"])': INDEX,
    'op.execute("CREATE UNIQUE INDEX ix_mood ON ticket (tenant_id, mood)")': INDEX,
    'op.create_index("ix_mood", "ticket", ["tenant_id", "mood"], postgresql_concurrently=True)': INSIDE,
    'op.execute("CREATE INDEX CONCURRENTLY ix_mood ON ticket (tenant_id, mood)")': INSIDE,
    'op.create_unique_constraint("uq_mood", "ticket", ["tenant_id", "mood"])': (
        "builds an index of ticket under its lock; build it concurrently first"
    ),
    'op.create_check_constraint("ck_ticket_mood", "ticket", "mood <> \'\'")': CHECKED,
    'op.create_foreign_key("fk_ticket_unit", "ticket", "unit", ["unit_id"], ["id"])': CHECKED,
    "op.execute(\"ALTER TABLE ticket ADD CONSTRAINT ck_ticket_mood CHECK (mood <> '')\")": CHECKED,
    'op.create_check_constraint("ck_ticket_odd", "ticket", "mood <> \'\'", postgresql_not_valid=True)': NEVER,
    "op.execute(\"ALTER TABLE ticket ADD CONSTRAINT ck_ticket_odd CHECK (mood <> '') NOT VALID\")": NEVER,
    "op.execute(\"UPDATE ticket SET mood = ''\")": REWRITTEN,
    'op.get_bind().execute(sa.text("DELETE FROM ticket WHERE id = 0"))': REWRITTEN,
    'op.execute("LOCK TABLE ticket")': "takes ticket for itself",
    'op.execute("SET LOCAL lock_timeout = 0")': LIMIT,
    'op.execute("SELECT 1; SET statement_timeout = 0")': LIMIT,
    'with op.batch_alter_table("ticket"):\n        pass': (
        "changes a table in a batch, which cannot be read; take the steps one by one"
    ),
    'op.drop_column(name_of_the_day(), "mood")': (
        "drops a table that cannot be read here.mood, which the version before still uses: stop using it, release that, "
        "declare it in CONTRACTS"
    ),
    'op.add_column("ticket", sa.Column("a", sa.Text()))\n    op.add_column("unit", sa.Column("a", sa.Text()))': (
        "changes ticket and unit: it holds one while it waits for another; make a migration for each"
    ),
    'op.drop_column("cube_cell", "mood")\n\nCONTRACTS = {"cube_cell.mood": "0.2.0"}': (
        "drops cube_cell.mood as unused since 0.2.0, which is not a released version"
    ),
    'op.create_index("ix_a", "unit", ["a"])\n\nSMALL = {"unit": ""}': "calls unit small without a reason",
}
FREE = {
    "a column that may be empty": 'op.add_column("ticket", sa.Column("mood", sa.Text(), nullable=True))',
    "a column with a default that stays": (
        'op.add_column("ticket", sa.Column("mood", sa.Text(), nullable=False, server_default=""))'
    ),
    "a table nobody has": (
        'op.create_table("fresh", sa.Column("id", sa.Integer()))\n    op.create_index("ix_fresh", "fresh", ["id"])\n'
        '    op.execute("UPDATE fresh SET id = 1")\n    op.drop_table("fresh")'
    ),
    "an index built concurrently": (
        "with op.get_context().autocommit_block():\n"
        '        op.create_index("ix_mood", "ticket", ["tenant_id", "mood"], postgresql_concurrently=True)'
    ),
    "an index of a small table": 'op.create_index("ix_a", "unit", ["a"])\n\nSMALL = {"unit": "some hundred rows"}',
    "a check that is validated later": (
        'op.create_check_constraint("ck_ticket_mood", "ticket", "mood <> \'\'", postgresql_not_valid=True)'
    ),
    "what was unused in a released version": 'op.drop_column("ticket", "mood")\n\nCONTRACTS = {"ticket.mood": "0.1.0"}',
    "the way back": 'pass\n\ndef downgrade():\n    op.drop_column("ticket", "mood")',
}


def chain(folder: Path, steps: str) -> list[Release]:
    """Write a chain of three migrations, the first of them released; return what is released."""
    (folder / "0001_first.py").write_text(FIRST)
    (folder / "0002_planted.py").write_text(f'revision = "0002"\n\ndef upgrade():\n    {steps}\n')
    (folder / "0003_last.py").write_text(LAST)
    return [Release("0.1.0", "0001", hashlib.sha256(FIRST.encode()).hexdigest())]


def test_our_migrations_let_work_go_on() -> None:
    folder = migrations_folder()

    assert [str(finding) for finding in findings_in(folder / "versions", read_released(folder))] == []


@pytest.mark.parametrize("plugin", ["chengdu"])
def test_our_plugins_migrations_let_work_go_on(plugin: str) -> None:
    manifest = next(manifest for manifest in installed_manifests() if manifest.id == plugin)
    folder = manifest.folder / (manifest.migrations or "")

    assert list(folder.glob("*.py"))
    assert [str(finding) for finding in findings_in(folder, read_released(folder))] == []


@pytest.mark.parametrize(("steps", "what"), PLANTED.items())
def test_a_planted_step_is_found(tmp_path: Path, steps: str, what: str) -> None:
    found = [(finding.revision, finding.what) for finding in findings_in(tmp_path, chain(tmp_path, steps))]

    assert found == [("0002", what)]


@pytest.mark.parametrize("steps", FREE.values(), ids=list(FREE))
def test_a_step_that_lets_work_go_on_is_not_found(tmp_path: Path, steps: str) -> None:
    assert list(findings_in(tmp_path, chain(tmp_path, steps))) == []


@pytest.mark.parametrize("steps", PLANTED)
def test_before_the_first_release_every_step_is_free(tmp_path: Path, steps: str) -> None:
    chain(tmp_path, steps)

    assert list(findings_in(tmp_path, [])) == []


def test_a_released_migration_never_changes(tmp_path: Path) -> None:
    released = chain(tmp_path, "pass")
    (tmp_path / "0001_first.py").write_text(FIRST + "# by the way\n")

    assert [str(each) for each in findings_in(tmp_path, released)] == [
        "0001, line 1: was changed after it was released in 0.1.0"
    ]


def test_a_released_migration_never_goes(tmp_path: Path) -> None:
    released = [*chain(tmp_path, "pass"), Release("0.1.0", "0000", "")]

    assert [each.what for each in findings_in(tmp_path, released)] == ["was released in 0.1.0 and is gone"]


def test_a_release_leaves_no_migration_out(tmp_path: Path) -> None:
    released = chain(tmp_path, "pass")
    last = Release("0.2.0", "0003", hashlib.sha256(LAST.encode()).hexdigest())

    assert [each.what for each in findings_in(tmp_path, [*released, last])] == ["is released, and one before it is not"]


def test_the_marker_is_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("# what was released\n0.1.0 0001 abc\n\n0.2.0 0002 def\n")

    assert read_released(tmp_path) == [Release("0.1.0", "0001", "abc"), Release("0.2.0", "0002", "def")]
