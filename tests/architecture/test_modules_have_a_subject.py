"""Every module says in its first line what it is for, and none is a drawer for leftovers."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFTOVERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "tools",
    "base",
    "shared",
    "stuff",
    "lib",
    "functions",
}
MODULES = sorted(
    path
    for package in ("core", "plugins", "tenants", "migrations", "benchmarks", "tests")
    for path in (ROOT / package).rglob("*.py")
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_named_for_leftovers() -> None:
    words = {
        name_of(path): {part.strip("_") for part in path.relative_to(ROOT).with_suffix("").parts} for path in MODULES
    }

    assert [name for name, parts in words.items() if parts & LEFTOVERS] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in MODULES
        if path.read_text().strip() and not (ast.get_docstring(ast.parse(path.read_text())) or "").strip()
    ]

    assert silent == []


def test_every_package_of_the_product_says_what_it_is_for() -> None:
    empty = [
        name_of(path)
        for path in MODULES
        if path.name == "__init__.py" and name_of(path).split("/")[0] == "core" and not path.read_text().strip()
    ]

    assert empty == []
