"""Interviews for everybody: asked without an account, nothing personal shown, and told in words what became of it."""

import html
import re
from typing import Any

import pytest
from altcha.v1 import solve_challenge
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.web.proof import MOST
from tests.interviews.asking import SLUG, answer, ask, close, hand_all_over, questions, tickets
from tests.web.interviews.conftest import Studio

PHONE = "13800000009"


class Page:
    """Somebody at the public page of the interview, without an account."""

    def __init__(self, studio: Studio) -> None:
        self.at = f"{studio.public}/{SLUG}"
        self.client: FlaskClient = studio.app.test_client()
        self.form: dict[str, str] = {}

    def read(self, path: str = "") -> str:
        return self.client.get(f"{self.at}{path}").get_data(as_text=True)

    def open_form(self) -> None:
        """Open the form anew, and solve what it asks for."""
        page = self.read("/ask")
        fields = {
            name: html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        }
        wanted, salt = (re.search(rf'data-{name}="([^"]*)"', page) for name in ("wanted", "salt"))
        assert wanted is not None
        assert salt is not None
        solved = solve_challenge(wanted[1], html.unescape(salt[1]), "SHA-256", MOST)
        assert solved is not None
        self.form = fields | {"proof_number": str(solved.number)}

    def send(self, **typed: Any) -> TestResponse:
        return self.client.post(f"{self.at}/ask", data=self.form | typed)

    def ask(self, **typed: Any) -> tuple[str, str, str]:
        """Ask, and return number, code and the page."""
        self.open_form()
        page = self.send(**typed).get_data(as_text=True)
        number, code = re.findall(r'<dd class="big">(\w+)</dd>', page)
        return number, code, page

    def own(self, number: str, code: str) -> tuple[int, str]:
        answer = self.client.post(f"{self.at}/own", data={"number": number, "code": code})
        return answer.status_code, answer.get_data(as_text=True)


def test_a_question_is_asked_once_however_often_the_form_is_sent_and_found_again_by_its_code(studio: Studio) -> None:
    page = Page(studio)
    page.open_form()
    unproved = page.send(text="村口路灯不亮", name="陈先生", phone=PHONE, unit="roads", proof="")
    assert (unproved.status_code, "村口路灯不亮</textarea>" in unproved.get_data(as_text=True)) == (422, True)
    only_marks = page.send(text="？？！")
    assert "没有文字" in only_marks.get_data(as_text=True)
    number, code, _ = page.ask(text="村口路灯不亮", name="陈先生", phone=PHONE, unit="roads")
    again = page.send(text="村口路灯不亮", name="陈先生", phone=PHONE, unit="roads")

    assert (again.status_code, code in again.get_data(as_text=True)) == (200, True)
    assert again.headers["Cache-Control"] == "no-store"
    [kept] = questions(studio.walk)
    assert (kept.place, kept.unit_id, kept.state) == ("page", studio.walk.unit_id("roads"), "waiting")
    status, own = page.own(number, code.lower())
    assert (status, "还没有答复" in own, PHONE in own) == (200, True, False)
    assert page.own(number, "00000000")[0] == 422
    assert page.own("99", code)[0] == 422

    _, _, doubled = page.ask(text="村口 路灯不亮！", phone=PHONE)
    assert "这个问题您问过了" in doubled
    _, _, alike = page.ask(text="村口路灯不亮", phone="13800000010")
    assert "还有 1 位网友问了同样的问题" in alike


def test_an_address_asks_so_often_a_day(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.intake.repeated.allowed", lambda *_: 1)
    page = Page(studio)
    page.ask(text="第一个问题")
    page.open_form()
    refused = page.send(text="第二个问题")
    assert (refused.status_code, "这个网络地址今天提交得太多了" in refused.get_data(as_text=True)) == (422, True)
    assert "第二个问题</textarea>" in refused.get_data(as_text=True)
    assert len(questions(studio.walk)) == 1


def test_a_question_is_read_by_all_once_it_is_answered_or_somebody_lets_it_and_nobody_is_named(studio: Studio) -> None:
    walk, page, operator = studio.walk, Page(studio), studio.visitor("operator")
    said = f"我叫陈小明，住金桥路 8 号 3 栋 402 室，电话 {PHONE}，路灯不亮"
    for number, text in enumerate((said, "树要剪了", "卖二手车，找陈小明")):
        ask(walk, text, name="陈小明", phone=f"1380000000{number}", handle=f"小明{number}")
    assert "还没有可以看的提问" in page.read()

    answer(walk, 1, f"陈小明您好，{PHONE} 已登记，下周修好")
    operator.get(f"/interviews/{SLUG}")
    operator.post(f"/interviews/{SLUG}/question/2/show", shown="yes")
    shown = page.read()
    assert "路灯不亮" in shown
    assert "下周修好" in shown
    assert "路政处处长麦嘉树答复" in shown
    assert "树要剪了" in shown
    assert [secret in shown for secret in ("陈小明", PHONE, "402", "小明0", "二手车")] == [False] * 5

    operator.get(f"/interviews/{SLUG}")
    for withheld in ("1", "2"):
        operator.post(f"/interviews/{SLUG}/question/{withheld}/show", shown="no")
    assert "还没有可以看的提问" in page.read()
    operator.post(f"/interviews/{SLUG}/question/3/aside", reason="广告")
    operator.get(f"/interviews/{SLUG}")
    assert operator.post(f"/interviews/{SLUG}/question/3/show", shown="yes").status_code == 409


def test_afterwards_the_page_says_what_became_of_all_and_what_each_unit_has_left(studio: Studio) -> None:
    walk, page, operator = studio.walk, Page(studio), studio.visitor("operator")
    number, code, _ = page.ask(text="村口路灯不亮", phone=PHONE, unit="roads")
    ask(walk, "村口路灯不亮", handle="另一位")
    ask(walk, "行道树多久剪一次", unit="parks", handle="树下")
    ask(walk, "公园几点开门", unit="parks", handle="早起")
    answer(walk, 4, "六点", host=2)
    close(walk)
    operator.get(f"/interviews/{SLUG}")
    operator.post(f"/interviews/{SLUG}/question/2/show", shown="yes")
    assert "还有 3 条正在整理" in page.read()
    hand_all_over(walk)

    told = page.read()
    assert "4 条提问，当场答复 1 条。其余 3 条归纳并成 2 件转给各单位，已办结 0 件，还在办理 2 件。" in told
    assert ("各单位的件数太少，不单列。" in told, 'data-column="单位"' in told) == (True, False)
    assert "和同类提问并为一件，已转为工单，正在办理" in told
    assert [each.serial_no in told for each in tickets(walk)] == [False] * 3
    status, own = page.own(number, code)
    assert (status, "已转为工单，正在办理" in own) == (200, True)
    given = dict(zip(("number", "code"), re.findall(r'<dd class="big">(\w+)</dd>', own), strict=True))
    followed = page.client.post(f"/public/{walk.slug}/progress", data=given)
    assert (followed.status_code, "村口路灯不亮" in followed.get_data(as_text=True)) == (200, True)
    assert "不再收提问" in page.read("/ask")
    assert "没办完" in studio.app.test_client().get(studio.public).get_data(as_text=True)
    assert page.client.get(f"{studio.public}/nothing").status_code == 404
