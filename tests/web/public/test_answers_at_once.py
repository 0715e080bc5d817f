"""热点问题“秒回”, on the public page: the answer is shown before anything is filed, and what did not help is filed as it was typed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.hooks import InstantRules, InstantTopic, ProgressNews, ProgressStep
from core.knowledge.models import InstantAnswer
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import Ticket
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account
from tests.web.public.reporting import Reporter

NOW = datetime.now(UTC) - timedelta(hours=1)
TOPIC = InstantTopic(("居住证怎么办理", "办居住证要什么材料"), "请在小程序申领。", "公安分局审定", "f/topic")
ASKED = "请问居住证怎么办理？"


def told(step: ProgressStep) -> list[ProgressNews]:
    return [ProgressNews(f"{step.name} {{serial_no}} {{page}}", False, True, "f/step", "每步告知")]


class Counter:
    """A district that answers at once, somebody at its public page, and the clock on its wall."""

    def __init__(self, installation: Installation, app: Flask) -> None:
        self.installation, self.app = installation, app
        self.slug, self.now = make_district(self.installation, features={"f": {}}), NOW
        with self.installation.scope(self.slug) as scope:
            values = {"open": True, "address": "https://suqiu.example.gov.cn"}
            made = write_revision(
                scope, "core.portal", values=values, schema_version=1, reason="测试", author=FILES, now=self.now
            )
            make_active(scope, "core.portal", made.number, actor=FILES, now=self.now)
        self.installation.forget()
        self.client: FlaskClient = self.app.test_client()
        self.reporter = Reporter(self.client, f"/public/{self.slug}")
        self.reporter.open()

    def press(self, go: str = "next", **typed: str) -> str:
        """Press a button of the page half a minute later, as without scripts; return what is shown then."""
        self.now += timedelta(seconds=40)
        self.reporter.press(go, **typed)
        return unescape(self.reporter.page)

    def send(self, text: str, **typed: str) -> str:
        """Write this on the first step, and go on to the end."""
        self.press(text=text)
        return self.finish(**typed)

    def finish(self, **typed: str) -> str:
        """Go on to the end from the second step."""
        self.press("unknown")
        self.press(**typed)
        return self.press("send")

    def tickets(self) -> list[str]:
        with self.installation.scope(self.slug) as scope:
            return list(scope.session.scalars(select(Ticket.text).order_by(Ticket.id)))

    def outcomes(self) -> list[str]:
        with self.installation.scope(self.slug) as scope:
            return list(scope.session.scalars(select(InstantAnswer.outcome).order_by(InstantAnswer.id)))


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[tuple[Installation, Flask]]:
    feature = make_feature("f", instant_rules=lambda: [InstantRules(70, 35, (TOPIC,))], progress_news=told)
    installation = make_installation(database_url, features=[feature])
    yield installation, create_app(installation)
    installation.database.engine.dispose()


@pytest.fixture
def counter(house: tuple[Installation, Flask], monkeypatch: pytest.MonkeyPatch) -> Counter:
    made: list[Counter] = []
    monkeypatch.setattr("core.web.public.site.clock", lambda: made[0].now if made else NOW)
    made.append(Counter(*house))
    return made[0]


def test_an_answer_is_shown_with_its_source_and_who_is_helped_files_nothing(counter: Counter) -> None:
    shown = counter.press(text=ASKED)

    for words in ("请在小程序申领。", "依据：公安分局审定。置信度 100%", "解决了，不用提交", f"{ASKED}</textarea>"):
        assert words in shown
    assert re.findall(r'name="go" value="(\w+)"', shown)[0] == "next"  # what Enter in a field does
    assert "很高兴帮到您" in counter.press("solved")
    assert (counter.tickets(), counter.outcomes()) == ([], ["helped"])
    counter.reporter.page = shown
    assert "没有提交" in counter.press("solved")  # that page is over


def test_what_did_not_help_is_filed_as_it_was_typed_and_the_operator_sees_both(counter: Counter) -> None:
    counter.press(text=ASKED)
    counter.press(text=f"{ASKED} 我的情况不同。")
    filed = counter.finish(phone="13800000009")

    assert "受理流水号" in filed
    assert (counter.tickets(), counter.outcomes()) == ([f"{ASKED} 我的情况不同。"], ["unhelped"])
    operator = Visitor(counter.app)
    operator.sign_in(make_account(counter.installation, counter.slug, "op", ["operator"], name="张丽"))
    number = re.search(r"T[0-9A-F]{8}\d{13}", filed)
    assert number
    ticket = operator.get(f"/t/{number[0]}").get_data(as_text=True)
    figures = operator.get("/knowledge?tab=instant").get_data(as_text=True)
    assert "提交前已给出答复“居住证怎么办理”（置信度 100%" in ticket
    assert all(words in figures for words in ("没有帮到 1 次", "要改写", number[0]))


@pytest.mark.parametrize("text", ["路面坑洼，请尽快修补。", "居住证怎么办理，窗口着火了有危险，怎么投诉"])
def test_what_is_nothing_for_a_machine_is_filed_at_once(counter: Counter, text: str) -> None:
    assert "受理流水号" in counter.send(text=text)
    assert (counter.tickets(), counter.outcomes()) == ([text], [])


def test_the_resident_stops_the_news_with_number_and_code_and_has_the_answer_all_the_same(counter: Counter) -> None:
    walk = Walk(counter.installation, counter.slug)
    accepted = walk.take_in(contact=Contact("陈先生", "13800000009"))
    own = {"number": accepted.serial_no, "code": accepted.access_code}

    def post(deed: str = "", **fields: str) -> str:
        seen = {"version": str(walk.ticket().version)}
        answer = counter.client.post(f"/public/{counter.slug}/progress{deed}", data=own | seen | fields)
        return unescape(answer.get_data(as_text=True))

    def chosen(page: str) -> tuple[list[str], str]:
        """Return the ways that the page offers and the one that is chosen, and whether each step is told or the answer alone."""
        tags = re.findall(r"<input type=\"radio\" name=\"(by|stopped)\" value=\"(\w*)\"([^>]*)>", page)
        picked = {name: value for name, value, rest in tags if "checked" in rest}
        return [value for name, value, _ in tags if name == "by"], f"{picked['by']}/{picked['stopped']}"

    assert chosen(post()) == (["sms", "none"], "sms/no")
    stopped = post("/news", by="sms", stopped="yes")
    assert "今后这样通知您" in stopped
    assert chosen(stopped) == (["sms", "none"], "sms/yes")
    told = walk.ticket().version
    for sent_again in ({}, {"version": str(told - 1)}):
        repeated = post("/news", by="sms", stopped="yes", **sent_again)
        assert "今后这样通知您" in repeated
        assert (walk.ticket().news_stopped, walk.ticket().version) == (True, told)
    assert chosen(post("/news", by="none", stopped="no"))[1] == "none/no"
    assert "请填写邮箱" in post("/news", by="mail", stopped="no")
    assert "没有这种告知方式" in post("/news", by="pigeon", stopped="no")
