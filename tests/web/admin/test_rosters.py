"""The rosters of all units with an administrator: who is there today at a glance, and head, duties and absences to change."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from core.journey import desk
from core.journey.rosters import show_roster
from core.routing.service import UNEXPLAINED
from tests.builders import OPERATOR, make_actor
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

NOW = datetime.now(UTC)
ADMINISTRATOR = make_actor("管理员甲", "administrator", id=901)
ROADS = "/admin/rosters/roads"


@pytest.fixture
def visitor(house: House) -> Visitor:
    make_account(house.installation, house.slug, "colleague", ["clerk"], name="赵工", unit="roads")
    return house.visitor(make_account(house.installation, house.slug, "admin", ["administrator"]))


def shown(house: House) -> tuple[str, list[tuple[str, str, tuple[int, ...]]], list[str]]:
    """Return head, duties and who is away of the roads."""
    with house.installation.scope(house.slug) as scope:
        roster = show_roster(scope, "roads", actor=ADMINISTRATOR, now=NOW)
    duties = [(each.login, str(each.first or ""), each.weekdays) for each in roster.duties]
    return roster.head.login if roster.head else "", duties, [each.login for each in roster.absences]


def test_a_head_and_duties_are_put_row_by_row_and_an_empty_row_is_none(house: House, visitor: Visitor) -> None:
    visitor.get(ROADS)
    rows: dict[str, Any] = {
        "rows": "3",
        "head": "colleague",
        "login-0": "clerk",
        "first-0": "2026-01-05",
        "day-0": ["1", "2", "3", "4", "5"],
        "login-1": "",
        "day-1": ["1"],
        "login-2": "colleague",
        "day-2": ["6", "7"],
    }
    more = visitor.post(f"{ROADS}/duty", more="1", **rows)
    still_none = shown(house)
    saved = visitor.post(f"{ROADS}/duty", **rows)

    assert more.status_code == 200
    assert visitor.page.count('name="login-') == 6, "the typed rows and three more"
    assert still_none == ("", [], [])
    assert saved.status_code == 303
    assert shown(house) == ("colleague", [("clerk", "2026-01-05", (1, 2, 3, 4, 5)), ("colleague", "", (6, 7))], [])


def test_what_is_wrong_is_said_and_what_was_typed_stays(house: House, visitor: Visitor) -> None:
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"login-0": "gardener", "day-0": "1"}, "没有登录名为 gardener 的承办人员"),
        ({"login-0": "clerk"}, "至少选一天"),
        ({"login-0": "clerk", "day-0": "1", "first-0": "2026-02-03", "last-0": "2026-02-01"}, "2026-02-03"),
        ({"login-0": "clerk", "day-0": "1", "first-0": "三月"}, "日期“三月”看不懂"),
    ]
    for wrong, words in wrongs:
        visitor.get(ROADS)
        answer = visitor.post(f"{ROADS}/duty", rows="1", **wrong)
        assert answer.status_code == 422, wrong
        assert words in visitor.page
        assert "没有办成" in visitor.page
    for rows in ("9999", "x", "-1", ""):
        visitor.get(ROADS)
        assert 300 <= visitor.post(f"{ROADS}/duty", rows=rows).status_code < 500
    assert visitor.get("/admin/rosters/nowhere").status_code == 404
    assert shown(house) == ("", [], [])


def test_who_is_away_loses_what_they_have_and_is_noted_back(house: House, visitor: Visitor) -> None:
    every_day: dict[str, Any] = {"login-0": "clerk", "day-0": list("1234567")}
    visitor.get(ROADS)
    visitor.post(f"{ROADS}/duty", rows="1", head="colleague", **every_day)
    life = Life(house.installation, house.slug).take_in()
    life.do(desk.dispatch, OPERATOR, lead="roads", reason=UNEXPLAINED)
    today = NOW.astimezone(house.installation.tenant(house.slug).zone).date()

    visitor.get(ROADS)
    away = visitor.post(f"{ROADS}/away", login="clerk", first=str(today), reason="病假")
    told = visitor.get(ROADS).get_data(as_text=True)
    overview = visitor.get("/admin/rosters").get_data(as_text=True)
    later = visitor.post(
        f"{ROADS}/away", login="colleague", first=str(today), last=str(today - timedelta(days=1)), reason="假"
    )
    back = visitor.post(f"{ROADS}/back", login="clerk")

    assert away.status_code == 303
    assert "已登记不在岗，1 件工单转给了别人" in told
    assert "病假" in told
    assert "今天不在岗" in overview
    assert later.status_code == 422
    assert back.status_code == 303
    assert shown(house)[2] == []


def test_a_table_goes_out_and_comes_in_again_as_it_was(house: House, visitor: Visitor) -> None:
    table = "登录名,起,止,星期\nclerk,2026-01-05,,1-5\ncolleague,,,6、7\n"
    visitor.get(ROADS)
    given = FileStorage(io.BytesIO(table.encode("gb18030")), filename="值班.csv")
    taken = visitor.post(f"{ROADS}/table", table=given)
    before = shown(house)
    out = visitor.get("/admin/rosters.csv").get_data(as_text=True)
    rows = [row for row in csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))) if row["单位代码"] == "roads"]
    visitor.get(ROADS)
    wrong = visitor.post(
        f"{ROADS}/table", table=FileStorage(io.BytesIO("登录名,起\nclerk,三月\n".encode()), filename="x")
    )

    assert taken.status_code == 303
    assert before == ("", [("clerk", "2026-01-05", (1, 2, 3, 4, 5)), ("colleague", "", (6, 7))], [])
    assert [(row["登录名"], row["起"], row["星期"]) for row in rows] == [
        ("clerk", "2026-01-05", "1、2、3、4、5"),
        ("colleague", "", "6、7"),
    ]
    assert wrong.status_code == 422
    assert "第 2 行" in visitor.page
    assert shown(house) == before


def test_the_list_says_where_nobody_is(house: House, visitor: Visitor) -> None:
    everybody = visitor.get("/admin/rosters").get_data(as_text=True)
    nobody = visitor.get("/admin/rosters?without=people").get_data(as_text=True)
    headless = visitor.get("/admin/rosters?without=head&q=道路").get_data(as_text=True)

    assert "道路管理处" in everybody
    assert "受理中心" not in everybody.split("<table")[1], "the desk handles no tickets by a roster"
    assert "道路管理处" not in nobody
    assert "道路养护队" in headless
    assert "园林管理处" not in headless.split("<table")[1]
