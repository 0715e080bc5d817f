"""Pingshan as it is shipped: a centre takes in for its own community, and the demonstration's letters over the counter."""

import secrets
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from core.intake.channels import channels_of
from core.journey.queries.center import center_rows, fallback
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.units.queries import directory
from tenants.ages import OnDay
from tenants.apply import apply_profile
from tenants.letters import shipped_letters
from tenants.present import bring_to_present
from tenants.profile import shipped_profiles
from tests.builders import beijing
from tests.center.test_taking_in import send
from tests.web.making import Visitor, make_account

NOW = beijing("2026-11-25 15:20")


@pytest.mark.timeout(600)
def test_the_centres_community_is_chosen_and_letters_over_the_counter_are_its_entries(
    installation: Installation, app: Flask
) -> None:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in shipped_profiles() if profile.slug == "pingshan")
    profile = replace(shipped, slug=f"pingshan-{mark}", serial_prefix=f"C{mark.upper()}", settings={})
    apply_profile(installation, profile, now=NOW)
    with installation.scope(profile.slug) as scope:
        center = directory(scope).get_unit("cc-liulian")
        counters = {each.id for each in channels_of(scope).values() if each.medium == "counter"}
    login = make_account(
        installation, profile.slug, "ps-liulian", ["community-worker"], name="古月明", unit=center.code
    )
    letters = [
        letter
        for letter in shipped_letters(shipped_profiles())["pingshan"]
        if letter.channel in counters and not isinstance(letter.age, OnDay)
    ]

    assert bring_to_present(installation, profile, letters, now=NOW)

    with installation.scope(profile.slug) as scope:
        rows, seen = center_rows(scope, center.id, "all", now=NOW), fallback(scope)
    assert len(rows) == len(letters) >= 4
    assert {row.by for row in rows} == {"古月明"}
    assert seen is not None
    assert (seen.units, seen.taken_in, seen.carried, seen.attempts) == (23, len(rows), 0, ())

    worker = Visitor(app)
    worker.sign_in(login)
    worker.get("/center/new")
    assert '<option value="PS0101" selected>' in worker.page
    send(
        worker,
        text="楼下有人遛狗不牵绳",
        kind="counter",
        present="self",
        area="PS0101",
        place="文化路",
        no_phone="1",
        told="1",
    )
    with installation.scope(profile.slug) as scope:
        ticket = scope.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        assert (ticket.place, ticket.area) == ("六联社区 文化路", "PS0101")
