"""What a backup holds is restored to the very moment asked for, or refused in words; never something else."""

import os
import shutil
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.embedded.archiving import Archive, set_up_archive
from core.embedded.backup.base_backups import (
    Backup,
    backups_in,
    check_backup,
    count_rows,
    drop_old,
    find_backup,
    missing_rows,
    take_backup,
)
from core.embedded.backup.restoring import restore
from core.embedded.backup.segments import Segment, archived
from core.embedded.doctor.backups import archiver_findings, backup_findings
from core.embedded.errors import BackupDamaged, BackupRefused, RestoreRefused
from core.embedded.home import open_home
from core.embedded.postgres import Postgres
from core.embedded.services import ensure
from core.hooks.roster import Roster
from core.journey.audit import audit_tenant
from core.kit.db import Database
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring
from core.tenancy.scope import Installation
from tests.backup.conftest import DISTRICT, Installed, copied, hand_over, rewritten
from tests.builders import make_ticket
from tests.embedded.conftest import forget


def silent(_: str) -> None:
    """Say nothing."""


def serials(path: Path) -> set[str]:
    with ensure(path, tell=silent), Postgres(open_home(path)).connect("huiying") as connection:
        return {str(serial_no) for (serial_no,) in connection.execute("SELECT serial_no FROM ticket")}


def test_a_restore_ends_at_the_moment_asked_for(installed: Installed, into: Path) -> None:
    before = make_ticket(installed.installation, DISTRICT).serial_no
    time.sleep(0.02)
    moment = datetime.now(UTC)
    time.sleep(0.02)
    after = make_ticket(installed.installation, DISTRICT).serial_no
    hand_over(installed)

    restored = restore(installed.backup, into=into, keys=installed.home.keys, at=moment, tell=silent)

    with ensure(into, tell=silent) as services:
        found = serials(into)
        assert {installed.first, before} <= found
        assert after not in found
        installation = Installation(Database(services.database_url), Keyring.load(restored.home.keys), Roster([]))
        with installation.scope(DISTRICT) as scope:
            audited = audit_tenant(scope)
        assert (audited.findings, audited.tickets) == ((), len(found))
        with Postgres(restored.home).connect("huiying") as connection:
            counts = count_rows(connection)
            assert connection.execute("SHOW archive_mode").fetchone() == ("off",)
            assert connection.execute("SHOW restore_command").fetchone() == ("",)
        assert missing_rows(installed.backup.counts, counts) == []
        assert counts[DISTRICT]["ticket"] == len(found)
        # It is an installation like any other: more can be taken in.
        assert make_ticket(installation, DISTRICT).serial_no not in {after, *found}
        installation.database.engine.dispose()
    # Its log is another one from here on, though its cluster has the same number.
    with pytest.raises(BackupRefused, match="另一个安装"):
        set_up_archive(restored.home, installed.archive.folder, system=installed.backup.system)


def test_a_restore_without_a_moment_goes_to_the_end_of_the_log(installed: Installed, into: Path) -> None:
    last = make_ticket(installed.installation, DISTRICT).serial_no
    hand_over(installed)
    into.mkdir(mode=0o700)
    shutil.copyfile(installed.home.keys, into / "keys.json")

    restore(installed.backup, into=into, keys=None, at=None, tell=silent)

    assert last in serials(into)
    assert stat.S_IMODE((into / "keys.json").stat().st_mode) == 0o600


def test_fewer_rows_than_at_the_backup_are_told() -> None:
    before = {"a": {"ticket": 3, "seal": 1}, "b": {"ticket": 1}}
    after = {"a": {"ticket": 2, "seal": 5}}
    assert missing_rows(before, after) == [
        "a 的 ticket 应有至少 3 行，现有 2 行",
        "b 的 ticket 应有至少 1 行，现有 0 行",
    ]


def test_only_the_owner_reads_a_backup_and_the_keys_are_not_in_it(installed: Installed) -> None:
    backup = installed.backup
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (backup.path, *backup.path.iterdir())} == {0}
    assert stat.S_IMODE(installed.archive.wal.stat().st_mode) == 0o700
    assert stat.S_IMODE(installed.archive.folder.stat().st_mode) & 0o066 == 0
    names = {path.name for path in installed.archive.folder.rglob("*")}
    assert "keys.json" not in names
    assert backup.keys == {"1": fingerprints(Keyring.load(installed.home.keys))[1]}


@pytest.mark.parametrize("flipped", ["in the file", "in its content"])
def test_a_changed_byte_is_refused_and_nothing_is_left(
    installed: Installed, folder: Path, into: Path, flipped: str
) -> None:
    backup = copied(installed, folder / f"harmed-{os.urandom(4).hex()}")
    path = backup.path / "base.tar.gz"
    if flipped == "in the file":
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 0x40
        path.write_bytes(raw)
    else:
        rewritten(path, installed.first.encode(), b"X" * len(installed.first))

    with pytest.raises(BackupDamaged, match=r"base\.tar\.gz.*(不符|读不下去|不在清单里)"):
        check_backup(backup)
    with pytest.raises(BackupDamaged, match=r"base\.tar\.gz"):
        restore(backup, into=into, keys=installed.home.keys, at=None, tell=silent)
    assert not into.exists()


def test_a_changed_manifest_is_refused(installed: Installed, folder: Path) -> None:
    backup = copied(installed, folder / "manifest")
    manifest = backup.path / "backup_manifest"
    manifest.write_bytes(manifest.read_bytes().replace(b'"Size": 8192', b'"Size": 8193', 1))

    with pytest.raises(BackupDamaged, match="清单"):
        check_backup(backup)


def test_a_missing_or_changed_segment_is_named(installed: Installed, folder: Path, into: Path) -> None:
    hand_over(installed)
    make_ticket(installed.installation, DISTRICT)
    hand_over(installed)
    backup = copied(installed, folder / "gap")
    first = Segment.named(backup.first)
    following = Segment(first.timeline, first.number + 1)
    kept = following.path_in(backup.wal).read_bytes()

    following.path_in(backup.wal).unlink()
    with pytest.raises(BackupDamaged, match=f"缺少 {following}"):
        restore(backup, into=into, keys=installed.home.keys, at=None, tell=silent)

    following.path_in(backup.wal).write_bytes(kept[:-9])
    with pytest.raises(BackupDamaged, match=f"{following} 已损坏"):
        restore(backup, into=into, keys=installed.home.keys, at=None, tell=silent)

    first.path_in(backup.wal).unlink()
    with pytest.raises(BackupDamaged, match="这份备份因此不能使用"):
        check_backup(backup)
    assert not into.exists()


def test_what_cannot_be_restored_is_refused_in_words(installed: Installed, folder: Path, into: Path) -> None:
    backup, keys = installed.backup, installed.home.keys
    with pytest.raises(RestoreRefused, match="已有安装"):
        restore(backup, into=installed.home.path, keys=keys, at=None, tell=silent)
    with pytest.raises(RestoreRefused, match="没有密钥"):
        restore(backup, into=into, keys=None, at=None, tell=silent)
    others = folder / "others.json"
    Keyring.load(others)
    with pytest.raises(RestoreRefused, match=f"指纹 {backup.keys['1']}"):
        restore(backup, into=into, keys=others, at=None, tell=silent)
    with pytest.raises(RestoreRefused, match="更早"):
        restore(backup, into=into, keys=keys, at=backup.began_at - timedelta(seconds=1), tell=silent)
    with pytest.raises(RestoreRefused, match="到不了"):
        restore(backup, into=into, keys=keys, at=datetime.now(UTC) + timedelta(days=1), tell=silent)
    with pytest.raises(BackupRefused, match="不是"):
        find_backup(installed.archive, "20000101T000000Z")
    assert not into.exists()


def test_old_backups_go_with_the_log_that_only_they_needed(installed: Installed, folder: Path) -> None:
    copy = copied(installed, folder / "pruned")
    archive = Archive(folder / "pruned")
    newer = archive.base / "29990101T000000Z"
    shutil.copytree(copy.path, newer)
    first = Segment.named(copy.first)
    following = Segment(first.timeline, first.number + 1)
    record = (newer / "huiying.json").read_text().replace(f'"{first}"', f'"{following}"')
    (newer / "huiying.json").write_text(record)
    assert first in archived(archive.wal)

    dropped = drop_old(archive, keep=1)

    assert copy.name in [each.name for each in dropped]
    assert [each.name for each in backups_in(archive)] == [newer.name]
    assert first not in archived(archive.wal)
    assert drop_old(archive, keep=1) == []


def test_the_doctor_alarms_after_26_hours(installed: Installed) -> None:
    made = installed.backup.ended_at

    def found(after: timedelta) -> list[tuple[str, str]]:
        return [(each.level.name, each.text[:4]) for each in backup_findings(installed.home, now=made + after)]

    assert found(timedelta(hours=25)) == [("HINT", "最近一次")]
    assert found(timedelta(hours=27)) == [("MISSING", "最近一次")]
    url = installed.installation.database.engine.url.set(drivername="postgresql").render_as_string(False)
    assert list(archiver_findings(installed.home, url)) == []


def test_a_backup_needs_a_server_that_hands_its_log_over(folder: Path) -> None:
    home = open_home(folder / "other")
    try:
        with ensure(home.path, tell=silent):
            with pytest.raises(BackupRefused, match="另一个安装"):
                set_up_archive(home, folder / "备份 store", system="1")
            with pytest.raises(BackupRefused, match="会与数据一起丢失"):
                set_up_archive(home, home.path / "store", system="1")
            archive = set_up_archive(home, folder / "fresh", system="1")
            with pytest.raises(BackupRefused, match="huiying down"):
                take_backup(home, archive, keys={})
            assert list(archive.base.iterdir()) == []
    finally:
        forget(home.path)


def test_the_archive_is_never_written_over(installed: Installed) -> None:
    """The server is told that a segment of the same name and other content was not taken."""
    segment = archived(installed.archive.wal)[0].path_in(installed.archive.wal)
    with Postgres(installed.home).connect() as connection:
        row = connection.execute("SHOW archive_command").fetchone()
    assert row is not None
    command = str(row[0]).replace("%f", segment.name.removesuffix(".gz")).replace("%p", "/etc/hostname")
    kept = segment.read_bytes()

    assert os.system(command) != 0
    assert segment.read_bytes() == kept


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="不是 huiying backup now"):
        Backup.read(tmp_path)
