"""What the documents say exists: links, commands, environment variables, tests; and what they must not name."""

import csv
import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from core.cli import huiying
from core.embedded.roles import explained
from core.engagement.rules import read_campaign
from core.hooks import Context, EngagementRules
from core.hooks.roster import Roster, Wanted
from core.workdays.declaration import parse_workdays

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
COVERAGE = ROOT / "docs" / "coverage.tsv"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HOST = re.compile(r"(?:https?://|@)((?:[\w-]+\.)*[\w-]+)")
PLACE_OF_A_MACHINE = re.compile(r"(?<![\w.~])/(?:home|root|Users|work|tmp|mnt|srv|opt)/[\w.-]+")
OUR_HOSTS = re.compile(r"localhost|127\.0\.0\.1|(?:[\w-]+\.)*example(?:\.\w+)?")
STANDARDS = {"www.standardwebhooks.com"}
"""Where a document may send its reader outside: to the text of a published standard."""
VARIABLE = re.compile(
    r"""environ(?:ment)?(?:\.get\(|\[)\s*["']([A-Z_]+)["']|envvar="([A-Z_]+)\"|^[A-Z_]+ = "(HUIYING_[A-Z_]+)\"""",
    re.MULTILINE,
)
OF_THE_SYSTEM = {"PATH", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"}

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def _prose(text: str) -> str:
    return FENCE.sub("", text)


def _anchors(text: str) -> set[str]:
    """Return the names by which headings can be linked: lower case, without punctuation, with hyphens."""
    headings = re.findall(r"^#+ (.+)$", _prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _leads_somewhere(link: str, path: Path) -> bool:
    """Tell whether a link leads to a file here, and to a heading in it, or to a standard."""
    if outside := HOST.match(link):
        return outside[1] in STANDARDS
    name, _, anchor = link.partition("#")
    target = path.parent / name if name else path
    return target.exists() and (not anchor or anchor in _anchors(target.read_text(encoding="utf-8")))


def _commands_shown() -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), line.removeprefix("$ "))
        for path in DOCUMENTS
        for kind, block in FENCE.findall(path.read_text(encoding="utf-8"))
        if kind == "console"
        for line in block.splitlines()
        if line.startswith("$ huiying")
    ]


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    links = LINK.findall(_prose(path.read_text(encoding="utf-8")))

    assert [link for link in links if not _leads_somewhere(link, path)] == []


@each_document
def test_no_document_names_a_place_or_a_host_of_somebody(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert PLACE_OF_A_MACHINE.findall(text) == []
    strange = {host for host in HOST.findall(text) if "." in host and not OUR_HOSTS.fullmatch(host)}
    assert strange - STANDARDS == set()


@pytest.mark.parametrize(("document", "line"), _commands_shown())
def test_every_command_that_is_shown_exists_with_its_options(document: str, line: str) -> None:
    command: click.Command = huiying
    options: set[str] = set()
    for word in line.partition(" #")[0].split()[1:]:
        if word.startswith("-"):
            options.add(word.partition("=")[0])
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"{document}: there is no `{word}` in `{line}`"
            command = found
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}

    assert options - known - {"--help", "-h"} == set(), f"{document}: {line}"


def test_the_operations_page_names_every_environment_variable_and_no_other() -> None:
    read = {
        name
        for folder in ("core", "tenants", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        for pair in VARIABLE.findall(path.read_text(encoding="utf-8"))
        for name in pair
        if name
    }
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))

    assert told == read - OF_THE_SYSTEM


def test_every_test_that_the_account_of_the_articles_names_exists() -> None:
    with COVERAGE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    assert [row["id"] for row in rows if row["test"] and not _is_a_test(row["test"])] == []


def test_the_operations_page_shows_the_roles_as_they_are_made() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert f"```sql\n{explained()}\n```" in page


def test_the_declarations_shown_to_administrators_can_be_read() -> None:
    page = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    profile, workdays, campaign = (block for kind, block in FENCE.findall(page) if kind == "toml")
    declared = tomllib.loads(profile)
    enabled = [Wanted(feature, declared["settings"].get(feature, {})) for feature in declared["features"]]

    Roster.installed().table(Context(tenant_id=1, tenant=declared["slug"], zone=declared["zone"]), enabled)
    assert parse_workdays(workdays).spec.zone == declared["zone"]
    bounds = EngagementRules(most_budget_yuan=130, most_prize_yuan=100)
    assert read_campaign(campaign, bounds, zone=ZoneInfo(declared["zone"])).kind == "quiz"


def _is_a_test(name: str) -> bool:
    """Tell whether `tests/…/test_x.py::test_name` names a function that stands in that file."""
    file, _, function = name.partition("::")
    path = ROOT / file
    return (
        path.is_file()
        and re.search(rf"^\s*def {function}\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )
