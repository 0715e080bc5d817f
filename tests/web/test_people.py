"""A unit's people: everybody there reads who is on duty, its head keeps it, and nobody who is away holds a ticket."""

from datetime import UTC, datetime
from typing import Any

from core.journey.rosters import put_head
from tests.builders import make_actor
from tests.web.conftest import House
from tests.web.making import Life, make_account


def test_the_head_keeps_the_roster_and_who_is_away_gives_the_tickets_to_others(house: House) -> None:
    head = make_account(house.installation, house.slug, "head", ["clerk"], name="陈主任", unit="roads")
    life = Life(house.installation, house.slug)
    admin = make_actor("管理员", "administrator", id=77)
    life.run(lambda scope: put_head(scope, "roads", "head", actor=admin))
    chief, clerk = house.visitor(head), house.visitor(house.clerk)
    today = datetime.now(UTC).date()

    chief.get("/unit/people")
    every_day = [f"clerk/{day}" for day in range(1, 8)]
    assert chief.post("/unit/people/duty", duty=every_day).headers["Location"] == "/unit/people"
    life.take_in().handled()
    page = chief.get("/unit/people").get_data(as_text=True)
    assert 'value="clerk/3" checked' in page

    away: dict[str, Any] = {"login": "clerk", "first": today.isoformat(), "reason": "外出培训"}
    assert chief.post("/unit/people/away", **away).headers["Location"] == "/unit/people"
    assert "1 件工单转给了别人" in chief.get("/unit/people").get_data(as_text=True)
    read = clerk.get("/unit/people").get_data(as_text=True)
    assert ("李工" in read, "不在岗" in read, "外出培训" in read, "保存值班表" in read) == (True, True, False, False)
    refused = clerk.post("/unit/people/away", **away)
    assert (refused.status_code, "由系统管理员和本单位负责人维护" in refused.get_data(as_text=True)) == (403, True)

    chief.get("/unit/people")
    chief.post("/unit/people/back", login="clerk")
    assert "外出培训" not in chief.get("/unit/people").get_data(as_text=True)
