"""The lists of the desk: what stands in them, in which order, at which cost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.journey import consult, desk, explain, findings, give_back, handle, judge, press, time
from core.journey.accept import accept
from core.journey.queries.lanes import Filters
from core.journey.queries.queue import find_following, queue
from core.tickets.contact import Contact
from tests.builders import OPERATOR, REVIEWER, SUPERVISOR, beijing, make_appeal, make_ticket
from tests.journey.walking import Walk
from tests.web.conftest import House
from tests.web.counting import counted
from tests.web.making import Life, Visitor


def serials(visitor: Visitor, path: str) -> list[str]:
    """Return the serial numbers of a list, from top to bottom."""
    page = visitor.get(path).get_data(as_text=True)
    return [part.split('"')[0] for part in page.split('data-serial="')[1:]]


def test_the_nearest_due_stands_on_top(house: House) -> None:
    now = datetime.now(UTC)
    late, early = (make_ticket(house.installation, house.slug, now=now - timedelta(days=days)) for days in (1, 9))
    assert serials(house.visitor(house.operator), "/desk") == [early.serial_no, late.serial_no]


def waits_for_acceptance(life: Life) -> Life:
    return life.register()


def waits_for_dispatch(life: Life) -> Life:
    return life.take_in()


def asks_back(life: Life) -> Life:
    life.take_in().do(desk.dispatch, OPERATOR, lead="roads")
    asked = {"reason_code": "not_duty", "evidence": "不属本单位", "proposed_unit": "parks"}
    return life.do(give_back.request_return, life.clerk("roads"), **asked)


def consults(life: Life) -> Life:
    return life.take_in().do(consult.open_consultation, OPERATOR, question="归谁")


def is_handed_in(life: Life) -> Life:
    life.take_in().handled()
    return life.do(handle.reply, life.clerk("roads"), text="已修补", disposition="resolved")


def asks_for_time(life: Life) -> Life:
    life.take_in().handled()
    return life.do(time.request_extension, life.clerk("roads"), days=2, reason="等材料")


def asks_to_stand_still(life: Life) -> Life:
    life.take_in().handled()
    how = {"reason_code": "judicial", "evidence": "已立案", "days": 3}
    return life.do(time.request_pause, life.clerk("roads"), **how)


def is_concluded(life: Life) -> Life:
    return life.take_in().handled().concluded()


def is_supervised(life: Life) -> Life:
    return life.take_in().handled().do(press.open_supervision, SUPERVISOR, level="blue", demand="说明原因")


def is_disputed(life: Life) -> Life:
    is_concluded(life)
    return life.do(judge.file_dispute, life.clerk("roads"), kind="responsibility", grounds="不属本单位")


def stands_still(life: Life) -> Life:
    return asks_to_stand_still(life).do(time.decide_pause, REVIEWER, approved=True)


def waits_for_clearance(life: Life) -> Life:
    appeal = make_appeal(text="道路坑洼，出行不便")
    accepted = life.run(lambda scope: accept(scope, appeal, for_clearance=True, actor=OPERATOR, now=datetime.now(UTC)))
    life.serial_no = accepted.serial_no
    return life


def is_tracked(life: Life) -> Life:
    return is_concluded(life).do(findings.track, OPERATOR, days=10, why="是否又塌")


def explains_overrun(life: Life) -> Life:
    """Have a ticket of some months ago answered late, and its unit say why."""
    walk = Walk(life.installation, life.slug)
    life.serial_no = walk.take_in("2026-03-12 10:00", text="道路坑洼").serial_no
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.supervise("2026-03-23 10:00")
    walk.reply("2026-03-23 10:00")
    walk.pass_reply("2026-03-23 11:00")
    clock_id = next(clock.id for clock in walk.clocks() if clock.name == "reply")
    how = {"clock_id": clock_id, "cause": "technical", "evidence": "缺少测绘"}
    return life.do(explain.state_overdue_cause, life.clerk("roads"), **how)


LANES: list[tuple[str, Callable[[Life], Life]]] = [
    ("accept", waits_for_acceptance),
    ("clearance", waits_for_clearance),
    ("dispatch", waits_for_dispatch),
    ("returns", asks_back),
    ("consult", consults),
    ("review", is_handed_in),
    ("time", asks_for_time),
    ("time", asks_to_stand_still),
    ("follow_up", is_concluded),
    ("tracking", is_tracked),
    ("supervised", is_supervised),
    ("disputes", is_disputed),
    ("overruns", explains_overrun),
    ("all", stands_still),
]


@pytest.mark.parametrize(("lane", "begin"), LANES)
def test_a_lane_costs_the_same_statements_with_one_row_and_with_three(
    house: House, lane: str, begin: Callable[[Life], Life]
) -> None:
    visitor = house.visitor(house.login_of("chief"))
    costs = []
    for rows in (1, 2):
        for _ in range(rows):
            begin(Life(house.installation, house.slug))
        visitor.get(f"/desk?lane={lane}")
        with counted(house.installation.database) as sent:
            assert len(serials(visitor, f"/desk?lane={lane}")) == (1 if rows == 1 else 3)
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_each_ticket_stands_where_it_waits_and_nowhere_else(house: House) -> None:
    made: dict[str, set[str]] = {}
    for lane, begin in LANES[:-1]:
        made.setdefault(lane, set()).add(begin(Life(house.installation, house.slug)).serial_no)
    made["follow_up"] |= made["disputes"] | made["tracking"] | made["overruns"]
    chief = house.visitor(house.login_of("chief"))
    assert {lane: set(serials(chief, f"/desk?lane={lane}")) for lane in made} == made


@pytest.mark.parametrize(
    ("who", "menu"),
    [
        (
            "operator",
            [
                *("待受理 1", "待审定电话工单 0", "派单台 0", "退单申请 0", "会商 0", "审核回复 0", "回访 0"),
                *("要求重办 0", "效能追踪 0", "交办事项 0", "全部工单"),
            ],
        ),
        ("reviewer", ["待审定电话工单 0", "派单台 0", "审核回复 0", "延期与挂起 0", "回访 0", "全部工单"]),
        (
            "supervisor",
            [
                "派单台 0",
                "会商 0",
                "审核回复 0",
                "回访 0",
                "督办 0",
                "交办事项 0",
                "申诉裁定 0",
                "超期原因 0",
                "全部工单",
            ],
        ),
    ],
)
def test_the_menu_counts_what_waits_for_the_visitor(house: House, who: str, menu: list[str]) -> None:
    waits_for_acceptance(Life(house.installation, house.slug))
    page = house.visitor(house.login_of(who)).get("/desk?lane=all").get_data(as_text=True)
    shown = page.split('id="menu"')[1].split("</nav>")[0]
    entries = re.findall(r'<a href="/desk\?lane=[^>]*>([^<]*)<span data-count>(.*?)</span></a>', shown)
    assert sorted(f"{label} {count}".strip() for label, count in entries) == sorted(menu)


def test_a_lane_without_due_times_goes_on_behind_its_last_row_too(house: House) -> None:
    made = [waits_for_acceptance(Life(house.installation, house.slug)).serial_no for _ in range(3)]
    now = datetime.now(UTC)
    with house.installation.scope(house.slug) as scope:
        first = queue(scope, "accept", Filters(), now=now, limit=2)
        rest = queue(scope, "accept", Filters(), now=now, after=first.after or "", limit=2)
    assert [row.serial_no for row in (*first.rows, *rest.rows)] == made


def test_a_ticket_that_nobody_can_dispatch_stands_in_no_ones_way(house: House) -> None:
    life = consults(Life(house.installation, house.slug))
    operator = house.visitor(house.operator)
    assert serials(operator, "/desk") == []
    assert "派单并下一件" not in operator.get(f"/desk?lane=all&at={life.serial_no}").get_data(as_text=True)


def test_a_list_goes_on_behind_its_last_row_without_gap_or_overlap(house: House) -> None:
    made = [make_ticket(house.installation, house.slug, now=beijing("2026-03-10 10:00")).serial_no for _ in range(5)]
    seen: list[str] = []
    after = ""
    with house.installation.scope(house.slug) as scope:
        while True:
            page = queue(scope, "dispatch", Filters(), now=beijing("2026-03-12 10:00"), after=after, limit=2)
            seen += [row.serial_no for row in page.rows]
            if page.after is None:
                break
            after = page.after
        following = find_following(scope, "dispatch", Filters(), seen[1], now=beijing("2026-03-12 10:00"))
    assert seen == made
    assert following == seen[2]


def test_search_finds_number_phone_place_and_words(house: House) -> None:
    wanted = make_ticket(
        house.installation,
        house.slug,
        text="井盖丢失",
        place="和平路 6 号",
        contact=Contact("陈某", "13800000002"),
        now=datetime.now(UTC),
    ).serial_no
    make_ticket(house.installation, house.slug, text="噪声扰民", now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    for words in ("138 0000 0002", "和平路", "井盖"):
        assert serials(operator, f"/desk?lane=all&q={words}") == [wanted], words
    assert operator.get(f"/desk?lane=all&q={wanted.lower()}").location == f"/t/{wanted}"


def test_percent_signs_in_a_search_are_only_percent_signs(house: House) -> None:
    make_ticket(house.installation, house.slug, text="噪声扰民", now=datetime.now(UTC))
    assert serials(house.visitor(house.operator), "/desk?lane=all&q=%25") == []


def test_filters_narrow_a_lane_and_can_be_cleared(house: House) -> None:
    urgent = make_ticket(house.installation, house.slug, urgency="urgent", now=datetime.now(UTC)).serial_no
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    assert serials(operator, "/desk?tab=urgent") == [urgent]
    empty = operator.get("/desk?nature=praise").get_data(as_text=True)
    assert "没有符合条件的工单" in empty
    assert "清除筛选" in empty


def test_an_address_that_makes_no_sense_shows_the_desk(house: House) -> None:
    operator = house.visitor(house.operator)
    for path in ("/desk?lane=nonsense", "/desk?tab=x&unit=nobody&channel=%00", "/desk?after=NOSUCH"):
        assert operator.get(path).status_code == 200, path


def test_a_list_that_reads_the_same_is_not_sent_again(house: House) -> None:
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    first = operator.get("/desk", HX_Request="true", HX_Target="list")
    again = operator.get("/desk", HX_Request="true", HX_Target="list", If_None_Match=first.headers["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)

    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    assert (
        operator.get("/desk", HX_Request="true", HX_Target="list", If_None_Match=first.headers["ETag"]).status_code
        == 200
    )


def test_another_district_stands_in_no_list(house: House, make_house: Callable[[], House]) -> None:
    mine = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    other = make_house()
    theirs = make_ticket(other.installation, other.slug, now=datetime.now(UTC)).serial_no
    visitor = house.visitor(house.operator)
    assert serials(visitor, "/desk?lane=all") == [mine]
    assert visitor.get(f"/t/{theirs}").status_code == 404
