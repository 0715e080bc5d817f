"""Who may open which page, what every answer carries, and how refusals look."""

import re
from datetime import UTC, datetime

import pytest

from core.kit.errors import Refused
from core.people.roles import Permission
from core.tickets.contact import Contact
from core.web.refusals import STATUS
from tests.builders import make_ticket
from tests.web.conftest import House


def test_every_route_names_its_permission(house: House) -> None:
    unnamed = [
        rule.rule
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(house.app.view_functions[rule.endpoint], "permission")
    ]
    assert unnamed == []


def test_open_routes_are_these_and_no_others(house: House) -> None:
    opened = {
        rule.rule
        for rule in house.app.url_map.iter_rules()
        if getattr(house.app.view_functions[rule.endpoint], "permission", "static") is None
    }
    on_a_wall = "/screen/<tenant>/<token>"  # nobody signs in at a big screen: its link is the key
    pushed_to = "/in/<tenant>/<channel>"  # a feature vouches for who pushes; a person has no business there
    on_the_way_in = {
        "/sign-in",
        "/sign-in/code",
        "/sign-in/bind",
        "/sign-in/oidc/<tenant>/<provider>",
        "/sign-in/oidc/callback",
        "/set-password/<tenant>/<token>",
    }
    public_pages = {rule for rule in opened if rule.startswith("/public/<tenant>")}
    assert {view.rpartition(".")[0] for view in views_of(house, public_pages)} == {"public"}
    assert opened - public_pages == {
        "/",
        *on_the_way_in,
        "/language",  # a choice of the browser, on pages before the sign-in too
        "/type",  # likewise
        "/public",  # which tenants there are, for whoever looks for theirs
        "/sign-out",
        "/healthz",
        "/livez",
        "/readyz",
        "/api/v1/openapi.json",
        on_a_wall,
        pushed_to,
        "/wechat/<tenant>",  # WeChat's signature vouches for what comes
        "/center/worker.js",  # a script that is the same for everybody; browsers fetch it without asking the page
    }


def views_of(house: House, rules: set[str]) -> set[str]:
    return {rule.endpoint for rule in house.app.url_map.iter_rules() if rule.rule in rules}


def test_the_permission_of_these_routes_alone_depends_on_the_address(house: House) -> None:
    """What they ask for is tested page by page in `test_plugin_pages`, and deed by deed in `tests/permissions`."""
    found = {
        rule.rule: getattr(house.app.view_functions[rule.endpoint], "permission", None)
        for rule in house.app.url_map.iter_rules()
    }
    assert {rule for rule, permission in found.items() if callable(permission)} == {
        "/x/<plugin>/<path:path>",
        "/desk/bulk/<deed>",
        "/unit/bulk/<deed>",
        "/t/<serial_no>/<deed>",
        "/unit/<serial_no>/<deed>",
        "/discipline/<case_code>/<deed>",
        "/unit/cases/<case_code>/<deed>",
    }


def test_without_a_session_every_staff_page_leads_to_the_sign_in_page(house: House) -> None:
    visitor = house.visitor()
    for rule in house.app.url_map.iter_rules():
        permission = getattr(house.app.view_functions[rule.endpoint], "permission", None)
        is_page = not rule.rule.startswith("/api/")
        if is_page and isinstance(permission, Permission) and "GET" in (rule.methods or ()):
            path = re.sub("<[^>]*>", "1", rule.rule)
            assert visitor.get(path).location.startswith("/sign-in"), path


@pytest.mark.parametrize(
    ("who", "path"), [("clerk", "/desk"), ("clerk", "/desk/new"), ("reviewer", "/desk/new"), ("operator", "/unit")]
)
def test_a_page_of_another_role_says_whose_it_is(house: House, who: str, path: str) -> None:
    answer = house.visitor(getattr(house, who)).get(path)
    assert answer.status_code == 403
    assert "没有这项权限" in answer.get_data(as_text=True)


def test_a_unit_sees_only_what_was_given_to_it(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator, clerk, gardener = (house.visitor(login) for login in (house.operator, house.clerk, house.gardener))
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")

    assert clerk.get(f"/unit/{serial_no}").status_code == 200
    assert gardener.get(f"/unit/{serial_no}").status_code == 403
    gardener.get("/unit")
    assert (
        gardener.post(
            f"/unit/{serial_no}/sign", csrf_token=gardener.hidden("csrf_token"), version="1", command_id="x"
        ).status_code
        == 403
    )


def test_the_unit_does_not_learn_who_wants_to_stay_unknown(house: House) -> None:
    shown = {}
    for keep_private in (True, False):
        contact = Contact("陈某某", "13800000001", keep_private=keep_private)
        serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC), contact=contact).serial_no
        operator = house.visitor(house.operator)
        page = operator.get(f"/desk?at={serial_no}").get_data(as_text=True)
        assert "138****0001" in page
        assert "13800000001" not in page
        operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")
        shown[keep_private] = house.visitor(house.clerk).get(f"/unit/{serial_no}").get_data(as_text=True)

    assert "138****0001" not in shown[True]
    assert "138****0001" in shown[False]


def test_staff_pages_are_kept_nowhere_and_run_only_our_scripts(house: House) -> None:
    answer = house.visitor(house.operator).get("/desk")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in answer.headers["Vary"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    page = answer.get_data(as_text=True)
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_a_form_without_our_token_does_nothing(house: House) -> None:
    operator = house.visitor(house.operator)
    answer = operator.client.post("/desk/dispatch", data={"serial_no": "X", "unit": "roads"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("path", "status"), [("/t/T000000000000000", 404), ("/no/such/page", 404)])
def test_what_is_not_there_is_said_in_words_with_a_number(house: House, path: str, status: int) -> None:
    answer = house.visitor(house.operator).get(path)
    assert answer.status_code == status
    assert "编号 <b>" in answer.get_data(as_text=True)


def test_an_error_nobody_expected_is_logged_once_and_shown_with_its_number(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = house.visitor(house.operator)
    monkeypatch.setattr("core.web.desk.lanes.queue", lambda *_, **__: 1 / 0)

    answer = visitor.get("/desk")

    page = answer.get_data(as_text=True)
    number = page.split("编号 <b>")[1].split("<")[0]
    assert answer.status_code == 500
    assert "division" not in page
    assert [number in record.getMessage() and house.slug in record.getMessage() for record in caplog.records] == [True]


def test_statuses_are_given_to_refusals_that_exist() -> None:
    def codes(kind: type[Refused]) -> set[str]:
        return {kind.code}.union(*(codes(sub) for sub in kind.__subclasses__()))

    assert set(STATUS) - codes(Refused) == set()


def test_a_command_from_another_site_is_refused_even_with_the_token(house: House) -> None:
    visitor = house.visitor()
    visitor.get("/sign-in")
    answer = visitor.client.post(
        "/sign-out", data={"csrf_token": visitor.hidden("csrf_token")}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
