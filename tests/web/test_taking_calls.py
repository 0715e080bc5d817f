"""A call is written down with what is known of the caller, what rules would do, and one deed that accepts and goes on."""

import re
from collections.abc import Callable
from html import unescape

from playwright.sync_api import Browser
from sqlalchemy import select

from core.journey import conclude
from core.journey.queries.caller import find_caller
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from tests.builders import OPERATOR
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life, Visitor

PHONE = "13800001234"


def newest(house: House) -> Ticket:
    return house.installation.run(
        house.slug, lambda scope: scope.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    )


def called_before(house: House, times: int = 1) -> Life:
    life = Life(house.installation, house.slug)
    for number in range(times):
        life.take_in(text=f"路灯不亮第{number}次", contact=Contact("王小芳", PHONE, "幸福路9号"))
    return life


def test_the_caller_is_known_by_the_phone_with_the_name_masked_and_what_to_mind(house: House) -> None:
    life = called_before(house, times=3).handled().concluded()
    life.do(conclude.follow_up, OPERATOR, outcome="refused")
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    part = unescape(operator.post("/desk/new/suggest", hx=True, phone="138 0000 1234").get_data(as_text=True))

    assert all(words in part for words in ("王**", "反映过 3 件，在办 2 件", "30 天内第 4 次反映", "拒绝过回访"))
    assert not any(words in part for words in ("王小芳", PHONE, "幸福路9号"))
    assert "王**" not in operator.post("/desk/new/suggest", hx=True, phone="138").get_data(as_text=True)


def test_name_and_address_are_taken_over_without_being_shown(house: House) -> None:
    called_before(house)
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    page = operator.post("/desk/new", text="道路坑洼", channel="desk", phone=PHONE, same_caller="1").get_data(
        as_text=True
    )

    def contact(scope: object) -> Contact:
        row = scope.session.get(TicketContact, (scope.tenant.id, newest(house).id))  # type: ignore[attr-defined]
        return opened(scope.keys, row)  # type: ignore[attr-defined]

    known = house.installation.run(house.slug, contact)
    assert (known.name, known.phone, known.address) == ("王小芳", PHONE, "幸福路9号")
    assert "王小芳" not in page


def test_rules_say_beside_the_form_whose_it_would_be_and_why(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    part = operator.post("/desk/new/suggest", hx=True, text="门口道路坑洼，出行不便", channel="desk").get_data(
        as_text=True
    )

    assert re.search(r"<b>道路管理处</b>.*职责清单：", unescape(part), re.S)
    assert "依据词：" in part


def accepted(operator: Visitor, **typed: str) -> str:
    operator.get("/desk/new")
    return operator.post("/desk/new", **{"text": "道路坑洼，出行不便", "channel": "desk", **typed}).get_data(
        as_text=True
    )


def test_one_deed_accepts_and_dispatches_answers_or_calls_out(house: House) -> None:
    operator = house.visitor(house.operator)

    accepted(operator, then="dispatch")
    assert newest(house).state == "dispatched"
    assert "请写明不按建议派单的理由" in accepted(operator, then="dispatch", unit="parks")
    accepted(operator, then="dispatch", unit="parks", reason="公园内的道路")
    assert newest(house).state == "dispatched"
    assert "请先写下给诉求人的答复" in accepted(operator, then="answer")
    accepted(operator, then="answer", answer="已列入本月修补计划")
    assert newest(house).state == "concluded"
    page = accepted(operator, then="urgent")
    assert (newest(house).urgency, newest(house).state) == ("urgent", "dispatched")
    assert "请立即电话通知 道路管理处" in page


def test_an_operator_takes_a_call_by_keyboard_alone(
    make_house: Callable[[], House], address: str, browser: Browser
) -> None:
    house = make_house()
    called_before(house)
    with watched(browser, address) as seen:
        seen.sign_in(house.operator)
        seen.open("/desk")
        with seen.page.expect_navigation():
            seen.page.keyboard.press("n")
        seen.settle()
        seen.page.keyboard.type("门口道路坑洼，出行不便")
        seen.page.wait_for_selector("#guess >> text=道路管理处")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("幸福路12号")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type(PHONE)
        seen.page.wait_for_selector("#caller >> text=王**")
        seen.page.keyboard.press("Control+Enter")
        seen.page.wait_for_selector("h1:text('已受理')")
        assert (seen.complaints, seen.strangers) == ([], [])

    ticket = newest(house)
    assert (ticket.state, ticket.place) == ("dispatched", "幸福路12号")


def test_a_phone_that_is_unknown_is_nobody(house: House) -> None:
    life = called_before(house)
    assert life.run(lambda scope: find_caller(scope, "13900000000", now=life.entries()[-1].at)) is None
