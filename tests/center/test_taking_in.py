"""A worker of a community centre takes in for somebody: at the counter or the door, with a phone or knowingly without."""

import re
from io import BytesIO
from typing import Any

import pytest
import segno
from werkzeug.test import TestResponse

from core.intake.counters.models import CounterEntry
from core.tickets.models import Ticket, TicketContact, TicketEvent
from core.tickets.sealing import opened
from tests.center.conftest import PHONE, CenterHouse
from tests.files.samples import photo
from tests.web.making import Visitor

SERIAL = re.compile(r'data-copy="([^"]+)"')
CODE = re.compile(r'<dd class="big code">([^<]+)</dd>')
NO_PHONE: dict[str, Any] = {
    "text": "文化广场路面坑洼，老人摔了一跤",
    "kind": "door",
    "present": "other",
    "place": "文化广场",
    "matter": "road",
    "no_phone": "1",
    "told": "1",
    "keep_private": "1",
}


def send(visitor: Visitor, **fields: Any) -> TestResponse:
    """Open the form and send it with these fields."""
    visitor.get("/center/new")
    return visitor.post("/center/new", message_id=visitor.hidden("message_id"), **fields)


def told_by(house: CenterHouse) -> tuple[Ticket, CounterEntry, list[TicketEvent]]:
    """Return the only ticket of the district, how it was taken in, and its timeline."""
    with house.installation.scope(house.slug) as scope:
        ticket = scope.session.query(Ticket).filter(Ticket.tenant_id == scope.tenant.id).one()
        entry = scope.session.query(CounterEntry).filter(CounterEntry.tenant_id == scope.tenant.id).one()
        events = scope.session.query(TicketEvent).filter(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
        found = ticket, entry, list(events)
        scope.session.expunge_all()
    return found


def test_an_entry_without_phone_is_dispatched_by_the_list_and_the_receipt_is_the_only_way_back(
    house: CenterHouse,
) -> None:
    worker = house.visitor(house.worker)

    answer = send(worker, **NO_PHONE)

    ticket, entry, events = told_by(house)
    assert answer.status_code == 200
    assert SERIAL.findall(worker.page) == [ticket.serial_no]
    assert "您没有留电话，这张回执是查询进展的唯一凭据" in worker.page
    assert f"<dd>{PHONE}</dd>" in worker.page
    assert "道路管理处" in worker.page
    assert (ticket.state, ticket.channel, ticket.medium, ticket.place) == (
        "dispatched",
        "community-center",
        "counter",
        "文化广场",
    )
    assert (entry.kind, entry.present, entry.no_phone, entry.by) == (
        "door",
        "other",
        True,
        "古月明（一号社区党群服务中心）",
    )
    assert [(each.kind, each.actor_name) for each in events if each.actor_kind == "staff"] == [
        ("register", "古月明（一号社区党群服务中心）"),
        ("accept", "古月明（一号社区党群服务中心）"),
        ("counter_entry", "古月明（一号社区党群服务中心）"),
        ("receipt_printed", "古月明（一号社区党群服务中心）"),
    ]
    code = CODE.findall(worker.page)[0]
    resident = house.visitor()
    resident.get(f"/public/{house.slug}/progress?number={ticket.serial_no}")
    seen = resident.post(f"/public/{house.slug}/progress", number=ticket.serial_no, code=code)
    assert "等它签收" in seen.get_data(as_text=True)


def test_the_qr_code_carries_the_number_and_never_the_code(house: CenterHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    made = segno.make

    def drawing(address: str, **how: Any) -> Any:
        drawn.append(address)
        return made(address, **how)

    monkeypatch.setattr(segno, "make", drawing)
    worker = house.visitor(house.worker)

    send(worker, **NO_PHONE)

    ticket, *_ = told_by(house)
    assert re.search(r'<svg[^>]* viewBox="[^"]*" class="qr"|<svg[^>]* class="qr" viewBox=', worker.page), (
        "it is not cut off"
    )
    assert drawn == [f"http://localhost/public/{house.slug}/progress?number={ticket.serial_no}"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"no_phone": None}, "没有能打通的电话"),
        ({"phone": "13800000001"}, "写了电话，又选了“不留电话”"),
        ({"no_phone": None, "phone": "12"}, "没有能打通的电话"),
        ({"told": None}, "还没有告知诉求人"),
        ({"text": "  "}, "诉求没有内容"),
        ({"kind": "street"}, "请选择在哪里代录"),
        ({"present": ""}, "请选择谁在场"),
        ({"area": "nowhere"}, "没有代码为 nowhere 的区域"),
        ({"longitude": "x", "latitude": "1"}, "位置不是经纬度"),
        ({"longitude": "200", "latitude": "1"}, "经纬度不在范围内"),
    ],
)
def test_what_is_missing_is_said_in_words_and_nothing_typed_is_lost(
    house: CenterHouse, changes: dict[str, str | None], words: str
) -> None:
    worker = house.visitor(house.worker)
    fields = {name: value for name, value in {**NO_PHONE, **changes}.items() if value is not None}

    answer = send(worker, **fields)

    assert answer.status_code in (404, 422)
    assert words in worker.page
    assert 'value="文化广场"' in worker.page
    with house.installation.scope(house.slug) as scope:
        assert scope.session.query(Ticket).filter(Ticket.tenant_id == scope.tenant.id).count() == 0


def test_the_same_form_is_one_ticket_and_another_text_under_its_id_is_refused(house: CenterHouse) -> None:
    worker = house.visitor(house.worker)
    worker.get("/center/new")
    asked = {"Accept": "application/json"}
    fields = NO_PHONE | {"message_id": worker.hidden("message_id"), "csrf_token": worker.hidden("csrf_token")}

    first, second = (worker.client.post("/center/new", data=fields, headers=asked).get_json() for _ in range(2))
    other = worker.client.post("/center/new", data=fields | {"name": "王先生"}, headers=asked)
    neighbour = house.visitor(house.neighbour)
    neighbour.get("/center/new")
    theirs = neighbour.client.post(
        "/center/new", data=fields | {"csrf_token": neighbour.hidden("csrf_token")}, headers=asked
    )

    assert first == {
        "serial_no": first["serial_no"],
        "created": True,
        "receipt": f"/center/{first['serial_no']}/receipt",
        "receipt_id": first["receipt_id"],
    }
    assert second == first | {"created": False}
    assert (other.status_code, other.get_json()["code"]) == (409, "message-reused")
    assert first["serial_no"] in other.get_json()["message"]
    assert theirs.get_json()["created"] is True, "another centre's form is another entry, whatever it calls itself"


def test_a_photo_and_the_phones_own_position_go_along(house: CenterHouse) -> None:
    worker = house.visitor(house.worker)
    worker.get("/center/new")
    hidden = {"message_id": worker.hidden("message_id"), "csrf_token": worker.hidden("csrf_token")}
    position = {"longitude": "114.346000", "latitude": "22.691000"}

    asked = worker.client.get("/center/new").headers["Permissions-Policy"]
    answer = worker.client.post(
        "/center/new",
        data=NO_PHONE | hidden | position | {"files": (BytesIO(photo()), "门口.jpg")},
        content_type="multipart/form-data",
    )

    ticket, _, events = told_by(house)
    assert answer.status_code == 200
    assert asked == "camera=(), geolocation=(self), microphone=()"
    assert worker.client.get("/center").headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert (ticket.longitude, ticket.latitude) == (114.346, 22.691)
    assert [each.kind for each in events].count("file_added") == 1


def test_the_phone_is_kept_encrypted_and_masked_and_seen_for_a_purpose(house: CenterHouse) -> None:
    worker = house.visitor(house.worker)
    fields = {name: value for name, value in NO_PHONE.items() if name != "no_phone"}
    send(worker, **fields | {"name": "王小明", "phone": "13800000001"})

    ticket, *_ = told_by(house)
    with house.installation.scope(house.slug) as scope:
        contact = opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id)))
    assert (contact.name, contact.phone, contact.keep_private) == ("王小明", "13800000001", True)
    worker.get(f"/center/{ticket.serial_no}")
    assert "13800000001" not in worker.page
    assert "138****0001" in worker.page
    worker.post(f"/center/{ticket.serial_no}/reveal", purpose="visit", words="约上门")
    assert "13800000001" in worker.page
    assert told_by(house)[2][-1].kind == "contact_revealed"


def test_a_worker_starts_from_the_centre_and_nobody_else_takes_in_there(house: CenterHouse) -> None:
    worker = house.visitor(house.worker)

    assert worker.get("/").location == "/center"
    assert worker.get("/center").status_code == 200
    assert worker.get("/desk").status_code == 403
    assert house.visitor(house.operator).get("/center/new").status_code == 403
    assert house.visitor(house.clerk).get("/center").status_code == 403
