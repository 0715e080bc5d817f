"""Notices by WeChat: template messages to who wrote by it, and SMS where WeChat refuses for good."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.jobs.drain import BACKOFF
from core.jobs.kinds import job_kinds
from core.jobs.transports.sms import SmsGateway
from core.journey.erase import due_for_erasure, erase_person
from core.journey.person import export_person, tickets_of_person
from core.kit.serials import access_code
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.messages import tell_resident
from core.tickets.models import Message, Ticket, TicketContact
from core.tickets.sealing import opened, sealed
from tests.builders import KEYS, beijing, make_actor, make_ticket
from tests.jobs.making import NOW, drain
from tests.jobs.outside import SECRET, SmsReceiver
from tests.wechat.double import WeChatApi
from tests.wechat.making import OPENID, OTHER, PAGE, set_wechat

ADMIN = make_actor("管理员", "administrator", id=7)


def tell(installation: Installation, slug: str, *, phone: str = "", wechat: str = OPENID, **how: Any) -> str:
    """Take in an appeal of a WeChat user and tell them something about it; return its number."""
    ticket = make_ticket(installation, slug, now=NOW, contact=Contact("陈先生", phone, wechat=wechat))
    with installation.scope(slug) as scope:
        row = scope.session.get_one(Ticket, (scope.tenant.id, ticket.ticket_id))
        tell_resident(scope, row, f"您的诉求 {ticket.serial_no} 已受理。", **{"now": NOW, **how})
    return ticket.serial_no


def deliver(installation: Installation, sms: SmsReceiver | None = None, *, tries: int = 1) -> None:
    gateways = {"sms": SmsGateway.configured(sms.url, SECRET)} if sms else {}
    kinds, at = job_kinds(gateways, installation), NOW
    for rest in (timedelta(), *BACKOFF)[:tries]:
        at += rest
        drain(installation, kinds, now=at)


def messages(installation: Installation, slug: str) -> list[tuple[str, str, str | None]]:
    with installation.scope(slug) as scope:
        found = scope.session.scalars(
            select(Message)
            .where(Message.tenant_id == scope.tenant.id, Message.to_unit_id.is_(None))
            .order_by(Message.id)
        )
        return [(each.transport, each.state, each.failure) for each in found]


def test_who_wrote_by_wechat_is_told_there_with_number_code_and_link(
    installation: Installation, district: str, api: WeChatApi
) -> None:
    serial_no = tell(installation, district, phone="13800000009")

    deliver(installation)

    with installation.scope(district) as scope:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
        code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=1)
    [sent] = api.sent
    assert sent["touser"] == OPENID
    assert sent["url"] == f"{PAGE}/public/{district}/progress?number={serial_no}"
    [told] = api.told(OPENID)
    assert told["character_string1"] == serial_no
    assert told["character_string2"] == code
    assert told["time5"] == "2026年03月12日 10:00"
    assert told["thing6"] == "您的诉求已受理。"  # twenty characters: the number stands beside
    assert messages(installation, district) == [("wechat", "sent", None)]


@pytest.mark.parametrize("errcode", [43004, 43101])
def test_what_wechat_refuses_for_good_goes_by_sms(
    installation: Installation, district: str, api: WeChatApi, sms: SmsReceiver, errcode: int
) -> None:
    api.refusals = [errcode]
    serial_no = tell(installation, district, phone="13800000009")

    deliver(installation, sms)

    [(_, state, failure), by_sms] = messages(installation, district)
    assert (state, by_sms) == ("failed", ("sms", "sent", None))
    assert str(errcode) in (failure or "")
    assert (failure or "").endswith("已改发短信。")
    assert [(each["to"], each["text"]) for each in sms.received] == [("13800000009", f"您的诉求 {serial_no} 已受理。")]


def test_who_left_no_phone_and_unsubscribed_stays_to_be_seen(
    installation: Installation, district: str, api: WeChatApi
) -> None:
    tell(installation, district, wechat=OTHER)

    deliver(installation)

    assert messages(installation, district) == [("wechat", "failed", "微信接口没有接受（43004）：对方没有关注公众号。")]


@pytest.mark.parametrize("errcode", [40001, 42001])
def test_a_token_that_holds_no_more_is_replaced_once(
    installation: Installation, district: str, api: WeChatApi, errcode: int
) -> None:
    kinds = job_kinds({}, installation)
    tell(installation, district)
    drain(installation, kinds, now=NOW)
    if errcode == 42001:
        api.has_expired = True
    else:
        api.refusals = [40001]  # though it would give out the same again: another program has made a new one
    tell(installation, district)

    drain(installation, kinds, now=NOW)

    assert [each[1] for each in messages(installation, district)] == ["sent", "sent"]
    assert len(api.sent) == 2
    assert api.tokens == ["token-1", "token-2"]


def test_a_token_is_asked_for_once_and_again_before_its_end(
    installation: Installation, district: str, api: WeChatApi
) -> None:
    kinds = job_kinds({}, installation)
    for minutes in (0, 60, 120):
        tell(installation, district, now=NOW + timedelta(minutes=minutes))
        drain(installation, kinds, now=NOW + timedelta(minutes=minutes))
        if minutes == 60:
            api.has_expired = True  # nobody is told: the time was over

    assert len(api.sent) == 3
    assert api.tokens == ["token-1", "token-2"]


@pytest.mark.parametrize("errcode", [45009, 45011, -1, 47003])
def test_what_wechat_does_not_take_now_is_tried_again_under_the_same_id(
    installation: Installation, district: str, api: WeChatApi, errcode: int
) -> None:
    api.refusals = [errcode]
    tell(installation, district)
    deliver(installation)
    [(_, state, failure)] = messages(installation, district)
    assert state == "waiting"
    assert f"（{errcode}）" in (failure or "")

    deliver(installation, tries=2)

    assert messages(installation, district) == [("wechat", "sent", None)]
    assert len(api.sent) == 1


def test_without_an_account_any_more_the_notice_goes_by_sms(
    installation: Installation, district: str, api: WeChatApi, sms: SmsReceiver
) -> None:
    set_wechat(installation, district, api, app_id="")
    tell(installation, district, phone="13800000009")

    deliver(installation, sms)

    assert [each[:2] for each in messages(installation, district)] == [("wechat", "failed"), ("sms", "sent")]


def test_an_answer_to_who_just_wrote_does_not_wait_for_the_day(
    installation: Installation, district: str, api: WeChatApi
) -> None:
    night = beijing("2026-03-12 23:30")
    tell(installation, district, now=night, at_night=True)
    tell(installation, district, now=night)

    drain(installation, job_kinds({}, installation), now=night)

    assert [each[1] for each in messages(installation, district)] == ["sent", "waiting"]


def test_a_wechat_user_is_kept_encrypted_found_exported_and_erased(installation: Installation, district: str) -> None:
    ticket = make_ticket(installation, district, now=NOW, contact=Contact(wechat=OPENID))
    with installation.scope(district) as scope:
        row = scope.session.get_one(TicketContact, (scope.tenant.id, ticket.ticket_id))
        assert opened(scope.keys, row) == Contact(wechat=OPENID)
        assert OPENID.encode() not in (row.wechat or b"")
        assert sealed(KEYS, Contact(wechat=OPENID), tenant_id=1, ticket_id=1).wechat_hash != row.wechat_hash
        assert [each.serial_no for each in tickets_of_person(scope, OPENID)] == [ticket.serial_no]
        found = export_person(scope, OPENID, actor=ADMIN, reason="本人要求", now=NOW)
        assert found["tickets"][0]["contact"]["wechat"] == OPENID
        scope.session.get_one(Ticket, (scope.tenant.id, ticket.ticket_id)).state = "voided"
        scope.session.flush()
        assert due_for_erasure(scope, days=1, now=NOW + timedelta(days=3)) == [ticket.serial_no]
        erased = erase_person(scope, OPENID, actor=ADMIN, reason="本人要求", now=NOW)
        assert erased.erased == (ticket.serial_no,)
        assert (row.wechat, row.wechat_hash) == (None, None)
        assert not tickets_of_person(scope, OPENID)
