"""A reply is checked where it is written, where it is reviewed and where it is given directly; by keys and in words."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from core.handling.models import ReplyCheck
from core.journey import desk, handle
from core.tenancy.scope import Scope
from tests.builders import OPERATOR
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life

TITLE = "诗词大会决赛评委打分没有公布"
APPEAL = "诗词大会决赛的评委打分没有当场公布，道路指示牌上的名次和现场分数对不上，请说明打分办法并公布成绩。"
WRONG = "您反映的某工程欠款问题，经核实施工方已与项目部达成付款计划，道路管理处感谢您的监督。电话 028-00001111。"
RIGHT = "诗词大会决赛由五名评委现场打分，去掉最高分和最低分，成绩已公示，名次牌已改正。道路管理处，电话 028-00001111。"
AGREED = "已当面向诉求人说明两件事一并处理"


def under_review(house: House, text: str = WRONG, *, confirmed: str = AGREED) -> Life:
    """Return a ticket whose unit handed in this reply."""
    life = Life(house.installation, house.slug).take_in(title=TITLE, text=APPEAL).handled()
    return life.do(handle.reply, life.clerk("roads"), text=text, disposition="explained", confirmed=confirmed)


def checks_of(life: Life) -> list[tuple[str, str, int, str]]:
    """Return what was kept of the checks, in order: stage, level, points taken up, why it went on all the same."""

    def read(scope: Scope) -> list[tuple[str, str, int, str]]:
        rows = scope.session.scalars(
            select(ReplyCheck).where(ReplyCheck.tenant_id == scope.tenant.id).order_by(ReplyCheck.id)
        )
        return [(row.stage, row.level, row.answered, row.confirmed) for row in rows]

    return life.run(read)


def test_a_reply_to_somebody_else_is_shown_with_both_texts_marked_and_goes_back_by_one_key(
    house: House, browser: Browser, address: str
) -> None:
    life = under_review(house)
    with watched(browser, address) as window:
        window.sign_in(house.reviewer)
        window.open("/desk?lane=review")
        page = window.page
        expect(page.locator("#pane .band.over")).to_contain_text("这份回复可能答错了对象，暂不能发出")
        expect(page.locator(".checks")).to_contain_text("未通过：没有回应诉求要点（0 / ")
        expect(page.locator("#pane .card", has_text="市民的原话").locator("mark").first).to_contain_text("诗词大会")
        page.keyboard.press("Control+Enter")
        assert page.evaluate("document.activeElement.id") == "confirmed"
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        expect(page.locator("#notice")).to_contain_text(f"{life.serial_no} 已退回重写")
        assert window.complaints == []


def test_what_is_held_back_goes_out_with_a_reason_that_is_kept_and_told(house: House) -> None:
    life = under_review(house)
    reviewer = house.visitor(house.reviewer)
    reviewer.get("/desk?lane=review")
    fields = {"serial_no": life.serial_no, "verdict": "pass"}

    refused = reviewer.post("/desk/review", **fields)
    assert "这份回复可能答错了对象" in refused.get_data(as_text=True)
    reviewer.get("/desk?lane=review")
    reviewer.post("/desk/review", **fields, confirmed="已电话与诉求人核对")

    assert checks_of(life) == [("submitted", "failed", 0, AGREED), ("reviewed", "failed", 0, "已电话与诉求人核对")]
    told = [entry.summary for entry in life.entries() if "检查未通过" in entry.summary]
    assert told == [
        f"提交答复（政策解释）；检查未通过，确认内容无误后发出：{AGREED}",
        "审核通过，答复送达；检查未通过，确认内容无误后发出：已电话与诉求人核对",
    ]
    assert 'what=checks_overridden">2 次</a>' in reviewer.get("/figures").get_data(as_text=True)
    listed = reviewer.get("/figures/tickets?what=checks_overridden").get_data(as_text=True)
    assert listed.count(f'href="/t/{life.serial_no}"') == 2


def test_the_unit_is_told_before_it_hands_in_and_loses_no_word(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(title=TITLE, text=APPEAL).handled()
    clerk = house.visitor(house.clerk)
    at = f"/unit/{life.serial_no}"

    assert "诗词大会决赛评委打分" in clerk.get(at).get_data(as_text=True)
    looked = clerk.post(f"{at}/check", text=RIGHT).get_data(as_text=True)
    assert "通过</b>：回应了诉求要点" in looked
    assert RIGHT[:12] in looked
    fragment = clerk.post(f"{at}/check", hx=True, text=WRONG).get_data(as_text=True)
    assert "这份回复可能答错了对象" in fragment
    assert "<html" not in fragment
    clerk.get(at)
    refused = clerk.post(f"{at}/reply", text=WRONG, disposition="explained")
    words = refused.get_data(as_text=True)
    assert (refused.status_code, WRONG in words, 'name="confirmed"' in words) == (422, True, True)
    assert clerk.post(f"{at}/reply", text=RIGHT, disposition="explained").status_code == 303
    assert checks_of(life) == [("submitted", "passed", 2, "")]


def test_a_near_copy_names_the_other_ticket(house: House) -> None:
    first = under_review(house, RIGHT, confirmed="")
    other = (
        Life(house.installation, house.slug).take_in(title="道路坑洼", text="建设路道路坑洼，公交站台积水").handled()
    )
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{other.serial_no}")
    page = clerk.post(f"/unit/{other.serial_no}/check", text=RIGHT).get_data(as_text=True)
    assert f"与 {first.serial_no} 的回复 100% 相同" in page


def test_a_direct_answer_to_something_else_is_refused_with_a_stable_code(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(title=TITLE, text=APPEAL)
    with pytest.raises(Exception, match="答错了对象") as refused:
        life.do(desk.answer_directly, OPERATOR, text=WRONG)
    assert refused.value.code == "reply-off-point"  # type: ignore[attr-defined]


def test_a_call_is_noted_by_figures(house: House, browser: Browser, address: str) -> None:
    life = Life(house.installation, house.slug).take_in().handled().concluded()
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk?lane=follow_up")
        page = window.page
        page.keyboard.press("3")
        assert page.locator("input[name=satisfaction]:checked").get_attribute("value") == "dissatisfied"
        assert page.locator("input[name=resolved]:checked").get_attribute("value") == "no"
        page.keyboard.press("4")
        expect(page.locator("#notice")).to_contain_text(f"{life.serial_no} 的回访已记录")
        assert window.complaints == []
