"""The rules by which the database keeps tenants apart, each a question to its catalogue; every row of an answer is a fault.

Where the usual advice says otherwise, this holds. There is one permissive policy that carries the condition itself and no
restrictive guard beside it: a distributed database's workers read the guard as permissive. So any other policy is a
fault. Functions with their owner's rights and materialized views are faults whatever they are like: we have neither, so
nobody need judge a search path or who was granted what. Transactions have no limit as a whole (`transaction_timeout`
exists from PostgreSQL 17 only): a statement, a wait for a lock and idling in a transaction have one each.
"""

from typing import NamedTuple

COUNTS = "cube\\_%"
"""Tables that the statistics role may read: counts, with no resident in them."""
CONDITION = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::integer)"
"""`core.kit.policies.TENANT_CONDITION` as PostgreSQL writes it back."""
PLUGINS = "plugin\\_%"
"""Schemas of plugins, by the names that `core.hooks.tables.schema_of` gives them."""
LIMITS = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
"""What the application's role must bring along: without them a frozen process holds its rows for ever."""


class Rule(NamedTuple):
    """What is at fault, in words for administrators, and the question: rows of a schema (or none) and what in it."""

    words: str
    query: str


OUR_SCHEMAS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'"
OURS = f"""
    {OUR_SCHEMAS} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""  # nosec B608  # made of our own words
"""Not what came with an extension, which is a finding of its own."""
TABLES = f"""
    ours AS (SELECT c.*, n.nspname, n.nspname = 'public' AS is_cores, n.nspname LIKE %(plugins)s AS is_plugins,
                    CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}),
    base AS (SELECT c.*, a.attnum,
                    c.is_cores AND c.relname = ANY (%(shared)s)
                    OR c.relname = 'alembic_version' AND (c.is_cores OR c.is_plugins) AS is_shared,
                    c.is_cores AND c.relname LIKE %(counts)s AS is_counts,
                    c.is_cores AND c.relname = ANY (%(append_only)s)
                    OR coalesce(obj_description(c.oid, 'pg_class') = %(evidence)s, false) AS is_evidence
             FROM ours c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE c.relkind IN ('r', 'p')),
    of_tenant AS (SELECT * FROM base WHERE attnum IS NOT NULL),
    granted AS (SELECT c.nspname, c.name, c.relkind, g.* FROM ours c, aclexplode(c.relacl) AS g
                UNION ALL
                SELECT c.nspname, c.name || '.' || a.attname, c.relkind, g.*
                FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) AS g),
    settings AS (SELECT s.setrole, split_part(pair, '=', 1) AS name, split_part(pair, '=', 2) AS value
                 FROM pg_db_role_setting s, unnest(s.setconfig) AS pair
                 WHERE (s.setrole = 0 OR s.setrole IN (SELECT oid FROM pg_roles WHERE rolname IN (%(app)s, %(stats)s)))
                 AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))"""  # noqa: S608 -- made of our own words  # nosec B608
"""`ours`: all our relations, by name and with their schema where it is not the core's; `base`: tables with the number of
their tenant column; `of_tenant`: those that have one; `granted`: rights on relations and on single columns; `settings`:
what sessions of our roles begin with. Each row of a rule is a schema, and what is at fault in it."""

_TABLES = {
    "has no tenant_id and is not one of the shared tables": Rule(
        "表没有 tenant_id，也不是各租户共用的表",
        """
        SELECT nspname, name FROM base WHERE attnum IS NULL AND NOT is_shared""",
    ),
    "does not enable and force row-level security": Rule(
        "表未启用并强制行级隔离",
        """
        SELECT nspname, name FROM of_tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)""",
    ),
    "has no policy that carries the condition for reading and writing": Rule(
        "表没有同时约束读和写的租户策略",
        """
        SELECT nspname, name FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd = '*'
            AND p.polroles = '{0}' AND pg_get_expr(p.polqual, p.polrelid) = %(condition)s
            AND pg_get_expr(p.polwithcheck, p.polrelid) = %(condition)s)""",
    ),
    "has another policy": Rule(
        "表上另有策略，策略之间是“或”的关系，会放宽隔离",
        """
        SELECT t.nspname, t.name || '.' || p.polname FROM of_tenant t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polname <> 'tenant_only' AND NOT (
            t.is_counts AND p.polcmd = 'r' AND p.polroles = ARRAY[%(stats)s::regrole::oid])""",
    ),
    "lets a row have no tenant": Rule(
        "tenant_id 可为空或类型不对",
        """
        SELECT t.nspname, t.name FROM of_tenant t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.attnum
        WHERE NOT a.attnotnull OR a.atttypid <> 'int'::regtype""",
    ),
    "gives a row a tenant that nobody named": Rule(
        "tenant_id 有默认值，漏写租户的行会落到别的租户",
        """
        SELECT t.nspname, t.name FROM of_tenant t JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = t.attnum""",
    ),
    "has no primary key that begins with tenant_id": Rule(
        "主键不以 tenant_id 开头",
        """
        SELECT nspname, name FROM of_tenant t WHERE NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND i.indkey[0] = t.attnum)""",
    ),
    "is unique across tenants": Rule(
        "唯一索引不含 tenant_id，会泄露别的租户有什么",
        """
        SELECT t.nspname, i.indexrelid::regclass::text FROM of_tenant t JOIN pg_index i ON i.indrelid = t.oid
        WHERE (i.indisunique OR i.indisexclusion) AND t.attnum <> ALL (i.indkey::int2[])""",
    ),
    "is an index by a comparison that is not leakproof": Rule(
        "索引的比较不防泄漏，行级隔离下用不上",
        """
        SELECT t.nspname, i.indexrelid::regclass::text FROM of_tenant t JOIN pg_index i ON i.indrelid = t.oid
        WHERE EXISTS (
            SELECT FROM unnest(i.indclass::oid[]) AS kind JOIN pg_opclass o ON o.oid = kind
            JOIN pg_amop m ON m.amopfamily = o.opcfamily AND m.amoplefttype = o.opcintype
                AND (m.amoprighttype = o.opcintype OR o.opcmethod NOT IN (SELECT oid FROM pg_am WHERE amname IN ('btree', 'hash')))
            JOIN pg_operator p ON p.oid = m.amopopr JOIN pg_proc f ON f.oid = p.oprcode WHERE NOT f.proleakproof)""",
    ),
    "is an index that was never finished": Rule(
        "索引没有建成（并发建立时失败）",
        """
        SELECT t.nspname, i.indexrelid::regclass::text FROM base t JOIN pg_index i ON i.indrelid = t.oid
        WHERE NOT i.indisvalid""",
    ),
    "is a constraint that the rows there were never held against": Rule(
        "约束没有在已有的行上验证过",
        """
        SELECT t.nspname, k.conname FROM pg_constraint k JOIN base t ON t.oid = k.conrelid WHERE NOT k.convalidated""",
    ),
    "is reached past its parent": Rule(
        "分区或子表单独授了权，绕过父表的策略",
        """
        SELECT DISTINCT c.nspname, c.name FROM ours c JOIN pg_inherits i ON i.inhrelid = c.oid
        CROSS JOIN (VALUES (%(app)s), (%(stats)s)) AS given(role)
        WHERE CASE WHEN c.relkind IN ('r', 'p') THEN has_table_privilege(given.role, c.oid, 'DELETE')
            OR has_any_column_privilege(given.role, c.oid, 'SELECT, INSERT, UPDATE') END""",
    ),
    "is a foreign table, which row-level security does not bind": Rule(
        "外部表不受行级隔离约束",
        """
        SELECT nspname, name FROM ours WHERE relkind = 'f'""",
    ),
}
_REFERENCES = {
    "refers to rows of any tenant": Rule(
        "外键不含 tenant_id，可指向别的租户的行",
        """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        LEFT JOIN of_tenant parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND NOT EXISTS (
            SELECT FROM unnest(f.conkey, f.confkey) AS pair(here, there)
            WHERE pair.here = t.attnum AND (pair.there = parent.attnum OR f.confrelid = to_regclass('public.tenant')))""",
    ),
    "refers to a table that is neither a tenant's nor the tenants": Rule(
        "外键指向既不属于租户也不是租户表的表",
        """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        WHERE f.contype = 'f' AND f.confrelid NOT IN (SELECT oid FROM of_tenant)
        AND f.confrelid <> to_regclass('public.tenant')""",
    ),
    "refers from a shared table to a tenant's": Rule(
        "共用的表以外键指向租户的表",
        """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.confrelid
        WHERE f.contype = 'f' AND f.conrelid NOT IN (SELECT oid FROM of_tenant)""",
    ),
    "refers from a plugin to a table of the core that is not promised to stay": Rule(
        "插件的外键指向核心未承诺保留的表",
        """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN of_tenant t ON t.oid = f.conrelid
        JOIN base parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND t.is_plugins AND parent.is_cores AND parent.relname <> ALL (%(stable)s)""",
    ),
    "refers from outside to a table of a plugin": Rule(
        "插件之外的外键指向插件的表",
        """
        SELECT parent.nspname, f.conname FROM pg_constraint f JOIN base parent ON parent.oid = f.confrelid
        JOIN ours child ON child.oid = f.conrelid
        WHERE f.contype = 'f' AND parent.is_plugins AND child.nspname <> parent.nspname""",
    ),
    "changes evidence along with the row it refers to": Rule(
        "外键会连带删改作为证据的行",
        """
        SELECT t.nspname, f.conname FROM pg_constraint f JOIN base t ON t.oid = f.conrelid
        WHERE f.contype = 'f' AND t.is_evidence AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd'))""",
    ),
}
_OBJECTS = {
    "is of an enum type, whose comparison is not leakproof": Rule(
        "列是枚举类型，行级隔离下用不上索引",
        """
        SELECT c.nspname, c.name || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        JOIN pg_type y ON y.oid = a.atttypid WHERE y.typtype = 'e' AND c.relkind IN ('r', 'p')""",
    ),
    "is an identity column, which cannot be distributed": Rule(
        "列是自增标识列，不能分布",
        """
        SELECT c.nspname, c.name || '.' || a.attname FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attidentity <> ''""",
    ),
    "is a trigger": Rule(
        "有触发器",
        """
        SELECT c.nspname, c.name || '.' || g.tgname FROM ours c JOIN pg_trigger g ON g.tgrelid = c.oid
        WHERE NOT g.tgisinternal""",
    ),
    "is a rewrite rule": Rule(
        "有重写规则",
        """
        SELECT c.nspname, c.name || '.' || w.rulename FROM ours c JOIN pg_rewrite w ON w.ev_class = c.oid
        WHERE w.rulename <> '_RETURN'""",
    ),
    "is a view that reads with its owner's rights": Rule(
        "视图以所有者的权限读取，不受行级隔离约束",
        """
        SELECT nspname, name FROM ours WHERE relkind = 'm'
        OR (relkind = 'v' AND NOT 'security_invoker=true' = ANY (coalesce(reloptions, '{}')))""",
    ),
    "is a function that runs with its owner's rights": Rule(
        "函数以所有者的权限运行",
        f"""
        SELECT n.nspname, c.proname FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace
        WHERE {OURS} AND c.prosecdef""",  # noqa: S608 -- made of our own words  # nosec B608
    ),
    "is a function that claims to be leakproof": Rule(
        "函数自称不泄漏，会先于行级隔离看到别的租户的行",
        f"""
        SELECT n.nspname, c.proname FROM pg_proc c JOIN pg_namespace n ON n.oid = c.pronamespace
        WHERE {OURS} AND c.proleakproof""",  # noqa: S608 -- made of our own words  # nosec B608
    ),
    "is an extension": Rule(
        "装有扩展",
        """
        SELECT n.nspname, e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname <> 'plpgsql'""",
    ),
}
_ROLES = {
    "belongs to the application's role": Rule(
        "属于应用角色，它因此可解除隔离",
        """
        SELECT nspname, name FROM ours WHERE relowner = %(app)s::regrole
        UNION ALL SELECT nspname, nspname FROM pg_namespace WHERE nspowner = %(app)s::regrole
        UNION ALL SELECT pronamespace::regnamespace::text, proname FROM pg_proc WHERE proowner = %(app)s::regrole
        UNION ALL SELECT NULL, datname FROM pg_database WHERE datdba = %(app)s::regrole""",
    ),
    "is a role with powers beyond its grants": Rule(
        "角色权限过大",
        """
        SELECT NULL, rolname FROM pg_roles WHERE rolname IN (%(app)s, %(stats)s)
        AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication
             OR rolname = %(stats)s AND rolcanlogin)""",
    ),
    "is a role whose rights the application's role inherits": Rule(
        "应用角色继承了别的角色的权限",
        """
        SELECT NULL, rolname FROM pg_roles WHERE rolname <> %(app)s AND pg_has_role(%(app)s, oid, 'USAGE')""",
    ),
    "is a role that the application's role may become": Rule(
        "应用角色可切换成别的角色",
        """
        SELECT NULL, rolname FROM pg_roles
        WHERE rolname NOT IN (%(app)s, %(stats)s) AND pg_has_role(%(app)s, oid, (
            -- PostgreSQL 15 knows no membership without the right to become it, nor this word for it.
            SELECT CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END))""",
    ),
    "is a limit that the application's role does not bring along": Rule(
        "应用角色没有设置时限，卡住的进程会一直占着行",
        """
        SELECT NULL, wanted FROM unnest(%(limits)s::text[]) AS wanted WHERE NOT EXISTS (
            SELECT FROM settings WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = %(app)s) AND name = wanted AND value !~ '^ *-?0* *[a-z]*$')""",
    ),
    "is set for whole sessions": Rule(
        "会话一开始就带有的设置，会使事务落在别的租户或别处的表上",
        """
        SELECT NULL, name FROM settings
        WHERE name ~ '^(app\\.|role$|row_security$|search_path$|session_authorization$|session_replication_role$)'""",
    ),
}
_GRANTS = {
    "can be rewritten although it is evidence": Rule(
        "作为证据的表可被改写",
        """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('UPDATE'), ('DELETE')) AS p(privilege)
        WHERE c.is_evidence AND (
            has_table_privilege(%(app)s, c.oid, p.privilege)
            OR p.privilege = 'UPDATE' AND EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND NOT (c.is_cores AND c.relname::text || '.' || a.attname = ANY (%(erasable)s))
                AND has_column_privilege(%(app)s, c.oid, a.attnum, 'UPDATE')))""",
    ),
    "gives the application's role more than reading and writing rows": Rule(
        "应用角色的权限不止读写行",
        """
        SELECT nspname, name || ' ' || privilege_type FROM granted
        WHERE grantee = %(app)s::regrole AND relkind <> 'S'
        AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')""",
    ),
    "may be handed on": Rule(
        "权限可转授",
        """
        SELECT nspname, name || ' ' || privilege_type FROM granted
        WHERE is_grantable AND grantee IN (%(app)s::regrole, %(stats)s::regrole)""",
    ),
    "lets the application's role say which migrations have run": Rule(
        "应用角色可改写迁移记录",
        """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p(privilege)
        WHERE c.relname = 'alembic_version' AND has_table_privilege(%(app)s, c.oid, p.privilege)""",
    ),
    "lets the statistics role at more than counts": Rule(
        "统计角色能接触到计数以外的内容",
        """
        SELECT c.nspname, c.name || ' ' || p.privilege FROM base c
        CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p(privilege)
        WHERE CASE WHEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE')
              THEN has_any_column_privilege(%(stats)s, c.oid, p.privilege)
              ELSE has_table_privilege(%(stats)s, c.oid, p.privilege) END
        AND NOT (p.privilege = 'SELECT' AND c.is_cores AND (c.is_counts OR c.is_shared))""",
    ),
    "is open to everybody": Rule(
        "对所有角色（PUBLIC）开放",
        """
        SELECT nspname, name FROM granted WHERE grantee = 0
        UNION ALL SELECT n.nspname, n.nspname FROM pg_namespace n, aclexplode(n.nspacl) AS g
        WHERE g.grantee = 0 AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
        AND (g.privilege_type = 'CREATE' OR n.nspname <> 'public')
        UNION ALL SELECT NULL, d.datname FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS g
        WHERE g.grantee = 0 AND d.datname = current_database()""",
    ),
    "gives rights on what is not made yet": Rule(
        "默认权限会把以后建的表也授出去",
        """
        SELECT DISTINCT n.nspname, d.defaclrole::regrole || ' ' || g.privilege_type
        FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) AS g
        WHERE d.defaclobjtype <> 'f' AND g.grantee IN (0, %(app)s::regrole, %(stats)s::regrole)""",
    ),
    "shows how many ids were handed out": Rule(
        "应用角色可读写序列的状态",
        """
        SELECT nspname, name FROM ours
        WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege(%(app)s, oid, 'SELECT, UPDATE') END""",
    ),
    "lets the application's role make objects": Rule(
        "应用角色可建对象",
        """
        SELECT n.nspname, n.nspname FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_temp%%'
        AND has_schema_privilege(%(app)s, n.oid, 'CREATE')
        UNION ALL SELECT NULL, datname || ' ' || p.privilege FROM pg_database
        CROSS JOIN (VALUES ('CREATE'), ('TEMP')) AS p(privilege)
        WHERE datname = current_database() AND has_database_privilege(%(app)s, datname, p.privilege)""",
    ),
    "lets the application's role make large objects": Rule(
        "应用角色可建大对象，大对象不属于任何租户",
        """
        SELECT NULL, f.proname FROM pg_proc f WHERE f.pronamespace = 'pg_catalog'::regnamespace
        AND f.proname IN ('lo_creat', 'lo_create', 'lo_export', 'lo_from_bytea', 'lo_import', 'lo_open', 'lo_unlink')
        AND has_function_privilege(%(app)s, f.oid, 'EXECUTE')""",
    ),
}
RULES = _TABLES | _REFERENCES | _OBJECTS | _ROLES | _GRANTS
