"""The health of a district on one page: what is wrong, how bad it is, where it is mended; what did not get through, tried again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.hooks.table import Failure
from core.journey import desk
from core.journey.health.looking import look
from core.journey.health.signs import Sign
from core.journey.people import remove_account
from core.kit.outbox import Job, enqueue
from core.routing.service import UNEXPLAINED
from core.tenancy.incidents import keep_incident
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Message, Ticket
from core.tickets.queries import get_ticket_id
from core.units.models import Unit
from core.units.queries import directory
from tests.builders import OPERATOR, let_hold, make_actor, make_ticket, set_duties
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

NOW = datetime.now(UTC)
ADMINISTRATOR = make_actor("管理员甲", "administrator", id=901)


@pytest.fixture
def house(make_house: Callable[[], House]) -> House:
    """A district in which all is well but what a test spoils: its units can be reached."""
    house = make_house()
    for login in ("admin", "second"):
        make_account(house.installation, house.slug, login, ["administrator"])
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(update(Unit).where(Unit.tenant_id == scope.tenant.id).values(phone="0757-81234567"))
    house.installation.forget()
    return house


@pytest.fixture
def administrator(house: House) -> Visitor:
    return house.visitor(f"admin@{house.slug}")


def signs(house: House, now: datetime = NOW) -> list[Sign]:
    """Return what is wrong in the district, without what is wrong with the year's end."""
    with house.installation.scope(house.slug) as scope:
        found = look(scope, house.installation.roster, actor=ADMINISTRATOR, now=now).signs
    return [sign for sign in found if sign.href != "/admin/calendar"]


def about(house: House, href: str, now: datetime = NOW) -> list[tuple[str, str]]:
    """Return the signs that are mended at an address: how bad, and in words."""
    return [(sign.tone, str(sign.words)) for sign in signs(house, now) if sign.href.startswith(href)]


def fail_messages(house: House, serial_no: str, count: int) -> None:
    """Have so many SMS to the roads fail, as the gateway would."""

    def fail(scope: Scope) -> None:
        roads = directory(scope).get_unit("roads").id
        ticket = get_ticket_id(scope, serial_no)
        for _ in range(count):
            say(scope, ticket_id=ticket, transport="sms", text="即将到期", to_unit_id=roads, now=NOW)
        scope.session.flush()
        scope.session.execute(
            update(Message)
            .where(Message.tenant_id == scope.tenant.id, Message.transport == "sms", Message.to_unit_id == roads)
            .values(state="failed", failure="网关拒绝：签名未报备。")
        )

    house.installation.run(house.slug, fail)


def test_a_district_in_order_is_told_so(house: House, administrator: Visitor) -> None:
    page = administrator.get("/admin").get_data(as_text=True)

    assert signs(house) == []
    assert "没有搁置的后台任务" in page
    assert "现在不正常" not in page


def test_a_unit_with_tickets_and_nobody_to_do_them_comes_first(house: House, administrator: Visitor) -> None:
    Life(house.installation, house.slug).take_in().do(desk.dispatch, OPERATOR, lead="parks", reason=UNEXPLAINED)
    assert about(house, "/admin/rosters") == []

    house.installation.run(house.slug, lambda scope: remove_account(scope, "gardener", now=NOW))
    page = administrator.get("/admin").get_data(as_text=True)

    words = "1 个单位手里有工单，却没有一个承办账号，没有人能签收和答复。"
    assert about(house, "/admin/rosters") == [("over", words)]
    assert "1 件事现在不正常" in page
    assert "园林管理处（1 件）" in page


def test_messages_that_failed_are_told_by_reason_and_sent_again(house: House, administrator: Visitor) -> None:
    life = Life(house.installation, house.slug).take_in()
    fail_messages(house, life.serial_no, 5)

    told = about(house, "/admin/undelivered")
    administrator.get("/admin/undelivered")
    page = administrator.page
    sent = administrator.post("/admin/undelivered/messages", transport="sms", unit=_hidden(page, "unit"))
    again = administrator.post("/admin/undelivered/messages")

    assert told == [
        ("over", "短信发不出去：24 小时内 5 条没有发出，0 条发出。"),
        ("soon", "近 30 天有 5 条消息没有送达。"),
    ]
    for words in ("网关拒绝：签名未报备。", "道路管理处", "短信"):
        assert words in page
    assert sent.status_code == 303
    assert again.status_code == 409
    assert "没有这样的未送达消息" in administrator.page
    assert about(house, "/admin/undelivered") == []
    with house.installation.scope(house.slug) as scope:
        waiting = select(Job).where(Job.tenant_id == scope.tenant.id, Job.kind == "deliver", Job.state == "pending")
        assert len(scope.session.scalars(waiting).all()) == 10, "each once when it was said, once more now"


def test_a_job_that_was_put_away_is_done_again(house: House, administrator: Visitor) -> None:
    def put_away(scope: Scope) -> None:
        enqueue(scope.session, "task", dedup_key="one", payload={}, now=NOW)
        scope.session.flush()
        scope.session.execute(
            update(Job)
            .where(Job.tenant_id == scope.tenant.id, Job.dedup_key == "one")
            .values(state="dead", last_error="磁盘满", attempts=9, finished_at=NOW)
        )

    house.installation.run(house.slug, put_away)
    told = about(house, "/admin/undelivered")
    administrator.get("/admin/undelivered")
    page = administrator.page
    done = administrator.post("/admin/undelivered/jobs", job=_hidden(page, "job"))

    assert told == [("over", "1 项后台任务试了多次都没有做成，已搁置。")]
    assert "磁盘满" in page
    assert done.status_code == 303
    assert about(house, "/admin/undelivered") == []
    for job in ("1", "x", "9" * 30, "\x00"):
        assert 400 <= administrator.post("/admin/undelivered/jobs", job=job).status_code < 500


def test_a_feature_that_fails_and_a_lagging_clock_are_told(house: House) -> None:
    with house.installation.scope(house.slug) as scope:
        failure = Failure(scope.tenant.id, "core.mail_intake", "mailbox", 0, "raised", "", "收信服务器拒绝登录")
        keep_incident(scope.session, failure, now=NOW)
        enqueue(scope.session, "task", dedup_key="late", payload={}, now=NOW - timedelta(minutes=40))

    assert [tone for tone, _ in about(house, "/admin/features")] == ["soon"]
    assert [str(sign.words) for sign in signs(house) if not sign.href] == [
        "后台任务已积压 40 分钟：消息、提醒、变黄变红都会晚到。"
    ]


def test_a_channel_that_fell_silent_is_told_and_one_that_is_seldom_used_is_not(house: House) -> None:
    for count, channel, days in ((40, "api", 20), (3, "desk", 60)):
        for number in range(count):
            life = Life(house.installation, house.slug).take_in()
            at = NOW - timedelta(days=days, hours=number)
            house.installation.run(house.slug, _moves(life.serial_no, channel, at))

    assert about(house, "/admin/channels") == [("over", "渠道“接口”20 天没有来件了，平时约 2 天一件。")]
    assert about(house, "/admin/channels", NOW - timedelta(days=12)) == []


def _moves(serial_no: str, channel: str, at: datetime) -> Callable[[Scope], Any]:
    return lambda scope: scope.session.execute(
        update(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
        .values(channel=channel, submitted_at=at)
    )


def test_rules_that_never_hit_and_items_without_a_time_are_told(house: House) -> None:
    hits = {
        "id": "pits",
        "label": "坑洼",
        "phase": "override",
        "when": {"field": "text", "op": "contains_any", "value": ["坑洼"]},
        "then": {"assign": {"lead": "roads"}},
        "explain": "道路坑洼归道路管理处",
    }
    idle = hits | {"id": "boats", "label": "渡船", "when": {"field": "text", "op": "contains_any", "value": ["渡船"]}}
    urgent = hits | {
        "id": "danger",
        "label": "险情",
        "phase": "safety",
        "when": {"field": "text", "op": "contains_any", "value": ["出行"]},
        "then": {"set": {"urgency": "urgent"}},
    }
    timeless = {"code": "boat", "category": "水上", "subcategory": "渡船", "lead": "roads"}
    with house.installation.scope(house.slug) as scope:
        let_hold(scope, set_duties(scope, [timeless]), [urgent, hits, idle])
    house.installation.forget()
    for _ in range(29):
        make_ticket(house.installation, house.slug, text="道路坑洼，出行不便", now=NOW)
    too_few = about(house, "/admin/routing")
    make_ticket(house.installation, house.slug, text="道路坑洼，出行不便", now=NOW)

    assert too_few == []
    [rules] = [sign for sign in signs(house) if sign.href == "/admin/routing"]
    assert (rules.tone, rules.named) == ("soon", ("渡船",))
    assert about(house, "/admin/duties") == [("soon", "1 个事项没有写办理时限，按答复时限算。")]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', page)
    assert found
    return found[1]
