"""Drafts: what is typed is there again, whatever happens to the window, and never over somebody's newer words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from core.journey.erase import erase_person
from core.people.drafts.models import Draft
from core.people.drafts.service import kept
from core.people.service import close_account
from tests.builders import make_actor, make_ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import PASSWORD, Life

WORDS = "已到现场查看，坑洼约两平方米，定于周五铺补"


def drafts(house: House) -> list[str]:
    """Return the names of the drafts that the district's people have."""
    with house.installation.scope(house.slug) as scope:
        return list(scope.session.scalars(select(Draft.name).where(Draft.tenant_id == scope.tenant.id)))


def in_hand(house: House) -> str:
    """Return a ticket that the roads department handles."""
    return Life(house.installation, house.slug).take_in().handled().serial_no


def test_typed_words_are_kept_and_there_again_in_another_window_and_gone_when_they_are_sent(
    house: House, browser: Browser, address: str
) -> None:
    serial_no = in_hand(house)
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        window.page.fill("#text", WORDS)
        window.page.check("[name=disposition][value=resolved]")
        expect(window.page.locator("#reply .draft-state")).to_contain_text("已保存")
        assert window.complaints == []
    assert drafts(house) == [f"/unit/{serial_no}/reply"]

    with watched(browser, address) as window:  # the first browser is gone with all that it knew
        window.sign_in(house.clerk)
        expect(window.page.locator("header")).to_contain_text("我的草稿 1")
        window.open(f"/unit/{serial_no}")
        expect(window.page.locator(".draft-told")).to_contain_text("保存的草稿")
        assert window.page.input_value("#text") == WORDS
        assert window.page.is_checked("[name=disposition][value=resolved]")
        window.page.click("#reply form[data-draft] button.main")
        window.page.wait_for_url("**/unit")
        assert window.complaints == []
    assert drafts(house) == []


def test_without_script_what_was_refused_is_there_again_and_can_be_cleared(house: House) -> None:
    serial_no = in_hand(house)
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{serial_no}")
    refused = clerk.post(f"/unit/{serial_no}/reply", text=WORDS, **draft_of(clerk.page, "/reply"))  # no result chosen
    assert refused.status_code == 422
    assert "您填写的内容已存为草稿" in clerk.page

    again = clerk.get(f"/unit/{serial_no}").get_data(as_text=True)
    assert "已恢复" in again
    assert WORDS in again

    cleared = clerk.post("/drafts/discard", name=f"/unit/{serial_no}/reply", page=f"/unit/{serial_no}")
    assert cleared.headers["Location"] == f"/unit/{serial_no}"
    assert WORDS not in clerk.get(f"/unit/{serial_no}").get_data(as_text=True)


def draft_of(page: str, end: str) -> dict[str, Any]:
    """Return the hidden fields of the form whose draft's name ends so."""
    names = [part.split('"')[0] for part in page.split('data-draft="')[1:]]
    return {"draft": next(name for name in names if name.endswith(end))}


def test_without_script_and_without_a_session_the_words_are_shown_whole(house: House) -> None:
    serial_no = in_hand(house)
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{serial_no}")
    clerk.client.delete_cookie("huiying_staff")
    refused = clerk.post(
        f"/unit/{serial_no}/reply", text=WORDS * 50, disposition="resolved", **draft_of(clerk.page, "/reply")
    )
    assert refused.status_code == 401
    assert WORDS * 50 in clerk.page
    assert "在新窗口登录" in clerk.page


def test_what_was_typed_goes_with_the_person_and_with_the_account(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")
    token = operator.hidden("csrf_token")
    for slot, words in (("1a", "来电 138 0000 0009，路灯"), ("2b", "路灯")):
        data = {"csrf_token": token, "draft": f"/desk/new?slot={slot}", "text": words}
        assert operator.client.post("/drafts", data=data).get_json()["state"] == "saved"
    assert len(drafts(house)) == 2
    administrator = make_actor("管理员", "administrator", id=9)
    with house.installation.scope(house.slug) as scope:
        erase_person(scope, "13800000009", actor=administrator, reason="本人要求", now=datetime.now(UTC))
    assert drafts(house) == ["/desk/new?slot=2b"]
    with house.installation.scope(house.slug) as scope:
        close_account(scope, "operator", now=datetime.now(UTC))
    assert drafts(house) == []


def test_a_right_that_was_taken_away_and_a_ticket_that_moved_on_lose_no_word(house: House) -> None:
    serial_no = in_hand(house)
    clerk, other = house.visitor(house.clerk), house.visitor(house.clerk)
    clerk.get(f"/unit/{serial_no}")
    other.get(f"/unit/{serial_no}")
    assert other.post(f"/unit/{serial_no}/reply", text="已修补", disposition="resolved").status_code == 303

    refused = clerk.post(
        f"/unit/{serial_no}/reply", text=WORDS, disposition="resolved", **draft_of(clerk.page, "/reply")
    )
    assert refused.status_code == 409
    assert WORDS[:20] in clerk.get("/drafts").get_data(as_text=True)


def test_of_two_windows_the_later_is_shown_both_and_decides(house: House, browser: Browser, address: str) -> None:
    serial_no = in_hand(house)
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        second = window.page.context.new_page()
        second.goto(f"{address}/unit/{serial_no}")
        window.page.fill("#text", "第一个窗口写的")
        expect(window.page.locator("#reply .draft-state")).to_contain_text("已保存")
        second.fill("#text", "第二个窗口写的")
        band = second.locator("#reply .draft-newer")
        expect(band).to_contain_text("第一个窗口写的")
        assert second.input_value("#text") == "第二个窗口写的"
        band.get_by_text("保留我写的").click()
        expect(second.locator("#reply .draft-state")).to_contain_text("已保存")

        window.page.fill("#text", "第一个窗口又写的")
        newer = window.page.locator("#reply .draft-newer")
        expect(newer).to_contain_text("第二个窗口写的")
        newer.get_by_text("用那一份").click()
        assert window.page.input_value("#text") == "第二个窗口写的"
        assert window.complaints == []


def test_without_network_it_lies_on_the_device_unreadable_and_is_saved_when_there_is_one(
    house: House, browser: Browser, address: str
) -> None:
    serial_no = in_hand(house)
    with watched(browser, address, width=390, height=844) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        context: BrowserContext = window.page.context
        context.set_offline(True)
        window.page.fill("#text", WORDS)
        expect(window.page.locator("#reply .draft-state")).to_contain_text("有网后自动保存")
        assert WORDS not in kept_on_device(window.page)
        assert f"/unit/{serial_no}/reply" in kept_on_device(window.page)
        context.set_offline(False)
        expect(window.page.locator("#reply .draft-state")).to_contain_text("已保存")
        assert kept_on_device(window.page) == "[]"
    assert drafts(house) == [f"/unit/{serial_no}/reply"]


def kept_on_device(page: Page) -> str:
    """Return what lies in the browser's own database, as text."""
    found: str = page.evaluate("""async () => JSON.stringify((await window.onDevice("huiying-drafts").entries())
        .map((each) => [each.id, new TextDecoder().decode(each.said.data)]))""")
    return found


def test_a_pasted_text_that_is_too_long_stays_whole_and_its_limit_is_said(
    house: House, browser: Browser, address: str
) -> None:
    serial_no, long = in_hand(house), "长" * 100_000
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        page = window.page
        page.evaluate(
            """(text) => { const field = document.querySelector("#text"); field.focus();
            document.execCommand("insertText", false, text); }""",
            long,
        )
        expect(page.locator("#reply .limit")).to_contain_text("已有 100,000 个字，超过 5,000 字的上限")
        assert page.input_value("#text") == long
        expect(page.locator("#reply .draft-state")).to_contain_text("已保存")
        page.check("[name=disposition][value=resolved]")
        page.click("#reply form[data-draft] button.main")
        assert page.url.endswith(f"/unit/{serial_no}")
        page.reload()
        assert page.input_value("#text") == long


def test_no_field_of_a_form_cuts_what_is_pasted(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    operator = house.visitor(house.login_of("chief"))
    for path in ("/desk", "/desk/new", f"/t/{serial_no}", "/knowledge/new"):
        page = operator.get(path).get_data(as_text=True)
        posting = [form for form in page.split("<form")[1:] if 'method="post"' in form.split(">")[0]]
        assert posting, path
        assert not [form for form in posting if "maxlength=" in form.split("</form>")[0]], path


def test_calls_are_parked_each_with_its_own_words_and_closed_by_filing(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")
    parked = operator.post(
        "/drafts/park", draft="/desk/new", text="楼下路灯不亮", name="王小二", phone="10000000000", channel="desk"
    )
    assert parked.headers["Location"] == "/desk/new"
    page = operator.get("/desk/new").get_data(as_text=True)
    assert "王** 100****0000" in page
    assert "楼下路灯不亮" in page
    assert "10000000000" not in page
    (name,) = drafts(house)

    first = operator.get(name).get_data(as_text=True)
    assert "10000000000" in first
    assert "楼下路灯不亮" in first.split("<textarea")[1]
    taken = operator.post("/desk/new", draft=name, text="楼下路灯不亮", channel="desk", nature="complaint")
    assert taken.status_code == 200
    assert drafts(house) == []


def test_by_one_key_the_operator_is_back_at_the_parked_call(house: House, browser: Browser, address: str) -> None:
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk/new")
        page = window.page
        page.fill("#text", "楼下路灯不亮")
        page.click("text=暂存这个来电")
        expect(page.locator(".parked")).to_contain_text("楼下路灯不亮")
        assert page.input_value("#text") == ""
        page.fill("#text", "沙井盖缺失")
        expect(page.locator(".draft-state").first).to_contain_text("已保存")
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        page.wait_for_url("**/desk/new?slot=*")
        assert page.input_value("#text") == "楼下路灯不亮"
        expect(page.locator(".parked")).to_contain_text("沙井盖缺失")
        assert window.complaints == []
    assert len(drafts(house)) == 2


@pytest.mark.parametrize("field", ["password", "code", "csrf_token", "command_id", "version"])
def test_no_secret_and_nothing_of_the_command_is_ever_part_of_a_draft(house: House, field: str) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")
    operator.client.post(
        "/drafts",
        data={"csrf_token": operator.hidden("csrf_token"), "draft": "/desk/new", "text": "路灯", field: "geheim77"}
        | ({"csrf_token": operator.hidden("csrf_token")} if field == "csrf_token" else {}),
    )
    with house.installation.scope(house.slug) as scope:
        row = scope.session.scalars(select(Draft).where(Draft.tenant_id == scope.tenant.id)).one()
        assert kept(scope, row).typed == (("text", "路灯"),)


def test_a_draft_is_nobody_elses(house: House) -> None:
    operator, reviewer = house.visitor(house.operator), house.visitor(house.reviewer)
    operator.get("/desk/new")
    operator.client.post(
        "/drafts", data={"csrf_token": operator.hidden("csrf_token"), "draft": "/desk/new", "text": WORDS}
    )
    assert WORDS[:10] in operator.get("/drafts").get_data(as_text=True)
    assert WORDS[:10] not in reviewer.get("/drafts").get_data(as_text=True)
    reviewer.post("/drafts/discard", name="/desk/new", page="/drafts")
    assert drafts(house) == ["/desk/new"]


def test_the_session_ends_in_the_middle_of_a_reply_and_nothing_is_lost(
    house: House, browser: Browser, address: str
) -> None:
    serial_no = in_hand(house)
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        window.page.context.clear_cookies(name="huiying_staff")
        window.page.fill("#text", WORDS)
        expect(window.page.locator("#reply .draft-state")).to_contain_text("登录已过期，没有保存；内容仍在这一页上")
        window.page.check("[name=disposition][value=resolved]")
        window.page.click("#reply form[data-draft] button.main")
        dialog = window.page.locator("#sign-in-again")
        dialog.locator("[name=password]").fill(PASSWORD)
        dialog.locator("form button").first.click()
        window.page.wait_for_url("**/unit")
    assert drafts(house) == []
