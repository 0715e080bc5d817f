"""Whoever was not told what became of an appeal asks again, and is told the number and the code of the one ticket."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.journey.people import issue_token
from core.tenancy.scope import Installation
from core.web import create_app
from tests.chaos.crashing import Died

TIMES = 40
"""`python -m benchmarks.chaos --with-intake` does it hundreds of times, over the wire."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def dying_before_the_answer(app: Wsgi) -> Wsgi:
    """Do all that is asked, and die before the first byte of the answer is sent."""

    def died(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        list(app(environ, lambda *_: None))
        raise Died

    return died


def test_killed_between_commit_and_answer_the_same_number_and_code_are_told(
    installation: Installation, district: str
) -> None:
    app = create_app(installation)
    token = installation.run(district, lambda scope: issue_token(scope, "hotline", now=datetime.now(UTC)))
    client, alive = app.test_client(), app.wsgi_app
    dead = dying_before_the_answer(alive)
    receipts = set()
    for _ in range(TIMES):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}

        def hand_in(headers: dict[str, str] = headers) -> tuple[int, str, str]:
            answer = client.post("/api/v1/tickets", json={"text": "道路坑洼"}, headers=headers)
            told = answer.get_json()
            return answer.status_code, told["serial_no"], told["access_code"]

        app.wsgi_app = dead  # type: ignore[method-assign, assignment]
        with pytest.raises(Died):
            hand_in()
        app.wsgi_app = alive  # type: ignore[method-assign]
        first, again = hand_in(), hand_in()

        assert first[0] == 200  # 201 would mean that there was no ticket yet
        assert again == first
        receipts.add(first)

    assert len(receipts) == TIMES
