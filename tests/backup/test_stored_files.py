"""Files of tickets are in every backup, and come back with it."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.embedded.backup import stored_files
from core.embedded.backup.base_backups import check_backup, drop_old, take_backup
from core.embedded.backup.restoring import restore
from core.embedded.errors import BackupDamaged
from core.embedded.services import ensure
from core.files.judging import Upload, judge
from core.hooks.roster import Roster
from core.journey.file_audit import audit_files
from core.journey.files import add_files, list_files
from core.kit.db import Database
from core.kit.file_store import FileStore
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring
from core.tenancy.scope import Installation
from core.tickets.timeline import Order
from tests.backup.conftest import DISTRICT, Installed, copied, hand_over
from tests.backup.test_restore import silent
from tests.builders import OPERATOR
from tests.files.samples import photo


def added(installed: Installed) -> None:
    """Add a photo to the first ticket, in the folder where the installation's own files lie."""
    installed.installation.files = FileStore(str(installed.home.path / "files"))
    files = [judge(Upload("a.jpg", photo()))]
    with installed.installation.scope(DISTRICT) as scope:
        add_files(scope, installed.first, Order(OPERATOR, datetime.now(UTC)), files)


def test_files_come_back_with_a_backup_and_are_proven(installed: Installed, into: Path) -> None:
    added(installed)
    backup = take_backup(installed.home, installed.archive, keys=fingerprints(Keyring.load(installed.home.keys)))
    added(installed)  # after the backup: the log tells of it, and its bytes are copied alone
    stored_files.copy_new(stored_files.folder_of(installed.home), installed.archive)
    hand_over(installed)
    assert backup.files == 2

    restored = restore(backup, into=into, keys=installed.home.keys, at=None, tell=silent)

    with ensure(into, tell=silent) as services:
        store = FileStore(str(into / "files"))
        keys = Keyring.load(restored.home.keys)
        installation = Installation(Database(services.database_url), keys, Roster([]), files=store)
        with installation.scope(DISTRICT) as scope:
            assert len(list_files(scope, installed.first)) == 2
            key = next(each.key for each in scope.files.lying() if not each.key.endswith(".small"))
            path = into / "files" / str(scope.tenant.id) / key
        found = audit_files(installation, DISTRICT)
        assert (found.files, found.findings) == (2, ())
        path.write_bytes(b"another photo")
        assert [each.words for each in audit_files(installation, DISTRICT).findings] == ["文件内容被改动，与上传时不符"]
        path.unlink()
        assert [each.words for each in audit_files(installation, DISTRICT).findings] == ["文件不在存放处"]
        installation.database.engine.dispose()


def test_a_backup_whose_files_are_harmed_is_refused(installed: Installed, folder: Path, into: Path) -> None:
    added(installed)
    backup = take_backup(installed.home, installed.archive, keys=fingerprints(Keyring.load(installed.home.keys)))
    harmed = copied(installed, folder / f"harmed-{os.urandom(4).hex()}")
    assert harmed.name != backup.name
    harmed = type(harmed).read(harmed.path.parent / backup.name)
    check_backup(harmed)
    name = next(iter(stored_files.read_list(harmed.path)))
    (harmed.mirror / name).write_bytes(b"another photo")

    with pytest.raises(BackupDamaged, match="附件"):
        check_backup(harmed)
    with pytest.raises(BackupDamaged, match="附件"):
        restore(harmed, into=into, keys=installed.home.keys, at=None, tell=silent)
    assert not into.exists()


def test_what_was_erased_goes_with_the_last_backup_that_had_it(tmp_path: Path) -> None:
    mirror, old, new = tmp_path / "files", tmp_path / "old", tmp_path / "new"
    for folder in (mirror, old, new):
        folder.mkdir()
    for name in ("erased", "kept", "later"):
        (mirror / name).write_bytes(name.encode())
        os.utime(mirror / name, (100 if name != "later" else 900,) * 2)
    stored_files.write_list(old, {"erased": "", "kept": ""})
    stored_files.write_list(new, {"kept": ""})

    stored_files.drop_unneeded(mirror, [old, new], older_than=500)
    assert sorted(path.name for path in mirror.iterdir()) == ["erased", "kept", "later"]
    stored_files.drop_unneeded(mirror, [new], older_than=500)
    assert sorted(path.name for path in mirror.iterdir()) == ["kept", "later"]


def test_dropping_old_backups_keeps_the_files_of_those_that_stay(installed: Installed, folder: Path) -> None:
    added(installed)
    take_backup(installed.home, installed.archive, keys=fingerprints(Keyring.load(installed.home.keys)))
    copy = folder / f"copy-{os.urandom(4).hex()}"
    shutil.copytree(installed.archive.folder, copy)
    archive = type(installed.archive)(copy)

    drop_old(archive, keep=1)

    (kept,) = (path for path in archive.base.iterdir() if not path.name.startswith("."))
    assert all((copy / "files" / name).is_file() for name in stored_files.read_list(kept))
