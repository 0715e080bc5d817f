"""The same sentence over the API and on the pages of desk and unit; who may read it, and where a reason is asked for."""

from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.journey.consult import open_consultation
from core.journey.desk import dispatch
from core.routing.service import ConsultationOpen
from core.tenancy.scope import Installation
from core.web import create_app
from tests.api.conftest import Systems
from tests.builders import OPERATOR, make_actor
from tests.decisions.making import explained
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

AGAINST = {"lead": "parks", "reason": "坑在绿化带里"}


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def systems(installation: Installation, district: str, client: FlaskClient) -> Systems:
    return Systems(installation, district, client)


@pytest.fixture
def sent(walk: Walk) -> Walk:
    """A ticket that the desk gave to the park unit against the suggestion."""
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", **AGAINST)
    return walk


def path(walk: Walk) -> str:
    return f"/api/v1/tickets/{walk.serial_no}/decisions"


def test_the_api_tells_the_story_to_the_desk_and_to_a_unit_with_a_share(sent: Walk, systems: Systems) -> None:
    told = systems.of("operator").get(path(sent))

    assert told["sentence"] == explained(sent).sentence
    assert [step["decision"]["kind"] for step in told["steps"]] == ["duty_list", "person"]
    assert told["steps"][1]["at"] == "2026-03-12T10:10:00+08:00"
    assert (told["steps"][1]["decision"]["suggested"], told["steps"][1]["decision"]["override"]) == (
        "道路管理处",
        "坑在绿化带里",
    )
    assert systems.of("clerk", "parks").get(path(sent)) == told


@pytest.mark.parametrize(
    ("role", "unit", "code"), [(None, None, "not-permitted"), ("clerk", "water", "not-your-ticket")]
)
def test_others_are_refused(sent: Walk, systems: Systems, role: str | None, unit: str | None, code: str) -> None:
    refused = systems.of(role, unit).get(path(sent))

    assert (refused["status"], refused["code"]) == (403, code)


def test_a_ticket_of_another_district_is_not_there(sent: Walk, systems: Systems) -> None:
    assert systems.of("operator").get("/api/v1/tickets/T0/decisions")["code"] == "no-such-ticket"


def test_a_command_against_the_suggestion_without_a_reason_is_refused(walk: Walk, systems: Systems) -> None:
    walk.take_in(text="道路坑洼")

    answer = systems.of("operator").command(walk.serial_no, "dispatch", lead="parks")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "override-reason-missing")
    assert systems.of("operator").done(walk.serial_no, "dispatch", **AGAINST)["state"] == "dispatched"


def test_desk_and_unit_read_the_same_sentence_and_the_desk_again_beside_a_return(
    sent: Walk, app: Flask, installation: Installation
) -> None:
    sentence = explained(sent).sentence
    sent.ask_back("2026-03-12 11:00", clause="第三条")
    operator = Visitor(app)
    operator.sign_in(make_account(installation, sent.slug, "zuoxi", ["operator"]))
    clerk = Visitor(app)
    clerk.sign_in(make_account(installation, sent.slug, "jingban", ["clerk"], unit="parks"))

    ticket = unescape(operator.get(f"/t/{sent.serial_no}").get_data(as_text=True))
    decision = unescape(operator.get(f"/desk?lane=returns&at={sent.serial_no}").get_data(as_text=True))
    unit = unescape(clerk.get(f"/unit/{sent.serial_no}").get_data(as_text=True))

    assert f"<p>{sentence}</p>" in ticket
    assert f"<p>{sentence}</p>" in unit
    assert f"<b>当初派到这里：</b>{sentence}" in decision
    assert "<b>依据的条款：</b>第三条" in decision


def test_the_dispatch_form_has_a_place_for_the_reason(walk: Walk, app: Flask, installation: Installation) -> None:
    walk.take_in(text="道路坑洼")
    operator = Visitor(app)
    operator.sign_in(make_account(installation, walk.slug, "paidan", ["operator"]))
    page = operator.get(f"/desk?lane=dispatch&at={walk.serial_no}").get_data(as_text=True)
    assert 'data-other-than="roads"' in page
    assert "不派给道路管理处的理由" in page

    refused = operator.post("/desk/dispatch", serial_no=walk.serial_no, unit="parks")
    assert (refused.status_code, "请写明不按建议派单的理由" in operator.page) == (422, True)
    operator.get(f"/desk?lane=dispatch&at={walk.serial_no}")
    assert operator.post("/desk/dispatch", serial_no=walk.serial_no, unit="parks", reason="绿化带").status_code == 303

    assert "派给园林管理处，理由：绿化带" in explained(walk).sentence


def test_a_reason_is_not_asked_for_while_units_consult(walk: Walk) -> None:
    walk.take_in(text="道路坑洼")
    walk.do(open_consultation, "2026-03-12 10:10", actor=OPERATOR, question="归谁")

    with pytest.raises(ConsultationOpen):
        walk.do(dispatch, "2026-03-12 10:20", actor=make_actor("坐席乙", "operator", id=9), lead="parks")
