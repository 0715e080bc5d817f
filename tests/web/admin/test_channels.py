"""The channels of a district: what comes in by each and how it stands, and a trial message that forgets to whom it went."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.jobs.kinds import job_kinds
from core.jobs.transports.outgoing import NotAccepted, Outgoing
from core.journey.try_out import TRY_OUT
from core.kit.outbox import Job
from core.tickets.contact import Contact
from tests.builders import make_ticket
from tests.web.conftest import House
from tests.web.making import Visitor, make_account


class Gateway:
    """An SMS gateway that takes everything, or refuses everything."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses, self.sent = refuses, list[Outgoing]()

    def send(self, outgoing: Outgoing, *, now: datetime) -> None:
        self.sent.append(outgoing)
        if self.refuses:
            raise NotAccepted(self.refuses)


def administrator(house: House) -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, "admin", ["administrator"], name="管理员"))


def trial_of(house: House) -> Job:
    with house.installation.scope(house.slug) as scope:
        return scope.session.scalars(select(Job).where(Job.tenant_id == scope.tenant.id, Job.kind == TRY_OUT)).all()[-1]


def carry_out(house: House, gateway: Gateway) -> None:
    payload = trial_of(house).payload
    with house.installation.scope(house.slug) as scope:
        job_kinds({"sms": gateway}, house.installation)[TRY_OUT].do(scope, payload, datetime.now(UTC))


def test_every_channel_is_a_card_and_shows_what_came_in_last_without_numbers(house: House) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    text = "路灯不亮，请打 13800138000 联系"
    ticket = make_ticket(
        house.installation,
        house.slug,
        text=text,
        title=text,
        now=at,
        contact=Contact(name="王小二", phone="13800138000"),
    )
    visitor = administrator(house)

    visitor.get("/admin/channels")
    assert re.findall(r'<h3><a href="(/admin/channels/[\w/-]+)">([^<]+)</a>', visitor.page) == [
        ("/admin/channels/desk", "受理席"),
        ("/admin/channels/file", "批量导入"),
        ("/admin/channels/api", "接口"),
        ("/admin/channels/referral", "跨区移交"),
        ("/admin/channels/out/sms", "短信"),
        ("/admin/channels/out/mail", "邮件"),
        ("/admin/channels/out/wechat", "微信通知"),
        ("/admin/channels/out/weibo", "微博评论"),
        ("/admin/channels/out/inbox", "站内信"),
    ]
    visitor.get("/admin/channels/desk")
    assert ticket.serial_no in visitor.page
    assert re.findall("路灯不亮[^<]*", visitor.page) == ["路灯不亮，请打 ＊＊ 联系"]
    assert "13800138000" not in visitor.page
    assert "王小二" not in visitor.page
    assert visitor.get("/admin/channels/nosuch").status_code == 404
    assert visitor.get("/admin/channels/out/pigeon").status_code == 404


def test_a_trial_message_goes_out_by_the_gateway_and_its_number_is_forgotten(house: House) -> None:
    visitor, gateway = administrator(house), Gateway()
    visitor.get("/admin/channels/out/sms")

    assert visitor.post("/admin/channels/out/sms/try", to="139 1234 5678").status_code == 303
    assert "13912345678" not in str(trial_of(house).payload)
    visitor.get("/admin/channels/out/sms")
    assert "正在发送" in visitor.page

    carry_out(house, gateway)
    carry_out(house, gateway)  # a worker that died in between sends no second one

    assert [each.to for each in gateway.sent] == ["13912345678"]
    payload = trial_of(house).payload
    assert {name: payload.get(name) for name in ("to", "shown", "sent", "by")} == {
        "to": None,
        "shown": "139****5678",
        "sent": True,
        "by": "管理员（系统管理员）",
    }
    visitor.get("/admin/channels/out/sms")
    assert "短信网关已接受" in visitor.page


def test_what_the_gateway_says_is_told_to_who_tried(house: House) -> None:
    visitor = administrator(house)
    visitor.get("/admin/channels/out/sms")
    assert visitor.post("/admin/channels/out/sms/try", to="13912345678").status_code == 303

    carry_out(house, Gateway("短信网关拒绝了这条短信（HTTP 422），请核对号码。"))

    visitor.get("/admin/channels/out/sms")
    assert "没有发出：短信网关拒绝了这条短信（HTTP 422），请核对号码。" in visitor.page


def test_a_trial_that_cannot_go_out_is_refused_in_words(house: House) -> None:
    visitor = administrator(house)
    visitor.get("/admin/channels/out/sms")

    assert visitor.post("/admin/channels/out/sms/try", to="12").status_code == 422
    assert visitor.post("/admin/channels/out/sms/try", to="\x00").status_code == 422
    assert visitor.post("/admin/channels/out/mail/try", to="").status_code == 422
    assert visitor.post("/admin/channels/out/weibo/try", to="x").status_code == 409
    for _ in range(10):
        assert visitor.post("/admin/channels/out/mail/try", to="anna@example.gov").status_code == 303
    assert visitor.post("/admin/channels/out/mail/try", to="anna@example.gov").status_code == 429
