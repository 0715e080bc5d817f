"""The hour of an interview: like questions gathered, the most asked first; answered together, by keys alone, for one's own hosts."""

from typing import Any

from playwright.sync_api import Browser, expect

from tests.interviews.asking import SLUG, announce, ask, questions
from tests.web.browser import served, watched
from tests.web.interviews.conftest import Studio
from tests.web.making import make_account

HOUR = f"/interviews/{SLUG}/hour"
ANSWER = f"/interviews/{SLUG}/question/{{0}}/answer"


def ask_around(studio: Studio) -> None:
    """Four ask about lamps, two of them in the same words; one asks about trees, and last."""
    lamps = (
        "村口的路灯不亮，什么时候修",
        "村口的路灯不亮，什么时候修？",
        "村口的路灯不亮，什么时候能修好",
        "村口路灯不亮，什么时候修",
    )
    for number, text in enumerate(lamps):
        ask(studio.walk, text, handle=f"网友{number}")
    ask(studio.walk, "行道树多久剪一次", unit="parks", handle="树下")


def test_like_questions_are_gathered_and_answered_together(studio: Studio) -> None:
    ask_around(studio)
    operator = studio.visitor("operator")

    newest = operator.get(HOUR).get_data(as_text=True)
    assert newest.index('data-serial="5"') < newest.index('data-serial="1"')
    most = operator.get(f"{HOUR}?tab=most").get_data(as_text=True)
    assert most.index('data-serial="1"') < most.index('data-serial="5"')
    assert most.count("data-serial=") == 2
    assert '<td class="c-state num">4 条</td>' in most
    assert 'name="also" value="2" checked' in most
    assert 'name="also" value="3">' in most

    refused = operator.post(ANSWER.format(1), text="下周修好", tab="most", number="1")
    assert (refused.status_code, "请选择是哪位领导答复的" in operator.page) == (422, True)
    assert ">下周修好</textarea>" in operator.page
    answered = operator.post(ANSWER.format(1), text="下周修好", host="1", also=["2", "3"], tab="most", number="1")

    assert (answered.status_code, answered.location) == (303, f"{HOUR}?tab=most")
    assert "第 1 条和同类的 2 条已一并答复" in operator.get(answered.location).get_data(as_text=True)
    assert [each.state for each in questions(studio.walk)] == ["answered"] * 3 + ["waiting"] * 2
    assert "路政处处长 麦嘉树答复，张丽" in operator.get(f"{HOUR}?tab=answered").get_data(as_text=True)


def test_the_list_is_sent_anew_only_when_something_came(studio: Studio) -> None:
    ask(studio.walk, "路灯不亮", handle="网友")
    operator = studio.visitor("operator")
    first = operator.get(HOUR, HX_Request="true", HX_Target="list")
    assert "data-serial" in first.get_data(as_text=True)
    assert "<html" not in operator.page

    again: dict[str, Any] = {"HX_Request": "true", "HX_Target": "list", "If_None_Match": first.headers["ETag"]}
    assert operator.get(HOUR, **again).status_code == 304
    ask(studio.walk, "树倒了", handle="网友")
    assert operator.get(HOUR, **again).status_code == 200


def test_a_unit_answers_for_its_own_hosts_alone_and_only_the_desk_extends_and_sets_aside(studio: Studio) -> None:
    ask_around(studio)
    clerk = studio.visitor("clerk", "roads")
    page = clerk.get(HOUR).get_data(as_text=True)
    assert "答复人：路政处处长 麦嘉树" in page
    assert "冼知行</span>" not in page
    assert "/extend" not in page
    refused: dict[str, Any] = {"question/1/answer": {"text": "下周", "host": "2"}, "extend": {"reason": "还有人问"}}
    for deed, typed in {**refused, "question/1/aside": {"reason": "广告"}}.items():
        clerk.get(HOUR)
        assert clerk.post(f"/interviews/{SLUG}/{deed}", **typed).status_code == 403, deed
    clerk.get(HOUR)
    assert clerk.post(ANSWER.format(1), text="下周", host="1", number="1").status_code == 303

    leader = studio.visitor("leader")
    assert leader.get(HOUR).get_data(as_text=True).count('name="host"') == 2
    assert leader.post(ANSWER.format(2), text="明年加密", host="2", number="2").status_code == 303

    operator = studio.visitor("operator")
    operator.get(HOUR)
    assert operator.post(f"/interviews/{SLUG}/extend", reason="提问踊跃").location == HOUR
    assert "已延长到 14:10" not in operator.get(HOUR).get_data(as_text=True), "from now when the end has passed"
    assert "已延长 10 分钟" in operator.page
    assert operator.post(f"/interviews/{SLUG}/question/5/aside", reason="", tab="new").status_code == 422
    assert "没有办成" in operator.page
    operator.post(f"/interviews/{SLUG}/question/5/aside", reason="与政务无关", tab="new")
    assert "与政务无关" in operator.get(f"{HOUR}?tab=aside").get_data(as_text=True)


def test_before_it_is_opened_nothing_is_answered(studio: Studio) -> None:
    announce(studio.walk, "later")
    ask(studio.walk, "路灯不亮", slug="later", handle="网友")
    page = studio.visitor("operator").get("/interviews/later/hour").get_data(as_text=True)
    assert "开始以后才能当场答复" in page
    assert 'name="host"' not in page


def test_the_hour_is_worked_by_keys_alone_and_fits_a_phone(studio: Studio, browser: Browser) -> None:
    ask_around(studio)
    operator = make_account(studio.walk.installation, studio.walk.slug, "operator", ["operator"], name="张丽")
    with served(studio.app) as address, watched(browser, address) as window:
        window.sign_in(operator)
        window.open(f"{HOUR}?tab=most")
        page = window.page
        page.keyboard.press("j")
        expect(page.locator("#pane .question")).to_have_text("行道树多久剪一次")
        page.keyboard.press("a")
        page.keyboard.type("每季度一次")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        expect(page.locator("#notice")).to_contain_text("第 5 条已答复")
        window.open(HOUR)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert (window.complaints, window.strangers) == ([], [])
    assert [each.state for each in questions(studio.walk)][4] == "answered"
