"""Calls, clearance and hand-over by the pages: from a missed call to a ticket that somebody else lets go to dispatch."""

import re
from datetime import UTC, datetime, timedelta

from core.intake.calls.rules import IncomingCall
from core.journey.call_records import receive_calls
from tests.builders import OPERATOR
from tests.web.conftest import House

PHONE = "13800000007"
SERIAL = re.compile(r'data-copy="([^"]+)"')


def with_calls(house: House) -> None:
    now = datetime.now(UTC)
    calls = [
        IncomingCall("c-1", now - timedelta(minutes=30), "desk", "12345", PHONE, 95, "7 号坐席", "rec/1.wav"),
        IncomingCall("c-2", now - timedelta(minutes=20), "desk", "96110", PHONE),
    ]
    house.installation.run(house.slug, lambda scope: receive_calls(scope, calls, actor=OPERATOR, now=now))


def test_a_call_becomes_a_draft_and_the_draft_a_dispatch_by_three_people(house: House) -> None:
    operator, reviewer = house.visitor(house.operator), house.visitor(house.reviewer)
    assert "待处理来电记录" not in operator.get("/desk").text, (
        "where no telephone system tells of any, nothing is shown"
    )
    with_calls(house)
    listed = operator.get("/desk/calls").text
    assert re.search(r"待处理来电记录<span data-count>2</span>", operator.get("/desk").text)
    assert ("138****0007" in listed, PHONE in listed, "还没有回拨" in listed) == (True, False, True)
    number = re.findall(r'href="/desk/calls/(\d+)"', listed)[0]

    form = operator.get(f"/desk/new?call={number}").text
    assert PHONE not in form
    made = operator.post(
        "/desk/new",
        call=number,
        text="道路坑洼",
        channel="desk",
        nature="complaint",
        for_clearance="1",
        relation="visitor",
    )
    serial_no = SERIAL.search(made.text)
    assert serial_no
    assert re.search(r"待审定电话工单<span data-count>1</span>", operator.get("/desk").text)
    assert "已建工单" in operator.get(f"/desk/calls/{number}").text
    assert "审定通过" not in operator.get("/desk?lane=clearance").text, "it is the operator's own"
    page = reviewer.get("/desk?lane=clearance").text
    assert ("审定通过" in page, "外地游客" in page) == (True, True)

    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    reviewer.post(f"/t/{serial_no[1]}/clear", version=version, command_id="clear-1", remark="")

    assert "没有待审定的电话工单" in reviewer.get("/desk?lane=clearance").text
    assert serial_no[1] in operator.get("/desk?lane=dispatch").text


def test_the_next_shift_reads_what_the_last_one_left(house: House) -> None:
    with_calls(house)
    leaving = house.visitor(house.operator)
    coming = house.visitor(house.login_of("chief"))
    leaving.get("/desk/handover")
    refused = leaving.post("/desk/handover", words=" ")
    assert ("写明理由" in refused.text, "未接来电，待回拨" in refused.text) == (True, True)
    leaving.post("/desk/handover", words="记得回拨 96110 的来电")

    page = coming.get("/desk/handover").text
    number = re.findall(r'action="/desk/handover/(\d+)/take"', page)[0]
    assert "记得回拨 96110 的来电" in page
    assert f"/desk/handover/{number}/take" not in leaving.get("/desk/handover").text
    coming.post(f"/desk/handover/{number}/take", remark="知道了")

    assert "总值班" in leaving.get("/desk/handover").text
