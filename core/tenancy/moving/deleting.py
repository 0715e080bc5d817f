"""Deleting a tenant 删除: every row of it in one transaction, and what is left is that it was there."""

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from core.tenancy.moving.errors import NotMovable
from core.tenancy.moving.tables import tables_of_tenants
from core.tenancy.moving.taking_out import as_libpq

LONG = ("SET LOCAL statement_timeout = '6h'", "SET LOCAL idle_in_transaction_session_timeout = '6h'")
LEFT_CITIES = "DELETE FROM city_member WHERE city_id = %(tenant)s OR district_id = %(tenant)s"
LEFT_HOSTS = "DELETE FROM tenant_host WHERE owner_id = %(tenant)s"
TOMBSTONE = """
    UPDATE tenant SET slug = %(mark)s, serial_prefix = %(mark)s, state = 'deleted', standing = %(standing)s,
           epoch = epoch + 1
    WHERE id = %(tenant)s AND state = 'closed'"""


def delete_rows(tenant_id: int, *, owner_url: str, standing: Mapping[str, Any]) -> dict[str, int]:
    """Delete all rows of a closed tenant, as the owner of the schema, and return how many of which tables there were.

    Everything is asked in the name of the tenant, so that not even a mistake here could reach the rows of another. The
    tenant's own row stays without short name and prefix, with `standing`. Raises `NotMovable` when it is not closed.
    """
    with psycopg.connect(as_libpq(owner_url)) as connection:
        for statement in LONG:
            connection.execute(statement)
        connection.execute(SQL("SET LOCAL app.tenant = {}").format(Literal(str(tenant_id))))
        tables = tables_of_tenants(connection)
        deleted = {}
        for table in reversed(tables):
            rows = connection.execute(SQL("DELETE FROM {} WHERE tenant_id = %s").format(table.identifier), [tenant_id])
            deleted[table.full_name] = rows.rowcount
        connection.execute(LEFT_CITIES, {"tenant": tenant_id})
        connection.execute(LEFT_HOSTS, {"tenant": tenant_id})
        told = {**standing, "rows": sum(deleted.values())}
        mark = f"!{tenant_id}"
        left = connection.execute(
            TOMBSTONE, {"mark": mark, "tenant": tenant_id, "standing": json.dumps(told, ensure_ascii=False)}
        )
        if left.rowcount != 1:
            raise NotMovable("这个租户没有注销，不能删除；没有改动。请先用 huiying tenant close 注销。")
        for table in tables:
            query = SQL("SELECT FROM {} WHERE tenant_id = %s LIMIT 1").format(Identifier(table.schema, table.name))
            if connection.execute(query, [tenant_id]).fetchone() is not None:
                raise NotMovable(f"表 {table.full_name} 里还有这个租户的数据，没有删除。请停止后台任务后再试。")
    return {name: count for name, count in deleted.items() if count}
