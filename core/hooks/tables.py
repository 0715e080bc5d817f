"""Tables of a plugin's own: declared here, kept in the schema `plugin_<id>`, touched through a `Store` only.

A table has `tenant_id` and `id` by itself, and every key, index and reference of it begins with `tenant_id` by itself:
an author never writes it. What else is needed to declare, ask and change is named here too.
"""

import re
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.schema import BLANK_SCHEMA

from core.hooks.manifest import PLUGIN_ID
from core.kit.db import INSTANT, Base
from core.kit.errors import Refused
from core.kit.saying import said

__all__ = [
    "BigInteger",
    "Boolean",
    "CheckConstraint",
    "Column",
    "Date",
    "Instant",
    "Integer",
    "Json",
    "Numeric",
    "Table",
    "TableNotAllowed",
    "Text",
    "and_",
    "case",
    "delete",
    "exists",
    "func",
    "index",
    "insert",
    "or_",
    "reference",
    "select",
    "tenant_table",
    "unique",
    "update",
]

Instant = INSTANT
Json = JSONB
NAME = re.compile(r"[a-z][a-z0-9_]{0,50}\Z")
STABLE_CORE_TABLES = ("ticket", "unit")
"""Tables of the core that a plugin's may refer to; nothing else of the core's tables is promised to stay."""
COLUMN_TYPES = frozenset({BigInteger, Boolean, Date, Integer, Json, Numeric, Text, TIMESTAMP})
EVIDENCE = "evidence"
"""The comment of a table to which rows can only be added; the database's catalogue is asked for it."""


class TableNotAllowed(Refused):
    """A plugin declares a table that could not be kept apart, or not be taken out again."""

    code = "plugin-table-refused"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a row of another table of the same tenant."""

    column: str
    to: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns that no two rows of a tenant have alike."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Columns by which a tenant's rows are found quickly."""

    columns: tuple[str, ...]


Item = Column[object] | CheckConstraint | Reference | Unique | Sorted


def reference(column: str, to: str, *, optional: bool = False) -> Reference:
    """Declare a column that names a `ticket`, a `unit` or a row of another table of this plugin."""
    return Reference(column, to, optional)


def unique(*columns: str) -> Unique:
    """Declare that no two rows of a district have the same values here."""
    return Unique(columns)


def index(*columns: str) -> Sorted:
    """Declare that rows are looked for by these columns."""
    return Sorted(columns)


def tenant_table(plugin_id: str, name: str, *items: Item, evidence: bool = False) -> Table:
    """Declare a table of the plugin, in which every row belongs to a district.

    `items` are columns, checks, `reference`, `unique` and `index`. The columns `tenant_id` and `id` are there by
    themselves. To `evidence` rows can be added; none can be changed or removed. The plugin's migrations make the table.
    Raises `TableNotAllowed`.
    """
    return build_table(tables_of(plugin_id), plugin_id, name, items, evidence=evidence)


@cache
def tables_of(plugin_id: str) -> MetaData:
    """Return the declared tables of a plugin."""
    return MetaData(schema=schema_of(plugin_id), naming_convention=Base.metadata.naming_convention)


def schema_of(plugin_id: str) -> str:
    """Return the name of the plugin's own schema. Raises `TableNotAllowed` for what cannot be a plugin's id."""
    if not PLUGIN_ID.match(plugin_id):
        raise TableNotAllowed(
            said("{plugin_id} 不能作为插件的 id：应为小写字母开头的字母、数字、- 和 _。", plugin_id=plugin_id)
        )
    return f"plugin_{plugin_id}"


def build_table(
    metadata: MetaData, plugin_id: str, name: str, items: tuple[Item, ...], *, evidence: bool = False
) -> Table:
    """Put a table together for a declaration or a migration. Raises `TableNotAllowed`."""
    columns = [item for item in items if isinstance(item, Column)]
    references = [item for item in items if isinstance(item, Reference)]
    for column in columns:
        _refuse_column(name, column)
    for word in (name, *(column.name for column in columns), *(each.column for each in references)):
        _refuse_name(name, word)
    return Table(
        name,
        metadata,
        Column("tenant_id", Integer, primary_key=True, autoincrement=False),
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        *columns,
        *(Column(each.column, BigInteger, nullable=each.optional) for each in references),
        *(_foreign_key(metadata, plugin_id, each) for each in references),
        *([] if references else [_of_tenant(metadata)]),
        *(item for item in items if isinstance(item, CheckConstraint)),
        *(UniqueConstraint("tenant_id", *item.columns) for item in items if isinstance(item, Unique)),
        *(Index(None, "tenant_id", *item.columns) for item in items if isinstance(item, Sorted)),
        comment=EVIDENCE if evidence else None,
    )


def _foreign_key(metadata: MetaData, plugin_id: str, each: Reference) -> ForeignKeyConstraint:
    _refuse_name(each.column, each.to)
    parent = _outline(metadata, each.to, None if each.to in STABLE_CORE_TABLES else schema_of(plugin_id))
    return ForeignKeyConstraint(["tenant_id", each.column], [parent.c.tenant_id, parent.c.id])


def _outline(metadata: MetaData, name: str, schema: str | None) -> Table:
    """Return the table referred to, or its key alone where it is not declared in `metadata`."""
    known = metadata.tables.get(f"{schema}.{name}" if schema else name)
    if known is not None:
        return known
    keys = (Column("tenant_id", Integer, primary_key=True), Column("id", BigInteger, primary_key=True))
    return Table(name, metadata, *keys, schema=schema or BLANK_SCHEMA)


def _of_tenant(metadata: MetaData) -> ForeignKeyConstraint:
    """A table that refers to nothing else belongs to an existing tenant by its own word."""
    known = metadata.tables.get("tenant")
    if known is None:
        known = Table("tenant", metadata, Column("id", Integer, primary_key=True), schema=BLANK_SCHEMA)
    return ForeignKeyConstraint(["tenant_id"], [known.c.id])


def _refuse_name(table: str, name: str) -> None:
    if not NAME.match(name):
        raise TableNotAllowed(
            said(
                "表 {table} 中的名称 {name} 不能用：应为小写字母开头的字母、数字和 _，最多 51 个字符。",
                table=table,
                name=name,
            )
        )


def _refuse_column(table: str, column: Column[object]) -> None:
    where = said("表 {table} 的列 {name} ", table=table, name=column.name)
    if column.name in ("tenant_id", "id"):
        raise TableNotAllowed(said("{where}不用声明，每张表自己就有。", where=where))
    if type(column.type) not in COLUMN_TYPES:
        raise TableNotAllowed(said("{where}的类型不能用。请用 core.hooks.tables 中的类型。", where=where))
    if column.foreign_keys or column.unique or column.index or column.primary_key:
        raise TableNotAllowed(
            said("{where}的引用、唯一性和索引请用 reference、unique、index 声明，才会限于本租户。", where=where)
        )
    if (
        column.identity
        or column.computed
        or not all(default is None or default.is_scalar for default in (column.default, column.onupdate))
    ):
        raise TableNotAllowed(said("{where}不能由数据库计算取值，默认值只能是一个固定的值。", where=where))
