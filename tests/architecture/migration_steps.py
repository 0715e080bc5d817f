"""Reads migrations for steps that would stop the version before, or hold up those who work, while they run.

`released.txt` beside a chain says which migrations a released version brought. Those are history and never change.
Tables that they made hold rows and are worked on by the version before: whatever a later migration does to these is
held to the rules here. What came after the last release is free: nobody has it.

A migration may declare two things: `SMALL = {"unit": "some hundred rows"}`, tables on which an index, a check or a
backfill takes no time; and `CONTRACTS = {"ticket.mood": "0.2.0"}`, what no code has used since that released version.
"""

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKER = "released.txt"
NAME = r'(?:ONLY\s+)?(?:IF\s+EXISTS\s+)?"?(?P<table>[\w.?]+)"?'
UNREADABLE = "?"
"""Stands for a part of a statement, or a table, that cannot be read from the code; it may be any table."""


@dataclass(frozen=True)
class Release:
    """A migration that a released version brought."""

    version: str
    revision: str
    sha256: str


@dataclass(frozen=True)
class Finding:
    """A step of a migration that does not let work go on."""

    revision: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.revision}, line {self.line}: {self.what}"


def read_released(folder: Path) -> list[Release]:
    """Return what the marker beside a chain says, in the order of the chain; nothing when there is no marker."""
    marker = folder / MARKER
    lines = marker.read_text().splitlines() if marker.is_file() else []
    return [Release(*line.split()) for line in lines if line.strip() and not line.startswith("#")]


def findings_in(folder: Path, released: list[Release]) -> Iterator[Finding]:
    """Yield what is wrong with the migrations in a folder."""
    migrations = [_Migration(path) for path in sorted(folder.glob("*.py"))]
    by_revision = {release.revision: release for release in released}
    tables: set[str] = set()
    for number, migration in enumerate(migrations):
        release = by_revision.pop(migration.revision, None)
        if release is not None:
            tables |= migration.made
            if migration.sha256 != release.sha256:
                yield Finding(migration.revision, 1, f"was changed after it was released in {release.version}")
            if any(each.revision not in {one.revision for one in released} for each in migrations[:number]):
                yield Finding(migration.revision, 1, "is released, and one before it is not")
        elif tables:
            versions, later = {each.version for each in released}, migrations[number + 1 :]
            yield from _Steps(migration, frozenset(tables), versions, later).findings()
    for release in by_revision.values():
        yield Finding(release.revision, 1, f"was released in {release.version} and is gone")


class _Migration:
    """One file: its revision, the tables it makes, what it declares, and every step of it that is not a way back."""

    def __init__(self, path: Path) -> None:
        source = path.read_text()
        self.sha256 = hashlib.sha256(source.encode()).hexdigest()
        tree = ast.parse(source)
        self.values: dict[str, ast.expr] = {}
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.values[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.values[name] = value
        self.revision: str = ast.literal_eval(self.values["revision"])
        self.small: Mapping[str, str] = self._declared("SMALL")
        self.contracts: Mapping[str, str] = self._declared("CONTRACTS")
        forward = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
        self.calls = list(_calls(forward))
        self.loops = [
            node for top in forward for node in ast.walk(top) if isinstance(node, ast.For | ast.comprehension)
        ]
        self.made = {
            table
            for call, _ in self.calls
            for at in [{"create_table": 0, "create_tenant_table": 1}.get(_called(call))]
            if at is not None
            for table in self.strings(_argument(call, at, "table_name"))
        }

    def _declared(self, name: str) -> Mapping[str, str]:
        declared: Mapping[str, str] = ast.literal_eval(self.values[name]) if name in self.values else {}
        return declared

    def strings(self, node: ast.expr | None) -> set[str]:
        """Return what this may be: all words of what a loop goes over, `UNREADABLE` when nothing is known."""
        match node:
            case ast.Constant(value=str() as value):
                return {value}
            case ast.Name(id=name) if name in self.values:
                return self._words(self.values[name])
            case ast.Name(id=name):
                over = [loop.iter for loop in self.loops if any(_is(each, name) for each in ast.walk(loop.target))]
                return {word for each in over for word in self._words(each)} or {UNREADABLE}
        return {UNREADABLE}

    def sql(self, node: ast.expr) -> str:
        """Return a statement as far as it can be read."""
        match node:
            case ast.Constant(value=str() as value):
                return value
            case ast.JoinedStr(values=parts):
                return "".join(self.sql(part) for part in parts)
            case ast.Name(id=name) if name in self.values:
                return self.sql(self.values[name])
            case ast.Call(args=[first, *_]) if _called(node) == "text":
                return self.sql(first)
        return UNREADABLE

    def _words(self, node: ast.expr) -> set[str]:
        named = [
            self.values[each.id] for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in self.values
        ]
        return {
            each.value
            for one in (node, *named)
            for each in ast.walk(one)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }


class _Steps:
    """The steps of one migration on tables that a released version works on."""

    def __init__(
        self, migration: _Migration, released: frozenset[str], versions: set[str], later: list[_Migration]
    ) -> None:
        self._migration = migration
        self._released = released
        self._versions = versions
        self._later = later
        self._locked: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        for call, by_itself in self._migration.calls:
            for what in self._of_call(call, by_itself):
                yield Finding(self._migration.revision, call.lineno, what)
        if len(self._locked) > 1:
            yield Finding(
                self._migration.revision,
                1,
                f"changes {' and '.join(sorted(self._locked))}: it holds one while it waits for another; "
                "make a migration for each",
            )
        for table, reason in self._migration.small.items():
            if not reason.strip():
                yield Finding(self._migration.revision, 1, f"calls {table} small without a reason")

    def _of_call(self, call: ast.Call, by_itself: bool) -> Iterator[str]:
        match _called(call):
            case "execute" if call.args:
                yield from self._of_sql(self._migration.sql(call.args[0]), by_itself)
            case "batch_alter_table":
                yield "changes a table in a batch, which cannot be read; take the steps one by one"
            case "add_column":
                yield from self._add_column(call)
            case "alter_column":
                yield from self._alter_column(call)
            case "drop_column":
                for table in self._bound(_argument(call, 0, "table_name"), locks=True):
                    for column in self._migration.strings(_argument(call, 1, "column_name")):
                        yield from self._contract(table, column)
            case "drop_table":
                for table in self._bound(_argument(call, 0, "table_name"), locks=True):
                    yield from self._contract(table)
            case "rename_table":
                for table in self._bound(_argument(call, 0, "old_table_name"), locks=True):
                    yield f"renames {table}, which the version before still uses; make another and copy"
            case "create_index":
                yield from self._index(
                    _argument(call, 1, "table_name"), _is_true(call, "postgresql_concurrently"), by_itself
                )
            case "create_unique_constraint" | "create_primary_key" | "create_exclude_constraint":
                for table in self._big(_argument(call, 1, "table_name"), locks=True):
                    yield f"builds an index of {table} under its lock; build it concurrently first"
            case "create_check_constraint" | "create_foreign_key" as kind:
                at = "source_table" if kind == "create_foreign_key" else "table_name"
                names = self._migration.strings(_argument(call, 0, "constraint_name"))
                for table in self._big(_argument(call, 1, at), locks=True):
                    yield from self._constraint(table, names, is_not_valid=_is_true(call, "postgresql_not_valid"))
            case "drop_constraint":
                list(self._bound(_argument(call, 1, "table_name"), locks=True))

    def _add_column(self, call: ast.Call) -> Iterator[str]:
        column = _argument(call, 1, "column")
        for table in self._bound(_argument(call, 0, "table_name"), locks=True):
            if not isinstance(column, ast.Call):
                yield f"adds a column to {table} that cannot be read here; write it out"
                continue
            default = _keyword(column, "server_default")
            if _is_false(column, "nullable") and default is None:
                yield f"adds a column to {table} that rows must have, without a default: the version before does not write it"
            if default is not None and re.search(r"random|nextval|clock_timestamp|gen_|uuid", ast.unparse(default)):
                yield f"adds a column to {table} whose default differs by row: the table is written anew under its lock"

    def _alter_column(self, call: ast.Call) -> Iterator[str]:
        for table in self._bound(_argument(call, 0, "table_name"), locks=True):
            if _keyword(call, "new_column_name") is not None:
                yield f"renames a column of {table}, which the version before still uses; add another and copy"
            if _keyword(call, "type_") is not None:
                yield f"changes a column's type in {table}: add another column and copy"
            if _is_false(call, "nullable") and not self._is_small(table):
                yield f"has {table} read whole under its lock (NOT NULL): validate a check first, then SET NOT NULL in a later release"
            default = _keyword(call, "server_default")
            if isinstance(default, ast.Constant) and default.value in (None, False):
                yield f"takes a default away from {table}, by which the version before writes its rows"

    def _index(self, node: ast.expr | None, is_concurrent: bool, by_itself: bool) -> Iterator[str]:
        for table in self._big(node):
            if not is_concurrent:
                yield f"builds an index of {table} while nobody can write: build it concurrently, or declare the table small"
            elif not by_itself:
                yield f"builds an index of {table} concurrently inside a transaction: use autocommit_block()"

    def _constraint(self, table: str, names: set[str], *, is_not_valid: bool) -> Iterator[str]:
        if not is_not_valid:
            yield f"checks {table} whole under its lock: add the constraint NOT VALID, validate it in a migration of its own"
        elif not any(name in text and "VALIDATE" in text for name in names for text in self._later_sql()):
            yield f"adds a constraint to {table} that no later migration validates"

    def _later_sql(self) -> list[str]:
        return [
            migration.sql(call.args[0])
            for migration in self._later
            for call, _ in migration.calls
            if _called(call) == "execute" and call.args
        ]

    def _contract(self, table: str, column: str | None = None) -> Iterator[str]:
        name = f"{table}.{column}" if column else table
        since = self._migration.contracts.get(name)
        if since is None:
            yield f"drops {name}, which the version before still uses: stop using it, release that, declare it in CONTRACTS"
        elif since not in self._versions:
            yield f"drops {name} as unused since {since}, which is not a released version"

    def _of_sql(self, sql: str, by_itself: bool) -> Iterator[str]:
        for statement in sql.split(";"):
            words = " ".join(statement.split())
            if re.search(r"\b(lock_timeout|statement_timeout)\b", words):
                yield "sets a time limit of its own; the limit that lets others pass holds for every migration"
            if match := re.match(rf"(?:UPDATE|DELETE\s+FROM)\s+{NAME}", words, re.I):
                for table in self._big(ast.Constant(match["table"])):
                    yield f"rewrites rows of {table} in one transaction: fill it in batches from a job or command"
            if match := re.match(rf"(?:LOCK(?:\s+TABLE)?|CLUSTER|REINDEX\s+TABLE|VACUUM\s+FULL)\s+{NAME}", words, re.I):
                for table in self._bound(ast.Constant(match["table"]), locks=True):
                    yield f"takes {table} for itself"
            if match := re.match(rf"DROP\s+TABLE\s+{NAME}", words, re.I):
                for table in self._bound(ast.Constant(match["table"]), locks=True):
                    yield from self._contract(table)
            if match := re.match(rf"CREATE\s+(?:UNIQUE\s+)?INDEX\b(?P<how>.*?)\bON\s+{NAME}", words, re.I):
                yield from self._index(ast.Constant(match["table"]), "CONCURRENTLY" in match["how"].upper(), by_itself)
            if match := re.match(rf"ALTER\s+TABLE\s+{NAME}\s+(?P<how>.*)", words, re.I):
                yield from self._of_alter(match["table"], match["how"])

    def _of_alter(self, name: str, how: str) -> Iterator[str]:
        is_gentle = re.search(r"ROW LEVEL SECURITY|VALIDATE CONSTRAINT", how, re.I)
        for table in self._bound(ast.Constant(name), locks=not is_gentle):
            for match in re.finditer(
                r"\bDROP\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?(?!CONSTRAINT|DEFAULT|NOT\b)(\w+)", how, re.I
            ):
                yield from self._contract(table, match[1])
            if re.search(r"\bRENAME\b", how, re.I):
                yield f"renames in {table} what the version before still uses; add another and copy"
            if re.search(r"\bDROP\s+DEFAULT\b", how, re.I):
                yield f"takes a default away from {table}, by which the version before writes its rows"
            if re.search(r"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b", how, re.I):
                yield f"changes a column's type in {table}: add another column and copy"
            if re.search(r"\bSET\s+NOT\s+NULL\b", how, re.I) and not self._is_small(table):
                yield f"has {table} read whole under its lock (NOT NULL): validate a check first, then SET NOT NULL in a later release"
            if (
                re.search(r"\bADD\s+(?!CONSTRAINT)(?:COLUMN\s+)?\w+.*\bNOT\s+NULL\b", how, re.I)
                and "DEFAULT" not in how.upper()
            ):
                yield f"adds a column to {table} that rows must have, without a default: the version before does not write it"
            constraint = re.search(r"\bADD\s+CONSTRAINT\s+(\w+)", how, re.I)
            if constraint and not self._is_small(table):
                yield from self._constraint(table, {constraint[1]}, is_not_valid="NOT VALID" in how.upper())

    def _bound(self, node: ast.expr | None, *, locks: bool = False) -> Iterator[str]:
        """Yield the tables of a released version that this may be."""
        for name in sorted(self._migration.strings(node)):
            if UNREADABLE in name or name in self._released:
                if locks:
                    self._locked.add(name)
                yield "a table that cannot be read here" if UNREADABLE in name else name

    def _big(self, node: ast.expr | None, *, locks: bool = False) -> Iterator[str]:
        return (table for table in self._bound(node, locks=locks) if not self._is_small(table))

    def _is_small(self, table: str) -> bool:
        return table in self._migration.small


def _calls(nodes: list[Any], by_itself: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Yield every call, and whether it stands in a block outside of transactions."""
    for node in nodes:
        inside = by_itself or (isinstance(node, ast.With) and "autocommit_block" in ast.unparse(node.items[0]))
        if isinstance(node, ast.Call):
            yield node, inside
        yield from _calls(list(ast.iter_child_nodes(node)), inside)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    given = call.args[at] if at < len(call.args) else _keyword(call, name)
    if isinstance(given, ast.Call) and _called(given) == "f":
        return given.args[0]
    return given


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _is_true(call: ast.Call, name: str) -> bool:
    given = _keyword(call, name)
    return isinstance(given, ast.Constant) and given.value is True


def _is_false(call: ast.Call, name: str) -> bool:
    given = _keyword(call, name)
    return given is not None and not (isinstance(given, ast.Constant) and given.value is True)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
