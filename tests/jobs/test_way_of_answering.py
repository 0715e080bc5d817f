"""A resident is answered by the way they came, and where there is none, the desk is told so."""

from typing import Any

import pytest
from sqlalchemy import select

from core.hooks import Channel
from core.tenancy.scope import Installation
from core.tickets.answering import way_of
from core.tickets.contact import Contact
from core.tickets.models import Message
from tests.builders import make_district, make_feature, make_installation
from tests.journey.walking import Walk

PHONE, MAIL = "13800000009", "zhang@example.org"
CHANNELS = [Channel("sms", "短信", "sms"), Channel("letters", "来信", "letter"), Channel("wechat", "微信", "wechat")]


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=[make_feature("ways", channels=lambda: CHANNELS)])


@pytest.fixture(scope="module")
def district(installation: Installation) -> str:
    return make_district(installation, features={"ways": {}})


@pytest.mark.parametrize(
    ("channel", "contact", "sent"),
    [
        ("sms", Contact(phone=PHONE), [("sms", "已答复：请致电路政热线")]),
        ("letters", Contact(address=MAIL), [("mail", "已答复：请致电路政热线")]),
        ("wechat", Contact(phone=PHONE), [("sms", "已答复，可凭受理流水号和提取码查询。")]),
        ("wechat", Contact(), []),
        ("desk", Contact(phone=PHONE), []),
    ],
)
def test_the_answer_goes_back_by_the_way_of_the_appeal(
    installation: Installation, district: str, channel: str, contact: Contact, sent: list[Any]
) -> None:
    walk = Walk(installation, district)
    walk.take_in("2026-03-12 10:00", channel=channel, contact=contact)
    walk.answer("2026-03-12 10:10")

    messages = walk.run(
        lambda scope: scope.session.scalars(
            select(Message).where(Message.ticket_id == walk.ticket().id, Message.to_unit_id.is_(None))
        ).all()
    )
    assert [(each.transport, each.text.removeprefix(f"您的诉求 {walk.serial_no} ")) for each in messages] == sent


def test_what_has_no_transport_is_said_at_the_desk() -> None:
    assert way_of("weibo", Contact()).words == "微博没有接通回复，也没有留电话；答复凭受理流水号和提取码查询"
    assert way_of("weibo", Contact(phone=PHONE, weibo="1404376560")).transport == "weibo"
    assert way_of("phone", Contact(phone=PHONE)).words == "电话：由受理席回访时告知"
