"""What the catalogues have to hold: the texts of templates, of the code whose words reach pages, and of the scripts."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

import core
from core.web.language import catalogue
from core.web.language.scripts import STATIC, words_in
from core.web.language.translating import BUTTON, HAN, make_english, on_button

ROOT = Path(core.__path__[0]).parent
NOT_SHOWN = (
    "core/cli",
    "core/conformance",
    "core/documents",
    "core/embedded",
    "core/migrations",
    "core/process.py",
    "core/worker.py",
    "core/wsgi.py",
)
"""Code that speaks to programs, to operators at a terminal, or in documents, which stay Chinese."""
LOGS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
TEMPLATES = ROOT / "core" / "web" / "templates"


@dataclass(frozen=True, slots=True)
class Found:
    """A text that a page may show, and the file it stands in."""

    text: str
    file: str
    is_button: bool = False


def in_templates() -> Iterator[Found]:
    """Find the texts of all templates with the extension that will look for them."""
    texts: list[str] = []  # for a button the key of the button, and then that of anywhere
    plain = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    beside = make_english(plain, texts.append)
    for name in plain.list_templates():
        texts.clear()
        assert plain.loader is not None
        beside.parse(plain.loader.get_source(plain, name)[0], name)
        for before, text in zip(["", *texts], texts, strict=False):
            if not text.startswith(BUTTON):
                yield Found(text, f"core/web/templates/{name}", is_button=before == on_button(text))


def in_code(folder: Path) -> Iterator[Found]:
    """Find the Chinese constants of the modules below a folder. Docstrings and what is logged are no texts of pages."""
    for path in sorted(folder.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
        if not file.startswith(NOT_SHOWN):
            for text in _constants(ast.parse(path.read_text("utf-8"))):
                yield Found(text, file)


def in_scripts() -> Iterator[Found]:
    """Find the words that the scripts look up."""
    for path in sorted(STATIC.glob("*.js")):
        for word in words_in(path.read_text("utf-8")):
            yield Found(word, f"core/web/static/{path.name}")


def collect() -> dict[str, dict[str, set[str]]]:
    """Return for each catalogue its texts, each with the files it stands in. What the core has is in no other."""
    found = {"core": [*in_templates(), *in_code(ROOT / "core"), *in_scripts()]}
    for name, path in catalogue.paths().items():
        if name != "core":
            found[name] = list(in_code(path.parents[len(catalogue.WITHIN.parts) - 1]))
    collected: dict[str, dict[str, set[str]]] = {}
    elsewhere = {each.text for texts in found.values() for each in texts if not each.is_button}
    for name, texts in found.items():
        collected[name] = {}
        for each in texts:
            text = on_button(each.text) if each.is_button and each.text in elsewhere else each.text
            if name == "core" or text not in collected["core"]:
                collected[name].setdefault(text, set()).add(each.file)
    return collected


def update(said: Mapping[str, str] | None = None) -> dict[str, int]:
    """Write the catalogues anew: what is new is empty, or as `said` has it, what is gone is left out.

    Returns how many texts of each catalogue nobody has said in English yet.
    """
    missing = {}
    paths = catalogue.paths()
    known = {name: catalogue.read(path.read_text("utf-8")) if path.exists() else {} for name, path in paths.items()}
    everything = {text: words for each in known.values() for text, words in each.items() if words} | dict(said or {})
    for name, texts in collect().items():
        entries = {text: everything.get(text, "") for text in texts}
        if entries:
            paths[name].parent.mkdir(parents=True, exist_ok=True)
            paths[name].write_text(catalogue.written(entries, texts), "utf-8")
        missing[name] = sum(not words for words in entries.values())
    return missing


def _constants(tree: ast.Module) -> Iterator[str]:
    skipped = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))  # a docstring, of whatever it stands under
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(each) for each in ast.walk(node) if isinstance(each, ast.Constant))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGS:
            skipped.update(id(each) for each in ast.walk(node))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and HAN.search(node.value)
        ):
            yield node.value
