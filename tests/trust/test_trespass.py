"""Who tries with a ticket what they may not is refused, and the attempt is kept for those who supervise."""

import inspect
import logging
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import core
from core.journey.people import issue_token
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.tickets.models import Trespass
from core.tickets.trespass import keep_trespass, trespasses
from core.web import create_app
from core.web import trespasses as edge
from tests.builders import CLERK_ID, beijing, make_actor, make_district
from tests.trust.spoiling import Proven
from tests.web.making import Visitor, make_account

TRESPASSES = {
    *("not-permitted", "not-your-ticket", "same-hands", "second-person-missing", "own-supervision"),
    "not-grantable",
    *("own-revision", "identity-kept", "too-many-reveals"),
    "not-your-article",
    "takes-in-only",
    *("own-case", "stood-aside", "not-the-authority"),
}
"""Codes of refusals that are about who asks, and of giving a ticket to who only takes in: those who supervise count both."""


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def dispatched(installation: Installation) -> Proven:
    """A ticket that the road unit is to sign."""
    walk = Proven(installation, make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}]))
    walk.take_in(matter="road")
    walk.dispatch()
    return walk


def visitor(app: Flask, walk: Proven, login: str, role: str, *, unit: str | None = None) -> Visitor:
    signed_in = Visitor(app)
    account = make_account(walk.installation, walk.slug, login, [role], name="林工", unit=unit)
    assert signed_in.sign_in(account).status_code == 303
    return signed_in


def kept(walk: Proven) -> list[tuple[str, str, str, str]]:
    """Return what is kept: who, by which account's kind, with which ticket, and the code."""
    rows = walk.run(trespasses)
    return [(row.actor_name, row.actor_kind, row.serial_no, row.code) for row in rows]


def refusals() -> dict[str, set[bool]]:
    """Return of every code in the core whether its refusals are trespasses."""
    found: dict[str, set[bool]] = {}
    for module in walk_packages(core.__path__, "core."):
        if module.name.endswith((".__main__", ".worker", ".wsgi")):
            continue
        for _, each in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(each, Refused):
                found.setdefault(each.code, set()).add(each.is_trespass)
    return found


def test_refusals_about_who_asks_are_trespasses_and_no_others() -> None:
    found = refusals()

    assert {code for code, is_trespass in found.items() if True in is_trespass} == TRESPASSES & set(found)
    assert all(len(is_trespass) == 1 for is_trespass in found.values())


def test_a_command_without_the_permission_is_kept(app: Flask, dispatched: Proven) -> None:
    reviewer = visitor(app, dispatched, "reviewer", "reviewer")
    reviewer.get("/desk?lane=review")
    before = dispatched.ticket().version

    response = reviewer.post("/desk/dispatch", serial_no=dispatched.serial_no, lead="roads")

    assert response.status_code == 403
    assert kept(dispatched) == [("林工（审核席）", "staff", dispatched.serial_no, "not-permitted")]
    assert dispatched.ticket().version == before


def test_a_command_of_another_unit_is_kept_once_though_the_page_is_shown_again(app: Flask, dispatched: Proven) -> None:
    gardener = visitor(app, dispatched, "gardener", "clerk", unit="parks")
    gardener.get("/unit")

    response = gardener.post(f"/unit/{dispatched.serial_no}/sign", version="1", command_id="abc")

    assert response.status_code == 403
    assert kept(dispatched) == [("林工（园林管理处）", "staff", dispatched.serial_no, "not-your-ticket")]


def test_looking_at_a_page_one_may_not_see_is_refused_and_not_kept(app: Flask, dispatched: Proven) -> None:
    gardener = visitor(app, dispatched, "gardener", "clerk", unit="parks")

    assert gardener.get("/desk").status_code == 403
    assert kept(dispatched) == []


def test_a_refusal_that_is_about_the_ticket_is_not_kept(app: Flask, dispatched: Proven) -> None:
    clerk = visitor(app, dispatched, "clerk", "clerk", unit="roads")
    clerk.get("/unit")
    sign = f"/unit/{dispatched.serial_no}/sign"
    assert clerk.post(sign, version=str(dispatched.ticket().version), command_id="first").status_code == 303

    response = clerk.post(sign, version=str(dispatched.ticket().version), command_id="second")

    assert response.status_code == 409
    assert kept(dispatched) == []


def test_a_number_that_is_none_is_kept_cut_off_and_printable(app: Flask, dispatched: Proven) -> None:
    reviewer = visitor(app, dispatched, "reviewer", "reviewer")
    reviewer.get("/desk?lane=review")

    reviewer.post("/desk/dispatch", serial_no="T1\r\n" + "9" * 500, lead="roads")

    assert [each[2] for each in kept(dispatched)] == ["T1" + "9" * 38]


def test_a_call_of_another_system_that_may_not_is_kept(app: Flask, dispatched: Proven) -> None:
    now = beijing("2026-03-12 09:00")
    token = dispatched.run(lambda scope: issue_token(scope, "街道平台", role="reviewer", now=now))

    response = app.test_client().post(
        f"/api/v1/tickets/{dispatched.serial_no}/commands/sign",
        json={},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "one-sign"},
    )

    assert (response.status_code, response.get_json()["code"]) == (403, "not-permitted")
    assert kept(dispatched) == [("街道平台", "agent", dispatched.serial_no, "not-permitted")]


def test_an_attempt_that_cannot_be_kept_changes_nothing_in_the_answer(
    app: Flask, dispatched: Proven, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reviewer = visitor(app, dispatched, "reviewer", "reviewer")
    reviewer.get("/desk?lane=review")

    def fails(*_given: Any, **_named: Any) -> None:
        raise OSError("the disk is full, and this text may say what nobody should read")

    monkeypatch.setattr(edge, "keep_trespass", fails)
    with caplog.at_level(logging.ERROR):
        response = reviewer.post("/desk/dispatch", serial_no=dispatched.serial_no, lead="roads")

    assert response.status_code == 403
    assert "这一页由" in response.get_data(as_text=True)
    assert kept(dispatched) == []
    [line] = [record.getMessage() for record in caplog.records if "trespass" in record.getMessage()]
    assert line.startswith(f"trespass not kept, tenant {dispatched.slug}, account ")
    assert line.endswith(", not-permitted: OSError")


def test_trespasses_are_listed_the_newest_first_and_since_a_day(dispatched: Proven) -> None:
    somebody = make_actor("林工", "clerk", id=CLERK_ID)
    refusal = Refused("不能办理。")

    def keep(at: str) -> None:
        dispatched.run(lambda scope: keep_trespass(scope, refusal, actor=somebody, serial_no="T1", now=beijing(at)))

    for at in ("2026-03-12 10:00", "2026-03-13 10:00", "2026-03-13 11:00"):
        keep(at)

    listed = dispatched.run(lambda scope: trespasses(scope, since=beijing("2026-03-13 00:00")))

    assert [row.at for row in listed] == [beijing("2026-03-13 11:00"), beijing("2026-03-13 10:00")]
    assert (listed[0].actor_id, listed[0].message) == (CLERK_ID, "不能办理。")


def test_trespasses_of_another_district_are_not_seen(dispatched: Proven, installation: Installation) -> None:
    other = Proven(installation, make_district(installation))
    somebody = make_actor("林工", "clerk", id=CLERK_ID)
    now = beijing("2026-03-12 10:00")
    other.run(lambda scope: keep_trespass(scope, Refused("不能。"), actor=somebody, serial_no="", now=now))

    assert dispatched.run(trespasses) == []
    assert len(other.run(lambda scope: list(scope.session.scalars(select(Trespass))))) == 1
