"""One seeded house for all screens of a worker: one of everything that an address can name, and tickets in every state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.disclosure.flow import flow_of
from core.disclosure.service import public_no
from core.escalation.accountability.models import AccountabilityCase
from core.hooks import OutreachKind
from core.hooks.roster import Roster
from core.intake.outreach.rules import Occasion, Said
from core.intake.outreach.service import keep_line, keep_occasion
from core.journey import conclude, desk, disclose, give_back, handle, join, knowledge, press
from core.journey.import_task import confirm_import, hand_in
from core.journey.open_flow import open_flows
from core.journey.outreach import submit_outreach
from core.journey.task_kinds import TASK_KINDS
from core.journey.tasks import go_on
from core.knowledge.drafts import Draft
from core.people.queries import accounts
from core.people.second_factor.service import bind, offer
from core.people.service import open_account
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation, Scope
from core.tickets.queries import get_ticket_id
from core.units.queries import directory
from core.web import create_app
from core.web.step_cookie import COOKIE as STEP
from core.web.visit import COOKIE
from tests.builders import (
    OPERATOR,
    REVIEWER,
    SUPERVISOR,
    make_actor,
    make_city,
    make_installation,
    make_ticket,
    switch_on,
)
from tests.permissions.operations import Operation
from tests.permissions.places import STRANGER, Place, make_place, open_panel, place_feature
from tests.servers import TestServers
from tests.web.browser import Watched, served
from tests.web.making import PASSWORD, Life, Visitor, make_account
from tests.web.phone import Phone

SHIPPED = ("nanhai.openness", "pingshan.entrance", "pingshan.meetings")
"""Features that add pages, or what stands on them."""
OF_CITY = ({"code": "c1", "category": "市容", "subcategory": "道路桥梁"},)
"""What the city lists, so that a district can map its items to it."""
LONG = "施工围挡向人行道倾斜，旁边有变压器，每天有学生经过，担心倒塌，请尽快到现场处理并告知处理结果"


@dataclass(frozen=True)
class Theatre:
    """The house, where it is served, and what stands in it by what happened to it: serial numbers, numbers of other things."""

    place: Place
    app: Flask
    address: str
    things: dict[str, str]
    logins: dict[str, str]
    """How those sign in who are not of the place, or do not get in by the password alone."""

    def path(self, screen: str) -> str:
        """Return the address of a screen with the values of the house in it; ` @thing` says which one it is of."""
        screen, _, thing = screen.partition(" @")
        rule, _, query = screen.partition("?")
        operation = Operation("GET", rule, "anybody")
        values = {name: self.things[thing] for name in operation.parameters[-1:] if thing}
        path = operation.at(**{**self.place.values(operation), **values})
        return f"{path}?{query}" if query else path

    def client(self, role: str) -> FlaskClient:
        """Return a browser of somebody of this role, with the session they have; strangers have none."""
        if role == STRANGER:
            return self.app.test_client()
        if role in self.logins:
            visitor = Visitor(self.app)
            assert visitor.sign_in(self.logins[role]).status_code == 303
            return visitor.client
        return self.place.signed_in(role).client

    def enter(self, window: Watched, role: str) -> None:
        """Give the window the session of somebody of this role."""
        window.page.context.clear_cookies()
        client = self.client(role)
        for name, path in ((COOKIE, "/"), (STEP, "/sign-in")):
            if cookie := client.get_cookie(name, path=path):
                window.page.context.add_cookies(
                    [{"name": name, "value": cookie.value, "domain": "127.0.0.1", "path": path}]
                )


@pytest.fixture(scope="session")
def theatre(servers: TestServers) -> Iterator[Theatre]:
    shipped = [Roster.installed().features[name] for name in SHIPPED]
    installation = make_installation(servers.another_database("screens")[0], features=[place_feature(), *shipped])
    app = create_app(installation)
    place = make_place(installation, app, more=0)
    things = seed(installation, place)
    city = make_city(installation, [place.slug], duties=OF_CITY)
    analyst = make_account(installation, city, "analyst", ["analyst"], name="市级分析席")
    with installation.scope(place.slug) as scope:
        logins = {"analyst": analyst} | _halfway(scope)
    with served(app) as address:
        yield Theatre(place, app, address, things, logins)
    installation.database.engine.dispose()


def seed(installation: Installation, place: Place) -> dict[str, str]:
    """Take in tickets and bring each to another state, and open to everybody what can be; return their numbers."""
    unit = str(place.has["unit"][0])

    def life(text: str = LONG) -> Life:
        return Life(installation, place.slug).take_in(text=text, place="富民南路 88 号附近")

    def asked_to_return() -> Life:
        sent = life("路灯整段不亮已一周").handled(unit)
        asked = {"reason_code": "not_duty", "evidence": "职责清单第十二项", "proposed_unit": "parks"}
        return sent.do(give_back.request_return, sent.clerk(unit), **asked)

    def pressed() -> Life:
        sent = life("沙井盖缺失").handled(unit)
        sent.do(press.open_supervision, SUPERVISOR, level="red", demand="书面说明三天未处置的原因和整改措施")
        return sent.do(press.send_letter, SUPERVISOR, kind="talk", text="请来面谈")

    def instructed() -> Life:
        sent = life("学校门口没有斑马线").handled(unit)
        how = {"leader": "区长", "level": "district", "text": "请立即整改，举一反三"}
        return sent.do(press.instruct, SUPERVISOR, **how)

    def accused() -> str:
        sent = life("垃圾一周没有清运").handled(unit)
        sent.do(press.hold_to_account, SUPERVISOR, authority="parks", reason="超期未答复")
        case: AccountabilityCase = sent.only(AccountabilityCase)
        return case.code

    def replied() -> Life:
        sent = life("餐馆油烟直排居民楼窗口").handled(unit)
        return sent.do(
            handle.reply, sent.clerk(unit), text="已到现场，要求餐馆三日内加装净化器", disposition="resolved"
        )

    with installation.scope(place.slug) as scope:
        _opened(scope)
    installation.forget()
    with installation.scope(place.slug) as scope:
        meeting = _meeting(scope)
        article = _article(scope)
    imports = _imports(installation, place)
    lives = {
        "waiting": life(),
        "waiting too": life("夜间施工扰民"),
        "to be cleared": Life(installation, place.slug).register(),
        "dispatched": life().do(desk.dispatch, OPERATOR, lead=unit, reason="受理席派单"),
        "signed": life().handled(unit),
        "asked to return": asked_to_return(),
        "pressed": pressed(),
        "instructed": instructed(),
        "replied": replied(),
        "split": life("一是路灯不亮，二是井盖缺失").do(join.split, OPERATOR, texts=["路灯不亮", "井盖缺失"]),
        "concluded": replied().do(conclude.pass_reply, REVIEWER),
    }
    done = lives["concluded"].do(disclose.prepare_disclosure, REVIEWER).do(disclose.publish_disclosure, REVIEWER)

    earlier = datetime.now(UTC) - timedelta(days=3)
    old = make_ticket(installation, place.slug, text="公园长椅损坏", now=earlier).serial_no

    def opened(scope: Scope) -> dict[str, str]:
        open_flows(scope, now=earlier)
        flow = flow_of(scope, get_ticket_id(scope, old))
        assert flow
        panel = open_panel(scope, place, old, datetime.now(UTC))
        return {"case": public_no(scope, get_ticket_id(scope, done.serial_no)), "flow": flow.public_no, "panel": panel}

    numbers = {"accused": accused(), "meeting": str(meeting), "article": str(article)}
    numbers |= installation.run(place.slug, opened)
    return {name: each.serial_no for name, each in lives.items()} | numbers | imports


def _opened(scope: Scope) -> None:
    """Let residents write without an account, and look at the steps of what is handled."""
    now = datetime(2010, 1, 1, tzinfo=UTC)
    values: dict[str, Any] = {"open": True}
    written = write_revision(
        scope, "core.portal", values=values, schema_version=1, reason="测试", author=FILES, now=now
    )
    make_active(scope, "core.portal", written.number, actor=FILES, now=now)
    for feature in SHIPPED:
        switch_on(scope, feature, {})


def _meeting(scope: Scope) -> int:
    """Hold a residents' meeting whose lines were submitted."""
    now, kind = datetime.now(UTC), OutreachKind("residents-meeting", "民情联系会", "meeting")
    occasion = Occasion(kind.id, now - timedelta(hours=2), "parks", "八月联系会")
    held = keep_occasion(scope, occasion, kind, directory(scope).get_unit("parks"), actor=OPERATOR, now=now)
    for number, line in enumerate(("楼道灯不亮", LONG), start=1):
        keep_line(scope, held, Said(line), number=number, key=str(number), actor=OPERATOR, now=now)
    scope.session.flush()
    submit_outreach(scope, held.id, afresh=False, actor=OPERATOR, now=now)
    return held.id


def _article(scope: Scope) -> int:
    """Answer a question for everybody."""
    now = datetime.now(UTC)
    draft = Draft("怎样申请路灯维修", "路灯坏了找谁", "请拨打 12345，或在网上提交。")
    written = knowledge.write_article(scope, draft, unit="parks", actor=OPERATOR, now=now)
    knowledge.approve_article(scope, written.id, 1, actor=REVIEWER, now=now)
    return written.id


def _halfway(scope: Scope) -> dict[str, str]:
    """Open the accounts of people whose password alone does not let them in; return how they sign in."""
    earlier = datetime.now(UTC) - timedelta(minutes=10)
    for login, role in (("to-bind", "administrator"), ("to-give", "operator")):
        open_account(scope, login=login, name="两步登录", password=PASSWORD, roles=[role], now=earlier)
    holder = next(each.id for each in accounts(scope) if each.login == "to-give")
    bind(scope, holder, Phone(offer(scope, holder)).code(now=earlier), now=earlier)
    slug = scope.tenant.slug
    return {"whoever must bind a phone": f"to-bind@{slug}", "whoever must give its code": f"to-give@{slug}"}


def _imports(installation: Installation, place: Place) -> dict[str, str]:
    """Have the operator import two rows, of which one comes back, and hand in another file that waits to be looked at."""
    actor, now = make_actor("坐席", "operator", id=place.accounts["operator"]), datetime.now(UTC)
    table = "诉求内容,提交时间\n人行道地砖松动,\n路灯不亮,三月十二\n".encode()

    def handed_in(name: str) -> int:
        return installation.run(
            place.slug, lambda scope: hand_in(scope, name, table, actor=actor, request=name, now=now).id
        )

    done = handed_in("已导入.csv")
    installation.run(place.slug, lambda scope: confirm_import(scope, done, actor=actor, now=now))
    while not go_on(installation, place.slug, TASK_KINDS, done, now=now).has_ended:
        pass
    return {"imported": str(done), "to import": str(handed_in("待导入.csv"))}
