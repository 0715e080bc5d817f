"""Reads code for SQL that is made of values: what is handed to the database as text must be written out, not put together.

A piece of text is written out when it is a literal, or made of literals: constants of a module or a class by their name,
also from other modules of ours, and f-strings, sums and `join` of those. Everything else that reaches a statement is a
finding, unless it went through `psycopg.sql`, which quotes, or stands in the test's list with a reason.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT_CALLS = frozenset({"text", "SQL", "DDL", "literal_column", "exec_driver_sql"})
"""Calls whose first argument is SQL and nothing else."""
STATEMENT_CALLS = frozenset(
    {"execute", "executemany", "scalar", "scalars", "stream", "stream_scalars", "copy", "copy_expert"}
)
"""Calls whose first argument may be SQL, or a statement that quotes by itself."""
FROM_LIBRARIES = ("sqlalchemy", "psycopg", "alembic")
FORMERS = frozenset({"format", "join", "replace", "strip", "lower", "upper", "encode", "removesuffix", "removeprefix"})
WHOLE_SESSION = re.compile(
    r"(?:^|;)\s*(?:SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|RESET\s|DISCARD\s)|set_config\([^)]*,\s*false\s*\)",
    re.I,
)
TENANT = re.compile(r"\bSET\s+(?:LOCAL\s+)?(?:ROLE\b|app\.)|set_config\(\s*'app\.", re.I)


QUOTES_BY_ITSELF = frozenset({("core.kit.policies", "allow"), ("core.kit.policies", "keep_apart")})
"""Functions that write statements with the names given to them quoted."""
MOST_CALLS = 8
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Finding:
    """A place where SQL is made of values, or sets what must be set in one place only."""

    path: str
    line: int
    function: str
    what: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.function}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line} in {self.function}: {self.what}"


def findings_in(path: str, source: str) -> Iterator[Finding]:
    """Yield what is wrong in a module, given by its path from the root of the project and its text."""
    reader = _Reader(path, ast.parse(source))
    reader.visit(reader.tree)
    yield from reader.findings


def connections_in(path: str, source: str) -> Iterator[Finding]:
    """Yield where a module takes a connection of a pool by itself, past the sessions that are born with their tenant."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, _Function)]
    for function in functions:
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=pool, attr="connect" | "begin" | "raw_connection")):
                    if ast.unparse(pool).rpartition(".")[2].strip("_") == "engine":
                        yield Finding(path, node.lineno, function.name, f"takes a connection: {ast.unparse(node)}")


@dataclass(frozen=True)
class _Module:
    """What a module says at its top: constants and classes' constants by name, where names come from, its functions."""

    values: Mapping[str, ast.expr]
    imported: Mapping[str, tuple[str, str]]
    functions: Mapping[str, ast.FunctionDef]


def _module(tree: ast.Module) -> _Module:
    values: dict[str, list[ast.expr]] = {}
    imported: dict[str, tuple[str, str]] = {}
    functions: dict[str, ast.FunctionDef] = {}
    for node in [*tree.body, *(each for top in tree.body if isinstance(top, ast.ClassDef) for each in top.body)]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values.setdefault(name, []).append(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=given)):
                for each, value in zip(names, given, strict=True):
                    values.setdefault(ast.unparse(each), []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values.setdefault(name, []).append(value)
            case ast.ImportFrom(module=str() as module, names=names):
                imported |= {each.asname or each.name: (module, each.name) for each in names}
            case ast.FunctionDef(name=name):
                functions[name] = node
    once = {name: given[0] for name, given in values.items() if len(given) == 1}
    return _Module(once, imported, functions)


@cache
def _module_named(name: str) -> _Module | None:
    base = ROOT / name.replace(".", "/")
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return _module(ast.parse(path.read_text())) if path.is_file() else None


class _Reader(ast.NodeVisitor):
    """Walks one module, with the functions it is in."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.findings: list[Finding] = []
        self._module = _module(tree)
        self._functions: list[_Function] = []
        self._calls: dict[str, list[tuple[ast.Call, list[_Function]]]] = {}
        self._note_calls(tree, [])

    def _note_calls(self, node: ast.AST, around: list[_Function]) -> None:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            self._calls.setdefault(name, []).append((node, around))
        for child in ast.iter_child_nodes(node):
            self._note_calls(child, [*around, node] if isinstance(node, _Function) else around)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str | bytes):
            words = node.value if isinstance(node.value, str) else node.value.decode(errors="replace")
            self._look_at(node, words)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._look_at(node, "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if node.args and self._is_sql_call(node.func, name):
            argument = node.args[0]
            if name in TEXT_CALLS and not self._is_written_out(argument):
                self._find(node, f"{name}() of text that is not written out: {ast.unparse(argument)[:80]}")
            elif name in STATEMENT_CALLS and self._is_put_together(argument):
                self._find(node, f"{name}() of text that is put together: {ast.unparse(argument)[:80]}")
        self.generic_visit(node)

    def _is_sql_call(self, function: ast.expr, name: str) -> bool:
        if name in STATEMENT_CALLS or name == "exec_driver_sql":
            return isinstance(function, ast.Attribute)
        if name not in TEXT_CALLS:
            return False
        if isinstance(function, ast.Attribute):
            return isinstance(function.value, ast.Name) and function.value.id in ("sa", "sqlalchemy", "sql", "psycopg")
        return self._module.imported.get(name, ("", ""))[0].split(".")[0] in FROM_LIBRARIES

    def _look_at(self, node: ast.expr, words: str) -> None:
        if WHOLE_SESSION.search(words):
            self._find(node, f"sets for a whole session: {words.strip()[:60]}")
        if TENANT.search(words):
            self._find(node, f"sets role or tenant: {words.strip()[:60]}")

    def _find(self, node: ast.expr, what: str) -> None:
        function = self._functions[-1].name if self._functions else "<module>"
        self.findings.append(Finding(self.path, node.lineno, function, what))

    def _is_written_out(self, node: ast.expr, module: _Module | None = None, depth: int = 0) -> bool:
        module = module or self._module
        if depth > MOST_CALLS:
            return False

        def ask(each: ast.expr) -> bool:
            return self._is_written_out(each, module, depth + 1)

        match node:
            case ast.Constant() | ast.Slice():
                return True
            case ast.JoinedStr(values=parts):
                return all(ask(part.value) if isinstance(part, ast.FormattedValue) else True for part in parts)
            case ast.BinOp(left=left, right=right):
                return ask(left) and ask(right)
            case ast.IfExp(body=body, orelse=orelse):
                return ask(body) and ask(orelse)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return all(map(ask, parts))
            case ast.Dict(values=parts, keys=keys):
                return all(map(ask, [*parts, *(key for key in keys if key)]))
            case ast.Starred(value=value) | ast.Subscript(value=value):
                return ask(value)
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=args, keywords=keywords) if attr in FORMERS:
                return all(map(ask, [value, *args, *(each.value for each in keywords)]))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sa" | "postgresql")), args=args, keywords=keywords):
                return all(map(ask, [*args, *(each.value for each in keywords)]))
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attr):
                return attr in module.values and ask(module.values[attr])
            case ast.Name(id=name):
                given = self._given(name) if module is self._module else None
                if given == []:
                    return self._holds_at_callers(name, lambda each: self._is_written_out(each, depth=depth + 1))
                if given is not None:
                    return all(map(ask, given))
                if name in module.values:
                    return ask(module.values[name])
                if name in module.imported:
                    other, theirs = module.imported[name]
                    there = _module_named(other)
                    return (
                        there is not None
                        and theirs in there.values
                        and self._is_written_out(there.values[theirs], there, depth + 1)
                    )
                return False
        return False

    def _is_put_together(self, node: ast.expr, depth: int = 0) -> bool:
        """Whether this is text that is not written out; a statement that quotes by itself is none."""
        match node:
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
                return not self._is_written_out(node)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in FORMERS:
                return not self._is_composed(value) and not self._is_written_out(node)
            case ast.Call(func=ast.Name(id=name)) if self._gives_text(name):
                return self._module.imported.get(name) not in QUOTES_BY_ITSELF
            case ast.ListComp(elt=each) | ast.GeneratorExp(elt=each):
                return self._is_put_together(each, depth)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return any(self._is_put_together(each, depth) for each in parts)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_put_together(body, depth) or self._is_put_together(orelse, depth)
            case ast.Name(id=name):
                parameter = self._parameter(name)
                if parameter is not None:
                    return _is_text(parameter) and not self._holds_at_callers(
                        name, lambda each: not self._is_put_together(each, depth + 1)
                    )
                given = self._given(name)
                if given is None:
                    return False
                return depth > MOST_CALLS or any(self._is_put_together(each, depth + 1) for each in given)
        return False

    def _is_composed(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="SQL") | ast.Attribute(attr="SQL")):
                return True
            case ast.Name(id=name):
                given = self._given(name)
                if given is None:
                    given = [self._module.values[name]] if name in self._module.values else []
                return bool(given) and all(map(self._is_composed, given))
        return False

    def _gives_text(self, name: str) -> bool:
        """Whether a function of ours says that it returns text, or several."""
        module, theirs = self._module, name
        if name in self._module.imported:
            other, theirs = self._module.imported[name]
            found = _module_named(other)
            if found is None:
                return False
            module = found
        function = module.functions.get(theirs)
        return function is not None and _is_text(function.returns)

    def _holds_at_callers(self, name: str, holds: Callable[[ast.expr], bool]) -> bool:
        """Whether it holds for what every caller in this module gives for a parameter of the private function we are in."""
        function = self._functions[-1]
        calls = self._calls.get(function.name, [])
        if not function.name.startswith("_") or not calls or len(self._functions) > MOST_CALLS:
            return False
        return all(self._holds_at(call, around, name, holds) for call, around in calls)

    def _holds_at(self, call: ast.Call, around: list[_Function], name: str, holds: Callable[[ast.expr], bool]) -> bool:
        function = self._functions[-1]
        named = [
            each.arg for each in [*function.args.posonlyargs, *function.args.args] if each.arg not in ("self", "cls")
        ]
        given = [each.value for each in call.keywords if each.arg == name]
        if name in named:
            given += call.args[named.index(name) : named.index(name) + 1]
        elif function.args.vararg and function.args.vararg.arg == name:
            given += call.args[len(named) :]
        mine, self._functions = self._functions, [*self._functions, *around]
        try:
            return bool(given) and all(map(holds, given))
        finally:
            self._functions = mine

    def _parameter(self, name: str) -> ast.expr | None:
        """The annotation of a parameter of the function we are in, when it has this name."""
        if not self._functions or self._assigned(name):
            return None
        arguments = self._functions[-1].args
        for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg]:
            if each is not None and each.arg == name:
                return each.annotation or ast.Name("str")
        return None

    def _given(self, name: str) -> list[ast.expr] | None:
        """What a name of the function we are in stands for; nothing is known of a parameter. None: not its name."""
        if not self._functions:
            return None
        given = self._assigned(name)
        if given:
            return given
        arguments = self._functions[-1].args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        return [] if any(each is not None and each.arg == name for each in every) else None

    def _assigned(self, name: str) -> list[ast.expr]:
        given: list[ast.expr] = []
        for node in ast.walk(self._functions[-1]):
            match node:
                case ast.Assign(targets=targets, value=value):
                    given += [value for target in targets if _names(target, name)]
                case ast.AnnAssign(target=target, value=ast.expr() as value) if _names(target, name):
                    given.append(value)
                case ast.AugAssign(target=target, value=value) if _names(target, name):
                    given.append(value)
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    if _names(target, name):
                        given.append(_looped(value))
                case ast.NamedExpr(target=target, value=value) if _names(target, name):
                    given.append(value)
        return given


def _looped(node: ast.expr) -> ast.expr:
    """What a loop goes over, without `.items()` and the like around it."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="items" | "values" | "keys")):
            return value
        case ast.Call(func=ast.Name(id="reversed" | "sorted" | "enumerate" | "tuple" | "list"), args=[value, *_]):
            return _looped(value)
    return node


def _names(target: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(target))


def _is_text(annotation: ast.expr | None) -> bool:
    words = ast.unparse(annotation) if annotation is not None else "Any"
    return re.search(r"\b(str|bytes|LiteralString)\b", words) is not None
