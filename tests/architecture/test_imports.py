"""The import contracts of pyproject.toml are kept, and each of them catches what it is there to catch."""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph, build_graph
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions
from importlinter.configuration import configure
from importlinter.domain.contract import Contract, registry

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

PLANTED = {
    "a stage looks ahead": ("core.routing.service", "core.sla.service", "walk"),
    "the ticket looks at its journeys": ("core.tickets.service", "core.journey.accept", "walk"),
    "a noun imports a stage": ("core.units.queries", "core.tickets.models", "walk"),
    "an area imports a unit": ("core.areas.tree", "core.units.queries", "walk"),
    "a noun imports its sibling": ("core.units.models", "core.people.models", "walk"),
    "the kit imports the domain": ("core.kit.db", "core.tenancy.scope", "walk"),
    "hooks import the tenancy": ("core.hooks.roster", "core.tenancy.scope", "walk"),
    "a journey imports a page": ("core.journey.accept", "core.web.desk", "walk"),
    "a page imports a command": ("core.web.desk", "core.cli.context", "walk"),
    "a page imports a job": ("core.web.desk", "core.jobs.drain", "walk"),
    "the core imports a plugin": ("core.routing.service", "plugins.nanhai.light", "packages"),
    "the core imports a tenant": ("core.cli", "tenants.profile", "packages"),
    "a tenant imports a plugin": ("tenants.profile", "plugins.chengdu", "packages"),
    "a plugin imports a tenant": ("plugins.chengdu.routing", "tenants.profile", "packages"),
    "a plugin imports another": ("plugins.chengdu.routing", "plugins.nanhai.light", "districts"),
    "a plugin imports models": ("plugins.nanhai.light", "core.tickets.models", "plugin-surface"),
    "a plugin imports the database": ("plugins.nanhai.light", "core.kit.db", "plugin-surface"),
    "a plugin imports sqlalchemy": ("plugins.nanhai.light", "sqlalchemy", "plugin-reach"),
    "a plugin asks the network": ("plugins.pingshan.reminder", "httpx", "plugin-reach"),
    "routing opens the door across tenants": ("core.routing.service", "core.tenancy.across", "one-door"),
    "a page opens the door across tenants": ("core.web.desk", "core.tenancy.across", "one-door"),
    "a journey opens the door across tenants": ("core.journey.accept", "core.tenancy.across", "one-door"),
    "flask in a journey": ("core.journey.accept", "flask", "edge"),
    "rq in a stage": ("core.escalation.service", "rq", "edge"),
    "redis in a stage": ("core.tickets.messages", "redis", "edge"),
    "click in a stage": ("core.intake.reading", "click", "edge"),
    "marshmallow in a stage": ("core.handling.service", "marshmallow", "edge"),
    "tables in rules": ("core.sla.rules", "core.sla.models", "pure-rules"),
    "a service in rules": ("core.routing.rules", "core.tickets.service", "pure-rules"),
    "sqlalchemy in rules": ("core.intake.rules", "sqlalchemy", "pure-rules"),
    "sqlalchemy in the table of moves": ("core.tickets.states", "sqlalchemy", "pure-rules"),
    "a page calls a stage": ("core.web.desk", "core.routing.service", "journeys-only"),
    "a page writes accounts": ("core.web.account", "core.people.service", "journeys-only"),
    "a job calls a stage": ("core.jobs.timers", "core.sla.service", "journeys-only"),
    "a command calls a stage": ("core.cli.context", "core.tickets.service", "journeys-only"),
    "two modules run in a circle": ("core.kit.errors", "core.kit.db", "no-circles"),
}
"""Imports that must not be: who, what, and the contract that says so."""


@pytest.fixture(scope="module")
def options() -> UserOptions:
    configure()
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(options)
    return options


@pytest.fixture(scope="module")
def graph(options: UserOptions) -> ImportGraph:
    return build_graph(*options.session_options["root_packages"], include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def contracts(options: UserOptions) -> dict[str, Contract]:
    return {
        described["id"]: registry.get_contract_class(described["type"])(
            name=described["name"], session_options=options.session_options, contract_options=described
        )
        for described in options.contracts_options
    }


def is_kept(contract: Contract, graph: ImportGraph) -> bool:
    return contract.check(deepcopy(graph), verbose=False).kept


def test_every_contract_is_kept(contracts: dict[str, Contract], graph: ImportGraph) -> None:
    assert {name for name, contract in contracts.items() if not is_kept(contract, graph)} == set()


def test_every_contract_has_an_import_planted_against_it(contracts: dict[str, Contract]) -> None:
    assert {contract for _, _, contract in PLANTED.values()} == set(contracts)


@pytest.mark.parametrize(("importer", "imported", "contract"), PLANTED.values(), ids=list(PLANTED))
def test_a_planted_import_is_caught(
    contracts: dict[str, Contract], graph: ImportGraph, importer: str, imported: str, contract: str
) -> None:
    assert importer in graph.modules
    planted = deepcopy(graph)

    planted.add_import(importer=importer, imported=imported, line_number=1, line_contents="planted")

    assert not is_kept(contracts[contract], planted)


def test_a_package_without_a_place_in_the_order_is_caught(contracts: dict[str, Contract], graph: ImportGraph) -> None:
    planted = deepcopy(graph)

    planted.add_module("core.afterthought")

    assert not is_kept(contracts["walk"], planted)


def test_the_command_finds_what_is_planted_in_files(tmp_path: Path) -> None:
    """The same once through the real command on real files: the configuration is read and the sources parsed."""
    for package in ("core", "plugins", "tenants"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "core/journey/planted.py").write_text("def late() -> None:\n    import flask\n")
    (tmp_path / "core/routing/planted.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.sla.models import Clock\n"
    )
    (tmp_path / "core/afterthought").mkdir()
    (tmp_path / "core/afterthought/__init__.py").touch()

    told = _lint(tmp_path)

    assert told.returncode == 1
    assert "core.journey.planted -> flask" in told.stdout
    assert "core.routing.planted -> core.sla.models" in told.stdout
    assert "core.afterthought" in told.stdout


def test_the_command_is_content_with_the_checkout() -> None:
    assert _lint(ROOT).returncode == 0


def _lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    # The folder comes first on the path: the checkout is installed too, and must not be read in the copy's place.
    command: list[Any] = [LINT_IMPORTS, "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
