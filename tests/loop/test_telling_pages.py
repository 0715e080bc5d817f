"""The forms and pages of telling: the unit and the desk write it down, the reviewer is told what is missing, the resident reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from core.hooks.roster import Roster
from core.journey import tell
from core.journey.people import issue_token
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.web import create_app
from tests.builders import beijing, make_district, make_installation
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

PHONE = Contact("陈先生", "13800000009")
WORDS = "井盖已装好，请放心通行"


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[Roster.installed().features["nanhai.loop"]])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(house: Installation) -> Flask:
    return create_app(house)


def visitor(app: Flask, login: str) -> Visitor:
    somebody = Visitor(app)
    assert somebody.sign_in(login).status_code == 303
    return somebody


def test_the_forms_of_telling_lead_to_its_commands_and_every_system_can_read_it(
    house: Installation, app: Flask
) -> None:
    slug = make_district(house, features={"nanhai.loop": {}})
    walk = Walk(house, slug)
    accepted = walk.take_in("2026-03-12 10:00", contact=PHONE)
    walk.dispatch()
    walk.sign()
    walk.do(tell.tell, "2026-03-12 15:00", actor=walk.lead_clerk(), way="phone", arrived=False, what="关机")
    walk.reply()
    clerk = visitor(app, make_account(house, slug, "clerk", ["clerk"], name="李工", unit="roads"))
    desk = visitor(app, make_account(house, slug, "desk", ["operator", "reviewer"], name="张丽"))

    page = clerk.get(f"/unit/{walk.serial_no}").get_data(as_text=True)
    assert f'action="/unit/{walk.serial_no}/tell"' in page
    empty = clerk.post(f"/unit/{walk.serial_no}/tell", way="phone", arrived="yes", what="")
    assert empty.status_code == 422
    assert clerk.post(f"/unit/{walk.serial_no}/tell", way="phone", arrived="yes", what=WORDS).status_code == 303
    assert walk.entries()[-1].summary == f"已告知诉求人（电话）：{WORDS}"
    walk.pass_reply("2026-03-13 11:00")

    typed: dict[str, Any] = {"way": "letter", "arrived": "yes", "what": "已寄出", "document": "函〔2026〕1 号"}
    desk.get(f"/t/{walk.serial_no}")
    assert desk.post(f"/t/{walk.serial_no}/tell_at_desk", **typed).status_code == 303
    shown = desk.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert "本轮已有告知的记录" in shown
    assert "书面（信函）（函〔2026〕1 号）" in shown

    guest = app.test_client()
    own = {"number": accepted.serial_no, "code": accepted.access_code}
    for _ in range(2):
        assert guest.post(f"/public/{slug}/progress", data=own).status_code == 200
    with house.scope(slug) as scope:
        token = issue_token(scope, "热线平台", role="operator", now=datetime.now(UTC))
    bearer = {"Authorization": f"Bearer {token}"}
    listed = guest.get(f"/api/v1/tickets/{walk.serial_no}/tellings", headers=bearer).get_json()
    assert [(each["way"], each["is_proof"]) for each in listed] == [
        ("进展页面", True),
        ("书面（信函）（函〔2026〕1 号）", True),
        ("电话", True),
        ("电话", False),
    ]
    assert guest.get(f"/api/v1/tickets/{walk.serial_no}", headers=bearer).get_json()["told"] is True


def test_who_waits_to_be_told_stands_in_the_lane_and_is_given_up_with_a_reason(house: Installation, app: Flask) -> None:
    slug = make_district(house, features={"nanhai.loop": {"try_days": 1}})
    walk = Walk(house, slug)
    walk.take_in("2026-03-12 10:00", contact=PHONE)
    desk = visitor(app, make_account(house, slug, "desk", ["operator"], name="张丽"))
    assert "待告知" in desk.get("/desk").get_data(as_text=True)
    desk.get(f"/t/{walk.serial_no}")
    vain: dict[str, Any] = {"way": "phone", "arrived": "no", "what": "空号"}
    assert desk.post(f"/t/{walk.serial_no}/tell_at_desk", **vain).status_code == 303
    desk.get(f"/t/{walk.serial_no}")
    answered = desk.post("/desk/answer", serial_no=walk.serial_no, text=WORDS)
    assert answered.status_code == 303, desk.page
    walk.run(lambda scope: tell.have_told(scope, walk.ticket().id, now=datetime.now(UTC)))

    assert walk.serial_no in desk.get("/desk?lane=untold").get_data(as_text=True)
    assert "/stop_telling" not in desk.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert desk.post(f"/t/{walk.serial_no}/tell_at_desk", **vain).status_code == 303
    assert "/stop_telling" in desk.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert desk.post(f"/t/{walk.serial_no}/stop_telling", reason="空号，无其他联系方式").status_code == 303
    assert "已记下不再联系" in desk.get("/desk?lane=untold").get_data(as_text=True)
    assert walk.serial_no not in desk.get("/desk?lane=untold").get_data(as_text=True)
    assert walk.entries()[-1].summary.startswith("联系 1 次没有联系上，不再联系：空号")
    assert beijing("2026-03-12 10:00") < walk.entries()[-1].at
