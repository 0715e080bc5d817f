"""What the database's own catalogue says against the separation of tenants: one query per rule, each row a fault.

Asked of the whole database by the tests, and of one plugin's schema when its migrations have run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core.hooks.tables import EVIDENCE, STABLE_CORE_TABLES
from core.kit.policies import APP_ROLE, STATS_ROLE
from core.tenancy.models import SHARED_TABLES

APPEND_ONLY = (
    "adjudication",
    "area",
    "area_alias",
    "command_log",
    "consultation_step",
    "contact_attempt",
    "contact_reveal",
    "contribution",
    "dry_run_change",
    "duty_limit_change",
    "duty_list_matter",
    "duty_list_row",
    "duty_list_version",
    "feature_act",
    "feature_event",
    "follow_up",
    "gazetteer_version",
    "intake_event",
    "letter",
    "letter_receipt",
    "matter_mapping",
    "opinion",
    "rating",
    "route_decision",
    "seal",
    "sealed_head",
    "sealed_record",
    "security_event",
    "settings_event",
    "settings_revision",
    "sla_adjustment",
    "sla_event",
    "ticket_event",
    "trespass",
    "work_calendar_version",
)
"""What is written here is evidence: the application's role can add to it and read it, nothing else. A plugin's table of
evidence says so in its comment."""
COUNTS = "cube\\_%"
"""Tables that the statistics role may read: counts, with no resident in them."""
CONDITION = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::integer)"
"""`core.kit.policies.TENANT_CONDITION` as PostgreSQL writes it back."""
PLUGINS = "plugin\\_%"
"""Schemas of plugins, by the names that `core.hooks.tables.schema_of` gives them."""
PARAMETERS = {
    "shared": sorted(SHARED_TABLES),
    "append_only": list(APPEND_ONLY),
    "counts": COUNTS,
    "condition": CONDITION,
    "app": APP_ROLE,
    "stats": STATS_ROLE,
    "plugins": PLUGINS,
    "evidence": EVIDENCE,
    "stable": [*STABLE_CORE_TABLES, "tenant"],
}

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'"
TABLES = f"""
    ours AS (SELECT c.*, n.nspname, n.nspname = 'public' AS is_cores, n.nspname LIKE %(plugins)s AS is_plugins,
                    CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}),
    base AS (SELECT c.*, a.attnum,
                    c.is_cores AND c.relname = ANY (%(shared)s)
                    OR c.relname = 'alembic_version' AND (c.is_cores OR c.is_plugins) AS is_shared,
                    c.is_cores AND c.relname LIKE %(counts)s AS is_counts
             FROM ours c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p')),
    of_tenant AS (SELECT * FROM base WHERE attnum IS NOT NULL)"""  # noqa: S608 -- made of our own words
"""`ours`: all our relations, by name and with their schema where it is not the core's; `base`: tables with the number of
their tenant column; `of_tenant`: those that have one. Each row of a rule is a schema, and what is at fault in it."""

RULES = {
    "has no tenant_id and is not one of the shared tables": """
        SELECT nspname, name FROM base WHERE attnum IS NULL AND NOT is_shared""",
    "does not enable and force row-level security": """
        SELECT nspname, name FROM of_tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)""",
    "has no policy that carries the condition for reading and writing": """
        SELECT nspname, name FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd = '*'
            AND p.polroles = '{0}' AND pg_get_expr(p.polqual, p.polrelid) = %(condition)s
            AND pg_get_expr(p.polwithcheck, p.polrelid) = %(condition)s)""",
    "has another policy": """
        SELECT t.nspname, t.name || '.' || p.polname FROM of_tenant t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polname <> 'tenant_only' AND NOT (
            t.is_counts AND p.polcmd = 'r' AND p.polroles = ARRAY[%(stats)s::regrole::oid])""",
    "lets a row have no tenant": """
        SELECT t.nspname, t.name FROM of_tenant t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.attnum
        WHERE NOT a.attnotnull OR a.atttypid <> 'int'::regtype""",
    "has no primary key that begins with tenant_id": """
        SELECT nspname, name FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND i.indkey[0] = t.attnum)""",
    "is unique across tenants": """
        SELECT t.nspname, i.indexrelid::regclass::text FROM of_tenant t JOIN pg_index i ON i.indrelid = t.oid
        WHERE (i.indisunique OR i.indisexclusion) AND t.attnum <> ALL (i.indkey::int2[])""",
    "refers to rows of any tenant": """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        LEFT JOIN of_tenant parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND NOT EXISTS (
            SELECT FROM unnest(f.conkey, f.confkey) AS pair(here, there)
            WHERE pair.here = t.attnum AND (pair.there = parent.attnum OR f.confrelid = 'tenant'::regclass))""",
    "refers to a table that is neither a tenant's nor the tenants": """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        WHERE f.contype = 'f' AND f.confrelid NOT IN (SELECT oid FROM of_tenant)
        AND f.confrelid <> 'tenant'::regclass""",
    "refers from a shared table to a tenant's": """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.confrelid
        WHERE f.contype = 'f' AND f.conrelid NOT IN (SELECT oid FROM of_tenant)""",
    "refers from a plugin to a table of the core that is not promised to stay": """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        JOIN base parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND t.is_plugins AND parent.is_cores AND parent.relname <> ALL (%(stable)s)""",
    "refers from outside to a table of a plugin": """
        SELECT parent.nspname, f.conname FROM pg_constraint f JOIN base parent ON parent.oid = f.confrelid
        JOIN ours child ON child.oid = f.conrelid
        WHERE f.contype = 'f' AND parent.is_plugins AND child.nspname <> parent.nspname""",
    "is of an enum type, whose comparison is not leakproof": """
        SELECT c.nspname, c.name || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        JOIN pg_type y ON y.oid = a.atttypid WHERE y.typtype = 'e' AND c.relkind IN ('r', 'p')""",
    "is an identity column, which cannot be distributed": """
        SELECT c.nspname, c.name || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attidentity <> ''""",
    "is a trigger": """
        SELECT c.nspname, c.name || '.' || g.tgname FROM ours c JOIN pg_trigger g ON g.tgrelid = c.oid
        WHERE NOT g.tgisinternal""",
    "is a rewrite rule": """
        SELECT c.nspname, c.name || '.' || w.rulename FROM ours c JOIN pg_rewrite w ON w.ev_class = c.oid
        WHERE w.rulename <> '_RETURN'""",
    "is a view that reads with its owner's rights": """
        SELECT nspname, name FROM ours WHERE relkind = 'm'
        OR (relkind = 'v' AND NOT 'security_invoker=true' = ANY (coalesce(reloptions, '{}')))""",
    "is a function that runs with its owner's rights": f"""
        SELECT n.nspname, f.proname FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE {OURS} AND f.prosecdef""",  # noqa: S608 -- made of our own words
    "is an extension": """
        SELECT n.nspname, e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname <> 'plpgsql'""",
    "belongs to the application's role": """
        SELECT nspname, name FROM ours WHERE relowner = %(app)s::regrole
        UNION ALL SELECT nspname, nspname FROM pg_namespace WHERE nspowner = %(app)s::regrole
        UNION ALL SELECT pronamespace::regnamespace::text, proname FROM pg_proc WHERE proowner = %(app)s::regrole
        UNION ALL SELECT NULL, datname FROM pg_database WHERE datdba = %(app)s::regrole""",
    "is a role with powers beyond its grants": """
        SELECT NULL, rolname FROM pg_roles WHERE rolname IN (%(app)s, %(stats)s)
        AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)""",
    "is a role whose rights the application's role inherits": """
        SELECT NULL, rolname FROM pg_roles WHERE rolname <> %(app)s AND pg_has_role(%(app)s, oid, 'USAGE')""",
    "is a role that the application's role may become": """
        SELECT NULL, rolname FROM pg_roles
        WHERE rolname NOT IN (%(app)s, %(stats)s) AND pg_has_role(%(app)s, oid, 'SET')""",
    "can be rewritten although it is evidence": """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('UPDATE'), ('DELETE')) AS p(privilege)
        WHERE (c.is_cores AND c.relname = ANY (%(append_only)s) OR obj_description(c.oid, 'pg_class') = %(evidence)s)
        AND (
            has_table_privilege(%(app)s, c.oid, p.privilege)
            OR p.privilege = 'UPDATE' AND has_any_column_privilege(%(app)s, c.oid, 'UPDATE'))""",
    "gives the application's role more than reading and writing rows": """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p(privilege)
        WHERE has_table_privilege(%(app)s, c.oid, p.privilege)""",
    "lets the application's role say which migrations have run": """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p(privilege)
        WHERE c.relname = 'alembic_version' AND has_table_privilege(%(app)s, c.oid, p.privilege)""",
    "lets the statistics role at more than counts": """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p(privilege)
        WHERE has_table_privilege(%(stats)s, c.oid, p.privilege)
        AND NOT (p.privilege = 'SELECT' AND c.is_cores AND (c.is_counts OR c.is_shared))""",
    "is open to everybody": """
        SELECT c.nspname, c.name FROM ours c, aclexplode(c.relacl) AS g WHERE g.grantee = 0""",
    "shows how many ids were handed out": """
        SELECT nspname, name FROM ours
        WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege(%(app)s, oid, 'SELECT, UPDATE') END""",
    "lets the application's role make objects": """
        SELECT n.nspname, n.nspname FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_temp%%'
        AND has_schema_privilege(%(app)s, n.oid, 'CREATE')
        UNION ALL SELECT NULL, datname || ' ' || p.privilege FROM pg_database
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


def faults_of(connection: Connection[Any], *, schema: str | None = None) -> Iterator[Fault]:
    """Yield every fault that the connection sees: of the whole database, or within one schema."""
    for rule, query in RULES.items():
        for found_in, what in connection.execute(f"WITH {TABLES} {query}", PARAMETERS):
            if schema in (None, found_in):
                yield Fault(what, rule)
