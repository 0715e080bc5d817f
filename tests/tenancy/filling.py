"""One row in every table of a tenant, made from the schema itself: a new table is filled, and tested, by being there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, ForeignKeyConstraint, MetaData, Table, insert, inspect
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import BigInteger, Boolean, Date, Float, Integer, LargeBinary, SmallInteger, Text

ONE_OF = re.compile(r"^(\w+) = ANY \(ARRAY\['([^']*)'")
"""A check that lists the allowed values, as PostgreSQL writes it back."""
VALUES: dict[type[Any], Any] = {
    Text: "x",
    Integer: 1,
    SmallInteger: 1,
    BigInteger: 1,
    Float: 1.0,
    Boolean: True,
    Date: date(2026, 3, 12),
    TIMESTAMP: datetime(2026, 3, 12, 2, 0, tzinfo=UTC),
    LargeBinary: b"x",
    JSONB: {},
}
CHECKED_TOGETHER: dict[str, dict[str, Any]] = {
    "cube_cell": dict.fromkeys(("channel", "medium", "nature", "appellant", "matter"), "")
    | {"aspect": "all", "unit_id": 0},
    "city_cell": dict.fromkeys(("channel", "nature", "matter"), "") | {"aspect": "all", "grain": "day", "unit_id": 0},
    "accountability_case": {"state": "open", "outcome": "", "proposed": []},
    "accountability_evidence": {"kind": "file", "content": {}},
    "article": {"state": "published", "in_force": 1, "expires_on": VALUES[Date], "terms": []},
    "adjudication": {"effect": "shift"},
    "calendar_draft": {"state": "published", "version": 1},
    "call_record": {"state": "ticket", "ended_at": VALUES[TIMESTAMP]},
    "city_grant": {"ended_by": ""},
    "clearance": {"state": "pending", "because": "wish"},
    "consultation": {"state": "decided", "decided_at": VALUES[TIMESTAMP]},
    "dispute": {"subject_id": 1},
    "dry_run": {"turns": "on"},
    "desk_shift": {"ends_at": datetime(2026, 3, 12, 10, 0, tzinfo=UTC)},
    "duty_list_row": {"limit_amount": 1},
    "held_deed": {"state": "done", "ended_at": VALUES[TIMESTAMP]},
    "figure_delivery": {"addresses": [], "every": "week"},
    "instruction": {"feedback": ""},
    "errand": {"answer": ""},
    "rule_challenge": {"answer": ""},
    "interview": {"ends_at": datetime(2026, 3, 12, 10, 0, tzinfo=UTC)},
    "interview_question": {"reason": ""},
    "meeting": {"outcome": ""},
    "outside_figure": {"month": date(2026, 3, 1)},
    "reminder": {"state": "issued"},
    "return_request": {"state": "pending"},
    "outreach": {"state": "entry"},
    "outreach_line": {"state": "taken_in"},
    "review_panel": {"verdict": ""},
    "sla_adjustment": {"kind": "extension", "days": 1},
    "sla_clock": {"subject": "assignment", "subject_id": 1, "due_at": VALUES[TIMESTAMP]},
    "tenant_secret": {"reference": "env:X"},
    "ticket_file": {"state": "ready", "key": "x"},
    "open_flow": {"state": "closed"},
    "untold": {"state": "open"},
    "ticket": {"screened": "doubted", "is_attached": False, "part_count": 0, "withdrawn_reason": ""},
}
"""Values of columns that a check allows only together."""
POINTED_TOGETHER: dict[str, dict[str, Any]] = {
    "ticket.master_id": {"state": "attached", "is_attached": True, "master_is_attached": False},
    "interview_question.same_as_id": {"state": "doubled", "sealed": None},
    "distinct_pair.ticket_id": {"other_id": 2**62},
    "distinct_pair.other_id": {"ticket_id": 0},
}
"""Values that a check asks for as soon as a column points to another row."""
Row = Mapping[str, Any]


def schemas_of(engine: Engine) -> list[str | None]:
    """Return the core's schema, which goes without a name, and those of plugins."""
    return [None, *(name for name in inspect(engine).get_schema_names() if name.startswith("plugin_"))]


def tables_of_tenants(engine: Engine) -> list[Table]:
    """Return every table with a tenant id, the core's and plugins', parents first, as the database describes it."""
    metadata = MetaData()
    for schema in schemas_of(engine):
        metadata.reflect(engine, schema=schema)
    return [table for table in metadata.sorted_tables if "tenant_id" in table.columns]


def allowed_values(engine: Engine) -> dict[tuple[str, str], str]:
    """Return the first allowed value of each column whose check lists them, by the table's full name."""
    allowed = {}
    for schema in schemas_of(engine):
        for (_, table), checks in inspect(engine).get_multi_check_constraints(schema).items():
            for check in checks:
                if found := ONE_OF.match(check["sqltext"]):
                    allowed[f"{schema}.{table}" if schema else table, found[1]] = found[2]
    return allowed


def fill(
    connection: Connection,
    tables: list[Table],
    allowed: Mapping[tuple[str, str], str],
    tenant: int,
    together: Mapping[str, Row] = CHECKED_TOGETHER,
) -> dict[str, Row]:
    """Write one row of the tenant into each table and return the rows; two tenants' differ in ids alone."""
    rows: dict[str, Row] = {}
    for table in tables:
        row = {column.key: _value(column, allowed, tenant) for column in table.columns}
        row |= together.get(table.fullname, {})
        for pairs in foreign_keys(table):
            for here, (parent, there) in pairs.items():
                row[here] = rows[parent][there] if parent in rows else None
        connection.execute(insert(table).values(row))
        rows[table.fullname] = row
    return rows


def known_to(tables: Iterable[Table]) -> dict[str, Row]:
    """Return the values that checks allow only together, as a schema before the newest has columns for them."""
    return {
        table.fullname: {
            key: value for key, value in CHECKED_TOGETHER.get(table.fullname, {}).items() if key in table.columns
        }
        for table in tables
    }


def foreign_keys(table: Table) -> Iterator[dict[str, tuple[str, str]]]:
    """Yield the foreign keys to other tenant tables: local column → parent table and column, the tenant's left out."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table.fullname != "tenant":
            yield {
                element.parent.key: (element.column.table.fullname, element.column.key)
                for element in constraint.elements
                if element.parent.key != "tenant_id"
            }


def _value(column: Column[Any], allowed: Mapping[tuple[str, str], str], tenant: int) -> Any:
    if column.key == "tenant_id":
        return tenant
    if column.key == "id":
        return 9_000_000 + tenant
    if (column.table.fullname, column.key) in allowed:
        return allowed[column.table.fullname, column.key]
    if column.nullable:
        return None
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))
