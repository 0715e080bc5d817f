"""The head of a unit hears that nobody has signed before the time to sign is over; others hear as ever."""

from collections.abc import Iterator

import pytest

from core.hooks.values import Budget, TicketView, TimeLimit
from core.journey.queries.case import get_case
from core.tickets.models import Message
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.persons.conftest import Team


@pytest.fixture
def hurried(database_url: str) -> Iterator[Team]:
    """A district where units have ten hours to sign, around the clock."""

    def limits(ticket: TicketView) -> list[TimeLimit]:
        return [TimeLimit("sign", Budget("wall", 36_000), "rules/sign", "十小时内签收")]

    installation = make_installation(database_url, features=[make_feature("rules", time_limits=limits)])
    team = Team(installation, make_district(installation, features={"rules": {}}))
    for login, name in (("ada", "安达"), ("eve", "伊芙")):
        team.hire(login, name)
    yield team
    installation.database.engine.dispose()


def test_the_head_is_told_when_four_fifths_of_the_time_to_sign_are_gone_and_when_all_is(hurried: Team) -> None:
    hurried.on_duty("ada")
    hurried.head("eve")
    walk = hurried.given("2026-03-12 08:00")

    walk.supervise("2026-03-12 15:59")
    assert walk.rows(Message) == []
    walk.supervise("2026-03-12 16:00")
    walk.supervise("2026-03-12 16:30")
    walk.supervise("2026-03-12 18:01")

    told = [message.text for message in walk.rows(Message, Message.created_at) if message.text.startswith("请伊芙")]
    begins = (
        f"请伊芙督促签收：工单 {walk.serial_no}「道路坑洼，出行不便」派到园林管理处后还没有签收，承办人安达，签收时限"
    )
    assert told == [f"{begins}将到。", f"{begins}已过。"]
    assert {message.to_unit_id for message in walk.rows(Message)} == {walk.unit_id("parks")}
    assert [entry.summary for entry in walk.entries() if "负责人" in entry.summary] == [
        "站内信 → 园林管理处负责人伊芙（签收时限将到，尚未签收）",
        "站内信 → 园林管理处负责人伊芙（签收时限已过，尚未签收）",
    ]


def test_a_signed_ticket_and_a_unit_without_head_bother_nobody(hurried: Team) -> None:
    hurried.on_duty("ada")
    headless = hurried.given("2026-03-12 08:00")
    hurried.head("eve")
    signed = hurried.given("2026-03-12 08:00")
    signed.sign("2026-03-12 09:00")
    hurried.head(None)

    signed.supervise("2026-03-12 17:00")

    for walk in (headless, signed):
        assert [entry for entry in walk.entries() if "负责人" in entry.summary] == []


def test_without_a_time_to_sign_the_head_is_told_before_the_window_for_returning_closes(team: Team) -> None:
    team.head("eve")
    late, signed, redirected = team.given(), team.given(), team.given()
    signed.sign("2026-03-12 11:00")
    redirected.redirect("2026-03-12 11:00", lead="roads")

    late.supervise("2026-03-16 13:00")
    late.supervise("2026-03-16 17:00")
    late.supervise("2026-03-16 17:05")

    assert [entry.summary for entry in late.entries() if entry.kind == "escalate"] == [
        "站内信 → 园林管理处负责人伊芙（退单期限将到，到期视同签收，尚未签收）"
    ]
    assert [message.text for message in late.rows(Message)] == [
        f"请伊芙督促签收：工单 {late.serial_no}「道路坑洼，出行不便」派到园林管理处后还没有签收，承办人伊芙，"
        "退单期限将到，到期视同签收。"
    ]
    for walk in (signed, redirected):
        assert [entry for entry in walk.entries() if entry.kind == "escalate"] == []
    late.supervise("2026-03-16 18:01")
    assert late.ticket().state == "in_progress"


def test_the_head_of_the_lead_unit_is_named_on_the_ticket(hurried: Team) -> None:
    headless = hurried.given("2026-03-12 08:00")
    now = beijing("2026-03-12 09:00")
    assert headless.run(lambda scope: get_case(scope, headless.serial_no, now=now)).head == ""
    hurried.head("eve")

    assert headless.run(lambda scope: get_case(scope, headless.serial_no, now=now)).head == "伊芙"
