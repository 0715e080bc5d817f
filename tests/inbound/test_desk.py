"""待人工录入: what could not be taken in, as the desk sees it, and what is done with it."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from core.hooks import InboundAppeal
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import make_district
from tests.inbound.making import (
    CANARY,
    CHANNEL,
    FEATURE,
    Wire,
    body_of,
    items_of,
    make_wired_district,
    phone_of,
    push,
    tickets_of,
    work,
)
from tests.web.making import Visitor, make_account

TEXT = "幸福路 3 号门前路灯不亮"


@dataclass
class Desk:
    """A district to which something was pushed that nobody could read, and an operator at the desk."""

    installation: Installation
    app: Flask
    wire: Wire
    slug: str
    operator: Visitor

    def visitor(self, *roles: str) -> Visitor:
        visitor = Visitor(self.app)
        assert visitor.sign_in(make_account(self.installation, self.slug, roles[0], roles)).status_code == 303
        return visitor

    def push(self, *texts: str, message_id: str = "m-1", **more: Any) -> int:
        push(self.app, self.slug, body_of(*texts, **more), message_id=message_id)
        work(self.installation)
        return items_of(self.installation, self.slug)[-1].id

    def tickets(self) -> list[Ticket]:
        return tickets_of(self.installation, self.slug)

    def state(self) -> str:
        return items_of(self.installation, self.slug)[-1].state


@pytest.fixture
def desk(installation: Installation, app: Flask, slug: str, wire: Wire) -> Desk:
    wire.read = lambda _: None
    made = Desk(installation, app, wire, slug, Visitor(app))
    made.operator = made.visitor("operator")
    return made


def page(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def form_of(desk: Desk, number: int, **fields: str) -> dict[str, str]:
    """Open the form for an item, and return what is sent: the hidden fields, and these."""
    desk.operator.get(f"/desk/new?inbound={number}")
    return {
        "inbound": desk.operator.hidden("inbound"),
        "channel": CHANNEL,
        "nature": "complaint",
        "text": TEXT,
    } | fields


def test_the_menu_counts_what_waits_and_the_list_says_why_without_the_content(desk: Desk) -> None:
    number = desk.push(TEXT, phone=CANARY)

    listed = page(desk.operator.get("/desk/inbound"))

    assert '<a href="/desk/inbound" aria-current="page">待人工录入<span data-count>1</span></a>' in listed
    assert f'<a class="title" href="/desk/inbound/{number}" title="没有功能认得这份来件的内容。">' in listed
    assert (TEXT in listed, CANARY in listed, "电报" in listed) == (False, False, True)


def test_the_item_shows_what_was_pushed_to_those_who_take_in_and_to_nobody_else(desk: Desk) -> None:
    number = desk.push(TEXT, phone=CANARY)

    shown = desk.operator.get(f"/desk/inbound/{number}")

    assert f"&#34;text&#34;: &#34;{TEXT}&#34;" in page(shown)
    assert CANARY in page(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    for other in (desk.visitor("reviewer"), desk.visitor("clerk")):
        assert other.get("/desk/inbound").status_code == 403
        answer = other.get(f"/desk/inbound/{number}")
        assert (answer.status_code, CANARY in page(answer)) == (403, False)
        assert "待人工录入" not in page(other.get("/desk"))


@pytest.mark.parametrize("number", ["0", "x", "９", "9" * 30, "-1"])
def test_an_item_that_is_none_is_not_found(desk: Desk, number: str) -> None:
    assert desk.operator.get(f"/desk/inbound/{number}").status_code == 404
    assert desk.operator.get(f"/desk/new?inbound={number}").status_code == 404


def test_another_district_s_item_is_not_found(desk: Desk) -> None:
    number = desk.push(TEXT)
    neighbour = Visitor(desk.app)
    neighbour.sign_in(make_account(desk.installation, make_wired_district(desk.installation), "operator", ["operator"]))

    assert neighbour.get(f"/desk/inbound/{number}").status_code == 404
    neighbour.get("/desk/inbound")
    assert neighbour.post(f"/desk/inbound/{number}/dismiss", reason="x").status_code == 404
    assert desk.state() == "needs_person"


def test_html_that_was_pushed_is_shown_as_text(desk: Desk) -> None:
    number = desk.push("<script>alert(1)</script>")

    assert "<script>alert" not in page(desk.operator.get(f"/desk/inbound/{number}"))
    assert "<script>alert" not in page(desk.operator.get(f"/desk/new?inbound={number}"))


def test_what_is_entered_by_hand_becomes_a_ticket_and_settles_the_item(desk: Desk) -> None:
    number = desk.push(TEXT, phone="13800000001")
    sent = form_of(desk, number, name="王女士", phone="13800000001")
    assert TEXT in desk.operator.page

    answer = desk.operator.post("/desk/new", **sent)

    [item], [ticket] = items_of(desk.installation, desk.slug), desk.tickets()
    assert answer.status_code == 200
    assert ticket.serial_no in page(answer)
    assert (item.state, item.tickets, item.decided_by.partition("（")[0]) == (
        "taken_in",
        {"by-hand/1": ticket.id},
        "operator",
    )
    assert (ticket.channel, ticket.submitted_at) == (CHANNEL, item.received_at)
    assert phone_of(desk.installation, desk.slug, ticket) == "13800000001"
    assert ticket.serial_no in page(desk.operator.get(f"/desk/inbound/{number}"))


def test_a_second_click_makes_no_second_ticket(desk: Desk) -> None:
    sent = form_of(desk, desk.push(TEXT))
    sent |= {name: desk.operator.hidden(name) for name in ("csrf_token", "command_id")}

    answers = [desk.operator.client.post("/desk/new", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(desk.tickets()) == 1


def test_two_operators_do_not_enter_one_item_twice(desk: Desk) -> None:
    number = desk.push(TEXT)
    sent, again = form_of(desk, number), form_of(desk, number)
    desk.operator.post("/desk/new", **sent)
    desk.operator.get(f"/desk/new?inbound={number}")

    answer = desk.operator.post("/desk/new", **again)

    assert answer.status_code == 422
    assert "已是「已登记」，由operator" in page(answer)
    assert f'name="inbound" value="{number}"' in page(answer)
    assert len(desk.tickets()) == 1


def test_an_item_with_several_appeals_stays_until_the_last_is_entered(desk: Desk) -> None:
    number = desk.push(TEXT, "井盖缺失")

    first = desk.operator.post("/desk/new", **form_of(desk, number, has_more="1"))
    between = desk.state()
    desk.operator.post("/desk/new", **form_of(desk, number, text="井盖缺失"))

    assert f'href="/desk/new?inbound={number}">录入下一件诉求' in page(first)
    assert (between, desk.state(), len(desk.tickets())) == ("needs_person", "taken_in", 2)


def test_what_cannot_be_accepted_keeps_the_form_and_the_item(desk: Desk) -> None:
    number = desk.push(TEXT)

    answer = desk.operator.post("/desk/new", **form_of(desk, number, text="", has_more="1"))

    assert answer.status_code == 422
    assert f'name="inbound" value="{number}"' in page(answer)
    assert 'name="has_more" value="1" checked' in page(answer)
    assert (desk.state(), desk.tickets()) == ("needs_person", [])


def test_no_appeal_is_put_away_with_a_reason_and_kept(desk: Desk) -> None:
    number = desk.push("test test")
    desk.operator.get(f"/desk/inbound/{number}")

    answer = desk.operator.post(f"/desk/inbound/{number}/dismiss", reason=" 对方系统的测试消息 ")

    [item] = items_of(desk.installation, desk.slug)
    assert (answer.status_code, answer.location) == (303, "/desk/inbound")
    assert (item.state, item.reason, item.tickets) == ("refused", "对方系统的测试消息", {})
    assert f"推送来件 {number} 已处理，不再登记" in page(desk.operator.get("/desk/inbound"))
    shown = page(desk.operator.get(f"/desk/inbound/{number}"))
    assert ("对方系统的测试消息" in shown, "不是诉求，operator" in shown, "/dismiss" in shown) == (True, True, False)


def test_putting_away_needs_a_reason(desk: Desk) -> None:
    number = desk.push("test test")
    desk.operator.get(f"/desk/inbound/{number}")

    answer = desk.operator.post(f"/desk/inbound/{number}/dismiss", reason="  ")

    assert answer.status_code == 422
    assert "请写明为什么不是诉求" in page(answer)
    assert desk.state() == "needs_person"


def test_what_is_left_of_an_item_with_tickets_is_put_away_as_taken_in(desk: Desk) -> None:
    rule = f"{FEATURE}/appeal"
    desk.wire.read = lambda _: [InboundAppeal("路灯不亮", rule, "诉求"), InboundAppeal("", rule, "诉求")]
    number = desk.push(TEXT)
    desk.operator.get(f"/desk/inbound/{number}")

    desk.operator.post(f"/desk/inbound/{number}/dismiss", reason="第二件是空的")

    assert (desk.state(), len(desk.tickets())) == ("taken_in", 1)


def test_after_the_mending_an_item_is_read_again_from_its_page(desk: Desk) -> None:
    number = desk.push(TEXT)
    desk.operator.get(f"/desk/inbound/{number}")
    desk.operator.post(f"/desk/inbound/{number}/again")
    still = page(desk.operator.get(f"/desk/inbound/{number}"))
    desk.wire.mend()

    desk.operator.post(f"/desk/inbound/{number}/again")

    assert f"推送来件 {number} 还是没有登记成功：没有功能认得这份来件的内容。" in still
    assert f"推送来件 {number} 已登记 1 件工单" in page(desk.operator.get("/desk/inbound"))
    assert [ticket.text for ticket in desk.tickets()] == [TEXT]


def test_an_item_nobody_vouched_for_says_so_and_is_not_read_by_itself(desk: Desk) -> None:
    desk.wire.vouch = lambda *_: 1 / 0
    number = desk.push(TEXT)

    listed = page(desk.operator.get("/desk/inbound"))
    shown = page(desk.operator.get(f"/desk/inbound/{number}"))

    assert "来源未核实" in listed
    assert ("来源没有核实。" in shown, "/again" in shown) == (True, False)
    answer = desk.operator.post(f"/desk/inbound/{number}/again")
    assert (answer.status_code, "不能自动登记" in page(answer)) == (422, True)


def test_a_district_that_is_pushed_nothing_has_no_such_entry_in_its_menu(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.sign_in(make_account(desk.installation, make_district(desk.installation), "operator", ["operator"]))

    assert "待人工录入" not in page(visitor.get("/desk"))
    assert "没有等待录入的来件" in page(visitor.get("/desk/inbound"))


def test_a_longer_list_costs_no_more_statements(desk: Desk) -> None:
    from tests.web.test_lanes import counted

    desk.operator.get("/desk/inbound")  # what holds for a whole epoch, units and sources, is read once
    costs = []
    for count in (1, 3):
        for number in range(count):
            desk.push(TEXT, message_id=f"m-{count}-{number}")
        with counted(desk.installation.database) as sent:
            desk.operator.get("/desk/inbound")
        costs.append(len(sent))

    assert costs[0] == costs[1]
