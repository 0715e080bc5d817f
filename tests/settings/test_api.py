"""Administrators' systems over the API: the same steps, the same refusals, with statuses and codes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.journey.dry_run import run_whole
from core.journey.people import issue_token
from core.tenancy.scope import Installation
from core.web import create_app
from tests.settings.making import GATE, LIGHT, NOW, District

CANARY = "hunter-2-canary"


@dataclass(frozen=True)
class System:
    """Another system of the district, with a token of its own."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> TestResponse:
        return self._call("get", path, None, None)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        return self._call("post", path, {} if body is None else body, key)

    def put(self, path: str, body: Any) -> TestResponse:
        return self._call("put", path, body, None)

    def delete(self, path: str) -> TestResponse:
        return self._call("delete", path, None, None)

    def done(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Post what must be done, and return the answer."""
        answer = self.post(path, body, key=key)
        assert answer.status_code < 300, answer.get_json()
        return answer.get_json()

    def _call(self, method: str, path: str, body: Any, key: str | None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer: TestResponse = getattr(self.client, method)(f"/api/v1{path}", headers=headers, **sent)
        return answer


@pytest.fixture(scope="session")
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


Systems = Callable[..., System]


@pytest.fixture
def systems(district: District, client: FlaskClient) -> Systems:
    return lambda role="administrator": system_of(district, client, role)


def system_of(district: District, client: FlaskClient, role: str | None = "administrator") -> System:
    """Return a system with a fresh token of this role."""
    with district.installation.scope(district.slug) as scope:
        token = issue_token(scope, f"{role}-{scope.new_id()}", role=role, now=datetime.now(UTC))
    return System(client, token)


REVISIONS = f"/features/{LIGHT}/revisions"


def drafted(system: System, changes: Any = None, **more: Any) -> int:
    body = {"changes": {"yellow_hours": 5} if changes is None else changes, "reason": "雨季将至", **more}
    number: int = system.done(f"/features/{LIGHT}/settings", body)["number"]
    return number


def told(answer: TestResponse) -> tuple[int, str]:
    problem = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert problem["detail"]
    return answer.status_code, problem["code"]


def test_settings_are_drafted_checked_tried_approved_activated_and_rolled_back(
    district: District, systems: Systems
) -> None:
    one, two = systems(), systems()

    draft = one.done(
        f"/features/{LIGHT}/settings", {"changes": {"watcher": "panel", "yellow_hours": 5}, "reason": "雨季将至"}
    )
    checked = one.done(f"{REVISIONS}/2/check")
    district.tried(2)
    approved = two.done(f"{REVISIONS}/2/approve", {"note": "同意"})
    active = one.done(f"{REVISIONS}/2/activate")
    back = one.done(f"{REVISIONS}/1/rollback", {"reason": "变黄太早"})

    assert (draft["number"], draft["in_force"]) == (2, 1)
    assert draft["changes"][0] == {
        "field": "yellow_hours",
        "label": "剩余多少工作小时变黄",
        "before": "3 个工作小时",
        "after": "5 个工作小时",
        "risk": "",
    }
    assert checked["passed"]
    assert [change["risk"] for change in approved["changes"]] == ["", "accountability"]
    assert (active["number"], active["is_planned"], active["districts"]) == (2, False, [])
    assert "已经起算的时限不变" in active["holds"]
    assert (back["number"], back["changes"][0]["after"]) == (3, "3 个工作小时")
    listed = one.get(REVISIONS).get_json()
    assert [(line["number"], line["state"], len(line["approvers"]), line["restored_from"]) for line in listed] == [
        (3, "active", 0, 1),
        (2, "superseded", 1, None),
        (1, "superseded", 0, None),
    ]


def test_settings_are_told_with_their_description(systems: Systems) -> None:
    shown = systems().get(f"/features/{LIGHT}/settings").get_json()

    assert (shown["revision"], shown["used"], shown["state"]) == (1, 1, "on")
    assert shown["values"][0] == {
        "name": "yellow_hours",
        "label": "剩余多少工作小时变黄",
        "group": "信号灯",
        "value": 3,
        "words": "3 个工作小时",
        "source": "default",
        "source_words": "默认",
        "locked": False,
        "locks": False,
        "risk": "",
    }
    [described] = [field for field in shown["description"]["fields"] if field["name"] == "yellow_hours"]
    assert (described["min"], described["max"], described["unit"]) == (1, 7, "个工作小时")


def test_a_token_does_not_approve_what_it_drafted_itself(district: District, systems: Systems) -> None:
    one = systems()
    number = drafted(one, {"watcher": "panel"})
    one.done(f"{REVISIONS}/{number}/check")
    district.tried(number)

    assert told(one.post(f"{REVISIONS}/{number}/approve")) == (403, "own-revision")
    assert told(one.post(f"{REVISIONS}/{number}/activate")) == (409, "approval-missing")
    systems().done(f"{REVISIONS}/{number}/approve")
    assert one.done(f"{REVISIONS}/{number}/activate")["number"] == number


def test_the_same_key_drafts_and_rolls_back_once(district: District, systems: Systems) -> None:
    one = systems()
    body = {"changes": {"yellow_hours": 5}, "reason": "雨季将至"}

    first, again = (one.done(f"/features/{LIGHT}/settings", body, key="d-1") for _ in range(2))
    one.done(f"{REVISIONS}/{first['number']}/check")
    district.tried(first["number"])
    one.done(f"{REVISIONS}/{first['number']}/activate")
    back = [one.done(f"{REVISIONS}/1/rollback", {"reason": "太早"}, key="r-1")["number"] for _ in range(2)]

    assert (again["number"], again["changes"]) == (first["number"], first["changes"])
    assert back == [3, 3]
    assert told(one.post(f"/features/{GATE}/settings", {"changes": {"address": "up"}, "reason": "试"}, key="d-1")) == (
        409,
        "command-reused",
    )


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        (f"/features/{LIGHT}/settings", {"changes": {"yellow_hours": 9}, "reason": "试"}, (422, "settings-invalid")),
        (f"/features/{LIGHT}/settings", {"changes": {"title": "<b>"}, "reason": "试"}, (422, "settings-invalid")),
        (f"/features/{LIGHT}/settings", {"changes": {"watcher": "nobody"}, "reason": "试"}, (422, "settings-invalid")),
        (f"/features/{LIGHT}/settings", {"changes": [], "reason": "试"}, (422, "validation-failed")),
        (f"/features/{LIGHT}/settings", {"changes": {"yellow_hours": 5}}, (422, "validation-failed")),
        (
            f"/features/{LIGHT}/settings",
            {"changes": {"yellow_hours": 5}, "reason": "x\x00"},
            (422, "validation-failed"),
        ),
        (f"/features/{LIGHT}/settings", {"changes": {"yellow_hours": 5}, "reason": " "}, (422, "reason-missing")),
        (f"/features/{LIGHT}/settings", {"changes": {}, "reason": "试"}, (409, "nothing-changed")),
        (f"/features/{LIGHT}/settings", {"lock": ["title"], "reason": "试"}, (409, "not-a-preset")),
        ("/features/test.nothing/settings", {"changes": {"a": 1}, "reason": "试"}, (404, "unknown-feature")),
        (f"{REVISIONS}/9/check", {}, (404, "no-such-revision")),
        (f"{REVISIONS}/1/check", {}, (409, "revision-closed")),
        (f"{REVISIONS}/1/activate", {"at": "2026-12-01T08:00:00"}, (422, "validation-failed")),
        (f"{REVISIONS}/1/rollback", {"reason": "试"}, (409, "never-held")),
        (f"{REVISIONS}/99999999999/check", {}, (404, "http-404")),
        (f"/features/{LIGHT}/on", {}, (409, "feature-stands")),
        (f"/features/{LIGHT}/resume", {"reason": "试"}, (409, "feature-stands")),
        (f"/features/{LIGHT}/order", {"before": "test.nothing"}, (422, "not-in-order")),
        (f"/features/{LIGHT}/push", {}, (404, "no-preset")),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code(
    systems: Systems, path: str, body: Any, answer: tuple[int, str]
) -> None:
    assert told(systems().post(path, body)) == answer


def test_what_is_wrong_is_told_field_by_field(systems: Systems) -> None:
    answer = systems().post(
        f"/features/{LIGHT}/settings", {"changes": {"yellow_hours": 9, "words": ["<b>"]}, "reason": "试"}
    )

    assert answer.get_json()["errors"] == {
        "yellow_hours": ["剩余多少工作小时变黄须在 1 到 7 个工作小时之间"],
        "words.0": ["不能含有 HTML 标记"],
    }


@pytest.mark.parametrize("role", [None, "operator", "supervisor"])
def test_who_administers_nothing_neither_reads_nor_decides(systems: Systems, role: str | None) -> None:
    outsider = systems(role)

    for path in ("/features", f"/features/{LIGHT}/settings", REVISIONS, f"{REVISIONS}/1", "/repairs"):
        assert told(outsider.get(path)) == (403, "not-permitted"), path
    for path, body in (
        (f"/features/{LIGHT}/settings", {"changes": {"yellow_hours": 5}, "reason": "试"}),
        (f"{REVISIONS}/1/check", {}),
        (f"{REVISIONS}/1/approve", {}),
        (f"{REVISIONS}/1/activate", {}),
        (f"{REVISIONS}/1/rollback", {"reason": "试"}),
        (f"{REVISIONS}/1/withdraw", {"reason": "试"}),
        (f"/features/{LIGHT}/off", {"reason": "试"}),
        ("/features/suspend-all", {"reason": "试"}),
        (f"/repairs/{LIGHT}/put-away", {}),
    ):
        assert told(outsider.post(path, body)) == (403, "not-permitted"), path
    assert told(outsider.put(f"/features/{GATE}/secrets/token", {"text": "x"})) == (403, "not-permitted")


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    assert client.get("/api/v1/features").status_code == 401


def test_an_administrator_of_another_district_sees_its_own_alone(
    make: Callable[..., District], client: FlaskClient, systems: Systems
) -> None:
    here, there = systems(), system_of(make(), client)
    number = drafted(here)

    assert told(there.get(f"{REVISIONS}/{number}")) == (404, "no-such-revision")
    assert told(there.post(f"{REVISIONS}/{number}/approve")) == (404, "no-such-revision")
    assert [line["number"] for line in there.get(REVISIONS).get_json()] == [1]


def test_a_revision_is_told_with_what_is_needed_and_compared(systems: Systems) -> None:
    one = systems()
    number = drafted(one, {"watcher": "panel"})

    shown = one.get(f"{REVISIONS}/{number}").get_json()
    compared = one.get(f"{REVISIONS}/{number}/diff?against=1").get_json()

    assert (shown["line"]["state_label"], shown["needs"]) == ("草稿", ["check", "trial", "approval"])
    assert compared["changes"] == shown["changes"]
    assert one.get(f"{REVISIONS}/1/diff").get_json()["changes"] == []
    for against in ("", "x", "0", "-1", "99999999999", "1.5", "１"):
        assert told(one.get(f"{REVISIONS}/1/diff?against={against}")) == (422, "revision-unclear"), against


def test_a_revision_can_be_planned_and_withdrawn(district: District, systems: Systems) -> None:
    one = systems()
    number = drafted(one)
    one.done(f"{REVISIONS}/{number}/check")
    district.tried(number)
    at = datetime.now(UTC).replace(microsecond=0).replace(year=datetime.now(UTC).year + 1, day=1).isoformat()

    planned = one.done(f"{REVISIONS}/{number}/activate", {"at": at})
    withdrawn = one.post(f"{REVISIONS}/{number}/withdraw", {"reason": "不需要了"})

    assert (planned["is_planned"], datetime.fromisoformat(planned["at"])) == (True, datetime.fromisoformat(at))
    assert withdrawn.status_code == 204
    assert one.get(f"{REVISIONS}/{number}").get_json()["line"]["state"] == "withdrawn"


def test_features_are_listed_ordered_switched_off_and_suspended(systems: Systems) -> None:
    one = systems()

    listed = one.get("/features").get_json()
    suspended = one.done("/features/suspend-all", {"reason": "核实误派"})
    resumed = one.done("/features/resume-all", {"reason": "已核实"})
    off = one.done(f"/features/{LIGHT}/off", {"reason": "试用结束", "anyway": True})

    assert [(line["id"], line["state"], line["position"]) for line in listed["features"]] == [
        (LIGHT, "on", 1),
        (GATE, "off", None),
    ]
    assert listed["quarantined"] == []
    assert (suspended["names"], resumed["names"]) == ([LIGHT], [LIGHT])
    assert off["suggested_by"] == []
    assert one.get("/features").get_json()["features"][0]["state"] == "off"


def test_a_secret_goes_in_and_never_comes_out(district: District, systems: Systems, caplog: Any) -> None:
    one = systems()
    path = f"/features/{GATE}/secrets/token"
    answers = [
        one.put(path, {"text": CANARY}),
        one.get(f"/features/{GATE}/secrets"),
        one.get(f"/features/{GATE}/settings"),
        one.put(path, {"text": CANARY + "\n"}),
        one.put(path, {"text": CANARY, "reference": "env:X"}),
        one.put(path, {"text": {CANARY: 1}}),
        one.put(path, {"reference": "env:PATH"}),
        one.put(f"/features/{LIGHT}/secrets/token", {"text": CANARY}),
        one.post(f"/features/{GATE}/settings", {"changes": {"token": CANARY}, "reason": "试"}),
        one.delete(path),
        one.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [204, 200, 200, 422, 422, 422, 422, 404, 422, 204, 404]
    assert all(CANARY not in answer.get_data(as_text=True) for answer in answers)
    assert CANARY not in caplog.text
    [listed] = answers[1].get_json()
    assert (listed["name"], listed["kept"]) == ("token", "加密保存")


def test_every_endpoint_is_described(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]

    assert {
        "/api/v1/features",
        "/api/v1/features/{feature}/on",
        "/api/v1/features/{feature}/off",
        "/api/v1/features/{feature}/settings",
        "/api/v1/features/{feature}/revisions",
        "/api/v1/features/{feature}/revisions/{number}",
        *(
            f"/api/v1/features/{{feature}}/revisions/{{number}}/{deed}"
            for deed in ("check", "dry-run", "approve", "activate", "rollback", "withdraw", "diff")
        ),
        "/api/v1/dry-runs/{dry_run}",
    } <= set(paths)
    draft = paths["/api/v1/features/{feature}/settings"]["post"]
    assert set(draft["responses"]) >= {"201", "403", "404", "409", "422"}
    assert draft["security"] == [{"token": []}]


def test_a_try_is_asked_for_done_by_the_worker_and_told_page_by_page(district: District, systems: Systems) -> None:
    one = systems()
    number = drafted(one, {"watcher": "panel"})

    asked, again = (one.done(f"{REVISIONS}/{number}/dry-run", {"newest": 10}) for _ in range(2))
    run_whole(district.installation, district.slug, asked["id"], now=NOW)
    told = one.get(f"/dry-runs/{asked['id']}").get_json()

    assert (asked["state"], asked["total"], again["id"]) == ("waiting", 1, asked["id"])
    assert (told["state"], told["done"], told["totals"]["watched"]) == ("done", 1, 1)
    assert told["summary"][0].startswith("1 件中 1 件多知会单位")
    [ticket] = told["changed"]
    assert ticket["changes"][0]["after"]["words"] == "纪检监察组"
    assert one.get(f"/dry-runs/{asked['id']}?offset=1").get_json()["changed"] == []
    assert one.get(f"{REVISIONS}/{number}").get_json()["needs"] == ["check", "approval"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"newest": 0}, (422, "validation-failed")),
        ({"newest": 10, "since": "2026-03-01", "until": "2026-03-02"}, (422, "bad-sample")),
        ({"since": "2026-03-01"}, (422, "bad-sample")),
        ({"since": "2020-03-01", "until": "2020-03-02"}, (422, "bad-sample")),
        ({"since": "三月"}, (422, "validation-failed")),
    ],
)
def test_a_sample_that_makes_no_sense_is_refused(systems: Systems, body: Any, answer: tuple[int, str]) -> None:
    one = systems()
    number = drafted(one)

    assert told(one.post(f"{REVISIONS}/{number}/dry-run", body)) == answer


def test_a_try_that_is_not_there_or_not_ones_own_is_not_told(
    make: Callable[..., District], client: FlaskClient, systems: Systems
) -> None:
    one = systems()
    run = one.done(f"{REVISIONS}/{drafted(one)}/dry-run")["id"]

    assert told(system_of(make(), client).get(f"/dry-runs/{run}")) == (404, "no-such-dry-run")
    assert told(systems("operator").get(f"/dry-runs/{run}")) == (403, "not-permitted")
    assert told(one.get(f"/dry-runs/{run}?offset=x")) == (422, "offset-unclear")
    assert one.get(f"/dry-runs/{10**30}").status_code == 404
