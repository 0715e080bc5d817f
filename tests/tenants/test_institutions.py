"""Institutions of a demonstration: they do what their file says, once, on a district with few letters."""

import secrets
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import and_, func, select

import tenants.institutions
from core.coordination.models import Errand
from core.disclosure.models import Disclosure, Exposure
from core.escalation.accountability.queries import cases
from core.escalation.models import LetterReceipt
from core.evaluation.panels.models import ReviewPanel
from core.evaluation.telling.models import Telling, Untold
from core.hooks.roster import Roster
from core.intake.calls.models import CallRecord
from core.intake.interviews.counts import tally
from core.intake.interviews.service import get_interview
from core.intake.outreach.models import Outreach, OutreachLine
from core.journey.bulletins import list_bulletins
from core.journey.panel_pool import import_pool
from core.journey.performance import list_sheets
from core.journey.rota import watch_of
from core.knowledge.instant import answer_at_once
from core.knowledge.models import Article, InstantAnswer
from core.people.roster.models import DeskShift
from core.people.service import open_account
from core.statistics.outside.queries import outside_in
from core.statistics.periods import Month
from core.statistics.reminders.models import Reminder
from core.statistics.warnings.models import Topic, Warned
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import SYSTEM
from core.units.queries import directory
from tenants.ages import OnDay
from tenants.apply import apply_profile
from tenants.institutions import INSTITUTIONS, institutions_of, liven
from tenants.last_month import publish_last_month
from tenants.letters import LETTERS, shipped_letters
from tenants.overseeing import settle_performance
from tenants.present import bring_to_present
from tenants.profile import SHIPPED, Profile, shipped_profiles
from tests.builders import beijing, make_installation

PROFILES = shipped_profiles()
EARLY_MONDAY = beijing("2026-11-30 00:40")


def make_accounts(scope: Scope, profile: Profile, now: datetime, *, panel: bool = True) -> None:
    for fact in profile.accounts:
        unit_id = directory(scope).get_unit(fact.unit).id if fact.unit else None
        password = secrets.token_hex(16)
        open_account(
            scope, login=fact.login, name=fact.name, password=password, roles=fact.roles, unit_id=unit_id, now=now
        )
    if panel:
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


def test_pingshan_meets_residents_and_reminds_units_to_their_effect(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "pingshan")
    profile = replace(shipped, slug=f"pingshan-{mark}", serial_prefix=f"P{mark.upper()}")
    gathering = ("sewer", "pavement", "stalls")
    places = tomllib.loads((LETTERS / "pingshan.toml").read_text(encoding="utf-8"))["places"]
    wanted = {place for each in gathering for place in places[each]}
    everything = shipped_letters(PROFILES)["pingshan"]
    letters = [each for each in everything if each.place in wanted or each.matter == "P01008"]
    oldest = replace(everything[0], age=OnDay(100, time(9)))
    apply_profile(installation, profile, now=EARLY_MONDAY)
    with installation.scope(profile.slug) as scope:
        make_accounts(scope, profile, EARLY_MONDAY - timedelta(days=200), panel=False)
    bring_to_present(installation, profile, [oldest, *letters], now=EARLY_MONDAY)
    monkeypatch.setattr(tenants.institutions, "institutions_of", lambda _: institutions_of("pingshan"))

    first, again = (liven(installation, profile.slug, now=EARLY_MONDAY) for _ in range(2))

    assert (first, again) == (True, False)
    with installation.scope(profile.slug) as scope:
        said = scope.session.execute(
            select(Outreach.state, OutreachLine.kind, Ticket.state)
            .join(
                OutreachLine,
                and_(OutreachLine.tenant_id == Outreach.tenant_id, OutreachLine.outreach_id == Outreach.id),
            )
            .outerjoin(Ticket, and_(Ticket.tenant_id == OutreachLine.tenant_id, Ticket.id == OutreachLine.ticket_id))
            .where(Outreach.tenant_id == scope.tenant.id)
            .order_by(OutreachLine.id)
        ).all()
        letters_sent = scope.session.execute(
            select(Reminder.reason, Reminder.state, Reminder.verdict, LetterReceipt.by)
            .outerjoin(
                LetterReceipt,
                and_(LetterReceipt.tenant_id == Reminder.tenant_id, LetterReceipt.letter_id == Reminder.letter_id),
            )
            .where(Reminder.tenant_id == scope.tenant.id)
            .order_by(Reminder.id)
        ).all()
        found = answer_at_once(scope, "老人的敬老优待证怎么办理？", today=EARLY_MONDAY.date())
        asked = scope.session.scalars(
            select(InstantAnswer.outcome).where(InstantAnswer.tenant_id == scope.tenant.id)
        ).all()
        [topic] = scope.session.scalars(select(Topic).where(Topic.tenant_id == scope.tenant.id)).all()
        petitions = {line.name: line.year.change for line in outside_in(scope, Month(2026, 10))}
        whole_year = {line.name: line.year for line in outside_in(scope, Month(2025, 12))}
    assert [tuple(each) for each in said] == [
        *[("closed", "handle", "evaluated")] * 2,
        *[("closed", "handle", "in_progress")] * 2,
        ("closed", "handle", "evaluated"),
        *[("closed", "answered", "concluded")] * 2,
        ("closed", "thanks", "concluded"),
        ("submitted", "answered", "concluded"),
        ("submitted", "handle", "dispatched"),
        *[("entry", "handle", None)] * 2,
    ]
    assert [tuple(each) for each in letters_sent] == [
        ("repetition", "closed", "effective", "温若水"),
        ("again", "discarded", "", None),
        ("repetition", "issued", "", "庄远行"),
        ("again", "discarded", "", None),
        ("repetition", "draft", "", None),
        ("again", "draft", "", None),
    ]
    assert sorted(asked) == ["helped", "helped", "shown"]
    assert found is not None
    assert found.title == "敬老优待证怎么办理"
    assert len(topic.measures) == 1
    assert all(round(change or 0, 2) == Fraction(-1, 2) for change in petitions.values())
    assert whole_year["信访量"].now == 1820


@pytest.mark.parametrize("path", sorted(INSTITUTIONS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_matter_and_unit_of_a_file_is_the_district_s(path: Path) -> None:
    slug = path.stem
    profile, said = next(each for each in PROFILES if each.slug == slug), institutions_of(slug)
    assert said is not None
    known, units = {duty.code for duty in profile.duties}, {unit.code for unit in profile.units}

    topic, meeting = said.values.get("topic", {}), said.values.get("meeting", {})
    matters = {each["matter"] for each in (*said.values["article"], said.values["question"], meeting) if each}
    hosts = {host["unit"] for each in said.values.get("interview", ()) for host in each["host"]}

    assert matters | set(topic.get("matters", ())) <= known
    assert {*meeting.get("units", ()), *hosts} <= units


def test_nanhai_watches_its_desk_holds_interviews_and_decides_a_case(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "nanhai")
    profile = replace(shipped, slug=f"nanhai-{mark}", serial_prefix=f"N{mark.upper()}")
    letters = [
        each
        for each in shipped_letters(PROFILES)["nanhai"]
        if each.stands == "review" or each.nature == "application" or each.late
    ]
    apply_profile(installation, profile, now=EARLY_MONDAY)
    with installation.scope(profile.slug) as scope:
        make_accounts(scope, profile, EARLY_MONDAY - timedelta(days=200), panel=False)
    bring_to_present(installation, profile, letters, now=EARLY_MONDAY)
    monkeypatch.setattr(tenants.institutions, "institutions_of", lambda _: institutions_of("nanhai"))

    first, again = (liven(installation, profile.slug, now=EARLY_MONDAY) for _ in range(2))
    settle_performance(installation, profile.slug, now=EARLY_MONDAY)

    assert (first, again) == (True, False)
    with installation.scope(profile.slug) as scope:
        held, coming = (get_interview(scope, slug) for slug in ("live-20261124", "live-20261207"))
        counts = tally(scope, [held]).total
        assert (held.state, coming.state, counts.asked) == ("handed_over", "announced", 40)
        assert (counts.answered_live, counts.set_aside, counts.doubled, counts.filed) == (7, 2, 3, 28)
        assert 0 < counts.finished < counts.merged
        assert watch_of(scope, now=EARLY_MONDAY).gaps == ()
        screened = scope.session.scalars(
            select(Ticket.screened).where(Ticket.tenant_id == scope.tenant.id, Ticket.screened != "")
        )
        assert sorted(screened) == ["doubted", "invalid"]
        assert Counter(each.outcome for each in cases(scope))["responsible"] == 1
        vain = select(Telling.arrived).where(Telling.tenant_id == scope.tenant.id, ~Telling.arrived)
        assert len(scope.session.scalars(vain).all()) == 1
        untold = select(Untold.state, Untold.because).where(Untold.tenant_id == scope.tenant.id)
        assert [tuple(row) for row in scope.session.execute(untold)] == [("open", "failed")]
        natures = select(Ticket.nature, Ticket.state).where(
            Ticket.tenant_id == scope.tenant.id, Ticket.nature == "application"
        )
        assert sorted(row.state for row in scope.session.execute(natures)) == ["evaluated", "in_progress"]
        assert list_sheets(scope) == []  # no earlier year has anything to count
