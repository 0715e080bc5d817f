"""A home of its own with the schema and a district, whose backups go to a folder beside it."""

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli.context import migrate
from core.embedded.archiving import Archive, set_up_archive
from core.embedded.backup.base_backups import Backup, hand_over_log, system_of, take_backup
from core.embedded.home import Home, open_home
from core.embedded.postgres import Postgres
from core.embedded.services import Services, ensure
from core.hooks.roster import Roster
from core.kit.db import Database
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring
from core.tenancy.scope import Installation
from tests.builders import make_district, make_ticket
from tests.embedded.conftest import forget

DISTRICT = "drill-district"


@dataclass(frozen=True)
class Installed:
    """A running installation with its backup folder: one ticket came before the base backup."""

    home: Home
    archive: Archive
    installation: Installation
    first: str
    backup: Backup


def prepared(services: Services) -> None:
    """Bring the schema up to date and make the district, as `prepare` does with shipped ones."""
    assert services.owner_url is not None
    assert migrate(services.owner_url) == []


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the database's account can reach, when that is another one: pytest's own are closed to it."""
    path = Path(tempfile.mkdtemp(prefix="huiying-backup-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def installed(folder: Path) -> Iterator[Installed]:
    home = open_home(folder / "home")
    with ensure(home.path), Postgres(home).connect() as connection:
        archive = set_up_archive(home, folder / "备份 store", system=system_of(connection))
    with ensure(home.path, prepare=prepared) as services:
        keys = Keyring.load(home.keys)
        installation = Installation(Database(services.database_url), keys, Roster([]))
        make_district(installation, DISTRICT)
        first = make_ticket(installation, DISTRICT).serial_no
        backup = take_backup(home, archive, keys=fingerprints(keys))
        yield Installed(home, archive, installation, first, backup)
        installation.database.engine.dispose()
    forget(home.path)


@pytest.fixture
def into(folder: Path) -> Iterator[Path]:
    """Where a home is restored to."""
    path = folder / f"restored-{os.urandom(4).hex()}"
    yield path
    forget(path)


def hand_over(installed: Installed) -> None:
    hand_over_log(installed.home, installed.archive)


def copied(installed: Installed, folder: Path) -> Backup:
    """Return a copy of all that is in the backup folder, to be harmed."""
    shutil.copytree(installed.archive.folder, folder)
    return Backup.read(folder / "base" / installed.backup.name)


def rewritten(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes of a compressed file so that it is whole again as a compressed file."""
    content = gzip.decompress(path.read_bytes())
    assert old in content
    path.write_bytes(gzip.compress(content.replace(old, new, 1), 1))
