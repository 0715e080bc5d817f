"""What somebody sees of what is kept about them, and what becomes of what they ask: shown, put right, erased, refused."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.jobs.rights_answers import telling_answers
from core.journey.judge import ask_review
from core.journey.reveal import reveal_contact
from core.journey.rights import RIGHTS_ANSWER, answer_request
from core.kit.serials import access_code
from core.residents.rights.keeping import empty_answered
from core.residents.rights.models import RightsRequest
from core.residents.rights.rules import READABLE_DAYS, AnsweredAlready, NothingErasable, RequestUnusable
from core.tenancy.models import SecurityEvent
from core.tickets.contact import Contact
from core.tickets.models import TicketContact, TicketEvent
from core.tickets.sealing import opened
from core.tickets.timeline import RESIDENT, Order
from tests.builders import OPERATOR, alone, beijing, make_actor
from tests.jobs.making import drain
from tests.journey.walking import Walk
from tests.residents.codes import Phone, other_than
from tests.web.conftest import House
from tests.web.making import make_account

NOW, NUMBER = beijing("2026-04-01 10:00"), "13800000001"
ADMIN = make_actor("管理员", "administrator", id=7)
WHO = Contact("王小明", NUMBER, "人民路 1 号")


class Clock:
    """The time of the pages, which a test moves."""

    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for where in ("core.web.public.site.clock", "core.web.visit.clock"):
        monkeypatch.setattr(where, lambda: clock.now)
    monkeypatch.setattr("core.web.public.own.is_proved", lambda *_, **__: True)
    monkeypatch.setenv("SMS_URL", "http://127.0.0.1:9/sms")
    return clock


def take_in(house: House, text: str = "人民路坑洼", contact: Contact = WHO, at: str = "2026-03-12 10:00") -> Walk:
    walk = Walk(house.installation, house.slug)
    walk.take_in(at, text=text, contact=contact)
    return walk


def concluded(house: House, **appeal: Any) -> Walk:
    walk = take_in(house, **appeal)
    walk.answer()
    return walk


def send(house: House, path: str = "", **fields: str) -> TestResponse:
    return house.app.test_client().post(f"/public/{house.slug}/own{path}", data=fields)


def read(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def token_in(answer: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', read(answer))
    assert found is not None
    return found[1]


def by_phone(house: House, name: str = "王小明", at: datetime = NOW) -> TestResponse:
    phone = Phone()
    assert "验证码已发到 138****0001" in read(send(house, "/code", phone="１３８ 0000 0001", name=name))
    phone.deliver(house.installation, house.slug, now=at)
    return send(house, phone=NUMBER, name=name, code=phone.codes(NUMBER)[-1])


def contact_of(house: House, serial_no: str) -> Contact:
    with house.installation.scope(house.slug) as scope:
        walk = Walk(house.installation, house.slug, serial_no)
        return opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, walk.ticket().id)))


def request_of(house: House) -> RightsRequest:
    with house.installation.scope(house.slug) as scope:
        return scope.session.scalars(select(RightsRequest).where(RightsRequest.tenant_id == scope.tenant.id)).one()


def log_of(house: House, kind: str) -> list[SecurityEvent]:
    with house.installation.scope(house.slug) as scope:
        query = select(SecurityEvent).where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == kind)
        return list(scope.session.scalars(query))


def test_a_phone_shows_what_was_left_under_the_name_that_is_given_and_nothing_of_others(
    house: House, clock: Clock
) -> None:
    mine = take_in(house)
    take_in(house, text="邻居的烦心事", contact=Contact("李四", NUMBER, "解放路 9 号"))
    unnamed = take_in(house, text="没有留姓名", contact=Contact(phone=NUMBER))
    take_in(house, text="很久以前的事", contact=Contact(phone=NUMBER), at="2025-03-12 10:00")
    proven = take_in(house, text="当时验证过", contact=Contact(phone=NUMBER, phone_proven=True), at="2025-03-13 10:00")
    house.installation.run(
        house.slug,
        lambda scope: reveal_contact(scope, mine.serial_no, Order(OPERATOR, NOW), purpose="verify", words="核实"),
    )

    page = by_phone(house)

    words = read(page)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "Set-Cookie" not in page.headers
    assert all(each.serial_no in words for each in (mine, unnamed, proven))
    assert all(shown in words for shown in ("王小明", NUMBER, "人民路 1 号", "回电核实诉求：1 次", "诉求还在办理"))
    assert not any(other in words for other in ("李四", "解放路", "邻居的烦心事", "很久以前的事", "坐席甲"))
    taken = send(house, "/file", token=token_in(page))
    kept = json.loads(taken.get_data())
    assert taken.headers["content-disposition"].startswith("attachment")
    assert {each["serial_no"] for each in kept["tickets"]} == {mine.serial_no, unnamed.serial_no, proven.serial_no}
    assert "李四" not in taken.get_data(as_text=True)
    assert "calls" not in kept  # what has the phone alone may be of either
    assert [event.subject for event in log_of(house, "own_shown")] == ["138****0001"]
    clock.now = NOW + timedelta(minutes=31)
    assert "已经失效" in read(send(house, "/file", token=token_in(page)))


def test_nobody_is_told_whether_a_phone_is_known_and_a_wrong_code_shows_nothing(house: House) -> None:
    take_in(house)
    known, unknown = (
        re.sub(r'data-(salt|wanted)="[^"]*"|name="proof" value="[^"]*"', "", read(send(house, "/code", phone=phone)))
        for phone in (NUMBER, "13800000002")
    )
    assert known.replace("0000001", "").replace("0001", "") == unknown.replace("0000002", "").replace("0002", "")

    phone = Phone()
    phone.deliver(house.installation, house.slug, now=NOW)
    code = phone.codes(NUMBER)[-1]
    wrong = [send(house, phone=NUMBER, name="王小明", code=other_than(code)) for _ in range(5)]
    sixth = send(house, phone=NUMBER, name="王小明", code=code)
    stranger = send(house, phone="13800000002", name="王小明", code=phone.codes("13800000002")[-1])

    assert [each.status_code for each in (*wrong, sixth)] == [422] * 6
    assert "还可以试 4 次" in read(wrong[0])
    assert "已经作废。请重新获取" in read(sixth)
    assert 'value="13800000001"' in read(sixth)  # what was typed is there still
    assert "没有保存的诉求" in read(stranger)


def test_number_and_code_show_one_appeal_and_another_districts_token_none(house: House, make_house: Any) -> None:
    walk = take_in(house)
    other = take_in(house, text="另一件")
    with house.installation.scope(house.slug) as scope:
        code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=walk.ticket().id, version=1)
    page = send(house, number=walk.serial_no, code=code)

    assert walk.serial_no in read(page)
    assert other.serial_no not in read(page)
    assert "受理流水号或提取码不对" in read(send(house, number=other.serial_no, code=code))
    elsewhere = make_house()
    assert "已经失效" in read(send(elsewhere, "/file", token=token_in(page)))


def test_the_resident_puts_right_how_they_are_reached_and_the_timeline_tells_which_part(house: House) -> None:
    walk = take_in(house)
    other = take_in(house, text="别人的", contact=Contact("李四", "13800000009"))
    token = token_in(by_phone(house))
    version = str(walk.ticket().version)
    form = {"token": token, "name": "王晓明", "phone": NUMBER, "address": "人民路 2 号", "version": version}

    refused = send(house, "/contact", **form | {"serial_no": walk.serial_no, "phone": "138"})
    done = send(house, "/contact", **form | {"serial_no": walk.serial_no})
    foreign = send(house, "/contact", **form | {"serial_no": other.serial_no})

    assert (refused.status_code, done.status_code, foreign.status_code) == (422, 200, 422)
    assert "手机号是 11 位" in read(refused)
    assert 'value="王晓明"' in read(refused)
    assert contact_of(house, walk.serial_no) == Contact("王晓明", NUMBER, "人民路 2 号")
    assert contact_of(house, other.serial_no).name == "李四"
    with house.installation.scope(house.slug) as scope:
        [entry] = scope.session.scalars(
            select(TicketEvent).where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == "contact_corrected")
        )
    assert entry.summary == "诉求人更正了联系方式：姓名、住址"


def test_what_may_go_is_erased_what_may_not_is_told_and_all_of_it_is_in_the_log(house: House, clock: Clock) -> None:
    gone, open_, argued = (
        concluded(house, text="王小明反映井盖松动"),
        take_in(house, text="还在办"),
        concluded(house, text="要复核"),
    )
    theirs = concluded(house, text="李四的事", contact=Contact("李四", NUMBER))
    house.installation.run(
        house.slug, lambda scope: ask_review(scope, argued.serial_no, Order(RESIDENT, NOW), grounds="没有解决")
    )
    form = {"token": token_in(by_phone(house)), "kind": "erase", "words": "不再需要", "form_id": "a" * 32}

    asked, again = send(house, "/request", **form), send(house, "/request", **form)
    twice = send(house, "/request", **form | {"form_id": "b" * 32})

    request = request_of(house)
    assert request.due_on.isoformat() == "2026-04-23"  # fifteen working days, 清明 between
    assert f"申请 {request.number} 已收到，2026-04-23 前答复" in read(asked)
    assert read(again).count("已收到") == 1
    assert "还在办理" in read(twice)
    steward = house.visitor(make_account(house.installation, house.slug, "steward", ["administrator"], name="管理员"))
    listed = unescape(steward.get("/rights").get_data(as_text=True))
    assert all(shown in listed for shown in (request.number, "138****0001", "不再需要", "诉求还在办理", "可以删除"))
    assert NUMBER not in listed
    assert house.visitor(house.operator).get("/rights").status_code == 403
    unsaid = steward.post("/rights", number=request.number, decision="refuse", words="不行")
    assert "请选择依据" in unescape(unsaid.get_data(as_text=True))
    assert "不行" in unescape(unsaid.get_data(as_text=True))

    assert steward.post("/rights", number=request.number, decision="grant").status_code == 303

    assert contact_of(house, gone.serial_no) == Contact(keep_private=True)
    assert "王小明" not in Walk(house.installation, house.slug, gone.serial_no).ticket().text
    assert [contact_of(house, each.serial_no).name for each in (open_, argued, theirs)] == ["王小明", "王小明", "李四"]
    kept = {open_.serial_no: ["open"], argued.serial_no: ["dispute"]}
    [told] = log_of(house, "rights_answered")
    assert told.detail["erased"] == [gone.serial_no]
    assert told.detail["kept"] == kept
    assert len(log_of(house, "rights_asked")) == 1
    assert all(NUMBER not in str(event.detail) for event in (told, *log_of(house, "rights_asked")))

    phone = Phone()
    with alone(house.installation, house.slug):
        drain(house.installation, {RIGHTS_ANSWER: telling_answers({"sms": phone})}, now=NOW)
    assert [(each.to, request.number in each.text) for each in phone.received] == [(NUMBER, True)]
    clock.now = NOW + timedelta(minutes=5)
    page = read(by_phone(house, at=clock.now))
    assert f"已删除您的信息：{gone.serial_no}" in page
    assert f"{argued.serial_no} 没有删除：复核、申诉或第三方评议还没有结束" in page


def test_a_refusal_needs_grounds_is_final_and_is_forgotten_after_the_time_to_read_it(house: House) -> None:
    take_in(house)
    send(house, "/request", token=token_in(by_phone(house)), kind="erase", words="", form_id="c" * 32)
    number = request_of(house).number

    def answered(decision: str, *grounds: str, words: str = "") -> None:
        with house.installation.scope(house.slug) as scope:
            answer_request(scope, number, ADMIN, decision=decision, grounds=grounds, words=words, now=NOW)

    with pytest.raises(NothingErasable, match="现在一件都不能删除：诉求还在办理"):
        answered("grant")
    with pytest.raises(RequestUnusable, match="请写下给诉求人看的答复"):
        answered("refuse", "open")
    answered("refuse", "open", words="办结后可以再申请")
    with pytest.raises(AnsweredAlready):
        answered("grant")

    request = request_of(house)
    assert (request.state, request.grounds) == ("refused", ["open"])
    for days, is_kept in ((READABLE_DAYS, True), (READABLE_DAYS + 1, False)):
        with house.installation.scope(house.slug) as scope:
            empty_answered(scope, now=NOW + timedelta(days=days))
        assert (request_of(house).phone_hash is not None) == is_kept
    assert request_of(house).answer is None
