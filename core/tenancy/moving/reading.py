"""Reading a moved tenant's file: whether it is whole, whether our keys are its keys, and whether our schema is its schema."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring
from core.tenancy.moving.errors import FileDamaged, NotMovable
from core.tenancy.moving.tables import revisions, tables_of_tenants
from core.tenancy.moving.taking_out import FILES, FORMAT, MANIFEST, SEAL, Part

Row = Sequence[str | None]
UNREADABLE = (
    *(OSError, EOFError, KeyError, ValueError, TypeError, RecursionError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What a damaged file makes of reading it; brackets without an end exhaust the stack."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A tenant's file, opened: the tenant's own row, the numbers it came to, its tables, parents first, and its files."""

    archive: zipfile.ZipFile
    tenant: Mapping[str, Any]
    revisions: Mapping[str, Sequence[str]]
    sequences: Mapping[str, int]
    parts: Sequence[Part]
    files: Mapping[str, str]
    """SHA-256 of each file of tickets by its key."""

    def file(self, key: str) -> bytes:
        """Return a file of tickets. Raises `FileDamaged`."""
        try:
            content = self.archive.read(FILES + key)
        except UNREADABLE as error:
            raise FileDamaged(f"附件 {key} 读不出来，文件已损坏或被改动。请重新导出。") from error
        if hashlib.sha256(content).hexdigest() != self.files[key]:
            raise FileDamaged(f"附件 {key} 与清单不符，文件已损坏或被改动。请重新导出。")
        return content

    def rows(self, part: Part) -> Iterator[Row]:
        """Yield the rows of a table. Raises `FileDamaged`, at the latest after the last one."""
        digest, count = hashlib.sha256(), 0
        place = part.columns.index("tenant_id")
        try:
            with self.archive.open(part.file) as file:
                for line in file:
                    digest.update(line)
                    count += 1
                    row = json.loads(line)
                    if len(row) != len(part.columns) or row[place] != str(self.tenant["id"]):
                        raise FileDamaged(f"{part.file} 第 {count} 行不是这个租户的，文件已被改动。请重新导出。")
                    yield row
        except UNREADABLE as error:
            raise FileDamaged(
                f"{part.file} 读不下去（{type(error).__name__}），文件已损坏或被改动。请重新导出。"
            ) from error
        if (count, digest.hexdigest()) != (part.rows, part.sha256):
            raise FileDamaged(f"{part.file} 与清单不符，文件已损坏或被改动。请重新导出。")


@contextmanager
def opened(path: Path, keys: Keyring) -> Iterator[Moved]:
    """Open a tenant's file and read it through once.

    Raises `FileDamaged` when it is not what was written, `NotMovable` when other keys are needed than ours.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            written, seal = archive.read(MANIFEST), bytes.fromhex(archive.read(SEAL).decode())
            stored = json.loads(written)
            if stored["format"] != FORMAT:
                raise NotMovable(f"{path} 是另一版本写的（格式 {stored['format']}）。请用写它的那个版本导入。")
            _refuse_other_keys(path, stored["keys"], keys)
            if seal not in keys.possible_seals(written, tenant_id=int(stored["tenant"]["id"])):
                raise FileDamaged(f"{path} 的清单不是产品写下的，已被改动。请重新导出。")
            parts = [Part(**part) for part in stored["tables"]]
            moved = Moved(
                archive, stored["tenant"], stored["revisions"], stored["sequences"], parts, stored.get("files", {})
            )
            for part in parts:
                for _ in moved.rows(part):
                    pass
            for key in moved.files:
                moved.file(key)
            yield moved
    except UNREADABLE as error:
        raise FileDamaged(f"{path} 不是导出的租户，或已损坏（{type(error).__name__}）。请重新导出。") from error


def refuse_other_schema(moved: Moved, connection: Connection[Any]) -> None:
    """Raise `NotMovable` when the tables here are not those of which the file holds rows."""
    here = revisions(connection)
    if dict(moved.revisions) != dict(here):
        differing = sorted(
            schema for schema in {*moved.revisions, *here} if moved.revisions.get(schema) != here.get(schema)
        )
        said = "；".join(
            f"{schema}：文件 {'、'.join(moved.revisions.get(schema, ())) or '无'}，这里 {'、'.join(here.get(schema, ())) or '无'}"
            for schema in differing
        )
        raise NotMovable(f"两边的数据表版本不同（{said}）。请先把两边升级到同一版本、装上同样的插件，再导出。")
    ours = {(table.schema, table.name): (table.columns, table.types) for table in tables_of_tenants(connection)}
    theirs = {(part.schema, part.table): (tuple(part.columns), tuple(part.types)) for part in moved.parts}
    if different := sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)):
        raise NotMovable(f"两边的表 {'.'.join(different[0])} 不同。请先把两边升级到同一版本，再导出。")


def _refuse_other_keys(path: Path, needed: Mapping[str, str], keys: Keyring) -> None:
    ours = fingerprints(keys)
    for number, mark in needed.items():
        if ours.get(int(number)) != mark:
            raise NotMovable(
                f"{path} 要用第 {number} 号密钥（指纹 {mark}），这里的不是。联系方式、封存都出自它，换不了："
                "请导入到用同一个 keys.json 的安装。"
            )
