"""What the database's own catalogue says against the separation of tenants: one query per rule, each row a fault."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core.tenancy.models import SHARED_TABLES
from core.tenancy.policies import APP_ROLE, STATS_ROLE

APPEND_ONLY = (
    "adjudication",
    "command_log",
    "contact_attempt",
    "contribution",
    "follow_up",
    "intake_event",
    "letter",
    "letter_receipt",
    "opinion",
    "rating",
    "route_decision",
    "seal",
    "sealed_head",
    "sla_adjustment",
    "sla_event",
    "ticket_event",
    "trespass",
    "work_calendar_version",
)
"""What is written here is evidence: the application's role can add to it and read it, nothing else."""
COUNTS = "cube\\_%"
"""Tables that the statistics role may read: counts, with no resident in them."""
CONDITION = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::integer)"
"""`core.tenancy.policies.TENANT_CONDITION` as PostgreSQL writes it back."""
PARAMETERS = {
    "shared": [*SHARED_TABLES, "alembic_version"],
    "append_only": list(APPEND_ONLY),
    "counts": COUNTS,
    "condition": CONDITION,
    "app": APP_ROLE,
    "stats": STATS_ROLE,
}

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'"
TABLES = f"""
    ours AS (SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}),
    base AS (SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner, a.attnum
             FROM ours c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p')),
    of_tenant AS (SELECT * FROM base WHERE attnum IS NOT NULL)"""
"""`ours`: all our relations; `base`: tables with the number of their tenant column; `of_tenant`: those that have one."""

RULES = {
    "has no tenant_id and is not one of the shared tables": """
        SELECT relname FROM base WHERE attnum IS NULL AND relname <> ALL (%(shared)s)""",
    "does not enable and force row-level security": """
        SELECT relname FROM of_tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)""",
    "has no policy that carries the condition for reading and writing": """
        SELECT relname FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd = '*'
            AND p.polroles = '{0}' AND pg_get_expr(p.polqual, p.polrelid) = %(condition)s
            AND pg_get_expr(p.polwithcheck, p.polrelid) = %(condition)s)""",
    "has another policy": """
        SELECT t.relname || '.' || p.polname FROM of_tenant t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polname <> 'tenant_only' AND NOT (
            t.relname LIKE %(counts)s AND p.polcmd = 'r' AND p.polroles = ARRAY[%(stats)s::regrole::oid])""",
    "lets a row have no tenant": """
        SELECT t.relname FROM of_tenant t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.attnum
        WHERE NOT a.attnotnull OR a.atttypid <> 'int'::regtype""",
    "has no primary key that begins with tenant_id": """
        SELECT relname FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND i.indkey[0] = t.attnum)""",
    "is unique across tenants": """
        SELECT i.indexrelid::regclass::text FROM of_tenant t JOIN pg_index i ON i.indrelid = t.oid
        WHERE (i.indisunique OR i.indisexclusion) AND t.attnum <> ALL (i.indkey::int2[])""",
    "refers to rows of any tenant": """
        SELECT f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        LEFT JOIN of_tenant parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND NOT EXISTS (
            SELECT FROM unnest(f.conkey, f.confkey) AS pair(here, there)
            WHERE pair.here = t.attnum AND (pair.there = parent.attnum OR f.confrelid = 'tenant'::regclass))""",
    "refers to a table that is neither a tenant's nor the tenants": """
        SELECT f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        WHERE f.contype = 'f' AND f.confrelid NOT IN (SELECT oid FROM of_tenant)
        AND f.confrelid <> 'tenant'::regclass""",
    "refers from a shared table to a tenant's": """
        SELECT f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.confrelid
        WHERE f.contype = 'f' AND f.conrelid NOT IN (SELECT oid FROM of_tenant)""",
    "is of an enum type, whose comparison is not leakproof": """
        SELECT c.relname || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        JOIN pg_type y ON y.oid = a.atttypid WHERE y.typtype = 'e' AND c.relkind IN ('r', 'p')""",
    "is an identity column, which cannot be distributed": """
        SELECT c.relname || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attidentity <> ''""",
    "is a trigger": """
        SELECT c.relname || '.' || g.tgname FROM ours c JOIN pg_trigger g ON g.tgrelid = c.oid
        WHERE NOT g.tgisinternal""",
    "is a rewrite rule": """
        SELECT c.relname || '.' || w.rulename FROM ours c JOIN pg_rewrite w ON w.ev_class = c.oid
        WHERE w.rulename <> '_RETURN'""",
    "is a view that reads with its owner's rights": """
        SELECT relname FROM ours WHERE relkind = 'm'
        OR (relkind = 'v' AND NOT 'security_invoker=true' = ANY (coalesce(reloptions, '{}')))""",
    "is a function that runs with its owner's rights": f"""
        SELECT f.proname FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE {OURS} AND f.prosecdef""",
    "is an extension": """
        SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'""",
    "belongs to the application's role": """
        SELECT relname FROM ours WHERE relowner = %(app)s::regrole
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = %(app)s::regrole
        UNION ALL SELECT proname FROM pg_proc WHERE proowner = %(app)s::regrole
        UNION ALL SELECT datname FROM pg_database WHERE datdba = %(app)s::regrole""",
    "is a role with powers beyond its grants": """
        SELECT rolname FROM pg_roles WHERE rolname IN (%(app)s, %(stats)s)
        AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)""",
    "is a role whose rights the application's role inherits": """
        SELECT rolname FROM pg_roles WHERE rolname <> %(app)s AND pg_has_role(%(app)s, oid, 'USAGE')""",
    "is a role that the application's role may become": """
        SELECT rolname FROM pg_roles WHERE rolname NOT IN (%(app)s, %(stats)s) AND pg_has_role(%(app)s, oid, 'SET')""",
    "can be rewritten although it is evidence": """
        SELECT c.relname || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('UPDATE'), ('DELETE')) AS p(privilege)
        WHERE c.relname = ANY (%(append_only)s) AND (
            has_table_privilege(%(app)s, c.oid, p.privilege)
            OR p.privilege = 'UPDATE' AND has_any_column_privilege(%(app)s, c.oid, 'UPDATE'))""",
    "gives the application's role more than reading and writing rows": """
        SELECT c.relname || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p(privilege)
        WHERE has_table_privilege(%(app)s, c.oid, p.privilege)""",
    "lets the statistics role at more than counts": """
        SELECT c.relname || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p(privilege)
        WHERE has_table_privilege(%(stats)s, c.oid, p.privilege)
        AND NOT (c.relname LIKE %(counts)s AND p.privilege = 'SELECT')
        AND NOT (c.relname = ANY (%(shared)s) AND p.privilege = 'SELECT')""",
    "is open to everybody": """
        SELECT c.relname FROM ours c, aclexplode(c.relacl) AS g WHERE g.grantee = 0""",
    "shows how many ids were handed out": """
        SELECT relname FROM ours
        WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege(%(app)s, oid, 'SELECT, UPDATE') END""",
    "lets the application's role make objects": """
        SELECT n.nspname FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_temp%%'
        AND has_schema_privilege(%(app)s, n.oid, 'CREATE')
        UNION ALL SELECT datname || ' ' || p.privilege FROM pg_database
        CROSS JOIN (VALUES ('CREATE'), ('TEMP')) AS p(privilege)
        WHERE datname = current_database() AND has_database_privilege(%(app)s, datname, p.privilege)""",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the schema by which a tenant could reach another's rows, or evidence could be rewritten."""

    what: str
    rule: str

    def __str__(self) -> str:
        return f"{self.what} {self.rule}"


def faults_of(connection: Connection[Any]) -> Iterator[Fault]:
    """Yield every fault of the schema that the connection sees."""
    for rule, query in RULES.items():
        for (what,) in connection.execute(f"WITH {TABLES} {query}", PARAMETERS):
            yield Fault(what, rule)
