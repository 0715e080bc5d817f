"""Taking a tenant out 迁出: all its rows as they are at one moment, in one file that says of itself what it holds."""

import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import select, text

from core.kit.fingerprints import fingerprints
from core.tenancy.models import Tenant
from core.tenancy.moving.errors import NotMovable
from core.tenancy.moving.tables import TenantTable, revisions, tables_of_tenants
from core.tenancy.scope import Scope

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.seal"
OF_HERE = frozenset({"state", "standing"})
"""What is said of a tenant in this installation alone: brought in elsewhere it is active."""
FILES = "files/"
"""Where in the archive the files of tickets and tasks lie, each under its key."""
KEYS = """
    SELECT key FROM ticket_file WHERE tenant_id = %(tenant)s AND key IS NOT NULL
    UNION ALL SELECT key FROM task_file WHERE tenant_id = %(tenant)s AND key IS NOT NULL
    UNION ALL SELECT key FROM report_file WHERE tenant_id = %(tenant)s"""
SEQUENCES = ("row_id", "ticket_no")
"""What numbers were handed out from; after the move none may be handed out again."""
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
TEXT_FORM = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL statement_timeout = '6h'",
    "SET LOCAL idle_in_transaction_session_timeout = '6h'",
)
"""Values are written in the database's own text form, which it reads back to the very same value."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table in the file: a JSON line for each row, the values as texts in the order of the columns."""

    file: str
    schema: str
    table: str
    columns: Sequence[str]
    types: Sequence[str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A tenant in a file: how many rows of which tables, and the keys without which it cannot be read."""

    path: Path
    parts: Sequence[Part]
    keys: dict[int, str]
    files: int
    lost: int
    """Files that rows name and that lie nowhere; an export goes without them, and their rows say so wherever they come."""

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def as_libpq(url: str) -> str:
    """Return an address as the driver itself takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def sequences(owner: Connection[Any]) -> dict[str, int]:
    """Return how far the numbers of the installation have come, asked as the owner: the application cannot see it."""
    found = {}
    for sequence in SEQUENCES:
        row = owner.execute(SQL("SELECT last_value FROM {}").format(Identifier(sequence))).fetchone()
        assert row is not None
        found[sequence] = row[0]
    return found


def take_out(scope: Scope, path: Path, *, owner_url: str, now: datetime) -> TakenOut:
    """Write all rows of the tenant into a new file that only its owner may read. Must be the transaction's first act.

    The files that the rows name go along, with their small copies. The rows are read as the application's role, which sees no other tenant's. Encrypted fields stay encrypted.
    Raises `NotMovable` when the file cannot be made, `FilesAway`; nothing is left of one that failed.
    """
    scope.session.execute(text(ONE_MOMENT))
    connection = scope.session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    for statement in TEXT_FORM:
        scope.session.execute(text(statement))
    ring = fingerprints(scope.keys)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        reason = "已经存在" if isinstance(error, FileExistsError) else f"不能写（{error.strerror}）"
        raise NotMovable(f"{path} {reason}。请换一个文件名。") from error
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            tables = tables_of_tenants(connection)
            parts = [
                _write(connection, archive, f"{number:03d}-{table.full_name}.jsonl", table, scope.tenant.id)
                for number, table in enumerate(tables, 1)
            ]
            named, lying = _files(scope, connection)
            carried = {key: _carry(scope, archive, key) for key in lying}
            # After the rows: no number of theirs is beyond it.
            with psycopg.connect(as_libpq(owner_url), autocommit=True) as owner:
                numbers, versions = sequences(owner), revisions(owner)
            manifest = {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "tenant": _tenant(scope),
                "revisions": versions,
                "keys": ring,
                "sequences": numbers,
                "tables": [asdict(part) for part in parts],
                "files": carried,
            }
            written = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            archive.writestr(MANIFEST, written)
            archive.writestr(SEAL, scope.keys.seal(written, tenant_id=scope.tenant.id).hex())
            archive.close()
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    return TakenOut(path, parts, ring, len(carried), len(named - set(lying)))


def _write(
    connection: Connection[Any], archive: zipfile.ZipFile, name: str, table: TenantTable, tenant_id: int
) -> Part:
    query = SQL("COPY (SELECT {} FROM {} WHERE tenant_id = {} ORDER BY {}) TO STDOUT").format(
        table.column_list, table.identifier, Literal(tenant_id), SQL(", ").join(map(Identifier, table.key))
    )
    digest, rows = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as file, connection.cursor().copy(query) as copy:
        for row in copy.rows():
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            file.write(line)
            rows += 1
    return Part(name, table.schema, table.name, table.columns, table.types, rows, digest.hexdigest())


def _files(scope: Scope, connection: Connection[Any]) -> tuple[frozenset[str], list[str]]:
    """Return the keys of all files that rows name, and of those of them that lie there, with what lies beside each."""
    named = frozenset(key for (key,) in connection.execute(KEYS, {"tenant": scope.tenant.id}))
    lying = (each.key for each in scope.files.lying()) if named else ()
    return named, [key for key in lying if key.partition(".")[0] in named]


def _carry(scope: Scope, archive: zipfile.ZipFile, key: str) -> str:
    """Write a file into the archive as it lies, packed already, and return its SHA-256."""
    content = scope.files.get(key)
    archive.writestr(zipfile.ZipInfo(FILES + key), content, zipfile.ZIP_STORED)
    return hashlib.sha256(content).hexdigest()


def _tenant(scope: Scope) -> dict[str, Any]:
    tenant = scope.session.scalars(select(Tenant).where(Tenant.id == scope.tenant.id)).one()
    return {column.key: getattr(tenant, column.key) for column in Tenant.__table__.columns if column.key not in OF_HERE}
