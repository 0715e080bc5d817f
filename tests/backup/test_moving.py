"""A tenant out of one installation and into another: every row as it was, what proves it still proves it, or a refusal."""

import hashlib
import json
import secrets
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL
from sqlalchemy import create_engine, select

from core.files.judging import Upload, judge
from core.hooks.roster import Roster
from core.journey.audit import audit_tenant
from core.journey.file_audit import audit_files
from core.journey.files import add_files, give_file, give_preview
from core.kit.db import Database, as_psycopg
from core.kit.file_store import FilesAway, FileStore
from core.kit.keys import Keyring
from core.tenancy.moving.bringing_in import bring_in
from core.tenancy.moving.errors import FileDamaged, NotMovable
from core.tenancy.moving.tables import tables_of_tenants
from core.tenancy.moving.taking_out import MANIFEST, SEAL, TakenOut, take_out
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import TicketContact
from core.tickets.sealing import opened
from core.tickets.timeline import Order
from tests.builders import KEYS, OPERATOR, make_district, make_installation, make_ticket
from tests.files.samples import photo
from tests.servers import TestServers
from tests.tenancy.filling import allowed_values, fill
from tests.tenancy.filling import tables_of_tenants as tables_to_fill
from tests.trust.spoiling import Proven

NOW = datetime(2026, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def walk(installation: Installation) -> Proven:
    """A district with two tickets, one of them answered, rated and sealed, the other with a contact."""
    walk = Proven(installation, make_district(installation))
    walk.take_in()
    walk.dispatch()
    walk.sign()
    walk.reply()
    walk.pass_reply()
    walk.rate()
    make_ticket(installation, walk.slug, contact=Contact(name="张三", phone="13900001234"))
    walk.seal()
    return walk


@pytest.fixture
def elsewhere(servers: TestServers) -> tuple[str, str]:
    """Another installation without any tenant: its addresses as the application's role and as the owner."""
    return servers.another_database(f"moved_{secrets.token_hex(3)}")


@pytest.fixture
def out(installation: Installation, walk: Proven, owner_url: str, tmp_path: Path) -> TakenOut:
    return taken(installation, walk.slug, owner_url, tmp_path / "out.zip")


def taken(installation: Installation, slug: str, owner_url: str, path: Path) -> TakenOut:
    with installation.scope(slug) as scope:
        return take_out(scope, path, owner_url=owner_url, now=NOW)


def rows_of(url: str, tenant_id: int) -> dict[str, list[str]]:
    """Return every row of a tenant as the database writes it."""
    with psycopg.connect(url) as owner:
        return {
            table.full_name: sorted(
                str(row)
                for (row,) in owner.execute(
                    SQL("SELECT t::text FROM {} t WHERE tenant_id = {}").format(table.identifier, tenant_id)
                )
            )
            for table in tables_of_tenants(owner)
        }


def changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of a file of a tenant in which one part is another."""
    target = path.with_name(f"changed-{secrets.token_hex(3)}.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, change(content) if name in each else content)
    return target


def test_every_row_arrives_as_it_was_and_the_evidence_holds(
    installation: Installation, walk: Proven, out: TakenOut, owner_url: str, elsewhere: tuple[str, str]
) -> None:
    app_url, there_url = elsewhere
    tenant = installation.tenant(walk.slug)

    brought = bring_in(out.path, KEYS, owner_url=there_url, slug=None)

    assert (brought.slug, brought.replaced, brought.rows) == (walk.slug, False, out.rows)
    assert rows_of(there_url, tenant.id) == rows_of(owner_url, tenant.id)
    there = Installation(Database(app_url), KEYS, Roster([]))
    with there.scope(walk.slug) as scope:
        audited = audit_tenant(scope)
    assert (audited.findings, audited.tickets, audited.seals) == ((), 2, 1)
    with there.scope(walk.slug) as scope:
        contacts = [opened(scope.keys, row) for row in scope.session.scalars(select(TicketContact))]
    assert ("张三", "13900001234") in {(contact.name, contact.phone) for contact in contacts}
    # It goes on there, under numbers and serial numbers that nobody has.
    accepted = make_ticket(there, walk.slug)
    assert accepted.serial_no not in {walk.serial_no}
    there.database.engine.dispose()


def test_files_arrive_as_they_were_and_no_others(
    installation: Installation, owner_url: str, elsewhere: tuple[str, str], tmp_path: Path
) -> None:
    walk = Proven(installation, make_district(installation))  # what the others hold has no files
    walk.take_in()
    files = [judge(Upload("坑洼.jpg", photo()))]
    with installation.scope(walk.slug) as scope:
        (added,) = add_files(scope, walk.serial_no, Order(OPERATOR, datetime.now(UTC)), files)
        scope.files.put(b"nobody's")
    out = taken(installation, walk.slug, owner_url, tmp_path / "out.zip")
    assert (out.files, out.lost) == (2, 0)
    store = FileStore(str(tmp_path / "there"))

    with pytest.raises(FileDamaged, match="附件"):
        bring_in(
            changed(out.path, "files/", lambda _: b"another"), KEYS, files=store, owner_url=elsewhere[1], slug=None
        )
    with pytest.raises(FilesAway):
        bring_in(out.path, KEYS, owner_url=elsewhere[1], slug=None)
    assert bring_in(out.path, KEYS, files=store, owner_url=elsewhere[1], slug=None).files == 2

    there = Installation(Database(elsewhere[0]), KEYS, Roster([]), files=store)
    assert audit_files(there, walk.slug).findings == ()
    with there.scope(walk.slug) as scope:
        assert give_file(scope, walk.serial_no, added.id).content == files[0].content
        assert give_preview(scope, walk.serial_no, added.id).content == files[0].preview
        assert len(list(scope.files.lying())) == 2
    there.database.engine.dispose()


def test_every_table_there_is_goes_along(
    installation: Installation, owner_url: str, elsewhere: tuple[str, str], tmp_path: Path
) -> None:
    slug = make_district(installation)
    tenant_id = installation.tenant(slug).id
    owner = create_engine(as_psycopg(owner_url))
    tables = tables_to_fill(owner)
    with installation.database.transaction(tenant_id) as session:
        fill(session.connection(), tables, allowed_values(owner), tenant_id)
    owner.dispose()
    out = taken(installation, slug, owner_url, tmp_path / "all.zip")

    bring_in(out.path, KEYS, owner_url=elsewhere[1], slug="renamed-district")

    assert {part.table for part in out.parts if part.rows} == {table.name for table in tables}
    assert rows_of(elsewhere[1], tenant_id) == rows_of(owner_url, tenant_id)
    with psycopg.connect(elsewhere[1]) as there:
        assert there.execute("SELECT id, slug FROM tenant").fetchall() == [(tenant_id, "renamed-district")]


def test_the_file_is_private_and_holds_no_contact_in_the_clear_and_nobody_elses_rows(
    installation: Installation, walk: Proven, owner_url: str, tmp_path: Path
) -> None:
    other = make_district(installation)
    make_ticket(installation, other, text="别区的路灯不亮")
    out = taken(installation, walk.slug, owner_url, tmp_path / "private.zip")
    assert stat.S_IMODE(out.path.stat().st_mode) == 0o600
    with zipfile.ZipFile(out.path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        parts = [
            json.loads(line)
            for name in archive.namelist()
            if name.endswith("unit.jsonl")
            for line in archive.open(name)
        ]
    assert b"13900001234" not in everything
    assert "张三".encode() not in everything
    assert "道路坑洼".encode() in everything
    assert "别区的路灯".encode() not in everything
    assert other.encode() not in everything
    assert len(parts) == 3
    with pytest.raises(NotMovable, match="已经存在"), installation.scope(walk.slug) as scope:
        take_out(scope, out.path, owner_url="", now=NOW)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ticket_event.jsonl", lambda content: content.replace("坐席甲".encode(), "坐席乙".encode(), 1)),
        ("ticket_event.jsonl", lambda content: content[: content.rindex(b"\n", 0, -1) + 1]),
        (MANIFEST, lambda content: content.replace(b'"rows": 2', b'"rows": 1', 1)),
        (SEAL, lambda content: b"0001" + b"00" * 32),
    ],
)
def test_what_was_changed_in_the_file_is_refused(
    out: TakenOut, elsewhere: tuple[str, str], name: str, change: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(FileDamaged):
        bring_in(changed(out.path, name, change), KEYS, owner_url=elsewhere[1], slug=None)
    with psycopg.connect(elsewhere[1]) as there:
        assert there.execute("SELECT count(*) FROM tenant").fetchone() == (0,)


def test_rows_of_another_tenant_are_refused_even_under_a_right_seal(
    walk: Proven, out: TakenOut, elsewhere: tuple[str, str]
) -> None:
    """Who has the key can seal anything; rows of tenants that are not the file's come in all the same not."""
    number = walk.installation.tenant(walk.slug).id
    with zipfile.ZipFile(out.path) as archive:
        manifest: Any = json.loads(archive.read(MANIFEST))
        name = next(each for each in archive.namelist() if each.endswith("-unit.jsonl"))
        forged = archive.read(name).replace(f'["{number}"'.encode(), f'["{number + 1}"'.encode(), 1)
    part = next(each for each in manifest["tables"] if each["file"] == name)
    part["sha256"] = hashlib.sha256(forged).hexdigest()
    written = json.dumps(manifest).encode()
    path = changed(out.path, name, lambda _: forged)
    path = changed(path, MANIFEST, lambda _: written)
    path = changed(path, SEAL, lambda _: KEYS.seal(written, tenant_id=number).hex().encode())

    with pytest.raises(FileDamaged, match="不是这个租户的"):
        bring_in(path, KEYS, owner_url=elsewhere[1], slug=None)


def test_it_is_refused_where_it_does_not_fit(
    installation: Installation, walk: Proven, out: TakenOut, owner_url: str, elsewhere: tuple[str, str]
) -> None:
    app_url, there_url = elsewhere
    tenant = installation.tenant(walk.slug)

    def refused(match: str, keys: Keyring = KEYS, slug: str | None = None) -> None:
        with pytest.raises(NotMovable, match=match):
            bring_in(out.path, keys, owner_url=there_url, slug=slug)

    refused(r"第 1 号密钥（指纹 [0-9a-f]{16}）", keys=Keyring({1: b"x" * 32}))
    refused("短名只能", slug="Not a slug")
    with psycopg.connect(app_url):
        refused("还在运行")
    with psycopg.connect(there_url) as there:
        there.execute("UPDATE alembic_version SET version_num = 'older'")
    refused("两边的数据表版本不同.*older")
    with psycopg.connect(there_url) as there, psycopg.connect(owner_url) as here:
        row = here.execute("SELECT version_num FROM alembic_version").fetchone()
        assert row is not None
        there.execute("UPDATE alembic_version SET version_num = %s", row)
        insert = (
            "INSERT INTO tenant (id, slug, name, kind, zone, serial_prefix, epoch, state, standing)"
            " VALUES (%s, %s, '', %s, '', %s, 1, 'active', '{}')"
        )
        there.execute(insert, [tenant.id, "another", "district", "AN"])
    refused("another 已占用编号")
    with psycopg.connect(there_url) as there:
        there.execute("UPDATE tenant SET id = id + 1, slug = %s", [walk.slug])
    refused("已占用短名.*--as")
    with psycopg.connect(there_url) as there:
        assert there.execute("SELECT count(*) FROM ticket").fetchone() == (0,)


def test_a_tenant_that_was_only_declared_makes_way_and_one_in_use_does_not(
    installation: Installation, walk: Proven, out: TakenOut, owner_url: str, elsewhere: tuple[str, str]
) -> None:
    app_url, there_url = elsewhere
    tenant = installation.tenant(walk.slug)
    with psycopg.connect(there_url) as owner:
        owner.execute("SELECT setval('tenant_id_seq', %s, false)", [tenant.id])
    there = Installation(Database(app_url), KEYS, Roster([]))
    make_district(there, walk.slug, units=[("bureau", "住建局", "district_department")])
    there.database.engine.dispose()

    assert bring_in(out.path, KEYS, owner_url=there_url, slug=None).replaced

    assert rows_of(there_url, tenant.id) == rows_of(owner_url, tenant.id)
    with psycopg.connect(there_url) as owner:
        facts = "SELECT serial_prefix FROM tenant WHERE id = %s"
        assert owner.execute(facts, [tenant.id]).fetchone() == (tenant.serial_prefix,)
    with pytest.raises(NotMovable, match="已在使用"):
        bring_in(out.path, KEYS, owner_url=there_url, slug=None)
