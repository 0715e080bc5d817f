"""首问负责、首办负责 in the district as it is shipped: whoever is passed what, over the API, who was asked and handled first stays."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.roster import Roster
from core.journey.center import Said, take_in_at_center
from core.journey.report import report_month
from core.routing.models import ReturnAttempt
from core.statistics.behind import tickets_behind
from core.statistics.periods import Month
from core.tenancy.scope import Installation
from core.tickets.models import Message, Ticket
from core.units.queries import directory
from core.web import create_app
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.api.conftest import Systems
from tests.builders import make_actor, make_installation
from tests.web.making import Visitor, make_account

CENTER, OWNER, OTHER = "cc-liulian", "jtj-dl", "cgj"
BACK = {"reason_code": "not_duty", "evidence": "不属本单位职责"}


@pytest.fixture(scope="module")
def systems(database_url: str) -> Systems:
    """Other systems at work in the district of Pingshan, as it is shipped but for its name."""
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    profile, mark = next(each for each in shipped_profiles() if each.slug == "pingshan"), secrets.token_hex(3)
    slug = f"pingshan-{mark}"
    apply_profile(
        installation,
        replace(profile, slug=slug, serial_prefix=f"X{mark.upper()}"),
        now=datetime(2026, 3, 12, tzinfo=UTC),
    )
    return Systems(installation, slug, create_app(installation).test_client())


def taken_in_at_center(systems: Systems) -> str:
    """Have a worker of the community centre write down a pothole, and return the number."""
    said = Said(
        "上下班的路上出现坑洼",
        "counter",
        "self",
        secrets.token_hex(8),
        place="六联社区某路",
        matter="P01001",
        no_phone=True,
        told=True,
    )
    with systems.installation.scope(systems.slug) as scope:
        worker = make_actor("社区工作人员", "community-worker", id=77, unit_id=directory(scope).get_unit(CENTER).id)
        return take_in_at_center(scope, said, (), actor=worker, now=datetime.now(UTC)).accepted.serial_no


def firsts(systems: Systems, serial_no: str) -> tuple[str, str, str]:
    """Return whom the resident asked, who handled first, and who has the ticket now, by their codes."""
    with systems.installation.scope(systems.slug) as scope:
        units = {unit.id: unit.code for unit in directory(scope).units}
        ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
        asked, first, lead = ticket.asked_unit_id, ticket.first_unit_id, ticket.lead_unit_id
        return tuple(units.get(each or 0, "") for each in (asked, first, lead))  # type: ignore[return-value]


def names(systems: Systems, *codes: str) -> list[str]:
    """Return what units are called."""
    with systems.installation.scope(systems.slug) as scope:
        return [directory(scope).get_unit(code).name for code in codes]


def attempts(installation: Installation, slug: str) -> list[tuple[str, str]]:
    with installation.scope(slug) as scope:
        units = {unit.id: unit.code for unit in directory(scope).units}
        rows = scope.session.scalars(select(ReturnAttempt).order_by(ReturnAttempt.id))
        return [(units[row.unit_id], row.code) for row in rows]


def told(systems: Systems, unit: str) -> list[str]:
    """Return what a unit finds in its mailbox, without the number and title that each note begins with."""
    with systems.installation.scope(systems.slug) as scope:
        found = (
            select(Message.text).where(Message.to_unit_id == directory(scope).get_unit(unit).id).order_by(Message.id)
        )
        return [text.partition("”")[2] for text in scope.session.scalars(found) if text.startswith("首问工单")]


def test_nobody_kicks_the_ball_and_who_was_asked_and_handled_first_stays(systems: Systems) -> None:
    serial_no = taken_in_at_center(systems)
    desk, owner, other = systems.of("operator"), systems.of("clerk", OWNER), systems.of("clerk", OTHER)
    assert firsts(systems, serial_no) == (CENTER, "", OWNER)
    owner.done(serial_no, "sign")

    refused = [owner.command(serial_no, "request_return", key=key, **BACK, proposed_unit=OTHER) for key in "aab"]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in refused] == [(409, "objected")] * 3
    assert "处置责任主体，不能退单" in refused[0].get_json()["detail"]
    assert attempts(systems.installation, systems.slug) == [(OWNER, "objected")] * 2, "the same key is one attempt"
    assert firsts(systems, serial_no) == (CENTER, OWNER, OWNER)

    desk.done(serial_no, "redirect", lead=OTHER, reason="先派城管核实")
    assert firsts(systems, serial_no) == (CENTER, OWNER, OTHER)
    unreasoned = other.command(
        serial_no, "request_return", key="c", reason_code="not_duty", evidence="", proposed_unit=OWNER
    )
    assert unreasoned.status_code == 422, "a form that is not filled in is no attempt"
    other.done(serial_no, "request_return", **BACK, proposed_unit=OWNER)
    systems.of("operator").done(serial_no, "approve_return")
    assert firsts(systems, serial_no) == (CENTER, OWNER, "")
    blocked = desk.command(serial_no, "dispatch", key="d", lead=OTHER, reason="再派")
    assert blocked.get_json()["code"] == "consultation-open", "after one return units consult, and nobody dispatches"
    systems.of("supervisor").done(serial_no, "decide_consultation", unit=OTHER, reason="路口归城管")
    in_vain = other.command(serial_no, "request_return", key="e", **BACK, proposed_unit=OWNER)
    assert in_vain.get_json()["code"] == "not-returnable", "who was designated keeps it"
    other.done(serial_no, "sign")
    other.done(serial_no, "reply", text="坑洼已修补。", disposition="resolved")
    systems.of("reviewer").done(serial_no, "pass_reply")

    assert firsts(systems, serial_no) == (CENTER, OWNER, OTHER)
    answer = desk.get(f"/api/v1/tickets/{serial_no}")
    assert (answer["asked_first"], answer["handled_first"], answer["hands"]) == (*names(systems, CENTER, OWNER), 2)
    assert attempts(systems.installation, systems.slug) == [(OWNER, "objected")] * 2 + [(OTHER, "not-returnable")]
    lead, later = names(systems, OWNER, OTHER)
    assert told(systems, CENTER) == [
        f"已派给{lead}办理。",
        f"已改派给{later}办理。",
        "已由承办单位退回派单中心，等待重新派单。",
        f"已派给{later}办理。",
        "已办结。",
    ]


def test_the_figures_name_who_passed_on_and_how_often_they_tried(systems: Systems) -> None:
    now = datetime.now(UTC)
    month = str(Month.of(now.astimezone(systems.installation.tenant(systems.slug).zone).date()))

    report = report_month(systems.installation, systems.slug, month, now=now)

    counts: Mapping[str, Mapping[str, Any]] = {each.unit: each.counts for each in report.owning}
    nothing = dict.fromkeys(counts[CENTER], 0)
    assert counts == {
        CENTER: nothing | {"asked_first": 1, "asked_passed_on": 1},
        OWNER: nothing | {"first_handled": 1, "first_passed_on": 1, "return_refused": 2, "consulted": 1},
        OTHER: nothing | {"return_requested": 1, "return_refused": 1, "returned": 1, "consulted": 1},
    }
    assert report.figure("pingshan.first-hit").now.numerator == 0
    with systems.installation.scope(systems.slug) as scope:
        unit = directory(scope).get_unit(OWNER).id
        listing = tickets_behind(scope, "return_refused", Month.parse(month).span, unit_id=unit)
        assert (listing.total, [each.hands for each in listing.tickets]) == (2, [2, 2])


def test_the_page_of_figures_leads_from_each_number_to_its_tickets(systems: Systems) -> None:
    app = systems.client.application
    looking = Visitor(app)
    login = make_account(systems.installation, systems.slug, "figures", ["supervisor"], name="林工")
    assert looking.sign_in(login).status_code == 303

    page = looking.get("/figures").text
    behind = looking.get(f"/figures/tickets?what=return_refused&unit={OWNER}").text

    assert "首问首办" in page
    assert "what=asked_first&amp;unit=cc-liulian" in page
    assert "被拦下的退单" in behind
    assert "共 2 件次" in behind
