"""Commands over the API: what a unit's own office system can do, what it is told, and what it is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.journey.command import COMMANDS
from core.people.roles import ROLES
from core.sla.models import Clock
from core.tickets.models import Ticket, TicketEvent
from tests.api.conftest import System, Systems
from tests.builders import BEIJING, make_district

IN_A_MONTH = datetime.now(BEIJING).replace(microsecond=0) + timedelta(days=30)


@pytest.fixture
def desk(systems: Systems) -> System:
    return systems.of("operator")


@pytest.fixture
def roads(systems: Systems) -> System:
    return systems.of("clerk", "roads")


@pytest.fixture
def dispatched(desk: System) -> str:
    """The number of a ticket that was given to the road office."""
    serial_no = desk.hand_in()
    desk.done(serial_no, "dispatch", lead="roads")
    return serial_no


def entries(systems: Systems, serial_no: str) -> list[TicketEvent]:
    with systems.installation.scope(systems.slug) as scope:
        return list(
            scope.session.scalars(
                select(TicketEvent)
                .join(Ticket, (Ticket.tenant_id == TicketEvent.tenant_id) & (Ticket.id == TicketEvent.ticket_id))
                .where(Ticket.serial_no == serial_no)
                .order_by(TicketEvent.seq)
            )
        )


def test_a_unit_signs_and_replies_from_its_own_office_system(systems: Systems, dispatched: str, roads: System) -> None:
    signed = roads.done(dispatched, "sign")
    replied = roads.done(dispatched, "reply", text="坑洼已修补。", disposition="resolved")
    passed = systems.of("reviewer").done(dispatched, "pass_reply")

    assert [answer["state"] for answer in (signed, replied, passed)] == ["in_progress", "submitted", "concluded"]
    assert [answer["state_label"] for answer in (signed, replied, passed)] == ["办理中", "待审核", "已办结"]
    assert roads.get(f"/api/v1/tickets/{dispatched}")["reply"] == "坑洼已修补。"


def test_the_timeline_names_the_system_and_the_key(systems: Systems, dispatched: str, roads: System) -> None:
    answer = roads.done(dispatched, "sign", key="office-17")

    signed = next(entry for entry in entries(systems, dispatched) if entry.kind == "sign")
    assert (signed.actor_kind, signed.actor_name.startswith("clerk-roads-"), signed.command_id) == (
        "agent",
        True,
        "office-17",
    )
    assert answer["version"] == entries(systems, dispatched)[-1].seq


def test_a_repeated_key_is_answered_as_the_first_time_whatever_happened_since(
    systems: Systems, dispatched: str, roads: System
) -> None:
    first = roads.done(dispatched, "sign", key="office-18")
    roads.done(dispatched, "note", what="已到现场查看")
    before = entries(systems, dispatched)

    again = roads.done(dispatched, "sign", key="office-18")

    assert again == first
    assert len(entries(systems, dispatched)) == len(before)


def test_a_key_belongs_to_one_command(systems: Systems, dispatched: str, roads: System) -> None:
    roads.done(dispatched, "sign", key="office-19")
    before = entries(systems, dispatched)

    answer = roads.command(dispatched, "note", key="office-19", what="已到现场")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "command-reused")
    assert len(entries(systems, dispatched)) == len(before)


def test_a_decision_on_an_old_version_is_refused_with_what_happened_since(
    desk: System, dispatched: str, roads: System
) -> None:
    seen = desk.get(f"/api/v1/tickets/{dispatched}")["version"]
    roads.done(dispatched, "sign")

    answer = desk.command(dispatched, "redirect", lead="parks", reason="派错了", version=seen)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "stale-version")
    signed = problem["since"][0]
    assert (signed["seq"], signed["kind"], signed["words"]) == (seen + 1, "sign", "签收")
    assert signed["who"].startswith("clerk-roads-")
    assert datetime.fromisoformat(signed["at"]).utcoffset() is not None


def test_a_decision_on_the_present_version_is_carried_out(desk: System, dispatched: str) -> None:
    seen = desk.get(f"/api/v1/tickets/{dispatched}")["version"]

    assert desk.done(dispatched, "redirect", lead="parks", reason="派错了", version=seen)["state"] == "dispatched"


@pytest.mark.parametrize(
    ("role", "unit", "name", "body", "wrong"),
    [
        ("operator", None, "dispatch", {}, "lead"),
        ("operator", None, "dispatch", {"lead": None}, "lead"),
        ("operator", None, "dispatch", {"lead": 7}, "lead"),
        ("operator", None, "dispatch", {"lead": "parks", "co": "water"}, "co"),
        ("operator", None, "dispatch", {"lead": "parks", "co": [1]}, "co"),
        ("operator", None, "dispatch", {"lead": "parks", "unit": "water"}, "unit"),
        ("operator", None, "dispatch", {"lead": "parks", "version": "2"}, "version"),
        ("operator", None, "change_urgency", {"urgency": "very", "reason": "险情"}, "urgency"),
        ("clerk", "roads", "reply", {"text": "已修\x00", "disposition": "resolved"}, "text"),
        ("clerk", "roads", "contact", {"reached": "yes"}, "reached"),
        ("clerk", "roads", "request_extension", {"days": 1.5, "reason": "雨季"}, "days"),
        ("clerk", "roads", "request_extension", {"days": -1, "reason": "雨季"}, "days"),
        (
            "leader",
            None,
            "instruct",
            {
                "leader": "区长",
                "level": "district",
                "text": "请速办",
                "deadline": IN_A_MONTH.replace(tzinfo=None).isoformat(),
            },
            "deadline",
        ),
    ],
)
def test_wrong_arguments_are_told_one_by_one_and_nothing_is_done(
    systems: Systems, dispatched: str, role: str, unit: str | None, name: str, body: dict[str, Any], wrong: str
) -> None:
    before = entries(systems, dispatched)

    answer = systems.of(role, unit).command(dispatched, name, **body)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"], list(problem["errors"])) == (422, "validation-failed", [wrong])
    assert "。" in str(problem["errors"][wrong])
    assert len(entries(systems, dispatched)) == len(before)


def test_an_instant_with_its_offset_is_taken(systems: Systems, dispatched: str) -> None:
    leader = systems.of("leader")

    answer = leader.command(
        dispatched, "instruct", leader="区长", level="district", text="请速办", deadline=IN_A_MONTH.isoformat()
    )

    assert answer.status_code == 200, answer.get_json()


def test_a_command_that_does_not_exist_is_refused_in_words(desk: System, dispatched: str) -> None:
    answer = desk.command(dispatched, "demolish")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no-such-command")
    assert "GET /api/v1/commands" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("role", "unit", "code"),
    [(None, None, "not-permitted"), ("operator", None, "not-permitted"), ("clerk", "parks", "not-your-ticket")],
)
def test_who_is_not_the_unit_does_not_sign_for_it(
    systems: Systems, dispatched: str, role: str | None, unit: str | None, code: str
) -> None:
    answer = systems.of(role, unit).command(dispatched, "sign")

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)
    assert [entry.kind for entry in entries(systems, dispatched)].count("sign") == 0


def test_a_system_that_only_hands_in_may_not_reject_what_it_handed_in(systems: Systems) -> None:
    hotline = systems.of()

    answer = hotline.command(hotline.hand_in(), "reject", reason_code="anything")

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-permitted")


def test_a_ticket_of_another_district_does_not_exist(
    systems: Systems, installation: Any, client: Any, dispatched: str
) -> None:
    elsewhere = Systems(installation, make_district(installation), client).of("operator")

    answer = elsewhere.command(dispatched, "void", reason="重复")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no-such-ticket")


def test_what_a_pause_does_is_done_over_the_api_too(systems: Systems, dispatched: str, roads: System) -> None:
    roads.done(dispatched, "sign")

    refused = roads.command(dispatched, "request_pause", reason_code="nothing", evidence="无", days=2)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "pause-reason-unknown")
    with systems.installation.scope(systems.slug) as scope:
        assert scope.session.scalars(select(Clock.state).where(Clock.state == "paused")).all() == []


def test_every_command_of_the_engine_is_listed_and_described(systems: Systems, client: Any) -> None:
    listed = {command["name"]: command for command in systems.of("clerk", "roads").get("/api/v1/commands")}
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]

    assert set(listed) == set(COMMANDS)
    assert {f"/api/v1/tickets/{{serial_no}}/commands/{name}" for name in COMMANDS} <= set(paths)
    for name, command in COMMANDS.items():
        assert listed[name]["label"] == command.label
        assert listed[name]["permission"] == command.permission
        assert listed[name]["permitted"] == (command.permission in ROLES["clerk"].permissions)
    assert listed["dispatch"]["parameters"] == [
        {"name": "lead", "type": "string", "required": True, "nullable": False, "choices": None},
        {"name": "co", "type": "strings", "required": False, "nullable": False, "choices": None},
        {"name": "reason", "type": "string", "required": False, "nullable": False, "choices": None},
    ]


def test_the_list_of_commands_is_for_systems_with_a_token(client: Any) -> None:
    assert client.get("/api/v1/commands").status_code == 401
