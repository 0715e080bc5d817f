"""The page about the duty list tells the truth: its commands are carried out in order, and print what it shows."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import huiying
from tests.builders import make_city, set_duties
from tests.duties.commanding import District

PAGE = Path(__file__).parents[2] / "docs" / "duty-list.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES = ("duties.csv", "mended.csv", "leads.csv")
"""The tables that the page shows, in their order."""
REFUSES = ("duties check",)


def test_the_examples_of_the_page_do_what_it_shows(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    city = make_city(district.installation, [district.slug])
    district.installation.run(city, lambda scope: set_duties(scope, [{"code": "C1", "subcategory": "垃圾"}]))
    monkeypatch.chdir(district.folder)
    blocks = FENCE.findall(PAGE.read_text(encoding="utf-8"))
    tables = [text for kind, text in blocks if kind == "csv"]
    for name, text in zip(FILES, tables, strict=True):
        Path(name).write_text(text, encoding="utf-8")

    for command, shown in _commands(block for kind, block in blocks if kind == "console"):
        district.installation.forget()
        result = CliRunner().invoke(huiying, shlex.split(command.replace("elsewhere", district.slug))[1:])

        printed = result.output.replace(district.slug, "elsewhere").splitlines()
        assert result.exit_code == 0 or any(refused in command for refused in REFUSES), (command, result.output)
        assert [line for line in shown if line not in printed] == [], (command, printed)


def _commands(blocks: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return each command that is shown, and the lines that it is shown to print."""
    commands: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands
