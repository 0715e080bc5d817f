"""Who fails often from one address works or waits before the next attempt, and nobody is shut out by it."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha.v1 import solve_challenge
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from core.people.failures import record_failure
from core.people.rules import FAILURES_BEFORE_PROOF, FAILURES_PER_ADDRESS
from core.web.proof import GOOD, MOST, WAIT_SECONDS
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor

ADDRESS = "127.0.0.1"


class Clock:
    """The time of the sign-in pages, set by a test."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sys.modules["core.web.account"], "clock", clock)  # the package's name for it is its blueprint
    return clock


def fail(house: House, times: int, *, now: datetime, address: str = ADDRESS) -> None:
    """Have signing in fail so often from an address, each time under another login."""
    with house.installation.scope(house.slug) as scope:
        for number in range(times):
            record_failure(scope, f"nobody-{number}", address=address, now=now)


def asked(visitor: Visitor) -> dict[str, str]:
    """Return what the page asks for; empty when it asks for nothing."""
    found = re.search(r'data-salt="([^"]*)" data-wanted="([^"]*)" data-most="([^"]*)"', visitor.page)
    return dict(zip(("salt", "wanted", "most"), found.groups(), strict=True)) if found else {}


def solved(visitor: Visitor) -> str:
    """Solve what the page asks for, by the library."""
    what = asked(visitor)
    assert int(what["most"]) == MOST
    salt = what["salt"].replace("&amp;", "&")
    solution = solve_challenge(what["wanted"], salt, "SHA-256", MOST)
    assert solution is not None
    return str(solution.number)


def enter(visitor: Visitor, login: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
    """Send the sign-in form with the challenge that it carries."""
    proof = visitor.hidden("proof").replace("&amp;", "&")
    return visitor.post("/sign-in", login=login, password=password, **({"proof": proof} | fields if proof else fields))


def asked_visitor(house: House, clock: Clock) -> Visitor:
    """Return somebody at an address from which signing in has failed too often, and who has been asked for a proof."""
    fail(house, FAILURES_BEFORE_PROOF, now=clock.now)
    visitor = house.visitor()
    visitor.get("/sign-in")
    answer = enter(visitor, house.operator)
    assert answer.status_code == 422
    assert "没有核对密码" in visitor.page
    assert asked(visitor)
    return visitor


def test_without_failures_nothing_is_asked(house: House) -> None:
    visitor = house.visitor()
    visitor.get("/sign-in")
    assert enter(visitor, house.operator, "不是这个密码").status_code == 422
    assert not asked(visitor)
    assert enter(visitor, house.operator).status_code == 303


def test_whoever_solves_it_gets_in_at_once(house: House, clock: Clock) -> None:
    visitor = asked_visitor(house, clock)
    assert enter(visitor, house.operator, proof_number=solved(visitor)).status_code == 303


def test_the_last_free_failure_brings_the_challenge_along(house: House, clock: Clock) -> None:
    fail(house, FAILURES_BEFORE_PROOF - 1, now=clock.now)
    visitor = house.visitor()
    visitor.get("/sign-in")

    enter(visitor, house.operator, "不是这个密码")

    assert "账号或密码不对" in visitor.page
    assert enter(visitor, house.operator, proof_number=solved(visitor)).status_code == 303


def test_whoever_has_no_script_waits_and_gets_in(house: House, clock: Clock) -> None:
    visitor = asked_visitor(house, clock)
    assert f"停留 {WAIT_SECONDS} 秒" in visitor.page
    clock.pass_by(seconds=WAIT_SECONDS - 2)
    assert enter(visitor, house.operator).status_code == 422
    clock.pass_by(seconds=WAIT_SECONDS)
    assert enter(visitor, house.operator).status_code == 303


@pytest.mark.parametrize("waited", [False, True])
def test_a_challenge_counts_once(house: House, clock: Clock, waited: bool) -> None:
    visitor = asked_visitor(house, clock)
    proof = visitor.hidden("proof").replace("&amp;", "&")
    number = "" if waited else solved(visitor)
    clock.pass_by(seconds=WAIT_SECONDS + 1)

    enter(visitor, house.operator, "不是这个密码", proof_number=number)
    assert "账号或密码不对" in visitor.page
    enter(visitor, house.operator, proof=proof, proof_number=number)

    assert "没有核对密码" in visitor.page


def test_a_challenge_ends(house: House, clock: Clock) -> None:
    visitor = asked_visitor(house, clock)
    number = solved(visitor)
    clock.pass_by(minutes=14, seconds=50)
    fail(house, FAILURES_BEFORE_PROOF, now=clock.now)
    clock.pass_by(seconds=GOOD.total_seconds() - 14 * 60 - 50)
    enter(visitor, house.operator, proof_number=number)
    assert "没有核对密码" in visitor.page


def forged_seal(proof: str) -> str:
    return proof[:-4] + ("0000" if not proof.endswith("0000") else "1111")


def earlier(proof: str) -> str:
    return re.sub(r"issued=\d+", "issued=1", proof)


def later_end(proof: str) -> str:
    return re.sub(r"expires=\d+", "expires=9999999999", proof)


@pytest.mark.parametrize(
    "change", [forged_seal, earlier, later_end, lambda _: "", lambda _: "~~~", lambda proof: proof + "～"]
)
def test_a_challenge_of_ones_own_making_is_none(house: House, clock: Clock, change: Callable[[str], str]) -> None:
    visitor = asked_visitor(house, clock)
    proof = visitor.hidden("proof").replace("&amp;", "&")
    clock.pass_by(seconds=WAIT_SECONDS + 1)
    enter(visitor, house.operator, proof=change(proof))
    assert "没有核对密码" in visitor.page


@pytest.mark.parametrize("number", ["-1", "99999", "1" * 5000, "１", "x", "1e3"])
def test_a_wrong_number_is_no_solution_and_no_waiting_either(house: House, clock: Clock, number: str) -> None:
    visitor = asked_visitor(house, clock)
    enter(visitor, house.operator, proof_number=number)
    assert "没有核对密码" in visitor.page


def test_a_challenge_of_another_tenant_is_none(make_house: Callable[[], House], clock: Clock) -> None:
    here, there = make_house(), make_house()
    visitor = asked_visitor(here, clock)
    fail(there, FAILURES_BEFORE_PROOF, now=clock.now)
    enter(visitor, there.operator, proof_number=solved(visitor))
    assert "没有核对密码" in visitor.page


def test_work_does_not_open_what_is_locked(house: House, clock: Clock) -> None:
    visitor = asked_visitor(house, clock)
    fail(house, FAILURES_PER_ADDRESS, now=clock.now)
    assert enter(visitor, house.operator, proof_number=solved(visitor)).status_code == 429


def test_another_address_is_asked_for_nothing(house: House, clock: Clock) -> None:
    fail(house, FAILURES_BEFORE_PROOF, now=clock.now, address="203.0.113.7")
    visitor = house.visitor()
    visitor.get("/sign-in")
    assert enter(visitor, house.operator).status_code == 303


@pytest.mark.parametrize("javascript", [True, False])
def test_a_browser_works_it_out_by_itself_and_without_script_says_how_long_to_wait(
    house: House, browser: Browser, address: str, javascript: bool
) -> None:
    fail(house, FAILURES_BEFORE_PROOF, now=datetime.now(UTC))
    with watched(browser, address, javascript=javascript) as seen:
        page = seen.page
        seen.sign_in(house.operator)
        assert "没有核对密码" in page.content()
        if not javascript:
            assert f"停留 {WAIT_SECONDS} 秒" in page.inner_text("[data-proof]")
            return
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")  # at once, before the number is found
        page.wait_for_url("**/desk", timeout=60_000)
        assert [each for each in seen.complaints if "422" not in each] == []
        assert seen.strangers == []
