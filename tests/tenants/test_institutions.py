"""Institutions of a demonstration: they do what their file says, once, on a district with few letters."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import tenants.institutions
from core.coordination.models import Errand
from core.disclosure.models import Disclosure, Exposure
from core.evaluation.panels.models import ReviewPanel
from core.hooks.roster import Roster
from core.intake.calls.models import CallRecord
from core.journey.bulletins import list_bulletins
from core.journey.panel_pool import import_pool
from core.knowledge.models import Article
from core.people.roster.models import DeskShift
from core.people.service import open_account
from core.statistics.warnings.models import Warned
from core.tenancy.scope import Scope
from core.tickets.timeline import SYSTEM
from core.units.queries import directory
from tenants.apply import apply_profile
from tenants.institutions import INSTITUTIONS, institutions_of, liven
from tenants.last_month import publish_last_month
from tenants.letters import shipped_letters
from tenants.present import bring_to_present
from tenants.profile import SHIPPED, Profile, shipped_profiles
from tests.builders import beijing, make_installation

PROFILES = shipped_profiles()
EARLY_MONDAY = beijing("2026-11-30 00:40")


def make_accounts(scope: Scope, profile: Profile, now: datetime) -> None:
    for fact in profile.accounts:
        unit_id = directory(scope).get_unit(fact.unit).id if fact.unit else None
        password = secrets.token_hex(16)
        open_account(
            scope, login=fact.login, name=fact.name, password=password, roles=fact.roles, unit_id=unit_id, now=now
        )
    import_pool(scope, SHIPPED / "chengdu-gaoxin" / "panel-members.csv", actor=SYSTEM, now=now)


def test_a_district_is_full_of_life_once_and_its_bulletin_is_decided_by_two(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "chengdu-gaoxin")
    profile = replace(shipped, slug=f"gaoxin-{mark}", serial_prefix=f"G{mark.upper()}")
    letters = [
        letter
        for letter in shipped_letters(PROFILES)["chengdu-gaoxin"]
        if (not letter.matter and letter.stands in ("waiting", "in_hand", "to_sign", "review", "concluded"))
        or letter.rating.startswith("dissatisfied")
        or (letter.stands == "rated" and (letter.late or letter.matter == "C1201"))
    ]
    apply_profile(installation, profile, now=EARLY_MONDAY)
    with installation.scope(profile.slug) as scope:
        make_accounts(scope, profile, EARLY_MONDAY - timedelta(days=200))
    bring_to_present(installation, profile, letters, now=EARLY_MONDAY)
    monkeypatch.setattr(tenants.institutions, "institutions_of", lambda _: institutions_of("chengdu-gaoxin"))

    first, again = (liven(installation, profile.slug, now=EARLY_MONDAY) for _ in range(2))
    publish_last_month(installation, profile.slug, now=EARLY_MONDAY)

    assert (first, again) == (True, False)
    with installation.scope(profile.slug) as scope:

        def of(table: type, column: str) -> list[str]:
            rows = scope.session.scalars(select(getattr(table, column)).where(table.tenant_id == scope.tenant.id))  # type: ignore[attr-defined]
            return sorted(map(str, rows))

        assert of(ReviewPanel, "state") == ["carried", "voting"]
        assert of(Article, "state") == ["internal", "published", "published", "published"]
        assert of(CallRecord, "state") == ["answered", "nothing", "open", "open", "ticket", "ticket"]
        assert len(of(DeskShift, "label")) == 14
        assert of(Exposure, "state") == ["proposed", "published"]
        assert [what for what in of(Errand, "kind") if what != "stage"] == ["check", "check", "meeting", "meeting"]
        warned = scope.session.execute(select(Warned.matter, Warned.state).where(Warned.tenant_id == scope.tenant.id))
        assert {row.matter: row.state for row in warned} == {"C1201": "open", "": "false_alarm"}
        assert scope.session.scalar(
            select(func.count()).where(Disclosure.tenant_id == scope.tenant.id, Disclosure.state == "published")
        )
        made = [(each.edition, each.state) for each in reversed(list_bulletins(scope))]
        general = next(each for each in list_bulletins(scope) if each.edition == "general")
    assert made == [("general", "published"), ("enterprise", "draft")]
    assert general.made_by != general.approved_by


@pytest.mark.parametrize("path", sorted(INSTITUTIONS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_matter_and_unit_of_a_file_is_the_district_s(path: Path) -> None:
    slug = path.stem
    profile, said = next(each for each in PROFILES if each.slug == slug), institutions_of(slug)
    assert said is not None
    known, units = {duty.code for duty in profile.duties}, {unit.code for unit in profile.units}

    named = {values["matter"] for values in said.values["article"]} | set(said.values["topic"]["matters"])

    assert named | {said.values["question"]["matter"], said.values["meeting"]["matter"]} <= known
    assert set(said.values["meeting"]["units"]) <= units
