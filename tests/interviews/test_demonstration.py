"""`huiying demo interview` on a small scale: what was asked is all there, merged as it was meant to be, and never twice."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import tenants.interviews as demonstration
from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.units.queries import directory
from tenants.apply import apply_profile
from tenants.interview_questions import UNITS, Wanted, lines
from tenants.interviews import FINISHED, SESSIONS
from tenants.profile import shipped_profiles
from tests.builders import beijing, make_installation

NOW = beijing("2013-10-01 09:00")
SMALL = (
    Wanted(live=4, aside=2, doubled=2, distinct=12, alike=6),
    Wanted(live=2, aside=1, doubled=1, distinct=8, alike=3),
)


@pytest.fixture
def house(database_url: str) -> tuple[Installation, str]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    profile = next(each for each in shipped_profiles() if each.slug == "nanhai")
    slug = f"nanhai-{mark}"
    apply_profile(installation, replace(profile, slug=slug, name=f"南海 {mark}", serial_prefix=mark.upper()), now=NOW)
    return installation, slug


def test_two_sessions_come_to_what_they_were_meant_to_and_a_second_run_adds_none(
    house: tuple[Installation, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, slug = house

    @contextmanager
    def already() -> Iterator[Installation]:
        yield installation

    sessions = tuple(replace(each, wanted=wanted) for each, wanted in zip(SESSIONS, SMALL, strict=True))
    monkeypatch.setattr(demonstration, "installed", already)
    monkeypatch.setattr(demonstration, "SESSIONS", sessions)
    monkeypatch.setattr(demonstration, "FINISHED", 3)

    def run() -> tuple[str, dict[str, int]]:
        result = CliRunner().invoke(demonstration.demo_interview, ["--tenant", slug, "--json"])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout, json.loads(result.stdout.splitlines()[-1])["together"]

    said, first = run()
    again, second = run()

    assert (
        first
        == second
        == {
            "asked": 41,
            "answered_live": 6,
            "set_aside": 3,
            "doubled": 3,
            "waiting": 0,
            "filed": 29,
            "merged": 20,
            "finished": 3,
            "in_progress": 17,
            "backlog": 17,
        }
    )
    assert "转办 18 条，各成一件工单，其中 6 件并入同类。" in said
    assert len(re.findall("新收 0 条", said)) == 2
    assert len(re.findall("新收 0 条", again)) == 4
    assert again.count("没有等待转办的提问，没有新增工单。") == 2
    with installation.scope(slug) as scope:
        masters = scope.session.scalars(select(Ticket).where(Ticket.state.not_in(("attached", "concluded")))).all()
        leads = {directory(scope).name_of(each.lead_unit_id) for each in masters if each.lead_unit_id}
        assert len([each for each in masters if each.lead_unit_id is None]) == 0
    assert leads <= set(UNITS)


def test_the_numbers_of_the_article_are_what_the_demonstration_asks_for() -> None:
    east, west = (each.wanted for each in SESSIONS)

    assert (east.asked, east.live, east.distinct + west.distinct, FINISHED) == (1804, 36, 1832, 331)
    minutes = 100
    asked = [
        lines(each.slug, each.wanted, hosts=[host[3] for host in each.hosts], minutes=minutes, part=part)
        for part, each in enumerate(SESSIONS)
    ]
    assert [len(each) for each in asked] == [east.asked, west.asked]
    assert {line.unit for each in asked for line in each if line.unit} == set(UNITS), "seven towns and one office"
    assert len({line.number for each in asked for line in each}) == east.asked + west.asked
    assert all(line.phone.startswith("100") or not line.phone for each in asked for line in each), "no phone of anybody"
