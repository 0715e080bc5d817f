"""One's own appeal on a page without sign-in: opened by number and code, pressed for, rated, and guarded against guessing."""

import re
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.journey import handle, own_appeal
from core.journey.accept import Accepted
from core.tickets.contact import Contact
from core.tickets.models import Message, TicketEvent
from tests.builders import beijing
from tests.journey.walking import Walk
from tests.web.conftest import House

PHONE, ROADS = "13800000001", "道路管理处"
NOW = beijing("2026-03-13 12:00")


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.public.site.clock", lambda: NOW)


def walk_of(house: House) -> tuple[Walk, Accepted]:
    walk = Walk(house.installation, house.slug)
    return walk, walk.take_in(text="人民路坑洼", contact=Contact("王小明", PHONE))


def send(house: House, deed: str = "", **fields: str) -> TestResponse:
    return house.app.test_client().post(f"/public/{house.slug}/progress{deed}", data=fields)


def read(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def test_number_and_code_tell_who_has_it_until_when_and_what_was_answered(house: House) -> None:
    walk, accepted = walk_of(house)
    walk.dispatch()
    walk.sign()
    own = {"number": f" {accepted.serial_no.lower()} ", "code": accepted.access_code.lower().replace("0", "o")}

    in_hand = send(house, **own)
    walk.do(handle.note, "2026-03-12 15:00", actor=walk.lead_clerk(), what="内部商量")
    walk.reply(text="已修补路面")
    walk.pass_reply()
    answered = send(house, **own)

    assert (in_hand.status_code, in_hand.headers["Cache-Control"]) == (200, "no-store")
    assert "Set-Cookie" not in in_hand.headers
    words = read(in_hand)
    assert "承办单位正在办理" in words
    assert ROADS in words
    assert "最晚 3 月 19 日 18:00 前答复" in words
    assert '<use href="#s-green"/></svg><span>剩 4天' in words
    assert f"已派给{ROADS}办理" in words
    assert "已修补路面" in read(answered)
    assert all(inside not in read(answered) for inside in ("坐席甲", "审核员乙", "内部商量"))


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(house: House) -> None:
    _, accepted = walk_of(house)
    wrong_code = send(house, number=accepted.serial_no, code="0000000000")
    wrong_number = send(house, number="GX2603120000000", code=accepted.access_code)

    assert (wrong_code.status_code, wrong_number.status_code) == (422, 422)
    same = [
        re.sub(r"T?[0-9A-Z]+ ?[0-9]{6} ?[0-9]{3} ?[0-9]{4}", "∎", read(answer)) for answer in (wrong_code, wrong_number)
    ]
    assert same[0] == same[1]


def test_who_guesses_must_work_then_wait_and_the_resident_still_gets_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, accepted = walk_of(house)
    own = {"number": accepted.serial_no, "code": accepted.access_code}
    for _ in range(own_appeal.PROOF_AFTER):
        send(house, number=accepted.serial_no, code="0000000000")

    unproved = send(house, **own)
    monkeypatch.setattr("core.web.public.progress.is_proved", lambda *_, **__: True)
    proved = send(house, **own)
    monkeypatch.setattr(own_appeal, "WAIT_AFTER", own_appeal.PROOF_AFTER)
    waits = send(house, **own)

    assert (unproved.status_code, proved.status_code, waits.status_code) == (422, 200, 429)
    assert 'name="proof"' in read(unproved)
    assert "15 分钟后再试" in read(waits)


def test_the_resident_urges_once_a_day_and_the_unit_is_told(house: House) -> None:
    walk, accepted = walk_of(house)
    walk.dispatch()
    own = {"number": accepted.serial_no, "code": accepted.access_code}

    def urged(words: str) -> TestResponse:
        return send(house, "/urge", **own, words=words, version=str(walk.ticket().version), command_id="")

    first, second = urged("孩子上学要走这里"), urged("再催")

    assert (first.status_code, second.status_code) == (200, 429)
    assert "已催办 1 次" in read(second)
    with house.installation.scope(house.slug) as scope:
        told = scope.session.scalars(
            select(Message.text).where(Message.tenant_id == scope.tenant.id, Message.text.contains("催办"))
        ).all()
        kept = scope.session.scalars(
            select(TicketEvent.actor_kind).where(
                TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == own_appeal.URGED
            )
        ).all()
    assert kept == ["resident"]
    assert ["孩子上学要走这里" in words for words in told] == [True]


def test_the_resident_rates_once_and_demands_a_review(house: House) -> None:
    walk, accepted = walk_of(house)
    walk.dispatch()
    walk.sign()
    walk.reply()
    walk.pass_reply()
    own = {"number": accepted.serial_no, "code": accepted.access_code}

    def sent(deed: str, **fields: str) -> TestResponse:
        return send(house, deed, **own, **fields, version=str(walk.ticket().version), command_id="")

    rated = sent("/rate", resolved="no", satisfaction="dissatisfied", comment="坑还在")
    again = sent("/rate", resolved="yes", satisfaction="satisfied")
    reviewed = sent("/review", grounds="坑还在原处")
    wished = sent("/wish", wish="closed")

    assert (rated.status_code, again.status_code, reviewed.status_code) == (200, 409, 200)
    assert "您不愿公开" in read(wished)
    assert "您的评价：未解决，不满意" in read(rated)
    assert "复核申请已收到" in read(reviewed)
    assert all(f'/progress/{deed}"' not in read(reviewed) for deed in ("rate", "urge", "review"))


def test_a_stranger_without_the_code_can_do_nothing(house: House) -> None:
    walk, accepted = walk_of(house)
    version = walk.ticket().version
    answer = send(house, "/urge", number=accepted.serial_no, code="0000000000", version=str(version))

    assert answer.status_code == 422
    assert walk.ticket().version == version
    assert send(house, "/archive", number=accepted.serial_no, code=accepted.access_code).status_code == 404
