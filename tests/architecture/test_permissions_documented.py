"""Everything that can be done declares who may do it, and docs/permissions.md tells it."""

from inspect import signature

import click
import pytest
from flask import Flask

from core.cli.entitled import HEAD_OF_UNIT, MACHINE, for_the_machine
from core.jobs import clock
from core.jobs.acting import ActsAs
from core.jobs.kinds import job_kinds
from core.people.roles import Permission
from core.web.visit import allows, open_to_all
from tests.architecture.permission_matrix import PAGE, clock_work, described_app, rendered
from tests.permissions.operations import Undeclared, commands, entitled_to, operations
from tests.permissions.places import kind_of

HOW_TO_UPDATE = (
    "docs/permissions.md no longer tells what the code says. Run: python -m tests.architecture.permission_matrix"
)
BY = "--by"
IN_NOBODYS_NAME = {"x"}
"""Commands whose `--by` only says in whose name a feature acts."""


def test_the_page_tells_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == rendered(), HOW_TO_UPDATE


def test_every_command_says_who_may_run_it() -> None:
    said = {name: entitled_to(name, command) for name, command in commands()}

    assert {each for to in said.values() for each in to} <= {MACHINE, HEAD_OF_UNIT, *map(str, Permission)}
    assert len(said) > 80


def test_a_command_takes_an_account_where_it_asks_for_more_than_the_machine() -> None:
    differing = [
        name
        for name, command in commands()
        if name not in IN_NOBODYS_NAME
        and any(BY in parameter.opts for parameter in command.params) != (entitled_to(name, command) != (MACHINE,))
    ]

    assert differing == []


def test_a_command_that_says_nothing_is_found() -> None:
    silent, open_one = (
        click.Command("silent", callback=lambda: None),
        click.Command("x", callback=for_the_machine(lambda: None)),
    )

    with pytest.raises(Undeclared, match="huiying silent does not say who may run it"):
        entitled_to("silent", silent)
    assert entitled_to("x", open_one) == (MACHINE,)


def test_every_kind_of_job_and_all_that_the_clock_does_says_in_whose_name() -> None:
    installation, _ = described_app()
    started = {
        name
        for name, each in vars(clock).items()
        if isinstance(each, type) and "is_ending" in signature(each).parameters
    }

    assert {type(kind.acts_as) for kind in job_kinds({}, installation).values()} == {ActsAs}
    assert started == set(clock_work())
    assert len(started) >= 8


def test_a_route_that_declares_nothing_is_found() -> None:
    app = Flask(__name__)
    app.add_url_rule("/open", view_func=open_to_all(lambda: ""), endpoint="open")
    app.add_url_rule("/mine", view_func=allows(Permission.ACCEPT)(lambda visit: ""), endpoint="mine")
    assert [str(each.needs) for each in operations(app)] == ["accept", "anybody"]

    app.add_url_rule("/silent", view_func=lambda: "", endpoint="silent")
    with pytest.raises(Undeclared, match="GET /silent names no permission"):
        operations(app)


def test_a_route_whose_permission_hangs_on_the_address_lists_which_it_finds() -> None:
    app = Flask(__name__)
    app.add_url_rule("/it/<deed>", view_func=allows(lambda scope, parts: Permission.ACCEPT)(lambda visit: ""))

    with pytest.raises(Undeclared, match="does not list which it finds"):
        operations(app)


def test_a_parameter_that_nobody_has_named_is_found() -> None:
    assert kind_of("/t/<serial_no>", "serial_no") == "ticket"
    with pytest.raises(AssertionError, match="nothing is known of the parameter <box>"):
        kind_of("/boxes/<box>", "box")
    with pytest.raises(AssertionError, match="nothing is known of the parameter <number>"):
        kind_of("/boxes/<number>", "number")


def test_every_parameter_of_every_route_is_known() -> None:
    _, app = described_app()

    known = {kind_of(operation.rule, name) for operation in operations(app) for name in operation.parameters}

    assert {"ticket", "inbound item", "revision", "duty list", "dry run", "unit", "secret"} <= known
