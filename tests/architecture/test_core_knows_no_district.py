"""The core holds no district's name and asks for none: what differs is a feature's answer or a tenant's fact."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core"
NAMES = ("chengdu", "pingshan", "nanhai", "成都", "坪山", "南海", "蓉城")
TEXTS = {".py", ".html", ".txt", ".xml", ".css", ".js", ".toml", ".json", ".csv", ".md", ".svg", ".mako"}


def texts_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in TEXTS)


def names_in(text: str) -> list[str]:
    lowered = text.lower()
    return [name for name in NAMES if name in lowered]


def comparisons_with_a_slug(source: str) -> Iterator[int]:
    """Yield the lines on which a tenant's short name is compared with one that is written there, or looked up by it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left, _, others):
                sides = [left, *others]
                if any(_is_slug(side) for side in sides) and any(_is_written(side) for side in sides):
                    yield node.lineno
            case ast.Match(subject, cases) if _is_slug(subject):
                yield from (case.pattern.lineno for case in cases)
            case ast.Call(ast.Attribute(_, "startswith" | "endswith" | "removeprefix"), [_, *_]) if _is_slug(
                node.func.value  # type: ignore[attr-defined]
            ):
                yield node.lineno
            case ast.Subscript(ast.Dict(), key) if _is_slug(key):
                yield node.lineno
            case ast.Call(ast.Attribute(ast.Dict(), "get"), [key, *_]) if _is_slug(key):
                yield node.lineno


def _is_slug(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("slug", "serial_prefix")


def _is_written(node: ast.expr) -> bool:
    match node:
        case ast.Constant(str()):
            return True
        case ast.Tuple(elements) | ast.List(elements) | ast.Set(elements):
            return any(_is_written(element) for element in elements)
    return False


def test_no_file_of_the_core_names_a_district() -> None:
    files = texts_of(CORE)

    named = {str(path.relative_to(CORE)): found for path in files if (found := names_in(path.read_text("utf-8")))}

    assert named == {}
    assert {path.suffix for path in files} >= {".py", ".html", ".css", ".js"}


def test_no_file_or_folder_of_the_core_is_called_after_a_district() -> None:
    assert [path for path in CORE.rglob("*") if names_in(path.name)] == []


def test_no_decision_of_the_core_hangs_on_a_tenants_short_name() -> None:
    decided = {
        str(path.relative_to(CORE)): lines
        for path in sorted(CORE.rglob("*.py"))
        if (lines := list(comparisons_with_a_slug(path.read_text("utf-8"))))
    }

    assert decided == {}


@pytest.mark.parametrize(
    "source",
    [
        "if tenant.slug == 'somewhere': ...",
        "if 'somewhere' != scope.tenant.slug: ...",
        "if scope.tenant.slug in ('somewhere', 'elsewhere'): ...",
        "match tenant.slug:\n    case 'somewhere': ...",
        "if tenant.slug.startswith('some'): ...",
        "limit = {'somewhere': 3}[tenant.slug]",
        "limit = {'somewhere': 3}.get(tenant.slug, 5)",
        "if tenant.serial_prefix == 'SW': ...",
    ],
)
def test_a_planted_decision_by_name_is_found(source: str) -> None:
    assert list(comparisons_with_a_slug(source)) != []


def test_comparing_two_tenants_is_no_decision_by_name() -> None:
    assert list(comparisons_with_a_slug("Tenant.slug == slug\nif here.slug == there.slug: ...")) == []


def test_a_planted_name_is_found_in_any_spelling() -> None:
    assert names_in("NanHai, 成都市") == ["nanhai", "成都"]
