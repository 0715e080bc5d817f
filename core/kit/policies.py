"""Row-level security as statements: what makes the database itself keep tenants apart."""

from collections.abc import Iterable

APP_ROLE = "huiying_app"
STATS_ROLE = "huiying_stats"

TENANT_CONDITION = "tenant_id = nullif(current_setting('app.tenant', true), '')::int"
"""No tenant set means no rows, and no error. The plain form also holds on a distributed database's workers."""


def keep_apart(table: str, *, schema: str | None = None) -> Iterable[str]:
    """Yield the statements that force one permissive policy, carrying the condition itself, on a tenant table."""
    named = _quoted(table, schema)
    yield f"ALTER TABLE {named} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {named} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY tenant_only ON {named} USING ({TENANT_CONDITION}) WITH CHECK ({TENANT_CONDITION})"


def allow(table: str, *privileges: str, role: str = APP_ROLE, schema: str | None = None) -> str:
    """Return the grant of exactly these privileges on a table."""
    return f"GRANT {', '.join(privileges)} ON {_quoted(table, schema)} TO {role}"


def _quoted(table: str, schema: str | None) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in (schema, table) if name)
