"""The form beside the masked contact, the page that shows it once, and the API's way to the same."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.journey.people import issue_token
from core.tickets.contact import Contact
from core.tickets.models import ContactReveal, Trespass
from tests.builders import beijing
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

CHEN = Contact("陈某某", "13800000001", "人民路 1 号", keep_private=True)
OPEN = Contact("陈某某", "13800000001", keep_private=False)
PHONE = "13800000001"


def visitor(app: Flask, walk: Walk, login: str, role: str, *, unit: str | None = None) -> Visitor:
    signed_in = Visitor(app)
    account = make_account(walk.installation, walk.slug, login, [role], name="张丽", unit=unit)
    assert signed_in.sign_in(account).status_code == 303
    return signed_in


def call(app: Flask, walk: Walk, role: str | None, unit: str | None = None, key: str = "") -> TestResponse:
    now = beijing("2026-03-12 10:00")
    token = walk.run(lambda scope: issue_token(scope, f"{role}-{scope.new_id()}", role=role, unit=unit, now=now))
    return app.test_client().post(
        f"/api/v1/tickets/{walk.serial_no}/contact",
        json={"purpose": "verify", "words": "核实地点"},
        headers={"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {}),
    )


def test_the_desk_says_what_for_and_sees_the_contact_once(app: Flask, walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    operator = visitor(app, walk, "operator", "operator")
    page = operator.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert PHONE not in page
    assert "138****0001" in page

    answer = operator.post(f"/t/{walk.serial_no}/reveal", purpose="verify", words="核实地点")

    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert [PHONE in shown, "陈某某" in shown, "人民路 1 号" in shown] == [True, True, True]
    assert shown.count("张丽（受理席） 20") == 12  # the watermark, with the time
    again = operator.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert PHONE not in again
    assert "查看了诉求人的姓名、电话、住址，用途：回电核实诉求" in again


def test_a_refusal_shows_the_page_again_with_what_was_typed(app: Flask, walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    operator = visitor(app, walk, "operator", "operator")
    operator.get(f"/t/{walk.serial_no}")

    answer = operator.post(f"/t/{walk.serial_no}/reveal", purpose="", words="核实地点")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择：verify（回电核实诉求）" in page
    assert 'value="核实地点"' in page
    assert PHONE not in page


def test_the_lead_unit_has_the_form_only_where_the_resident_is_known_to_it(app: Flask, walk: Walk) -> None:
    clerk = visitor(app, walk, "clerk", "clerk", unit="roads")
    walk.take_in(contact=OPEN)
    walk.dispatch(lead="roads")
    assert "显示一次" in clerk.get(f"/unit/{walk.serial_no}").get_data(as_text=True)
    shown = clerk.post(f"/unit/{walk.serial_no}/reveal", purpose="visit", words="约时间到场")
    assert PHONE in shown.get_data(as_text=True)

    walk.take_in(contact=CHEN)
    walk.dispatch(lead="roads")
    page = clerk.get(f"/unit/{walk.serial_no}").get_data(as_text=True)
    assert "不向承办单位公开身份" in page
    assert "显示一次" not in page
    refused = clerk.post(f"/unit/{walk.serial_no}/reveal", purpose="visit", words="约时间到场")
    assert refused.status_code == 403
    assert PHONE not in refused.get_data(as_text=True)
    assert [each.code for each in walk.run(lambda scope: list(scope.session.query(Trespass)))] == ["identity-kept"]


def test_seats_without_the_permission_have_no_form(app: Flask, walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    reviewer = visitor(app, walk, "reviewer", "reviewer")
    page = reviewer.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert "138****0001" in page
    assert "显示一次" not in page
    assert reviewer.post(f"/t/{walk.serial_no}/reveal", purpose="verify", words="看看").status_code == 403


def test_the_api_shows_it_once_per_key(app: Flask, walk: Walk) -> None:
    walk.take_in(contact=CHEN)

    first = call(app, walk, "operator", key="k-1")
    second = call(app, walk, "operator", key="k-1")

    told = first.get_json()
    assert first.status_code == 200
    assert (told["name"], told["phone"], told["address"]) == ("陈某某", PHONE, "人民路 1 号")
    assert (second.status_code, second.get_json()["code"]) == (409, "revealed-already")
    assert len(walk.rows(ContactReveal)) == 1


@pytest.mark.parametrize(("role", "unit"), [("reviewer", None), ("clerk", "parks"), ("clerk", "roads"), (None, None)])
def test_the_api_refuses_all_others(app: Flask, walk: Walk, role: str | None, unit: str | None) -> None:
    walk.take_in(contact=CHEN)
    walk.dispatch(lead="roads")
    answer = call(app, walk, role, unit)
    assert answer.status_code == 403
    assert PHONE not in answer.get_data(as_text=True)
