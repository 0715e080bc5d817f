"""Bringing a tenant in 迁入: all its rows in one transaction, under the numbers they had."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from core.kit.file_store import FileGone, FileStore, TenantFiles
from core.kit.keys import Keyring
from core.kit.policies import APP_ROLE
from core.tenancy.moving.errors import NotMovable
from core.tenancy.moving.reading import Moved, opened, refuse_other_schema
from core.tenancy.moving.tables import TenantTable, tables_of_tenants
from core.tenancy.moving.taking_out import SEQUENCES, TEXT_FORM, as_libpq

WORKING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()"""
TAKEN = "SELECT id, slug, serial_prefix, epoch FROM tenant WHERE id = %s OR slug = %s OR serial_prefix = %s"
SLUG = re.compile(r"[a-z][a-z0-9-]{1,31}\Z")
SIGNS_OF_LIFE = ("ticket", "intake_event", "account")
"""Tables in which a tenant that was only declared has no row."""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What was written, and under which short name; `replaced` where an unused tenant of that name made way."""

    slug: str
    tables: int
    rows: int
    replaced: bool
    files: int


def bring_in(
    path: Path, keys: Keyring, *, owner_url: str, slug: str | None, files: FileStore | None = None
) -> BroughtIn:
    """Write a tenant's file into this installation, under its short name or another, as the owner of the schema.

    All is written or nothing. A tenant of the same number and short name that was only declared, and in which nothing has
    happened, makes way for it. Its files go into `files` first. Raises `FileDamaged`, `NotMovable` or `FilesAway`.
    """
    if slug is not None and not SLUG.match(slug):
        raise NotMovable(f"短名只能由小写字母、数字和连字符组成，以字母开头：{slug!r}。")
    with opened(path, keys) as moved, psycopg.connect(as_libpq(owner_url)) as connection:
        for statement in TEXT_FORM:
            connection.execute(statement)
        refuse_other_schema(moved, connection)
        connection.execute("LOCK TABLE tenant IN SHARE ROW EXCLUSIVE MODE")
        _refuse_while_working(connection)
        tables = tables_of_tenants(connection)
        wanted = slug or str(moved.tenant["slug"])
        replaced = _make_room(connection, moved, wanted, tables)
        _put_files(moved, TenantFiles(files, int(moved.tenant["id"])))
        by_name = {(table.schema, table.name): table for table in tables}
        for part in moved.parts:
            table = by_name[part.schema, part.table]
            writing = SQL("COPY {} ({}) FROM STDIN").format(table.identifier, table.column_list)
            with connection.cursor().copy(writing) as copy:
                for row in moved.rows(part):
                    copy.write_row(row)
        for sequence in SEQUENCES:
            advance = SQL("SELECT setval({}, greatest(last_value, {})) FROM {}")
            name = Identifier(sequence)
            connection.execute(advance.format(Literal(sequence), Literal(moved.sequences[sequence]), name))
        return BroughtIn(wanted, len(moved.parts), sum(part.rows for part in moved.parts), replaced, len(moved.files))


def _put_files(moved: Moved, files: TenantFiles) -> None:
    """Put the tenant's files under the keys that its rows name; those that an attempt before has left are the same."""
    for key in moved.files:
        content = moved.file(key)
        try:
            if files.get(key) == content:
                continue
        except FileGone:
            pass
        files.put_as(key, content)


def _refuse_while_working(connection: Connection[Any]) -> None:
    """Raise `NotMovable` while programs run: they hold numbers for new rows that rows of the file may have."""
    row = connection.execute(WORKING, [APP_ROLE]).fetchone()
    if row and row[0]:
        raise NotMovable("网页、后台任务还在运行，可能与导入的数据编号冲突。请先停止（huiying down），导入后再启动。")


def _make_room(connection: Connection[Any], moved: Moved, slug: str, tables: Sequence[TenantTable]) -> bool:
    """Write the tenant's own row; return whether it took the place of one that was only declared."""
    theirs = {**moved.tenant, "slug": slug}
    number, prefix = theirs["id"], theirs["serial_prefix"]
    existing = None
    for other, name, other_prefix, epoch in connection.execute(TAKEN, [number, slug, prefix]):
        if other != number or name != slug:
            same = "编号" if other == number else "短名" if name == slug else "工单号前缀"
            value = number if other == number else slug if name == slug else other_prefix
            raise NotMovable(
                f"这里的租户 {name} 已占用{same} {value}。编号、前缀写进了每条记录的校验值和工单号，改不了："
                "请导入到没有占用它的安装" + ("，或用 --as 换一个短名。" if same == "短名" else "。")
            )
        existing = epoch
    if existing is None:
        fresh = {**theirs, "state": "active", "standing": "{}"}
        columns = SQL(", ").join(map(Identifier, fresh))
        values = SQL(", ").join(map(Literal, fresh.values()))
        connection.execute(SQL("INSERT INTO tenant ({}) VALUES ({})").format(columns, values))
        connection.execute("SELECT setval('tenant_id_seq', greatest(last_value, %s)) FROM tenant_id_seq", [number])
        return False
    _refuse_used(connection, number, slug)
    for table in reversed(tables):
        connection.execute(SQL("DELETE FROM {} WHERE tenant_id = {}").format(table.identifier, Literal(number)))
    facts = ("name", "kind", "zone", "serial_prefix")
    sets = SQL(", ").join(SQL("{} = {}").format(Identifier(fact), Literal(theirs[fact])) for fact in facts)
    # Processes that knew the tenant before see by the epoch that its facts are others.
    newer = max(existing, theirs["epoch"]) + 1
    update = SQL("UPDATE tenant SET {}, epoch = {} WHERE id = {}")
    connection.execute(update.format(sets, Literal(newer), Literal(number)))
    return True


def _refuse_used(connection: Connection[Any], number: int, slug: str) -> None:
    for table in SIGNS_OF_LIFE:
        query = SQL("SELECT FROM {} WHERE tenant_id = {} LIMIT 1").format(Identifier(table), Literal(number))
        if connection.execute(query).fetchone() is not None:
            raise NotMovable(f"这里的租户 {slug} 已在使用（表 {table} 有数据），不会被覆盖。请导入到另一个安装。")
