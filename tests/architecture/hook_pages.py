"""The manual's pages about hooks, made from what the core declares, executed examples and the districts' own answers.

`python -m tests.architecture.hook_pages` writes docs/hooks/ anew; a test says when that is needed.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from core.hooks.contract import Hook, Kind, Merge, OnError
from core.hooks.core_features import CORE_FEATURES
from core.hooks.features import Feature
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import Settings, secrets_of
from core.hooks.specs import ALL_HOOKS
from core.hooks.values import Context
from core.journey import dry_run
from tests.plugins.questions import KEY, QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = DOCS / "hooks"
EXAMPLES = PAGES / "examples"
INDEX = PAGES / "README.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
CONTEXT = Context(tenant_id=7, tenant="elsewhere", zone="Asia/Shanghai")
EXAMPLE = "elsewhere.example"
KINDS: Mapping[Kind, str] = {
    "load": "asked once per tenant and epoch, that is after each change of its units, features or settings",
    "policy": "a decision: frozen values in and out; no rows, no network, no clock, so that it can be asked again",
    "render": "shown on a page; the core escapes and lays out",
    "effect": "acts outside, in a job after the commit; the network may be used",
}
MERGES: Mapping[Merge, str] = {
    "all": "all answers of all features count, in the district's order of features",
    "first": "the first feature in the district's order that has an answer decides; later ones are not asked",
    "each": "for each subject (id, clock, mark, field) the first feature in the district's order decides",
    "best": "the highest score wins, the earlier feature in a tie",
    "veto": "one objection is enough",
}
FAILURES: Mapping[OnError, str] = {
    "skip": "the answer is left out, the other features' answers count",
    "default": "the core goes by its own rule, as if nobody had answered",
    "manual": "a person decides: the ticket waits for the operator or the dispatcher",
    "hold": "nothing happens until a person decides: a broken rule never accuses anybody",
    "retry": "the job is tried again after 1 and 5 minutes, half an hour, 2 and 12 hours, then left to a person",
    "omit": "the part is left out of the page",
    "quarantine": "what the feature declares here is missing until it is repaired; the rest of it goes on",
}
TRIED = (
    "Asked about each past ticket twice, with the settings that hold and with the draft's; `ctx.dry_run` is true. Answer as "
    "ever: the same question must get the same answer, or the comparison says nothing."
)
NOT_TRIED: Mapping[Kind, str] = {
    "load": "Not compared: it changes nothing that is decided about a ticket.",
    "policy": "Not asked: it helps whoever takes in or counts, and a past ticket shows nothing of what they would have done.",
    "render": "Not asked: pages are not tried.",
    "effect": "Never performed: nothing leaves the house in a try.",
}


def rendered() -> dict[Path, str]:
    """Return every generated page by its path, the index with its own part renewed."""
    pages = {PAGES / f"{hook.name}.md": page_of(hook) for hook in ALL_HOOKS}
    index = GENERATED.sub(lambda _: _overview(), INDEX.read_text(encoding="utf-8"))
    return {INDEX: index, **pages}


def heading_of(hook: Hook[..., Any]) -> str:
    """Return the signature as an author writes it."""
    return f"{hook.name}({', '.join(hook.arguments)})"


def answering(hook: Hook[..., Any]) -> list[Feature]:
    """Return the shipped features that answer a hook, the core's own among them, by id."""
    features = {each.id: each for each in (*CORE_FEATURES, *Roster.installed().features.values())}.values()
    return sorted((feature for feature in features if hook.name in (feature.hooks or ())), key=lambda each: each.id)


def example_of(hook: Hook[..., Any]) -> tuple[str, str]:
    """Return the prose and the code of a hook's example file."""
    text = (EXAMPLES / f"{hook.name}.py").read_text(encoding="utf-8")
    prose = inspect.cleandoc(text.split('"""')[1])
    return prose, text.split('"""', 2)[2].strip()


@cache
def tried() -> frozenset[str]:
    """Return the hooks that a dry run asks, as its code names them."""
    written = "".join(path.read_text(encoding="utf-8") for path in Path(dry_run.__path__[0]).glob("*.py"))
    return frozenset(re.findall(r"\bspecs\.(\w+)", written))


def run_example(hook: Hook[..., Any]) -> list[Any]:
    """Ask the example as the core asks a feature, and return what it answers; an effect is performed.

    An example that needs settings declares them as `ExampleSettings`.
    """
    module = ModuleType("example")
    exec(compile((EXAMPLES / f"{hook.name}.py").read_text(encoding="utf-8"), f"{hook.name}.py", "exec"), vars(module))
    schema = getattr(module, "ExampleSettings", Settings)
    feature = Feature(EXAMPLE, "示例", "手册中的示例", module, schema)
    table = Roster([feature]).table(CONTEXT, [Wanted(EXAMPLE, secrets=dict.fromkeys(secrets_of(schema), KEY))])
    question = QUESTIONS[hook.name]
    if hook.kind == "effect":
        return table.perform(hook, EXAMPLE, **question)
    answers = table.ask(hook, **question)
    assert answers.failures == (), answers.failures
    return answers.values


def page_of(hook: Hook[..., Any]) -> str:
    """Return the page of one hook."""
    doc = inspect.cleandoc(hook.spec.__doc__ or "")
    purpose, _, rest = doc.partition("\n\n")
    prose, code = example_of(hook)
    parts = [
        f"# {heading_of(hook)}",
        f"**{hook.label}** — {_joined(purpose)}",
        _box(hook),
        *([_paragraphs(rest)] if rest else []),
        "## Arguments",
        "\n".join(_arguments(hook)),
        "## Result",
        f"A list of `{hook.item.__name__}`; `None` or an empty list is no opinion.",
        _value_table(hook.item),
        "## Example",
        *([prose] if prose else []),
        f"```python\n{code}\n```",
        "Asked as the tests ask it, it answers:",
        f"```text\n{_told(run_example(hook))}\n```",
        "## In the districts",
        *_implementations(hook),
        "## If it fails",
        _failure(hook),
        "## In a dry run",
        TRIED if hook.name in tried() else NOT_TRIED[hook.kind],
    ]
    return "\n\n".join(parts) + "\n"


def _box(hook: Hook[..., Any]) -> str:
    budget = f"{hook.budget_ms:,} ms of work" if hook.kind != "effect" else f"{hook.budget_ms / 1000:g} s"
    rows = (
        ("kind", f"`{hook.kind}`: {KINDS[hook.kind]}"),
        ("merge", f"`{hook.merge}`: {MERGES[hook.merge]}"),
        ("budget", budget),
        ("if it fails", f"`{hook.on_error}`: {FAILURES[hook.on_error]}"),
        ("since", hook.since),
    )
    return "\n".join(("| | |", "| --- | --- |", *(f"| {name} | {words} |" for name, words in rows)))


def _arguments(hook: Hook[..., Any]) -> Iterator[str]:
    yield "* `ctx`: `Context`. Who asks: tenant id and short name, time zone, and whether this is a dry run."
    yield "* `settings`: the feature's own, validated, every default filled in; unchangeable."
    hints = get_type_hints(hook.spec)
    for name in hook.arguments[2:]:
        kinds = list(_classes_in(hints[name]))
        told = " ".join(_joined(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]) for kind in kinds)
        yield f"* `{name}`: `{_type(hints[name])}`. {told}".rstrip()


def _value_table(kind: type[Any]) -> str:
    if subclasses := kind.__subclasses__():
        return "\n\n".join(_value_table(each) for each in subclasses)
    doc = _paragraphs(inspect.cleandoc(kind.__doc__ or ""))
    hints = get_type_hints(kind)
    rows = (f"| `{each.name}` | `{_type(hints[each.name])}` | {_default(each)} |" for each in fields(kind))
    table = "\n".join(("| field | type | default |", "| --- | --- | --- |", *rows))
    return f"`{kind.__name__}`: {doc}\n\n{table}"


def _implementations(hook: Hook[..., Any]) -> Iterator[str]:
    for feature in answering(hook):
        source = inspect.getsource(getattr(feature.module(), hook.name))
        yield f"`{feature.id}` {feature.label}:\n\n```python\n{source.rstrip()}\n```"


def _failure(hook: Hook[..., Any]) -> str:
    words = FAILURES[hook.on_error]
    return (
        f"{words[0].upper()}{words[1:]}. It counts as failed when it raises, tries to end the process, takes longer than its "
        "budget, or returns another type, a rule that its manifest does not list, or more than 256 kB. What happened is logged "
        "under a number, without anybody's words, and shown to the administrator as a repair card 待修复. After five failures "
        "in a row the feature is not asked this question for a minute, then tried again; the others are asked all the same."
    )


def _overview() -> str:
    rows = (
        f"| [{hook.name}]({hook.name}.md) | {hook.label} | {hook.kind} | {hook.merge} | {hook.on_error} | "
        f"{'、'.join(f'`{feature.id}`' for feature in answering(hook))} |"
        for hook in ALL_HOOKS
    )
    head = (
        "| hook | in the house | kind | merge | if it fails | answered by |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    return "\n" + "\n".join((*head, *rows)) + "\n\n"


def _told(answers: list[Any]) -> str:
    return "[\n" + "".join(f"    {answer!r},\n" for answer in answers) + "]"


def _classes_in(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and hint.__module__.startswith("core.hooks"):
        yield hint
    for inner in getattr(hint, "__args__", ()):
        yield from _classes_in(inner)


def _type(hint: Any) -> str:
    name = hint.__name__ if isinstance(hint, type) and not getattr(hint, "__args__", ()) else str(hint)
    return re.sub(r"\b(?:typing|collections\.abc|datetime|core\.hooks\.values\.\w+)\.", "", name).replace("|", "or")


def _default(field: Any) -> str:
    if field.default is not MISSING:
        return f"`{field.default!r}`"
    return "empty" if field.default_factory is not MISSING else ""


def _paragraphs(text: str) -> str:
    return "\n\n".join(_joined(paragraph) for paragraph in text.split("\n\n"))


def _joined(paragraph: str) -> str:
    """Return a paragraph in one line; a list keeps its lines."""
    return paragraph if "\n*" in paragraph or paragraph.startswith("*") else " ".join(paragraph.split())


def write() -> None:
    """Write every page whose text has changed, and remove those of hooks that are gone."""
    pages = rendered()
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    for stale in set(PAGES.glob("*.md")) - set(pages):
        stale.unlink()


if __name__ == "__main__":
    write()
