"""Saved lists: kept under a number that says nothing, shared with those who see the lane, counted, started with."""

from datetime import UTC, datetime

from sqlalchemy import select

from core.people.lists.models import SavedList
from tests.builders import make_ticket
from tests.web.conftest import House


def test_a_list_is_saved_opened_by_its_number_counted_and_started_with(house: House) -> None:
    for text in ("道路坑洼", "枯树要倒"):
        make_ticket(house.installation, house.slug, text=text, now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    operator.get("/desk?lane=dispatch&nature=complaint")
    assert "存为常用列表" in operator.page
    saved = operator.post("/desk/lists", lane="dispatch", nature="complaint", name="投诉待派")
    assert saved.headers["Location"] == "/desk?list=1"
    text = operator.post("/desk/lists", lane="all", q="13900000000", name="一个人", shared="yes")
    assert text.headers["Location"] == "/desk?list=2"

    operator.get("/desk?list=1")
    assert 'href="/desk?list=1" aria-current="page"' in operator.page
    assert operator.get("/menu").get_json()["/desk?list=1"] == "0"
    assert "/desk?list=2" not in operator.client.get("/menu").get_json(), "a search by words is not counted in passing"

    operator.get("/desk/lists")
    operator.post("/desk/lists/start", number="1")
    assert operator.get("/").headers["Location"] == "/desk?list=1"
    with house.installation.scope(house.slug) as scope:
        kept = scope.session.scalars(select(SavedList.sealed).where(SavedList.tenant_id == scope.tenant.id)).all()
    assert not any(b"13900000000" in each for each in kept), "what is searched for may name a person"


def test_only_shared_lists_of_lanes_that_one_sees_are_open_to_others(house: House) -> None:
    operator, reviewer = house.visitor(house.operator), house.visitor(house.reviewer)
    operator.get("/desk/lists?lane=dispatch")
    operator.post("/desk/lists", lane="dispatch", name="自己的")
    operator.post("/desk/lists", lane="returns", name="退单", shared="yes")
    operator.post("/desk/lists", lane="all", name="大家的", shared="yes")

    statuses = [reviewer.get(f"/desk?list={number}").status_code for number in (1, 2, 3, 99)]
    assert statuses == [404, 404, 200, 404]
    reviewer.get("/desk/lists")
    assert reviewer.post("/desk/lists/3", name="改名").status_code == 404
    assert reviewer.post("/desk/lists/3/remove").status_code == 404
    assert house.visitor(house.clerk).get("/desk/lists").status_code == 403

    operator.get("/desk/lists")
    operator.post("/desk/lists/3", name="全部工单一览", shared="")
    assert reviewer.get("/desk?list=3").status_code == 404
    operator.post("/desk/lists/3/remove")
    assert operator.get("/desk?list=3").status_code == 404


def test_a_list_whose_unit_is_gone_says_so(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/lists?lane=all")
    operator.post("/desk/lists", lane="all", unit="closed-long-ago", name="旧单位")
    operator.get("/desk?list=1")
    assert "承办单位“closed-long-ago”已不在名册上" in operator.page
    refused = operator.post("/desk/lists", lane="all", name=" ")
    assert refused.status_code == 422
    assert "请给列表取个名字" in operator.page
