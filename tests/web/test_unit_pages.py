"""What a unit sees: its own part in a ticket, as lead, co-unit, below another, consulted or looking on."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from core.journey import consult, give_back, handle, joint, press, time
from core.journey.queries.unit_list import unit_rows
from core.routing.models import Assignment
from core.units.queries import directory
from tests.builders import OPERATOR, REVIEWER, SUPERVISOR
from tests.web.conftest import House
from tests.web.making import Life
from tests.web.test_lanes import counted, serials


def life_of(house: House) -> Life:
    return Life(house.installation, house.slug)


def test_co_units_and_units_below_find_their_tickets_and_sign_them(house: House) -> None:
    life = life_of(house).take_in().handled(co=["parks"])
    life.do(joint.sub_dispatch, life.clerk("roads"), unit="crew")
    for login, role in ((house.gardener, "协办"), (house.crew, "转派承办")):
        visitor = house.visitor(login)
        page = visitor.get("/unit?tab=to_sign").get_data(as_text=True)
        assert f'<span class="tag">{role}</span>' in page
        assert visitor.post(f"/unit/{life.serial_no}/sign").status_code == 303
        assert serials(visitor, "/unit?tab=to_sign") == []
        assert serials(visitor, "/unit?tab=in_hand") == [life.serial_no]


def test_the_lead_does_not_answer_before_those_it_waits_for(house: House) -> None:
    life = life_of(house).take_in().handled(co=["parks"])
    clerk = house.visitor(house.clerk)

    page = clerk.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert "园林管理处还没有提交意见" in page
    assert "提交答复" not in page

    life.do(handle.sign, life.clerk("parks")).do(joint.contribute, life.clerk("parks"), text="已配合清运")
    page = clerk.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert "提交答复" in page
    assert "已配合清运" in page


def test_what_a_co_unit_wrote_is_for_the_lead_and_the_desk_alone(house: House) -> None:
    life = life_of(house).take_in().handled(co=["parks"])
    life.do(joint.sub_dispatch, life.clerk("roads"), unit="crew")
    life.do(handle.sign, life.clerk("parks")).do(joint.contribute, life.clerk("parks"), text="已配合清运")

    sees = {
        who: "已配合清运" in house.visitor(login).get(path).get_data(as_text=True)
        for who, login, path in (
            ("desk", house.operator, f"/t/{life.serial_no}"),
            ("lead", house.clerk, f"/unit/{life.serial_no}"),
            ("itself", house.gardener, f"/unit/{life.serial_no}"),
            ("below", house.crew, f"/unit/{life.serial_no}"),
        )
    }
    assert sees == {"desk": True, "lead": True, "itself": True, "below": False}


def test_letters_and_supervisions_are_shown_to_the_unit_that_they_are_for(house: House) -> None:
    life = life_of(house).take_in().handled(co=["parks"])
    life.do(press.send_letter, SUPERVISOR, kind="talk", text="请来面谈")
    assert "请来面谈" in house.visitor(house.clerk).get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert "请来面谈" not in house.visitor(house.gardener).get(f"/unit/{life.serial_no}").get_data(as_text=True)


def test_a_unit_that_gave_a_ticket_back_is_asked_for_its_opinion(house: House) -> None:
    life = life_of(house).take_in().handled()
    clerk = house.visitor(house.clerk)
    asked = {"reason_code": "not_duty", "evidence": "属绿化带", "proposed_unit": "parks"}
    life.do(give_back.request_return, life.clerk("roads"), **asked)
    assert serials(clerk, "/unit?tab=consulting") == []
    life.do(give_back.approve_return, OPERATOR).do(consult.open_consultation, OPERATOR, question="归谁")
    assert serials(clerk, "/unit?tab=consulting") == [life.serial_no]
    assert "会商 <b>1</b>" in clerk.page


def test_a_clock_that_stands_still_says_what_is_left_and_no_due_time(house: House) -> None:
    life = life_of(house).take_in().handled()
    life.do(time.request_pause, life.clerk("roads"), reason_code="judicial", evidence="已立案", days=3)
    life.do(time.decide_pause, REVIEWER, approved=True)
    page = house.visitor(house.operator).get(f"/t/{life.serial_no}").get_data(as_text=True)
    dot = page.split("办理时限</span>")[1].split("</p>")[0]
    assert "已挂起，剩余 " in dot
    assert "恢复计时后再定截止时间" in page
    assert "data-left" not in dot


def test_a_unit_that_got_the_ticket_late_is_told_so(house: House) -> None:
    life = life_of(house).take_in().handled()
    life.run(lambda scope: scope.session.execute(update(Assignment).values(budget_percent=40)))
    words = "留给本单位的时间不足一半（40%）"
    assert words in house.visitor(house.operator).get(f"/t/{life.serial_no}").get_data(as_text=True)
    life.run(lambda scope: scope.session.execute(update(Assignment).values(budget_percent=50)))
    assert "不足一半" not in house.visitor(house.operator).get(f"/t/{life.serial_no}").get_data(as_text=True)


def begins_lead(life: Life) -> None:
    life.take_in().handled()


def begins_co(life: Life) -> None:
    life.take_in().handled("parks", co=["roads"]).do(handle.sign, life.clerk("roads"))


@pytest.mark.parametrize("begin", [begins_lead, begins_co])
def test_a_units_list_costs_the_same_statements_with_one_row_and_with_three(
    house: House, begin: Callable[[Life], None]
) -> None:
    clerk, costs = house.visitor(house.clerk), []
    for rows in (1, 2):
        for _ in range(rows):
            life = life_of(house)
            begin(life)
            how = {"reason_code": "judicial", "evidence": "已立案", "days": 3}
            life.do(time.request_pause, life.clerk("roads"), **how)
            life.do(time.decide_pause, REVIEWER, approved=True)
        clerk.get("/unit?tab=in_hand")
        with counted(house.installation.database) as sent:
            assert len(serials(clerk, "/unit?tab=in_hand")) == (1 if rows == 1 else 3)
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_another_districts_tickets_stand_in_no_units_list(house: House, make_house: Callable[[], House]) -> None:
    other = make_house()
    theirs = life_of(other).take_in().handled()
    mine = life_of(house).take_in().handled()
    with house.installation.scope(house.slug) as scope:
        unit = directory(scope).get_unit("roads")
        listed = unit_rows(scope, unit.id, "in_hand", now=datetime.now(UTC))
    assert [row.serial_no for row in listed] == [mine.serial_no]
    assert house.visitor(house.clerk).get(f"/unit/{theirs.serial_no}").status_code == 404
