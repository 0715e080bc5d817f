"""Which statements a plugin may have carried out, and how each is bound to its tenant.

Everything that can change the text of a statement is listed by SQLAlchemy for its own cache of texts, element by
element. Here it is listed which elements, and which parts of them, a plugin may use. What is not listed is refused, so
an unknown element is refused too. This guards against mistakes; code in our own process cannot be locked in.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, cast

from sqlalchemy import Column, Delete, Insert, Select, Table, Update, and_
from sqlalchemy.sql import elements, functions, operators, selectable, sqltypes
from sqlalchemy.sql.elements import BindParameter, quoted_name
from sqlalchemy.sql.visitors import cloned_traverse

from core.hooks.store import StatementNotAllowed
from core.hooks.tables import COLUMN_TYPES, NAME
from core.kit.saying import joined, said, word

FUNCTION_CLASSES = (functions.count, functions.sum, functions.max, functions.min, functions.coalesce)
FUNCTION_NAMES = frozenset({"abs", "avg", "greatest", "least", "length", "lower", "nullif", "round", "trim", "upper"})
TYPES = COLUMN_TYPES | {
    *(sqltypes.NullType, sqltypes.String, sqltypes.Unicode, sqltypes.Float, sqltypes.Double, sqltypes.SmallInteger),
}
OPERATORS = frozenset(
    {
        *(operators.and_, operators.or_, operators.inv, operators.exists, operators.comma_op),
        *(operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge),
        *(operators.is_, operators.is_not, operators.is_true, operators.is_false),
        *(operators.add, operators.sub, operators.mul, operators.truediv, operators.neg, operators.mod),
        *(operators.in_op, operators.not_in_op, operators.between_op, operators.not_between_op),
        *(operators.like_op, operators.not_like_op, operators.ilike_op, operators.not_ilike_op),
        *(operators.contains_op, operators.not_contains_op, operators.startswith_op, operators.not_startswith_op),
        *(operators.endswith_op, operators.not_endswith_op, operators.concat_op, operators.distinct_op),
        *(operators.asc_op, operators.desc_op, operators.nulls_first_op, operators.nulls_last_op),
    }
)
ALL_COLUMNS = "*"
"""What `count()` counts, and what `exists()` looks at."""
MODIFIERS = {"escape": (str, type(None)), "autoescape": (bool, type(None)), "symmetric": (bool,)}
OF_FUNCTION = ("clause_expr", "name", "type")
PARTS: Mapping[type[Any], tuple[str, ...]] = {
    Select: (
        *("_raw_columns", "_from_obj", "_where_criteria", "_having_criteria", "_order_by_clauses", "_group_by_clauses"),
        *("_setup_joins", "_correlate", "_correlate_mode", "_limit_clause", "_offset_clause", "_distinct"),
        "_label_style",
    ),
    Update: ("table", "_where_criteria", "_values"),
    Delete: ("table", "_where_criteria"),
    Insert: ("table", "_values", "_multi_values", "include_insert_from_select_defaults"),
    Table: ("columns", "name", "schema"),
    Column: ("name", "type", "table"),
    elements.ColumnClause: ("name", "type", "table"),
    selectable.Alias: ("element", "name"),
    selectable.Subquery: ("element", "name"),
    selectable.ScalarSelect: ("element", "type"),
    selectable.Exists: ("element", "operator"),
    elements.AsBoolean: ("element", "operator"),
    elements.BinaryExpression: ("left", "right", "operator", "negate", "modifiers", "type"),
    elements.BindParameter: ("key", "type", "value"),
    elements.BooleanClauseList: ("clauses", "operator"),
    elements.Case: ("value", "whens", "else_"),
    elements.ClauseList: ("clauses", "operator"),
    elements.ExpressionClauseList: ("clauses", "operator"),
    elements.False_: (),
    elements.FunctionFilter: ("func", "criterion"),
    elements.Grouping: ("element", "type"),
    elements.Label: ("name", "type", "_element"),
    elements.Null: (),
    elements.True_: (),
    elements.UnaryExpression: ("element", "operator", "modifier"),
    functions.Function: OF_FUNCTION,
    selectable._OffsetLimitParam: ("key", "type", "value"),
    **dict.fromkeys(FUNCTION_CLASSES, OF_FUNCTION),
}
"""The elements of a statement, by their exact class, and the parts of each that may be there."""


def refuse_foreign(statement: Any, schema: str) -> None:
    """Raise `StatementNotAllowed` unless this is a plain statement on tables of the plugin's own schema."""
    if type(statement) not in (Select, Insert, Update, Delete):
        _refuse("应为 core.hooks.tables 的 select、insert、update 或 delete")
    _Reading(schema).read(statement)


class _Reading:
    """One reading of a statement, from the outside in."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._target: Table | None = None
        self._read: set[tuple[int, bool]] = set()

    def read(self, element: Any) -> None:
        """Read an element and all that it is made of; `_target` is the one table that may be named, where there is one."""
        if isinstance(element, Column) and self._target is not None and element.table is not self._target:
            _refuse(
                said(
                    "一次只能改一张表，{name} 不是 {target_name} 的列；要用别的表请写成子查询",
                    name=element.name,
                    target_name=self._target.name,
                )
            )
        if (id(element), self._target is None) in self._read:
            return
        self._read.add((id(element), self._target is None))
        kind = type(element)
        if kind is elements.ColumnClause and element.table is None and element.name == ALL_COLUMNS:
            return
        if kind not in PARTS:
            _refuse(said("不支持 {name}", name=kind.__name__))
        if getattr(element, "_execution_options", None):
            _refuse("不支持 execution_options")
        with self._naming(self._target_within(element)):
            for part, _ in kind._traverse_internals:
                value = getattr(element, part, None)
                if part in PARTS[kind]:
                    self._part(element, part, value)
                elif not _is_absent(value):
                    _refuse(said("{name} 不支持 {part}", name=kind.__name__, part=part.strip("_")))

    def _target_within(self, element: Any) -> Table | None:
        if isinstance(element, Update | Delete | Insert):
            if type(element.table) is not Table:
                _refuse("只能改表本身")
            return element.table
        return None if isinstance(element, Select | Table) else self._target

    @contextmanager
    def _naming(self, target: Table | None) -> Iterator[None]:
        before, self._target = self._target, target
        yield
        self._target = before

    def _part(self, element: Any, part: str, value: Any) -> None:
        match part:
            case "type":
                _refuse_type(value)
            case "operator" | "negate" | "modifier":
                if value is not None and value not in OPERATORS:
                    _refuse(said("不支持运算 {getattr}", getattr=getattr(value, "__name__", value)))
            case "modifiers":
                if not all(type(value[name]) in MODIFIERS.get(name, ()) for name in value):
                    _refuse(said("不支持 {value}", value=joined("、", map(str, value))))
            case "name":
                self._name(element, value)
            case "schema":
                if value != self._schema:
                    _refuse(
                        said("表 {name} 不是本插件的表，只能用 {schema} 中的表", name=element.name, schema=self._schema)
                    )
            case "table":
                if value is None:
                    _refuse(said("{name} 不是某张表的列", name=element.name))
                self.read(value)
            case "columns":
                for column in value:
                    self._column_of_table(column)
            case "_multi_values":
                _refuse_elements(row[name] for rows in value for row in rows for name in row)
            case "_limit_clause" | "_offset_clause":
                if type(value) not in (selectable._OffsetLimitParam, type(None)):
                    _refuse("limit 和 offset 只能是数")
            case "_values":
                self._values(element, value)
            case "key":
                if not element.unique:
                    _refuse(said("没有值的参数 {value}", value=value))
            case "value" if isinstance(element, BindParameter):
                _refuse_elements([value])
            case "_correlate_mode" | "_distinct" | "_label_style" | "include_insert_from_select_defaults":
                pass
            case _:
                self._within(value)

    def _within(self, value: Any) -> None:
        """Read the elements of a part: one, several, or several of several."""
        if isinstance(value, elements.ClauseElement):
            self.read(value)
        elif isinstance(value, list | tuple):
            for each in value:
                self._within(each)
        elif isinstance(value, Mapping):
            if value.get("full"):
                _refuse("不支持 full outer join")
        elif value is not None:
            _refuse(said("不支持 {value!r}", value=value))

    def _name(self, element: Any, name: Any) -> None:
        if isinstance(element, functions.FunctionElement):
            if type(element) is functions.Function and name not in FUNCTION_NAMES:
                _refuse(said("不支持函数 {name}", name=name))
        elif isinstance(element, Table):
            if not NAME.match(name) or "tenant_id" not in element.c:
                _refuse(said("{name} 不是用 tenant_table 声明的表", name=name))
        elif isinstance(name, quoted_name) and name.quote is False:
            _refuse(said("名称 {name} 必须加引号", name=name))

    def _column_of_table(self, column: Any) -> None:
        if type(column) is not Column or not NAME.match(column.name):
            _refuse(said("不支持列 {column}", column=column))
        _refuse_type(column.type)
        if not all(default is None or default.is_scalar for default in (column.default, column.onupdate)):
            _refuse(said("列 {name} 的默认值不能由数据库计算", name=column.name))

    def _values(self, element: Any, values: Mapping[Any, Any] | None) -> None:
        for name, value in (values or {}).items():
            if isinstance(element, Insert) and not isinstance(value, BindParameter):
                _refuse("insert 的值只能是值本身，不能是算式或子查询")
            if not isinstance(name, str):
                self.read(name)
            if _name_of(name) in ("tenant_id", "id") and isinstance(element, Update):
                _refuse("tenant_id 和 id 不能改")
            self.read(value)


def _refuse(why: str) -> NoReturn:
    raise StatementNotAllowed(
        said("插件的语句不能执行：{why}。请只对插件自己的表使用普通的查询和写入。", why=word(why))
    )


def _refuse_type(kind: Any) -> None:
    if type(kind) not in TYPES or kind._variant_mapping or any(isinstance(each, str) for each in vars(kind).values()):
        _refuse(said("不支持类型 {name}", name=type(kind).__name__))


def _refuse_elements(values: Iterable[Any]) -> None:
    for value in values:
        if hasattr(value, "__clause_element__") or isinstance(value, elements.ClauseElement):
            _refuse("值只能是值本身，不能是算式或子查询")


def _is_absent(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, list | tuple | Mapping | str) and not value)


def _name_of(column: Any) -> str:
    return column if isinstance(column, str) else str(column.key)


def rows_to_insert(statement: Insert) -> list[dict[str, Any]]:
    """Return the rows of a plain insert as values by column. Raises `StatementNotAllowed`."""
    several = [dict(cast(Mapping[Any, Any], row)) for rows in statement._multi_values for row in rows]
    single = {name: value.value for name, value in (statement._values or {}).items()}
    rows = [{_name_of(name): value for name, value in row.items()} for row in several or [single]]
    if any(row.keys() != rows[0].keys() for row in rows):
        _refuse("一次写入的各行要有相同的列")
    if rows[0].keys() & {"tenant_id", "id"}:
        _refuse("tenant_id 和 id 由系统填写")
    if unknown := sorted(rows[0].keys() - {column.key for column in statement.table.columns}):
        _refuse(said("{table} 没有列 {unknown}", table=statement.table, unknown=joined("、", unknown)))
    return rows


def of_tenant(statement: Any, tenant_id: int) -> Any:
    """Return the statement with every table that it names bound to the tenant, in conditions of its own.

    The row-level policy keeps other tenants' rows away by itself; the condition tells the planner, and a distributed
    database, that one tenant is asked for.
    """
    outermost = _names(_tables_of(statement)) if isinstance(statement, Select) else {statement.table.name}

    def bind(query: Select[Any]) -> None:
        joined = tuple(_bound_join(join, tenant_id) for join in query._setup_joins)
        outer = {join[0].name for join in joined if join[3]["isouter"]}
        tables = _tables_of(query)
        # A condition of a sub-query may name a table of the outermost query, which is bound there.
        elsewhere = outermost - _names(_asked_for(query)) if _names(tables) != outermost else set()
        bound = [table for table in tables if table.name not in outer | elsewhere]
        query._setup_joins = joined
        query._where_criteria += tuple(table.c.tenant_id == tenant_id for table in bound)

    bound = cloned_traverse(statement, {}, {"select": bind})
    if isinstance(statement, Update | Delete):
        bound = bound.where(statement.table.c.tenant_id == tenant_id)
    return bound


def _bound_join(join: Any, tenant_id: int) -> Any:
    """Bind the joined table in the join's own condition: one that follows from a reference has the tenant in it."""
    target, condition, start, flags = join
    if condition is None or not _is_table(target):
        return join
    return target, and_(condition, target.c.tenant_id == tenant_id), start, flags


def _tables_of(query: Select[Any]) -> list[Any]:
    """Return the tables named in a query's columns, joins and conditions, not those within its sub-queries."""
    named = [*_asked_for(query), *(start for condition in query._where_criteria for start in condition._from_objects)]
    return [table for table in dict.fromkeys(named) if _is_table(table)]


def _asked_for(query: Select[Any]) -> list[Any]:
    starts = [*query.columns_clause_froms, *query._from_obj, *(join[0] for join in query._setup_joins)]
    return [start for start in starts if _is_table(start)]


def _names(tables: Iterable[Any]) -> set[str]:
    """Return the names under which the tables are asked: a copy of an alias is another object of the same name."""
    return {table.name for table in tables}


def _is_table(start: Any) -> bool:
    return type(start) is Table or (type(start) is selectable.Alias and type(start.element) is Table)


def limited(query: Select[Any], most: int) -> Select[Any]:
    """Return the query cut at `most` rows and one more, which tells that there are too many."""
    limit = query._limit
    return query if limit is not None and limit <= most else query.limit(most + 1)
