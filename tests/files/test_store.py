"""Where files lie: a folder of one's own, or a bucket that speaks S3; and what belongs to nobody."""

import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from core.jobs.orphans import Orphans
from core.kit.file_store import FileGone, FilesAway, FileStore
from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation

Opener = Callable[[str], FileStore]


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a server that answers as S3 does, on this machine alone."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """A store that is empty, of each kind."""
    if request.param == "folder":
        return FileStore(str(tmp_path / "files"))
    address: str = request.getfixturevalue("bucket")
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    name = f"files-{time.time_ns()}"
    with urlopen(Request(f"{address}/{name}", method="PUT")):
        pass
    return FileStore(f"s3://{name}/huiying", endpoint=address)


def test_what_was_put_is_there_whole_until_it_is_removed(store: FileStore) -> None:
    files = store.of_tenant(7)
    began = datetime.now(UTC) - timedelta(seconds=2)

    key = files.put(b"the bytes")

    assert files.get(key) == b"the bytes"
    (lying,) = files.lying()
    assert (lying.key, lying.bytes) == (key, 9)
    assert began < lying.at < datetime.now(UTC) + timedelta(seconds=2)
    files.remove([key, key])
    assert list(files.lying()) == []
    with pytest.raises(FileGone):
        files.get(key)


def test_a_tenant_comes_to_its_own_files_alone(store: FileStore) -> None:
    key = store.of_tenant(7).put(b"x")

    with pytest.raises(FileGone):
        store.of_tenant(71).get(key)
    assert list(store.of_tenant(71).lying()) == []
    for way in (f"../7/{key}", f"../../7/{key}", f"/7/{key}"):
        with pytest.raises(FileGone):
            store.of_tenant(71).get(way)


def test_no_file_takes_the_place_of_another(store: FileStore) -> None:
    key = store.of_tenant(7).put(b"first")

    with pytest.raises(FilesAway):
        store.of_tenant(7).put_as(key, b"second")

    assert store.of_tenant(7).get(key) == b"first"


def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "files"))
    store.of_tenant(7).put(b"x")

    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert store.folder == tmp_path / "files"


def test_a_bucket_that_does_not_answer_says_so_and_not_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "secret-of-ours")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-ours")
    monkeypatch.setattr("core.kit.file_store.PATIENCE", timedelta(seconds=1))

    with pytest.raises(FilesAway) as refused:
        FileStore("s3://bucket", endpoint="http://127.0.0.1:9").of_tenant(1).put(b"x")

    assert "附件暂时存不进" in refused.value.message
    assert "127.0.0.1" not in refused.value.message
    assert "secret-of-ours" not in refused.value.message


def test_the_clock_removes_what_belongs_to_nobody_once_a_day(
    database_url: str, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation: Installation = make_installation(database_url)
    installation.files = store
    slug = make_district(installation)
    monkeypatch.setattr(installation, "tenants", lambda: [installation.tenant(slug)])
    files = store.of_tenant(installation.tenant(slug).id)
    files.put(b"nobody's")
    night = datetime.now(UTC).replace(hour=20, minute=0) + timedelta(days=2)  # 4 o'clock in Beijing
    orphans = Orphans(installation, is_ending=lambda: False)

    orphans.remove(now=lambda: night - timedelta(hours=2))
    assert len(list(files.lying())) == 1
    orphans.remove(now=lambda: night)
    assert list(files.lying()) == []
    installation.database.engine.dispose()
