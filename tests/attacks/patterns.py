"""Every regular expression of the product, found in its code, and the texts that make each of them work hardest."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from re import _constants as sre
from re import _parser as parser
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "plugins", "tenants")
FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
FROM_THE_START = {"match", "fullmatch"}
NO_MATCH = ("\x00", "9", "")
"""What may follow a long run so that it fits no more."""
RUNS = (" ", "0", "a", "中", "一", "(", "<", "-", "a-", "a.", "0 ", "1:", "(1,", "、", "@")


@dataclass(frozen=True)
class Written:
    """A pattern where it is written, and how it is asked."""

    where: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    from_start: bool
    """Whether it is only tried at the beginning of a text; else each place of the text is another beginning."""

    def run(self, text: str) -> None:
        """Look for it in a text, as the product does."""
        given: Any = text.encode() if isinstance(self.pattern.pattern, bytes) else text
        asked: Any = self.pattern
        if self.from_start:
            asked.fullmatch(given)
        else:
            asked.sub("" if isinstance(given, str) else b"", given)


@cache
def written() -> tuple[list[Written], list[str]]:
    """Return all patterns, and where one is made in a function, so that it cannot be read from the code."""
    found, made = [], []
    trees = {path: ast.parse(path.read_text()) for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    asked: dict[str, set[str]] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                asked.setdefault(f"{path} {name}" if name.startswith("_") else name, set()).add(node.attr)
    for path, tree in trees.items():
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        inside = {id(each) for function in functions for each in ast.walk(function)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            for keyword in node.keywords:
                if keyword.arg == "pattern" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                    found.append(Written(where, re.compile(str(keyword.value.value)), from_start=True))
            if not (isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re"):
                continue
            if node.func.attr not in FUNCTIONS:
                continue
            if node.func.attr != "compile" and isinstance(node.args[0], ast.Constant):
                found.append(Written(where, re.compile(str(node.args[0].value)), node.func.attr in FROM_THE_START))
            elif id(node) in inside:
                made.append(f"{path.relative_to(ROOT)} {ast.unparse(node.args[0])}")
        if "re.compile(" in path.read_text():
            found += _kept_by(path, name, asked)
    return found, sorted(made)


def _kept_by(path: Path, name: str, asked: dict[str, set[str]]) -> Iterator[Written]:
    """Yield the patterns among the names of a module, alone or several together."""
    module = import_module(name)
    for called, value in vars(module).items():
        several = value if isinstance(value, tuple | list) else value.values() if isinstance(value, dict) else (value,)
        for pattern in several:
            if isinstance(pattern, re.Pattern):
                how = asked.get(f"{path} {called}" if called.startswith("_") else called, set()) & FUNCTIONS
                yield Written(f"{name}.{called}", pattern, bool(how) and how <= FROM_THE_START)


def hard_texts(pattern: str | bytes, flags: int, length: int) -> Iterator[str]:
    """Yield texts of about this length: each thing that may be repeated, repeated, after what comes before it."""
    text = pattern.decode() if isinstance(pattern, bytes) else pattern
    tree = parser.parse(text, flags & ~re.UNICODE if isinstance(pattern, bytes) else flags)
    runs = dict.fromkeys([*((before, run) for before, run in _repeated(tree, "")), *(("", run) for run in RUNS)])
    for before, run in runs:
        times = max(1, length // max(1, len(run)))
        for after in NO_MATCH:
            yield before + run * times + after


def _repeated(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for kind, value in tree:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            inner = value[2]
            for sample in _samples(inner):
                if sample:
                    yield before, sample
            yield from _repeated(inner, before)
        elif kind is sre.SUBPATTERN:
            yield from _repeated(value[3], before)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch, before)
        before += _sample([(kind, value)])


def _samples(tree: Any) -> list[str]:
    """Return a text that fits, and one for each branch where there are several."""
    found = [_sample(tree)]
    for kind, value in tree:
        if kind is sre.BRANCH:
            found += [_sample(branch) for branch in value[1]]
        elif kind is sre.SUBPATTERN:
            found += _samples(value[3])
    return list(dict.fromkeys(found))


def _sample(tree: Any) -> str:
    told = ""
    for kind, value in tree:
        match kind:
            case sre.LITERAL:
                told += chr(value)
            case sre.NOT_LITERAL:
                told += "a" if value != ord("a") else "b"
            case sre.ANY:
                told += "a"
            case sre.IN:
                told += _one_of(value)
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                told += _sample(value[2]) * value[0]
            case sre.SUBPATTERN:
                told += _sample(value[3])
            case sre.BRANCH:
                told += _sample(value[1][0])
    return told


def _one_of(choices: Any) -> str:
    if choices[0][0] is sre.NEGATE:
        fits = re.compile(_class(choices[1:]))
        return next(each for each in "a0 中-\n(" if not fits.match(each))
    kind, value = choices[0]
    if kind is sre.CATEGORY:
        return {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}.get(value, "-")
    return chr(value[0] if kind is sre.RANGE else value)


def _class(choices: Any) -> str:
    parts = []
    for kind, value in choices:
        if kind is sre.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is sre.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is sre.CATEGORY:
            parts.append(
                {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}.get(value, r"\W")
            )
    return f"[{''.join(parts)}]"
