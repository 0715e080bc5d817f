"""Delivery: to whom a message goes, what is seen when it cannot, and the same id at every try."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from core.jobs.delivery import NotFailed, resend, resend_failed
from core.jobs.drain import BACKOFF
from core.jobs.kinds import job_kinds
from core.jobs.transports.mail import MailServer
from core.jobs.transports.outgoing import Gateway, GatewayMisconfigured
from core.jobs.transports.sms import SmsGateway
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.hours import by_day
from tests.builders import BEIJING, beijing, make_district, make_ticket
from tests.jobs.making import NOW, drain, jobs_of, make_message, make_reachable, message_of
from tests.jobs.outside import SECRET, MailReceiver, SmsReceiver

PHONE = "13800000001"


@pytest.fixture
def district(installation: Installation) -> str:
    slug = make_district(installation)
    make_reachable(installation, slug, phone=PHONE, mail="roads@example.gov")
    return slug


@pytest.fixture
def gateways(sms: SmsReceiver, mail: MailReceiver) -> Mapping[str, Gateway]:
    sms.expects_now = False
    return {
        "sms": SmsGateway.configured(sms.url, SECRET),
        "mail": MailServer.configured(f"smtp://{mail.address}?from=huiying@example.gov"),
    }


def deliver_all(installation: Installation, gateways: Mapping[str, Gateway], *, tries: int = 1) -> None:
    """Drain now, and once more after each rest, by day."""
    at = NOW
    for rest in (timedelta(), *BACKOFF)[:tries]:
        at = by_day(at + rest, BEIJING)
        drain(installation, job_kinds(gateways, installation), now=at)


def outcome(installation: Installation, slug: str, message_id: int) -> tuple[str, str | None]:
    message = message_of(installation, slug, message_id)
    return message.state, message.failure


def test_an_sms_to_a_unit_goes_to_its_phone(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    message_id = make_message(installation, district, text="工单将到期")

    deliver_all(installation, gateways)

    assert sms.received == [{"id": f"{district}-{message_id}", "to": PHONE, "text": "工单将到期"}]
    message = message_of(installation, district, message_id)
    assert (message.state, message.sent_at, message.failure) == ("sent", NOW, None)


def test_an_sms_to_the_resident_goes_to_the_phone_of_the_contact(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    ticket = make_ticket(installation, district, now=NOW, contact=Contact(name="王小二", phone="138 0000 0002"))
    make_message(installation, district, to=None, ticket_id=ticket.ticket_id)

    deliver_all(installation, gateways)

    assert [message["to"] for message in sms.received] == ["13800000002"]
    [job] = [job for job in jobs_of(installation, district) if job.kind == "deliver"]
    assert "138" not in str(job.payload) + job.dedup_key


def test_a_mail_to_a_unit_goes_to_its_mailbox(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], mail: MailReceiver
) -> None:
    ticket = make_ticket(installation, district, now=NOW)
    message_id = make_message(installation, district, transport="mail", text="请及时办理", ticket_id=ticket.ticket_id)

    deliver_all(installation, gateways)

    [received] = mail.received
    assert (received["to"], received["from"]) == ("roads@example.gov", "huiying@example.gov")
    assert received["subject"] == f"测试区 {district} 工单 {ticket.serial_no}"
    assert received["message-id"] == f"<{district}-{message_id}@example.gov>"
    assert received.get_content().strip() == "请及时办理"


@pytest.mark.parametrize(
    ("transport", "to", "failure"),
    [
        ("sms", "parks", "承办单位没有登记电话，短信没有发出。"),
        ("mail", "parks", "承办单位没有登记邮箱，邮件没有发出。"),
        ("sms", None, "诉求人没有登记电话，短信没有发出。"),
        ("mail", None, "诉求人没有登记邮箱，邮件没有发出。"),
    ],
)
def test_without_an_address_the_message_stays_as_failed(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], transport: str, to: str, failure: str
) -> None:
    message_id = make_message(installation, district, transport=transport, to=to)  # type: ignore[arg-type]

    deliver_all(installation, gateways)

    assert outcome(installation, district, message_id) == ("failed", failure)
    assert [job.state for job in jobs_of(installation, district)] == ["done"]


def test_without_a_gateway_the_message_waits_for_somebody_to_send_it_again(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    message_id = make_message(installation, district)
    deliver_all(installation, {})
    assert outcome(installation, district, message_id) == (
        "failed",
        "没有配置短信网关（SMS_URL），短信没有发出。配置后请重新发送。",
    )

    with installation.scope(district) as scope:
        assert resend_failed(scope, since=NOW, now=NOW) == 1
    deliver_all(installation, gateways)

    assert outcome(installation, district, message_id) == ("sent", None)
    assert sms.ids == [f"{district}-{message_id}"]
    with installation.scope(district) as scope, pytest.raises(NotFailed, match="没有失败"):
        resend(scope, message_id, now=NOW)


def test_what_the_gateway_does_not_take_comes_again_under_the_same_id(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    sms.answers = [503]
    message_id = make_message(installation, district)

    deliver_all(installation, gateways)
    assert outcome(installation, district, message_id) == (
        "waiting",
        "第 1 次没有发出，稍后自动重试：短信网关没有接受（HTTP 503）。",
    )

    deliver_all(installation, gateways, tries=2)
    assert sms.ids == [f"{district}-{message_id}"] * 2
    assert outcome(installation, district, message_id) == ("sent", None)


def test_after_the_last_try_the_message_is_failed(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    sms.answers = [500] * 10
    message_id = make_message(installation, district)

    deliver_all(installation, gateways, tries=6)

    assert outcome(installation, district, message_id) == (
        "failed",
        "试了 6 次，没有发出：短信网关没有接受（HTTP 500）。请查明原因后重新发送。",
    )
    assert [(job.state, job.attempts) for job in jobs_of(installation, district)] == [("dead", 6)]


def test_what_comes_up_at_night_waits_for_the_morning_and_is_no_failed_try(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    sms.answers = [503]
    message_id = make_message(installation, district, now=beijing("2026-03-12 20:59"))

    drain(installation, job_kinds(gateways, installation), now=beijing("2026-03-12 20:59"))
    for at in ("2026-03-12 21:00", "2026-03-13 02:00", "2026-03-13 07:59"):
        drain(installation, job_kinds(gateways, installation), now=beijing(at))
    [job] = [job for job in jobs_of(installation, district) if job.kind == "deliver"]
    by_night = (sms.ids, job.run_after, job.attempts)
    drain(installation, job_kinds(gateways, installation), now=beijing("2026-03-13 08:00"))

    assert by_night == ([f"{district}-{message_id}"], beijing("2026-03-13 08:00"), 1)
    assert outcome(installation, district, message_id) == ("sent", None)


def test_a_message_that_may_wake_people_goes_at_any_hour(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    message_id = make_message(installation, district, now=beijing("2026-03-13 02:00"), at_night=True)

    drain(installation, job_kinds(gateways, installation), now=beijing("2026-03-13 02:00"))

    assert sms.ids == [f"{district}-{message_id}"]


def test_what_the_gateway_refuses_for_good_is_not_tried_again(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    sms.answers = [422]
    message_id = make_message(installation, district)

    deliver_all(installation, gateways, tries=3)

    assert len(sms.received) == 1
    assert outcome(installation, district, message_id) == (
        "failed",
        "短信网关拒绝了这条短信（HTTP 422），请核对号码。",
    )


def test_a_redirect_is_not_followed(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], sms: SmsReceiver
) -> None:
    sms.answers = [307]
    message_id = make_message(installation, district)

    deliver_all(installation, gateways)

    assert len(sms.received) == 1
    assert outcome(installation, district, message_id)[0] == "waiting"


def test_a_gateway_that_is_away_is_told_without_its_address(installation: Installation, district: str) -> None:
    message_id = make_message(installation, district)

    deliver_all(installation, {"sms": SmsGateway.configured("http://127.0.0.1:1/token-in-path", SECRET)})

    assert outcome(installation, district, message_id) == (
        "waiting",
        "第 1 次没有发出，稍后自动重试：短信网关没有应答（ConnectError）。",
    )


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("550 no such user", ("failed", "邮件服务器拒绝了收件地址（SMTP 550），请核对邮箱。")),
        ("450 busy", ("waiting", "第 1 次没有发出，稍后自动重试：邮件服务器暂不接受收件地址（SMTP 450）。")),
    ],
)
def test_a_mail_server_refuses_for_good_or_for_now(
    installation: Installation,
    district: str,
    gateways: Mapping[str, Gateway],
    mail: MailReceiver,
    refusal: str,
    expected: tuple[str, str],
) -> None:
    mail.refusals = [refusal]
    message_id = make_message(installation, district, transport="mail")

    deliver_all(installation, gateways)

    assert outcome(installation, district, message_id) == expected


def test_an_address_cannot_smuggle_a_header_in(
    installation: Installation, district: str, gateways: Mapping[str, Gateway], mail: MailReceiver
) -> None:
    make_reachable(installation, district, mail="a@example.gov\r\nBcc: b@example.gov")
    message_id = make_message(installation, district, transport="mail")

    deliver_all(installation, gateways)

    assert mail.received == []
    assert outcome(installation, district, message_id) == ("failed", "登记的邮箱不是有效的邮箱地址，请核对。")


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("sms.example.gov", SECRET, "不是网址"),
        ("http://sms.example.gov/send", SECRET, "明文"),
        ("https://sms.example.gov/send", "", "SMS_SECRET"),
        ("https://sms.example.gov/send", "whsec_c2hvcnQ=", "SMS_SECRET"),
    ],
)
def test_an_unusable_sms_gateway_is_refused_in_words(url: str, secret: str, words: str) -> None:
    with pytest.raises(GatewayMisconfigured, match=words):
        SmsGateway.configured(url, secret)


@pytest.mark.parametrize(
    "url", ["mail.example.gov", "smtp://mail.example.gov", "smtp://mail:x?from=a@b", "ftp://h?from=a@b"]
)
def test_an_unusable_mail_server_is_refused_in_words(url: str) -> None:
    with pytest.raises(GatewayMisconfigured, match="SMTP_URL"):
        MailServer.configured(url)


def test_a_mail_servers_address_is_read_with_user_and_port() -> None:
    server = MailServer.configured("smtps://ops%40gov:p%2Fw@mail.example.gov:1465?from=huiying@example.gov")

    assert server == MailServer(
        scheme="smtps",
        host="mail.example.gov",
        port=1465,
        sender="huiying@example.gov",
        user="ops@gov",
        password="p/w",
    )
    assert "p/w" not in repr(server)
