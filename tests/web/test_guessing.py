"""A login that does not exist takes the same way as one that does: nobody learns who has an account by trying or by timing.

What costs time is counted, not the time itself, which says little on a busy machine: hashes of passwords and statements.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from core.people.service import close_account
from tests.web.conftest import House
from tests.web.counting import LOOKS_AT_THE_TENANT
from tests.web.making import make_account

WRONG = "不是这个密码"


@dataclass
class Cost:
    """What an attempt cost: hashes that were reckoned, with how much memory and how many rounds, and statements."""

    hashes: list[tuple[str, int, int]] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


@contextmanager
def counted(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    cost, verify = Cost(), PasswordHasher.verify

    def counting(hasher: PasswordHasher, stored: str, password: str) -> Any:
        kind, _version, costs = stored.split("$")[1:4]
        memory, rounds = re.findall(r"[mt]=(\d+)", costs)
        cost.hashes.append((kind, int(memory), int(rounds)))
        return verify(hasher, stored, password)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(LOOKS_AT_THE_TENANT):
            cost.statements.append(re.sub(r"\s+", " ", statement))

    engine = house.installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    with monkeypatch.context() as patched:
        patched.setattr(PasswordHasher, "verify", counting)
        try:
            yield cost
        finally:
            event.remove(engine, "before_cursor_execute", note)


def attempt(house: House, login: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, Cost]:
    """Try a wrong password at the pages; return status, page without what differs each time, and cost."""
    visitor = house.visitor()
    visitor.get("/sign-in")
    with counted(house, monkeypatch) as cost:
        status = visitor.post("/sign-in", login=login, password=WRONG).status_code
    page = re.sub(r'(csrf_token" value=")[^"]*', r"\1", visitor.page).replace(login, "LOGIN")
    return status, page, cost


def test_unknown_known_and_closed_logins_cost_and_say_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = make_account(house.installation, house.slug, "gone", ["operator"])
    with house.installation.scope(house.slug) as scope:
        close_account(scope, "gone", now=datetime.now(UTC))
    attempt(house, house.operator, monkeypatch)  # whatever is made at the first use is there from now on

    known, unknown, shut = (
        attempt(house, login, monkeypatch) for login in (house.operator, f"nobody@{house.slug}", closed)
    )

    assert known[:2] == unknown[:2] == shut[:2]
    assert len(known[2].hashes) == 1
    assert known[2].hashes == unknown[2].hashes == shut[2].hashes
    assert known[2].statements == unknown[2].statements == shut[2].statements


@pytest.mark.parametrize("login", ["operator@no-such-district", "operator", "operator@\u202e", "@"])
def test_a_tenant_that_does_not_exist_costs_a_hash_as_well(
    house: House, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    known, stranger = attempt(house, house.operator, monkeypatch), attempt(house, login, monkeypatch)

    assert (stranger[0], stranger[2].hashes) == (known[0], known[2].hashes)
