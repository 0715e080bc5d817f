"""Figures by mail: official addresses alone, once per period and address, with failures shown and tried again."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core.jobs.deliveries import Deliveries, send, tell_failure
from core.jobs.drain import Failure, TryLater
from core.jobs.transports.mail import MailServer
from core.jobs.transports.outgoing import Gateway
from core.journey.deliveries import FIGURE_SENDING
from core.kit.outbox import Job
from core.statistics.deliveries.models import FigureDelivery, FigureSending
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.builders import beijing, make_city, make_district, make_ticket
from tests.jobs.outside import MailReceiver, mail_receiver
from tests.web.making import Visitor, make_account

OFFICES = "city@cd.gov.cn\nleader@sc.gov.cn"
APRIL_1 = beijing("2026-04-01 07:30")


def rows_of(workbook: bytes) -> list[list[object]]:
    """Return the rows of all sheets."""
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


@pytest.fixture(scope="module")
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(mail: MailReceiver) -> MailReceiver:
    mail.received.clear()
    mail.refusals.clear()
    return mail


class Post:
    """A city with one district that took in two appeals in March, its analyst, and the way its mail goes."""

    def __init__(self, installation: Installation, app: Flask, receiver: MailReceiver) -> None:
        self.installation = installation
        self.district = make_district(installation)
        for day in ("12", "13"):
            make_ticket(installation, self.district, now=beijing(f"2026-03-{day} 10:00"))
        refresh_all(installation, self.district)
        self.city = make_city(installation, [self.district])
        self.gateways: dict[str, Gateway] = {
            "mail": MailServer.configured(f"smtp://{receiver.address}?from=hui@city.gov.cn")
        }
        self.analyst = Visitor(app)
        self.analyst.sign_in(make_account(installation, self.city, "analyst", ["analyst"], name="苏城"))

    def add(self, **fields: str) -> int:
        """Have the analyst set a delivery, as if on 20 March; return the status."""
        self.analyst.get("/city/deliveries")
        wanted = {"page": "districts", "form": "xlsx", "every": "month", "addresses": OFFICES, "name": "区县月报"}
        status = self.analyst.post("/city/deliveries", **wanted | fields).status_code
        with self.installation.scope(self.city) as scope:
            for each in scope.session.scalars(select(FigureDelivery)):
                each.set_at = beijing("2026-03-20 09:00")
        return status

    def order(self, now: datetime) -> None:
        """Have the clock order what is due."""
        Deliveries(self.installation, is_ending=lambda: False)._order_of(
            self.installation.tenant(self.city), now=lambda: now
        )

    def work(self, now: datetime) -> list[str]:
        """Do the jobs as a worker would, each once; return what the server did not take."""
        refused = []
        with self.installation.scope(self.city) as scope:
            waiting = select(Job).where(
                Job.tenant_id == scope.tenant.id, Job.kind == FIGURE_SENDING, Job.state == "pending"
            )
            jobs = [(job.id, job.payload) for job in scope.session.scalars(waiting)]
        for job_id, payload in jobs:
            try:
                with self.installation.scope(self.city) as scope:
                    send(self.installation, self.gateways, scope, payload, now)
                    scope.session.get_one(Job, (scope.tenant.id, job_id)).state = "done"
            except TryLater as later:
                refused.append(str(later))
                with self.installation.scope(self.city) as scope:
                    tell_failure(scope, payload, Failure(str(later), attempt=6, at=now, is_last=True))
                    scope.session.get_one(Job, (scope.tenant.id, job_id)).state = "dead"
        return refused

    def sendings(self) -> list[tuple[str, str, str]]:
        with self.installation.scope(self.city) as scope:
            found = scope.session.scalars(select(FigureSending).order_by(FigureSending.first, FigureSending.address))
            return [(each.first.isoformat(), each.address, each.state) for each in found]


@pytest.fixture
def post(installation: Installation, app: Flask, receiver: MailReceiver) -> Post:
    return Post(installation, app, receiver)


def test_the_month_goes_to_each_office_once_as_the_file_that_the_page_gives(post: Post, receiver: MailReceiver) -> None:
    assert post.add() == 303

    post.order(beijing("2026-03-31 08:00"))
    assert post.sendings() == []
    for hour in (6, 7, 8):
        post.order(beijing(f"2026-04-01 0{hour}:30"))
    post.work(APRIL_1)
    post.order(beijing("2026-04-02 08:00"))
    post.work(beijing("2026-04-02 08:01"))

    assert post.sendings() == [
        ("2026-03-01", "city@cd.gov.cn", "sent"),
        ("2026-03-01", "leader@sc.gov.cn", "sent"),
    ]
    assert sorted(message["to"] for message in receiver.received) == ["city@cd.gov.cn", "leader@sc.gov.cn"]
    first = receiver.received[0]
    assert first["subject"] == f"测试区 {post.city}：区县月报，2026年3月"
    (attachment,) = first.iter_attachments()
    assert attachment.get_filename() == f"{post.city}-districts-2026-03-01.xlsx"
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    cells = [cell for row in rows_of(content) for cell in row]
    assert 2 in cells
    assert f"测试区 {post.district}" in cells
    with post.installation.scope(post.city) as scope:
        sent = scope.session.scalars(select(FigureSending).where(FigureSending.address == first["to"])).one()
        assert sent.sha256 == hashlib.sha256(content).hexdigest()


def test_a_failure_is_shown_and_tried_again_under_the_same_id(post: Post, receiver: MailReceiver) -> None:
    post.add(addresses="city@cd.gov.cn", every="week", form="csv")
    receiver.refusals = ["550 no such user"]

    post.order(beijing("2026-03-23 08:00"))
    assert post.work(beijing("2026-03-23 08:01")) == []

    assert post.sendings() == [("2026-03-16", "city@cd.gov.cn", "failed")]
    post.analyst.get("/city/deliveries")
    assert "邮件服务器拒绝了收件地址（SMTP 550），请核对邮箱。" in post.analyst.page
    with post.installation.scope(post.city) as scope:
        sending = scope.session.scalars(select(FigureSending)).one()
    assert post.analyst.post(f"/city/deliveries/sendings/{sending.id}/retry").status_code == 303
    receiver.refusals = ["451 try later"]
    assert post.work(beijing("2026-03-23 09:00")) == ["邮件服务器暂不接受收件地址（SMTP 451）"]
    assert post.analyst.post(f"/city/deliveries/sendings/{sending.id}/retry").status_code == 303
    post.work(beijing("2026-03-23 10:00"))

    assert post.sendings() == [("2026-03-16", "city@cd.gov.cn", "sent")]
    assert receiver.ids == [f"{post.city}-figures-{sending.id}"]
    assert post.analyst.post(f"/city/deliveries/sendings/{sending.id}/retry").status_code == 409


def test_figures_go_to_offices_alone(post: Post) -> None:
    for addresses in ("someone@qq.com", "city@cd.gov.cn someone@163.com", "nobody", "a@b", "x@y.gov.cn\x00", " "):
        assert post.add(addresses=addresses) == 422, addresses
    assert post.add(page="tickets") == post.add(form="exe") == post.add(every="day") == 422
    assert post.add(category="城市管理", nature="complaint") == 422
    for hostile in ("/city/deliveries/99999999999/off", "/city/deliveries/x/now", "/city/deliveries/sendings/0/retry"):
        assert post.analyst.post(hostile).status_code == 404
    with post.installation.scope(post.city) as scope:
        assert scope.session.scalars(select(FigureDelivery)).all() == []


def test_a_units_own_mailbox_is_an_offices_and_its_neighbours_at_the_same_provider_are_not(post: Post) -> None:
    with post.installation.scope(post.city) as scope:
        scope.session.add(
            Unit(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                code="water",
                name="自来水公司",
                kind="public_utility",
                mail="Office@example.com",
            )
        )
    assert post.add(addresses="someone@example.com") == 422
    assert post.add(addresses="office@example.com") == 303


def test_what_is_switched_off_sends_nothing_and_can_go_on(post: Post, receiver: MailReceiver) -> None:
    post.add(addresses="city@cd.gov.cn")
    assert post.analyst.post("/city/deliveries/1/off").status_code == 303
    post.order(APRIL_1)
    assert post.sendings() == []

    post.analyst.post("/city/deliveries/1/on")
    assert post.analyst.post("/city/deliveries/1/now").status_code == 303
    assert post.analyst.post("/city/deliveries/1/now").status_code == 303
    post.work(datetime.now(UTC) + timedelta(minutes=1))

    assert [(address, state) for _, address, state in post.sendings()] == [("city@cd.gov.cn", "sent")]
    assert len(receiver.received) == 1


def test_a_district_has_its_months_report_sent(
    installation: Installation, app: Flask, post: Post, receiver: MailReceiver
) -> None:
    administrator = Visitor(app)
    administrator.sign_in(make_account(installation, post.district, "admin", ["administrator"]))
    administrator.get("/city/deliveries")
    sent = {"page": "month", "form": "docx", "every": "month", "addresses": "qu@wuhou.gov.cn"}

    assert administrator.post("/city/deliveries", **sent | {"every": "week"}).status_code == 422
    assert administrator.post("/city/deliveries", **sent).status_code == 303
    assert administrator.post("/city/deliveries/1/now").status_code == 303

    post.city = post.district
    post.work(datetime.now(UTC))
    (message,) = receiver.received
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type().endswith("wordprocessingml.document")
