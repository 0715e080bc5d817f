"""A plugin fresh from `huiying plugin new`: it keeps every rule, and a district routes by it, without touching the product."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import invalidate_caches
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.cli.plugin import plugin
from core.conformance.baking import AlreadyThere, NameUnusable, bake
from core.conformance.environment import child_environment
from core.conformance.examining import examine
from core.conformance.rule import Tier
from core.conformance.scratch import Scratch
from core.conformance.subject import subject_of
from core.conformance.walk import District, make_district
from core.hooks.roster import Roster
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.kit.db import Database
from core.kit.keys import Keyring
from core.migrations import installed_manifests, migrate_plugin
from core.people.roles import permissions_of
from core.routing.models import RouteDecision
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.models import Unit
from tests.builders import beijing
from tests.conformance.planting import forget

PLUGIN, PACKAGE = "demo-district", "demo_district"
OPERATOR = Actor("staff", "坐席甲", 1, None, permissions_of(["operator"]))


@dataclass(frozen=True)
class Baked:
    """The new plugin: its project, and the folders that make it installed."""

    project: Path
    site: Path


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baked]:
    """Make the plugin and install it as pip would: by an entry point beside it, without pip and the network."""
    folder = tmp_path_factory.mktemp("baked")
    project = bake(PLUGIN, folder=folder, label="示范区")
    record = folder / "site" / f"{PACKAGE}-0.1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {PLUGIN}\nVersion: 0.1.0\n", encoding="utf-8")
    (record / "entry_points.txt").write_text(f"[huiying.plugins]\n{PLUGIN} = {PACKAGE}\n", encoding="utf-8")
    sys.path[:0] = [str(project), str(folder / "site")]
    invalidate_caches()
    yield Baked(project, folder / "site")
    forget([PACKAGE], project)
    sys.path.remove(str(folder / "site"))
    invalidate_caches()


def test_a_new_plugin_keeps_every_rule(baked: Baked, scratch: Callable[[], Scratch]) -> None:
    report = examine(subject_of(PLUGIN, scratch=scratch))

    assert [(outcome.rule.id, outcome.words) for outcome in report.failed] == []
    assert report.reached == Tier.GOLD
    assert {outcome.rule.id for outcome in report.outcomes if outcome.status == "not_applicable"} == {"S6"}


def test_a_district_routes_an_appeal_by_it(baked: Baked, scratch: Callable[[], Scratch]) -> None:
    [manifest] = [each for each in installed_manifests() if each.id == PLUGIN]
    migrate_plugin(scratch().owner_url, manifest)
    installation = Installation(Database(scratch().database_url), Keyring({1: b"k" * 32}), Roster.installed())
    district = make_district(installation)
    feature = installation.roster.get(f"{PLUGIN}.dispatch")
    district.switch(
        feature,
        on=True,
        values={feature.id: {"rows": [{"words": ["路灯"], "unit": "street"}], "direct": True}},
    )

    serial_no = take_in(district, "小区门口的路灯坏了三天。")

    assert decision_of(district, serial_no) == (
        "street",
        "demo-district.dispatch/words",
        "诉求提到“路灯”，由幸福街道办事处办理",
    )
    installation.database.engine.dispose()


def test_the_authors_own_tests_pass(baked: Baked) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "dispatch or m1 or x2"],
        cwd=baked.project,
        env=child_environment(PYTHONPATH=os.pathsep.join((str(baked.project), str(baked.site)))),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert "passed" in ran.stdout


def test_the_command_tells_what_to_do_next(tmp_path: Path) -> None:
    made = CliRunner().invoke(plugin, ["new", "west-gate", "--folder", str(tmp_path)])

    assert made.exit_code == 0
    assert made.output.splitlines() == [
        f"已建好 {tmp_path / 'west-gate'}。接下来：",
        f"  pip install -e {tmp_path / 'west-gate'}",
        "  huiying plugin check west-gate",
    ]
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "west-gate").rglob("*") if path.is_file()]
    assert not any("@@" in text for text in texts)


@pytest.mark.parametrize(
    "plugin_id",
    [
        "",
        "x",
        "Demo",
        "demo district",
        "示范",
        "1st",
        "-demo",
        "demo-",
        "demo--a",
        "../demo",
        "a" * 40,
        "flask",
        "json",
        "class",
    ],
)
def test_a_name_that_no_plugin_can_have_is_refused(tmp_path: Path, plugin_id: str) -> None:
    with pytest.raises(NameUnusable):
        bake(plugin_id, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("label", ["一" * 21, '引"号', "两 行\n"])
def test_a_label_that_cannot_be_written_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(NameUnusable):
        bake("east-gate", folder=tmp_path, label=label)


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "east-gate").mkdir()
    (tmp_path / "east-gate" / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(AlreadyThere):
        bake("east-gate", folder=tmp_path)

    assert [path.name for path in (tmp_path / "east-gate").iterdir()] == ["mine.txt"]


def take_in(district: District, text: str) -> str:
    appeal = Appeal(channel="desk", text=text)
    now = beijing("2026-03-12 10:00")
    taken = district.installation.run(district.slug, lambda scope: accept(scope, appeal, actor=OPERATOR, now=now))
    return taken.serial_no


def decision_of(district: District, serial_no: str) -> tuple[str, str, str]:
    """Return by what a ticket was dispatched: the unit, the rule and the reason."""
    with district.installation.scope(district.slug) as scope:
        row = scope.session.execute(
            select(Unit.code, RouteDecision.rule_id, RouteDecision.reason)
            .join(Unit, (Unit.tenant_id == RouteDecision.tenant_id) & (Unit.id == RouteDecision.unit_id))
            .join(Ticket, (Ticket.tenant_id == RouteDecision.tenant_id) & (Ticket.id == RouteDecision.ticket_id))
            .where(
                RouteDecision.tenant_id == scope.tenant.id,
                Ticket.serial_no == serial_no,
                RouteDecision.outcome == "dispatched",
            )
        ).one()
        return row[0], row[1], row[2]
