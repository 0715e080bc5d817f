"""Where files lie: a folder of one's own, or a bucket that speaks S3. Nothing here knows what a file is about.

Keys are random and below the number of their tenant: whoever has a tenant's files has no way to name another's.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from core.kit.errors import Refused
from core.kit.saying import said

S3 = "s3://"
PATIENCE = timedelta(seconds=30)
KEY_BYTES = 16
KEY = re.compile(r"[0-9a-f]{32}(\.[a-z]+)?\Z")
GONE = "文件不在了，可能已被移走。请联系系统管理员核对附件。"
R = TypeVar("R")


class FilesAway(Refused):
    """The place of the files does not answer, has no room, or was never named."""

    code = "files-away"


class FileGone(Refused):
    """The file is not where it was put."""

    code = "file-gone"


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that lies somewhere, whoever put it there."""

    key: str
    bytes: int
    at: datetime


class FileStore:
    """Files of all tenants. `address` is a folder, or `s3://bucket/prefix` with credentials in the environment."""

    def __init__(self, address: str, *, endpoint: str = "") -> None:
        """Open the store; a folder is made, for its owner alone. Raises `FilesAway`."""
        self.address = address
        self._folder: Path | None = None
        if address.startswith(S3):
            self._store: LocalStore | S3Store = _bucket(address, endpoint)
            return
        self._folder = Path(address).absolute()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._folder.stat().st_uid == os.geteuid():
                self._folder.chmod(0o700)
        except OSError as error:
            raise FilesAway(
                said(
                    "文件夹 {folder} 不能存放附件（{strerror}）。请检查权限和磁盘。",
                    folder=self._folder,
                    strerror=error.strerror,
                )
            ) from error
        self._store = LocalStore(self._folder)

    @property
    def folder(self) -> Path | None:
        """The folder, None where a bucket holds the files."""
        return self._folder

    def of_tenant(self, tenant_id: int) -> "TenantFiles":
        """Return the files of one tenant."""
        return TenantFiles(self, tenant_id)

    def put(self, key: str, content: bytes) -> None:
        """Put a new file, so that it lasts. Raises `FilesAway`."""
        _reached(lambda: obstore.put(self._store, key, content, mode="create"))
        if self._folder is not None:
            _make_last(self._folder / key)

    def get(self, key: str) -> bytes:
        """Return a file. Raises `FileGone`, `FilesAway`."""
        return bytes(_reached(lambda: obstore.get(self._store, key).bytes()))

    def remove(self, keys: Sequence[str]) -> None:
        """Remove files; those that are not there any more are no matter. Raises `FilesAway`."""
        for key in keys:
            try:
                _reached(lambda key=key: obstore.delete(self._store, key))  # type: ignore[misc]
            except FileGone:
                continue

    def lying(self, prefix: str) -> Iterator[Lying]:
        """Yield all files below a prefix. Raises `FilesAway`."""
        pages = iter(obstore.list(self._store, prefix, chunk_size=500))
        while True:
            page = _reached(lambda: next(pages, None))
            if page is None:
                return
            for each in page:
                yield Lying(each["path"], each["size"], each["last_modified"])


class TenantFiles:
    """The files of one tenant: keys are given and taken without the tenant's number."""

    def __init__(self, store: FileStore | None, tenant_id: int) -> None:
        self._found = store
        self._prefix = f"{tenant_id}/"

    def put(self, content: bytes) -> str:
        """Put a new file under a random key and return the key. Raises `FilesAway`."""
        key = secrets.token_hex(KEY_BYTES)
        self._store.put(self._named(key), content)
        return key

    def put_as(self, key: str, content: bytes) -> None:
        """Put a file under a key that belongs to another, or that it had elsewhere. Raises `FilesAway`."""
        self._store.put(self._named(key), content)

    def get(self, key: str) -> bytes:
        """Return a file. Raises `FileGone`, `FilesAway`."""
        return self._store.get(self._named(key))

    def remove(self, keys: Sequence[str]) -> None:
        """Remove files. Raises `FilesAway`."""
        self._store.remove([self._named(key) for key in keys])

    def lying(self) -> Iterator[Lying]:
        """Yield all files of the tenant. Raises `FilesAway`."""
        for each in self._store.lying(self._prefix):
            yield Lying(each.key.removeprefix(self._prefix), each.bytes, each.at)

    def _named(self, key: str) -> str:
        """Return the key with the tenant's number. One that is none of ours, from a file that was tampered with, is nowhere."""
        if not KEY.match(key):
            raise FileGone(GONE)
        return self._prefix + key

    @property
    def _store(self) -> FileStore:
        if self._found is None:
            raise FilesAway("没有设置附件存放的地方，不能上传和查看附件。请系统管理员设置 HUIYING_FILES。")
        return self._found


def _bucket(address: str, endpoint: str) -> S3Store:
    parts = urlsplit(address)
    if not parts.netloc:
        raise FilesAway("HUIYING_FILES 要写成 s3://桶/前缀，或一个文件夹。")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        endpoint=endpoint or None,
        client_options={
            "timeout": PATIENCE,
            "connect_timeout": PATIENCE / 6,
            "allow_http": endpoint.startswith("http:"),
        },
        retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
    )


def _reached(ask: Callable[[], R]) -> R:
    """Return the store's answer. What the store's library says of keys and addresses goes into no message."""
    try:
        return ask()
    except (NotFoundError, FileNotFoundError) as error:
        raise FileGone(GONE) from error
    except (BaseError, OSError) as error:
        raise FilesAway("附件暂时存不进、取不出，没有办成。请稍后重试；仍然不行，请联系系统管理员。") from error


def _make_last(path: Path) -> None:
    """See that file and folder survive a loss of power."""
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
