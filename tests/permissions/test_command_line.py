"""The command line of one district, with names of the other's things, and in the name of people who may not."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from core.cli import huiying
from core.kit.errors import Refused
from core.people.roles import NotPermitted, Permission
from core.tenancy.scope import Installation
from tests.permissions.operations import commands, entitled_to
from tests.permissions.places import FEATURE, Place

BY = "--by"
MORE = {
    "duties split": ["--as", "一", "--as", "二"],
    "duties tighten": ["--by-share", "1/3"],
    "feature off": [FEATURE],
    "feature repairs": ["--put-away", FEATURE],
    "feature resume": [FEATURE],
    "roster head": ["--nobody"],
    "roster set": ["--nobody"],
}
"""What a command asks for besides what it says it requires."""
WITH_A_CITY = {"duties map"}
"""Commands that compare with a city's list, which these districts have not; its refusal is tested with the mapping."""


@pytest.fixture
def runner(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands run against the test database instead of the services brought along."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    assert commands()  # so that every module of the command line is there
    for name, module in list(sys.modules.items()):
        if name.startswith("core.cli.") and hasattr(module, "installed") and name != "core.cli.context":
            monkeypatch.setattr(module, "installed", installed)
            if hasattr(module, "as_owner"):
                monkeypatch.setattr(module, "as_owner", lambda: nullcontext(""))
    return CliRunner()


def said(runner: CliRunner, *arguments: str) -> str:
    """Run a command that is refused, and return in which words."""
    result = runner.invoke(huiying, arguments)
    assert result.exit_code != 0, (arguments, result.output)
    assert isinstance(result.exception, Refused | SystemExit), (arguments, repr(result.exception))
    return result.output + (result.exception.message if isinstance(result.exception, Refused) else "")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ticket", ("sla", "explain", "{}")),
        ("ticket", ("route", "explain", "{}")),
        ("ticket", ("audit", "verify", "--ticket", "{}")),
        ("tenant", ("duties", "mapping", "--city", "{}")),
        ("unit", ("roster", "show", "--unit", "{}")),
        ("matter", ("duties", "show", "{}")),
        ("revision", ("settings", "show", "{}", "--feature", FEATURE)),
        ("login", ("settings", "check", "1", "--feature", FEATURE, BY, "{}")),
    ],
)
def test_what_the_other_district_has_is_refused_like_what_nobody_has(
    runner: CliRunner, places: tuple[Place, Place], kind: str, words: tuple[str, ...]
) -> None:
    here, there = places
    theirs = str(there.has[kind][0])
    nobodys = str(int(theirs) + 7) if theirs.isdecimal() else f"{theirs[:-2]}zz"

    told = [
        said(runner, *(word.format(value) for word in words), "--tenant", here.slug).replace(value, "∎")
        for value in (theirs, nobodys)
    ]

    assert told[0] == told[1]
    assert there.mark not in told[0]


def test_commands_that_need_an_account_refuse_one_that_may_not(
    runner: CliRunner, places: tuple[Place, Place], tmp_path: Path
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("事项,主办\n", encoding="utf-8")
    let_in = []
    asked = [
        (name, command) for name, command in commands() if str(Permission.ADMINISTER) in entitled_to(name, command)
    ]
    for name, command in asked:
        result = runner.invoke(
            huiying,
            [*name.split(), *arguments_of(command, places[0], file), *MORE.get(name, [])],
            input="一个足够长的密钥\n",
        )
        if not isinstance(result.exception, NotPermitted) and name not in WITH_A_CITY:
            let_in.append((name, repr(result.exception), result.output))

    assert let_in == []
    assert len(asked) > 20


def arguments_of(command: click.Command, place: Place, file: Path) -> list[str]:
    """Return what the command must be given, in the name of somebody at the desk."""
    operator = place.has["operator login"][0]
    known = {
        **dict.fromkeys(("tenant", "slug", "confirm"), place.slug),
        **dict.fromkeys(("login", "by"), str(operator)),
        "unit": str(place.has["unit"][0]),
        "out": str(file.with_name("new.json")),
    }
    given: list[str] = []
    for parameter in command.params:
        value = known.get(str(parameter.name), _value(parameter, file))
        if isinstance(parameter, click.Argument):
            value = str(place.has["login"][0]) if parameter.name == "login" else value
            given += [value] * max(1, parameter.nargs) if parameter.required else []
        elif parameter.required or BY in parameter.opts:
            given += [parameter.opts[0], value]
    return given


def _value(parameter: click.Parameter, file: Path) -> str:
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if isinstance(parameter.type, click.Path):
        return str(file)
    if isinstance(parameter.type, click.types.IntParamType):
        return "1"
    if isinstance(parameter.type, click.DateTime):
        return "2030-03-12"
    return FEATURE
