"""The pages of those who administer: accounts in two hands, the security log in a third, and what counts at once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.people.service import get_account_of
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security, security_events
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

REASON = "岗位调整"


class Staffed:
    """The house with one of each of the three at a browser."""

    def __init__(self, house: House) -> None:
        self.house = house
        roles = {"sys": "administrator", "sec": "security-administrator", "aud": "auditor"}
        for login, role in roles.items():
            setattr(self, login, house.visitor(make_account(house.installation, house.slug, login, [role])))

    sys: Visitor
    sec: Visitor
    aud: Visitor

    def post(self, who: Visitor, path: str, **fields: Any) -> int:
        """Send a form from the page of the account it is about."""
        who.get("/accounts")
        return who.post(path, **fields).status_code

    def run(self, work: Callable[[Scope], Any]) -> Any:
        return self.house.installation.run(self.house.slug, work)

    def told(self, kind: str) -> list[tuple[str, str]]:
        return [(each.actor, each.subject) for each in self.run(lambda scope: list(security_events(scope, kind=kind)))]


@pytest.fixture
def staffed(house: House) -> Staffed:
    return Staffed(house)


def test_an_account_takes_two_hands(staffed: Staffed) -> None:
    staffed.sys.get("/accounts")
    given = staffed.sys.post("/accounts", login="Novice", name="新人", unit="roads")
    assert given.status_code == 200
    path = re.search(r"/set-password/[\w./-]+", staffed.sys.page)
    assert path, "the link is shown this once"
    assert staffed.post(staffed.sys, "/accounts/novice/roles", role="clerk", reason=REASON) == 403

    assert staffed.post(staffed.sec, "/accounts/novice/reset") == 403
    assert staffed.post(staffed.sec, "/accounts", login="other", name="别人") == 403
    assert staffed.post(staffed.sec, "/accounts/novice/roles", role="clerk", reason=REASON) == 303

    page = staffed.sec.get("/accounts/novice").get_data(as_text=True)
    assert "承办" in page
    assert REASON in page
    assert staffed.told("role_given")[-1] == ("sec（安全管理员）", "novice")


@pytest.mark.parametrize("path", ["roles", "unit", "close", "reopen", "second-factor-off"])
def test_without_a_reason_nothing_is_done_and_the_page_says_so(staffed: Staffed, path: str) -> None:
    status = staffed.post(staffed.sec, f"/accounts/clerk/{path}", role="reviewer", unit="parks")

    assert status == 422
    assert "理由" in staffed.sec.page
    assert staffed.run(lambda scope: get_account_of(scope, "clerk").active) is True


def test_forms_that_are_not_offered_are_refused_as_well(staffed: Staffed) -> None:
    page = staffed.sec.get("/accounts/sec").get_data(as_text=True)
    assert "停用" not in page.split("正在登录的地方")[0].replace("角色、停用等由另一位管理员办理", "")

    assert staffed.post(staffed.sec, "/accounts/sec/close", reason=REASON) == 403
    assert staffed.post(staffed.sec, "/accounts/sys/close", reason=REASON) == 409
    assert "最后一位" in staffed.sec.page
    assert staffed.post(staffed.sec, "/accounts/clerk/roles", role="auditor", reason=REASON) == 403
    assert staffed.post(staffed.sec, "/accounts/nobody/close", reason=REASON) == 404
    assert staffed.told("trespass")[-1][0] == "sec（安全管理员）"


def test_a_closed_account_is_out_on_its_next_click(staffed: Staffed) -> None:
    clerk = staffed.house.visitor(staffed.house.clerk)
    assert clerk.get("/unit").status_code == 200

    assert staffed.post(staffed.sec, "/accounts/clerk/close", reason=REASON) == 303

    assert clerk.get("/unit").location.startswith("/sign-in")


def test_whoever_moves_to_another_unit_has_its_tickets_and_no_other_at_once(staffed: Staffed) -> None:
    """The page stays open in the browser; what is sent from it counts as sent by nobody, and the token goes with the unit."""
    house = staffed.house
    life = Life(house.installation, house.slug).take_in().handled("roads")
    clerk = house.visitor(house.clerk)
    assert clerk.get(f"/unit/{life.serial_no}").status_code == 200

    assert staffed.post(staffed.sec, "/accounts/clerk/unit", unit="parks", reason=REASON) == 303

    before = len(life.entries())
    assert clerk.post(f"/unit/{life.serial_no}/reply", text="已修补", disposition="resolved").status_code == 303
    assert clerk.get(f"/unit/{life.serial_no}").location.startswith("/sign-in")
    again = house.visitor(house.clerk)
    assert again.get(f"/unit/{life.serial_no}").status_code == 403
    assert len(life.entries()) == before
    told = staffed.run(lambda scope: list(security_events(scope, kind="account_moved")))
    assert [(each.subject, each.detail["reason"]) for each in told] == [("clerk", REASON)]


def test_a_role_that_is_taken_while_the_page_is_open_counts_at_once(staffed: Staffed) -> None:
    house = staffed.house
    life = Life(house.installation, house.slug).take_in().handled("roads")
    clerk = house.visitor(house.clerk)
    assert clerk.get(f"/unit/{life.serial_no}").status_code == 200

    assert staffed.post(staffed.sec, "/accounts/clerk/roles", role="leader", reason=REASON) == 303

    assert clerk.get(f"/unit/{life.serial_no}").location.startswith("/sign-in")
    assert house.visitor(house.clerk).get(f"/unit/{life.serial_no}").status_code == 403


def test_the_auditor_reads_all_and_changes_nothing(staffed: Staffed) -> None:
    for path in ("/audit", "/audit/reveals", "/audit?kind=sign_in&q=sec"):
        assert staffed.aud.get(path).status_code == 200, path
    assert "sec" in staffed.aud.page
    for path in ("/accounts", "/desk", "/unit", "/city", "/desk/new"):
        assert staffed.aud.get(path).status_code == 403, path
    for other in (staffed.sys, staffed.sec):
        assert other.get("/audit").status_code == 403


def test_an_event_that_the_product_did_not_write_stands_out(staffed: Staffed) -> None:
    forged = SecurityEvent(
        tenant_id=0,
        id=0,
        kind="role_given",
        at=datetime.now(UTC),
        actor="命令行",
        actor_id=None,
        address="",
        subject="lin",
        detail={"role": "reviewer"},
        mark=b"m" * 32,
    )
    warning = "不是本系统写入的原样"
    assert warning not in staffed.aud.get("/audit").get_data(as_text=True)

    def write(scope: Scope) -> None:
        forged.tenant_id, forged.id = scope.tenant.id, scope.new_id()
        scope.session.add(forged)

    staffed.run(write)

    assert staffed.aud.get("/audit").get_data(as_text=True).count(warning) == 1


@pytest.mark.parametrize("query", ["since=yesterday", "until=9999-12-31", "since=2026-13-01"])
def test_a_day_that_is_none_is_refused_in_words(staffed: Staffed, query: str) -> None:
    answer = staffed.aud.get(f"/audit?{query}")

    assert answer.status_code == 422
    assert "日期" in answer.get_data(as_text=True)


def test_the_log_goes_on_page_by_page_without_a_gap(staffed: Staffed) -> None:
    now = datetime.now(UTC)

    def fill(scope: Scope) -> None:
        for number in range(230):
            at = now - timedelta(seconds=number // 3)
            note_security(scope, "unlocked", actor="安", subject=f"n{number:03}", now=at)

    staffed.run(fill)
    seen, path = [], "/audit?kind=unlocked"
    while path:
        page = staffed.aud.get(path).get_data(as_text=True)
        seen += re.findall(r">(n\d{3})<", page)
        following = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert sorted(seen) == [f"n{number:03}" for number in range(230)]
