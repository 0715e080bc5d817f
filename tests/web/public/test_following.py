"""Following one's own appeal: what is shown of it, and what its resident does with it, all without a script."""

import io
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.files.judging import Upload
from core.jobs.delivery import deliver
from core.jobs.transports.outgoing import Outgoing
from core.jobs.transports.wechat import Tokens
from core.journey import own_appeal, redo_wish
from core.journey.files import add_files, judge_all
from core.kit.serials import spoken_code, spoken_number
from core.tickets.contact import Contact
from core.tickets.links import link_token
from core.tickets.models import Message
from core.tickets.states import State
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing
from tests.files.samples import photo
from tests.journey.walking import Walk
from tests.web.conftest import House
from tests.web.public.test_progress import read

PHONE = "13800000001"


class Resident:
    """Somebody who has number and code of an appeal of theirs, at a browser."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, **appeal: Any) -> None:
        self.house, self.client, self._monkeypatch = house, house.app.test_client(), monkeypatch
        self.walk = Walk(house.installation, house.slug)
        self.accepted = self.walk.take_in(
            text=appeal.pop("text", "人民路坑洼"), contact=Contact("王小明", PHONE), **appeal
        )
        self.at("2026-03-13 12:00")

    def at(self, time: str) -> None:
        """Let it be then."""
        self._monkeypatch.setattr("core.web.public.site.clock", lambda: beijing(time))

    def send(self, deed: str = "", **fields: Any) -> TestResponse:
        """Send the form of a deed, "" = open the page."""
        own = {
            "number": spoken_number(self.accepted.serial_no),
            "code": spoken_code(self.accepted.access_code),
            "version": str(self.walk.ticket().version),
        }
        return self.client.post(f"/public/{self.house.slug}/progress{deed}", data={**own, **fields})

    def link(self, purpose: Any = "rate") -> str:
        """Return the address of a link that a message would carry."""
        now = beijing("2026-03-13 11:00")
        token = self.walk.run(lambda scope: link_token(scope, self.walk.ticket(), purpose, now=now))
        return f"/public/{self.house.slug}/r/{token}"


@pytest.fixture
def resident(house: House, monkeypatch: pytest.MonkeyPatch) -> Resident:
    return Resident(house, monkeypatch)


def answered(resident: Resident) -> Resident:
    resident.walk.dispatch()
    resident.walk.sign()
    resident.walk.reply()
    resident.walk.pass_reply()
    return resident


def steps(page: str) -> list[tuple[str, str, str]]:
    """Return what the page tells of each step: what, when, and how long it took."""
    lines = re.findall(
        r"<li><div><b>(.*?)</b></div><time[^>]*>(.*?)</time>(?:<span class=\"hint\">(.*?)</span>)?", page
    )
    return [(what, when, took) for what, when, took in lines]


def test_the_newest_step_stands_first_with_how_long_it_took(resident: Resident) -> None:
    resident.walk.dispatch("2026-03-12 10:12")
    resident.walk.sign("2026-03-13 11:42")

    assert steps(read(resident.send())) == [
        ("承办单位已签收", "今天 11:42", "用时 1 天"),
        ("已派给道路管理处办理", "3 月 12 日 10:12", "用时 12 分钟"),
        ("已受理", "3 月 12 日 10:00", ""),
        ("已收到您的反映", "3 月 12 日 10:00", ""),
    ]


def test_an_appeal_handled_with_another_shows_the_steps_of_that_one_and_nothing_of_who_brought_it(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Resident(resident.house, monkeypatch, text="人民路路面坑洼，王大妈摔倒")
    resident.walk.attach("2026-03-12 10:10", master=other.accepted.serial_no)
    other.walk.dispatch("2026-03-12 10:20")

    page = read(resident.send())

    assert [what for what, _, _ in steps(page)][:2] == ["已派给道路管理处办理", "和同一件事的其他反映一并办理"]
    assert '<b lang="zh-CN">道路管理处</b>' in page
    assert other.accepted.serial_no not in page.replace(" ", "")
    assert "王大妈" not in page


def file_links(page: str) -> dict[str, str]:
    """Return the addresses of the files that the page shows, by their names."""
    links = re.findall(
        r'<a href="([^"]*/progress/files/[^"]*)">(?:<img[^>]*>)?<span lang="zh-CN">(.*?)</span></a>', page
    )
    return {name: href for href, name in links}


def test_the_resident_gets_their_own_files_and_those_added_to_the_answer_for_them_for_half_an_hour(
    resident: Resident,
) -> None:
    walk = resident.walk
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    resident.at("2026-03-13 09:00")
    added = resident.send("/supplement", words="", files=(io.BytesIO(photo()), "坑.jpg"))
    for name, is_for_resident in (("现场记录.jpg", False), ("修好了.jpg", True)):
        clean = judge_all([Upload(name, photo())])
        order = Order(walk.lead_clerk(), beijing("2026-03-13 09:30"))
        with resident.house.installation.scope(resident.house.slug) as scope:
            add_files(scope, walk.serial_no, order, clean, for_resident=is_for_resident)
    walk.reply("2026-03-13 10:00")
    before = file_links(read(resident.send()))
    walk.pass_reply("2026-03-13 11:00")
    resident.at("2026-03-13 12:00")
    after = file_links(read(resident.send()))

    assert (added.status_code, set(before), set(after)) == (200, {"坑.jpg"}, {"坑.jpg", "修好了.jpg"})
    shown = resident.client.get(after["修好了.jpg"])
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert resident.client.get(f"{after['坑.jpg']}?small=1").status_code == 200
    last = after["坑.jpg"][-1]
    forged = after["坑.jpg"][:-1] + ("0" if last != "0" else "1")
    resident.at("2026-03-13 12:31")
    assert [resident.client.get(each).status_code for each in (forged, after["坑.jpg"])] == [404, 404]


def test_to_withdraw_is_asked_twice_and_then_said(resident: Resident) -> None:
    resident.walk.dispatch()

    asked = resident.send("/withdraw")
    in_between = resident.walk.ticket().state
    unsaid = resident.send("/withdraw", sure="yes")
    done = resident.send("/withdraw", sure="yes", reason="solved", words="邻居修好了")

    assert "确定撤回这件诉求吗" in read(asked)
    assert (in_between, unsaid.status_code, done.status_code) == (State.DISPATCHED, 422, 200)
    assert "您已经撤回这件诉求" in read(done)
    assert resident.walk.ticket().withdrawn_reason == "solved"
    assert all(f'/progress/{deed}"' not in read(done) for deed in ("withdraw", "urge", "supplement", "rate"))


def test_who_is_dissatisfied_says_with_what_and_wants_it_done_again_and_hears_why_not(resident: Resident) -> None:
    answered(resident)

    rated = resident.send("/rate", resolved="no", satisfaction="dissatisfied")
    why = resident.send("/why", cause="process")
    wanted = resident.send("/redo", words="坑还在")
    twice = resident.send("/redo")
    walk = resident.walk
    staff = resident.house.visitor(resident.house.operator).get(f"/t/{walk.serial_no}").get_data(as_text=True)
    lane = resident.house.visitor(resident.house.operator).get("/desk?lane=redo").get_data(as_text=True)
    walk.do(redo_wish.decline_redo, "2026-03-13 14:00", actor=OPERATOR, reason="坑在小区内，由物业修补")
    told = read(resident.send())

    assert "主要哪里没办好" in read(rated)
    assert "您的评价：未解决，不满意。沟通过程：没有细说" in read(why)
    assert "您要求重办，受理人员正在决定" in read(wanted)
    assert twice.status_code == 409
    assert "沟通过程：没有细说" in staff
    assert walk.serial_no in lane
    assert "坑在小区内，由物业修补" in told


def test_a_rating_link_asks_first_rates_once_and_is_kind_when_used_again(resident: Resident) -> None:
    answered(resident)
    link = resident.link()

    asked = resident.client.get(link)
    nothing_yet = resident.walk.ticket().state
    half = resident.client.post(link, data={"satisfaction": "satisfied"})
    rated = resident.client.post(link, data={"satisfaction": "dissatisfied", "resolved": "no"})
    why = resident.client.post(link, data={"deed": "why", "cause": "result"})
    again = resident.client.post(link, data={"satisfaction": "satisfied", "resolved": "yes"})

    words = read(asked)
    assert (asked.status_code, asked.headers["Cache-Control"], nothing_yet) == (200, "no-store", State.CONCLUDED)
    assert all(hidden not in words for hidden in ("人民路坑洼", "王小明", PHONE, resident.accepted.access_code))
    assert (half.status_code, rated.status_code, why.status_code, again.status_code) == (422, 200, 200, 200)
    assert "请选择问题解决了没有" in read(half)
    assert "已经评价过这次办理，谢谢" in read(again)
    assert "您的评价：未解决，不满意" in read(again)
    resident.walk.redo("2026-03-13 14:00")
    assert "重新办理" in read(resident.client.get(link))


def test_links_that_we_did_not_make_are_not_there_and_are_counted(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = answered(resident).link()
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    monkeypatch.setattr(own_appeal, "WAIT_AFTER", 2)

    answers = [resident.client.get(each).status_code for each in (forged, f"{forged}x", good)]

    assert answers == [404, 404, 429]


def test_the_other_links_lead_to_the_code_and_stop_the_news(resident: Resident) -> None:
    follow, stop = resident.link("follow"), resident.link("stop-news")

    led = resident.client.get(follow)
    asked = resident.client.get(stop)
    before = resident.walk.ticket().news_stopped
    stopped = resident.client.post(stop)

    assert (led.status_code, led.headers["Location"].endswith(f"/progress?number={resident.accepted.serial_no}")) == (
        302,
        True,
    )
    assert (asked.status_code, before, resident.walk.ticket().news_stopped) == (200, False, True)
    assert "只在答复出来时告诉您" in read(stopped)


def sms_of(resident: Resident) -> list[Message]:
    """Return the SMS to the resident that give number and code again."""
    return resident.walk.run(
        lambda scope: list(
            scope.session.scalars(
                select(Message).where(Message.tenant_id == scope.tenant.id, Message.news.startswith("receipt/"))
            )
        )
    )


def test_number_and_code_go_to_the_phone_that_was_left_and_the_code_is_kept_in_no_message(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_URL", "http://sms.invalid")
    sent = [resident.send("/sms").status_code for _ in range(4)]
    (first, *_), outgoing = sms_of(resident), Kept()
    resident.walk.run(
        lambda scope: deliver({"sms": outgoing}, Tokens(), scope, {"message_id": first.id}, beijing("2026-03-13 12:00"))
    )

    code = spoken_code(resident.accepted.access_code)
    assert sent == [200, 200, 200, 409]
    assert [code in each.text for each in sms_of(resident)] == [False, False, False]
    (out,) = outgoing.sent
    assert (out.to, code in out.text, spoken_number(resident.accepted.serial_no) in out.text) == (PHONE, True, True)


def test_who_lost_the_code_is_answered_alike_whether_the_phone_is_theirs(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_URL", "http://sms.invalid")
    at, number = f"/public/{resident.house.slug}/progress/lost", spoken_number(resident.accepted.serial_no)
    unproved = resident.client.post(at, data={"number": number, "phone": PHONE})
    monkeypatch.setattr("core.web.public.progress.is_proved", lambda *_, **__: True)

    wrong = resident.client.post(at, data={"number": number, "phone": "13800000002"})
    nothing = len(sms_of(resident))
    right = resident.client.post(at, data={"number": number, "phone": "138 0000 ０００１"})

    assert (unproved.status_code, wrong.status_code, right.status_code) == (422, 200, 200)
    assert (nothing, len(sms_of(resident))) == (0, 1)
    assert read(wrong) == read(right)


class Kept:
    """A gateway that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, message: Outgoing, *, now: datetime) -> None:
        """Keep it."""
        self.sent.append(message)
