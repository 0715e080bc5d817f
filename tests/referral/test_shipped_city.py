"""平台迅速转给锦江区政府: the shipped city takes in, hands over to a shipped district on the pages, and has the answer back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.hooks.roster import Roster
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.journey import conclude, handle, joint
from core.journey.command import Carried
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import directory
from core.web import create_app
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import REVIEWER, beijing, make_installation, set_undo
from tests.jobs.conftest import OwnDatabase
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

CITY, DISTRICT = "center", "chengdu-jinjiang"
TEXT = "小区没有按时验收，19 户业主不能落户，孩子没学上，恳请帮助。"


@pytest.fixture
def city(database: OwnDatabase) -> Installation:
    """The city with one of its districts, as they are shipped."""
    installation = make_installation(database.url, features=tuple(Roster.installed().features.values()))
    shipped = {profile.slug: profile for profile in shipped_profiles()}
    units = tuple(unit for unit in shipped[CITY].units if unit.tenant in ("", DISTRICT))
    for profile in (shipped[DISTRICT], replace(shipped[CITY], members=(DISTRICT,), units=units)):
        apply_profile(installation, profile, now=beijing("2026-03-01 09:00"))
        with installation.scope(profile.slug) as scope:
            set_undo(scope, 0)
    installation.forget()
    return installation


def carry(installation: Installation) -> None:
    """Do what waits between the two, as a worker does."""
    drain = Drain(installation, job_kinds({}, installation))
    for _ in range(6):
        drain.run(now=lambda: datetime.now(UTC))


def give(walk: Walk, command: Carried[Any], code: str, **how: str) -> None:
    walk.run(lambda scope: command(scope, walk.serial_no, Order(walk.clerk(code), datetime.now(UTC)), **how))


def test_the_city_takes_in_and_a_district_has_three_units_answer(city: Installation) -> None:
    app = create_app(city)
    above, below = Visitor(app), Visitor(app)
    above.sign_in(make_account(city, CITY, "shouli", ["operator"]))
    above.get("/desk/new")
    above.post("/desk/new", text=TEXT, channel="desk", nature="help", keep_private="")
    here = Walk(city, CITY, above.page.split('data-copy="')[1].split('"')[0])
    above.get(f"/desk?lane=dispatch&at={here.serial_no}")
    sent = above.post("/desk/dispatch", serial_no=here.serial_no, unit="q-jinjiang", back="/desk", reason="属锦江区")
    assert sent.status_code == 303
    carry(city)

    below.sign_in(make_account(city, DISTRICT, "jieshou", ["operator"]))
    page = below.get("/desk?lane=dispatch").get_data(as_text=True)
    there = Walk(city, DISTRICT, page.split("at=")[1].split('"')[0].split("&")[0])
    below.get(f"/desk?lane=dispatch&at={there.serial_no}")
    assert "19 户业主" in below.page
    dispatched = below.post(
        "/desk/dispatch",
        serial_no=there.serial_no,
        unit="jyj",
        co=["street-chenglonglu", "gaj"],
        back="/desk",
        reason="涉及入学、落户和入户调查，三家共同办理",
    )
    assert dispatched.status_code == 303

    for code in ("jyj", "street-chenglonglu", "gaj"):
        give(there, handle.sign, code)
    give(there, joint.contribute, "street-chenglonglu", text="19 户入户调查完毕，均已实际入住")
    give(there, joint.contribute, "gaj", text="符合政策条件的住户已办理入户手续")
    give(there, handle.reply, "jyj", text="19 户适龄儿童已按户籍报名，入学事宜得到落实。", disposition="resolved")
    there.run(lambda scope: conclude.pass_reply(scope, there.serial_no, Order(REVIEWER, datetime.now(UTC))))
    carry(city)

    ticket: Ticket = here.ticket()
    assert ticket.state == "submitted"
    here.run(lambda scope: conclude.pass_reply(scope, here.serial_no, Order(REVIEWER, datetime.now(UTC))))
    assert here.ticket().state == "concluded"
    assert here.run(lambda scope: directory(scope).name_of(here.ticket().lead_unit_id or 0)) == "成都市锦江区"
    assert "19 户适龄儿童已按户籍报名" in above.get(f"/t/{here.serial_no}").get_data(as_text=True)
