"""A plugin as a guest in a transaction of the core: its own tables, its own district, its own time, and no harm done."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.hooks.budget import whole
from core.hooks.store import (
    NotOne,
    ReadOnly,
    RowsNotAccepted,
    StatementFailed,
    StatementNotAllowed,
    Store,
    StoreRefusal,
    TooManyRows,
    TooSlow,
)
from core.hooks.tables import schema_of
from core.kit.db import is_connection_lost
from core.kit.saying import said
from core.tenancy.guest_statements import limited, of_tenant, refuse_foreign, rows_to_insert
from core.tenancy.scope import RETRIED_SQLSTATES, Scope

MOST_ROWS = 10_000
CANCELED, NO_LOCK = "57014", "55P03"
READ_ONLY, NO_RIGHT = "25006", "42501"
INTEGRITY = "23"
NO_ROOM = "53"
"""A full disk, for instance: no fault of the plugin's, so the whole transaction fails."""
log = logging.getLogger(__name__)


class FenceBroken(Exception):  # noqa: N818 -- a fact; the transaction must not go on
    """After a plugin's visit the transaction no longer was its tenant's."""


@contextmanager
def guest(scope: Scope, plugin_id: str, *, writes: bool, seconds: float) -> Iterator[Store]:
    """Let a plugin at its own tables, within the scope's transaction and in a savepoint of it.

    Each statement may take `seconds`. Without `writes` the database refuses to write, and nothing stays. Whatever goes
    wrong takes back what the plugin wrote in this visit and nothing else. A block that is cut off by its budget lies
    inside this one, so that the savepoint is ended in order. Raises what the block raises, and the refusal that it
    caught and kept to itself; `FenceBroken` when the transaction must not be used any more.
    """
    with whole():
        scope.session.flush()
        connection = scope.session.connection()
        usual_time = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
        time = f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"
        connection.exec_driver_sql(f"SAVEPOINT guest; {time}{'' if writes else '; SET TRANSACTION READ ONLY'}")
    store = _GuestStore(scope, connection, plugin_id)
    try:
        yield store
        store.raise_broken()
    except BaseException:
        with whole():
            _take_back(connection)
        raise
    else:
        with whole():
            if writes:
                # Undone by a rollback to the savepoint, but not by its release.
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{usual_time}'; RELEASE SAVEPOINT guest")
            else:
                _take_back(connection)
    finally:
        store.close()
        with whole():
            _check_fence(connection, scope.tenant.id)


def _take_back(connection: Connection) -> None:
    if not connection.invalidated:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT guest; RELEASE SAVEPOINT guest")


def _check_fence(connection: Connection, tenant_id: int) -> None:
    if connection.invalidated:
        return
    tenant = connection.exec_driver_sql("SELECT current_setting('app.tenant', true)").scalar_one()
    if tenant != str(tenant_id):
        raise FenceBroken(f"app.tenant is {tenant!r} after a plugin's visit, not {tenant_id}")


class _GuestStore:
    """A `Store` over the tables of one plugin, for the length of one visit."""

    def __init__(self, scope: Scope, connection: Connection, plugin_id: str) -> None:
        self._scope = scope
        self._connection = connection
        self._plugin_id = plugin_id
        self._schema = schema_of(plugin_id)
        self._broken: StoreRefusal | None = None
        self._is_open = True

    def rows(self, question: Any) -> list[Mapping[str, Any]]:
        self._refuse_unless_usable(question)
        if not isinstance(question, Select):
            raise StatementNotAllowed("rows 只接受 select；写入请用 run 或 add。")
        bound = limited(of_tenant(question, self._scope.tenant.id), MOST_ROWS)
        with self._in_words():
            rows: list[Mapping[str, Any]] = [
                {str(name): value for name, value in row.items()} for row in self._connection.execute(bound).mappings()
            ]
        if len(rows) > MOST_ROWS:
            raise TooManyRows(said("查询结果超过 {most_rows} 行。请加条件或用 limit 分页。", most_rows=MOST_ROWS))
        return rows

    def one_or_none(self, question: Any) -> Mapping[str, Any] | None:
        found = self.rows(question)
        if len(found) > 1:
            raise NotOne(said("应只有一行，却有 {number} 行。请把条件写全。", number=len(found)))
        return found[0] if found else None

    def add(self, table: Any, **values: Any) -> int:
        statement = insert(table).values(values)
        self._refuse_unless_usable(statement)
        (new_id,) = self._insert(statement.table, rows_to_insert(statement))
        return new_id

    def run(self, statement: Any) -> int:
        self._refuse_unless_usable(statement)
        if isinstance(statement, Select):
            raise StatementNotAllowed("run 只接受 insert、update、delete；查询请用 rows。")
        if isinstance(statement, Insert):
            return len(self._insert(statement.table, rows_to_insert(statement)))
        with self._in_words():
            return self._connection.execute(of_tenant(statement, self._scope.tenant.id)).rowcount

    def close(self) -> None:
        self._is_open = False

    def raise_broken(self) -> None:
        """Raise the refusal after which nothing of this visit may stay."""
        if self._broken:
            raise self._broken

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> list[int]:
        assert isinstance(table, Table)
        with whole():
            ids = [self._scope.new_id() for _ in rows]
        tenant_id = self._scope.tenant.id
        with self._in_words():
            self._connection.execute(
                insert(table),
                [{**row, "tenant_id": tenant_id, "id": new_id} for row, new_id in zip(rows, ids, strict=True)],
            )
        return ids

    def _refuse_unless_usable(self, statement: Any) -> None:
        if not self._is_open:
            raise StatementNotAllowed("插件的这次访问已经结束，不能再查询或写入。")
        self.raise_broken()
        refuse_foreign(statement, self._schema)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            # Cut in the middle, a statement would take the connection with it, and the core's transaction.
            with whole():
                yield
        except SQLAlchemyError as error:
            sqlstate = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
            if is_connection_lost(error) or sqlstate in RETRIED_SQLSTATES or sqlstate.startswith(NO_ROOM):
                raise
            self._broken = self._refusal(error, sqlstate)
            raise self._broken from error

    def _refusal(self, error: SQLAlchemyError, sqlstate: str) -> StoreRefusal:
        plugin = said("插件 {plugin_id} ", plugin_id=self._plugin_id)
        if sqlstate in (CANCELED, NO_LOCK):
            return TooSlow(said("{plugin}的查询或写入超过了规定时间，已停止。请缩小范围后再试。", plugin=plugin))
        if sqlstate == READ_ONLY:
            return ReadOnly(
                said("{plugin}在只供查看的页面上写入，没有保存。写入请放在提交表单、命令或定时工作里。", plugin=plugin)
            )
        if sqlstate == NO_RIGHT:
            return ReadOnly(said("{plugin}的这张表只能新增，不能修改或删除，没有保存。", plugin=plugin))
        if sqlstate.startswith(INTEGRITY) and isinstance(error, DBAPIError):
            diagnosis = getattr(error.orig, "diag", None)
            broken = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None) or ""
            return RowsNotAccepted(
                said(
                    "{plugin}要保存的内容不符合表的规定（{broken}），没有保存。请检查后再试。",
                    plugin=plugin,
                    broken=broken,
                ),
                broken,
            )
        log.error("a statement of plugin %s failed", self._plugin_id, exc_info=error)
        return StatementFailed(said("{plugin}的查询或写入没有成功，没有保存。请联系插件的提供者。", plugin=plugin))
