"""What the catalogues have to hold: the texts of templates, of the code whose words reach pages, and of the scripts."""

import ast
from collections.abc import Iterator, Mapping, Set
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
    "core/hooks/contract.py",
    "core/hooks/migrations.py",
    "core/journey/accountability_file.py",
    "core/process.py",
    "core/tenancy/catalogue.py",
    "core/tenancy/catalogue_rules.py",
    "core/tenancy/moving",
    "core/tenancy/plugin_schemas.py",
    "core/web/api",
    "core/worker.py",
    "core/wsgi.py",
)
"""Code that speaks to programs, to operators at a terminal, or in documents, which stay Chinese."""
MATCHED: Mapping[str, frozenset[str]] = {
    "core/areas/boundaries.py": frozenset({"CODE_NAMES"}),
    "core/areas/headings.py": frozenset({"HEADINGS"}),
    "core/areas/names.py": frozenset({"LARGER", "ROAD_ENDS", "QUALIFIERS", "MORE_QUALIFIERS", "LEADS_IN", "NUMBER"}),
    "core/areas/reading.py": frozenset({"AREA_WORDS", "SIDES"}),
    "core/areas/tree.py": frozenset({"LOCAL_NAMES"}),
    "core/classification/rules.py": frozenset({"NATURE_WORDS"}),
    "core/disclosure/names/finding.py": frozenset(
        {
            "SOMEBODY",
            "FAMILIAR",
            "_VARIANTS",
            "_NOT_ALONE",
            "_HAN",
            "_STARRED",
            "_SURNAME_ALONE",
            "_SOUNDS",
            "_DOTTED",
            "_TRANSLITERATED",
        }
    ),
    "core/disclosure/names/signs.py": frozenset(
        {
            "TITLE_WORDS",
            "TITLE",
            "COURTESY",
            "_ANNOUNCING",
            "ANNOUNCING",
            "NAMED",
            "CALLED",
            "CHILD",
            "OFFICE",
            "CLAUSE_BEGINS",
            "CLAUSE_ENDS",
            "SAYS",
            "AFTER_NAME",
            "PLACE",
            "COMPANY",
            "PLACE_BEFORE",
            "DOCUMENT_NUMBER",
            "LAST_OF_PLACE",
            "OFTEN_OF_PLACE",
            "HOUSE",
            "MIDDLE_OF_PLACE",
            "NOT_GIVEN",
            "PARTICLES",
            "SPOKEN_SURNAMES",
        }
    ),
    "core/disclosure/names/vocabulary.py": frozenset(
        {
            "SURNAMES",
            "FREQUENT_IN_WORDS",
            "COMPOUND_SURNAMES",
            "GIVEN_TODAY",
            "SELDOM_GIVEN",
            "TRADE",
            "NO_NAMES",
        }
    ),
    "core/disclosure/redaction.py": frozenset({"PATTERNS"}),
    "core/evaluation/panels/reading.py": frozenset({"COLUMNS"}),
    "core/handling/checking/words.py": frozenset({"COURTESY", "JOINING", "OFFICE", "BROAD", "JOINTS", "DAY"}),
    "core/handling/queries.py": frozenset({"NUMERALS"}),
    "core/intake/columns.py": frozenset({"FIELDS"}),
    "core/intake/interviews/reading.py": frozenset({"FIELDS"}),
    "core/intake/points.py": frozenset({"DEGREES"}),
    "core/intake/reading.py": frozenset({"URGENCIES", "APPELLANTS", "RELATIONS", "_COUNT"}),
    "core/intake/sources/reading.py": frozenset({"COLUMNS"}),
    "core/intake/times.py": frozenset({"_AS_PEOPLE_WRITE"}),
    "core/journey/call_table.py": frozenset({"COLUMNS"}),
    "core/journey/conversation/understanding.py": frozenset(
        {"PROGRESS", "ANEW", "GREETINGS", "SATISFACTION", "RESOLVED", "YES", "NO"}
    ),
    "core/journey/dry_run/reading.py": frozenset({"URGENT_BY_RULE", "AREA_SAID"}),
    "core/journey/duties/importing.py": frozenset({"LEAD_COLUMNS"}),
    "core/journey/duties/mapping.py": frozenset({"COLUMNS", "OTHERS", "TABLE"}),
    "core/journey/duties/mending.py": frozenset({"PART_COLUMNS"}),
    "core/journey/duties/tightening.py": frozenset({"COLUMNS"}),
    "core/journey/import_words.py": frozenset({"OTHER_NATURE_WORDS"}),
    "core/journey/outside_figures.py": frozenset({"COLUMNS"}),
    "core/journey/published.py": frozenset({"COLUMNS"}),
    "core/journey/roster_words.py": frozenset({"COLUMNS", "SHIFT_COLUMNS"}),
    "core/knowledge/likeness.py": frozenset({"COURTESY"}),
    "core/knowledge/rules.py": frozenset({"EMPTY"}),
    "core/people/passwords.py": frozenset({"COMMON_WORDS", "ROWS"}),
    "core/sla/budgets.py": frozenset({"_TIME", "_DAYS"}),
    "core/units/catalogue/cells.py": frozenset({"LEVEL_WORDS"}),
    "core/units/catalogue/columns.py": frozenset({"LEVEL_WORDS", "HEADINGS"}),
    "core/units/catalogue/duplicates.py": frozenset({"FILLERS", "SAME_MEANING"}),
    "core/units/catalogue/limits.py": frozenset(
        {"AT_ONCE", "SECONDS", "DAY_WORDS", "WEEK_WORDS", "_LEAD", "_TAIL", "_NUMERAL", "_DIGITS"}
    ),
    "core/units/catalogue/lookup.py": frozenset({"LOCAL_WORDS", "EVERYWHERE"}),
    "core/units/mailboxes/levels.py": frozenset({"LEVEL_WORDS", "PARTS"}),
    "core/units/mailboxes/reading.py": frozenset({"COLUMNS"}),
}
"""Tables of words that what people wrote is compared with, and columns of their files: no page says them in English."""
GIVEN = frozenset({"load_default"})
"""What a setting is until an administrator writes something else is what an administrator would write."""
SILENT = frozenset({"debug", "info", "log", "warning", "error", "exception", "critical", "compile"})
"""What is said in logs, and patterns."""
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
            for text in _constants(ast.parse(path.read_text("utf-8")), MATCHED.get(file, frozenset())):
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
    known = {name: catalogue.read(path.read_bytes()) if path.exists() else {} for name, path in paths.items()}
    everything = {text: words for each in known.values() for text, words in each.items() if words} | dict(said or {})
    for name, texts in collect().items():
        entries = {text: everything.get(text, "") for text in texts}
        if entries:
            paths[name].parent.mkdir(parents=True, exist_ok=True)
            paths[name].write_bytes(catalogue.written(entries, texts))
        missing[name] = sum(not words for words in entries.values())
    return missing


def _constants(tree: ast.Module, matched: Set[str] = frozenset()) -> Iterator[str]:
    skipped = set[int]()
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id in matched for target in targets):
            skipped.update(map(id, ast.walk(statement)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))  # a docstring, of whatever it stands under
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(each) for each in ast.walk(node) if isinstance(each, ast.Constant))
        elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SILENT) or (
            isinstance(node, ast.keyword) and node.arg in GIVEN
        ):
            skipped.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and HAN.search(node.value)
        ):
            yield node.value
