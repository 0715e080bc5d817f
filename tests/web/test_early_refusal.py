"""What is made to cost much is refused early: in words, with a code, within a bound of time and memory, and nothing is done.

The bounds are generous, as the machine may be busy: what is guarded against costs minutes or gigabytes.
"""

import gzip
import io
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.people.service import issue_token
from core.tickets.models import Ticket
from tests.web.conftest import House

SECONDS = 4.0
BYTES = 60 * 1024 * 1024
FULL = 1_000_000
"""Nearly as much as a body may be."""
BOMB = gzip.compress(b"[" * 50_000_000)
JSON_BODIES: dict[str, tuple[bytes, int, str]] = {
    "100,000 arrays in each other": (b"[" * 100_000 + b"]" * 100_000, 400, "json-unusable"),
    "100,000 arrays that never end": (b"[" * 100_000, 400, "json-unusable"),
    "100,000 objects in each other": (b'{"text":' * 100_000 + b"1" + b"}" * 100_000, 400, "json-unusable"),
    "a megabyte of nested arrays": (b"[" * (FULL // 2) + b"]" * (FULL // 2), 400, "json-unusable"),
    "a megabyte of arrays beside each other": (b"[" + b"[]," * (FULL // 3) + b"[]]", 400, "json-unusable"),
    "33 levels": (b'{"text":' + b"[" * 32 + b"]" * 32 + b"}", 400, "json-unusable"),
    "a number without end": (b'{"text":"x","affected_count":' + b"9" * FULL + b"}", 400, "json-unusable"),
    "a broken number without end": (b'{"text":"x","affected_count":1.' + b"9" * FULL + b"}", 400, "json-unusable"),
    "a number beyond all numbers": (b'{"text":"x","affected_count":1e999}', 422, "validation-failed"),
    "no number": (b'{"text":"x","affected_count":NaN}', 422, "validation-failed"),
    "a key twice": ('{"text":"路灯不亮","text":"井盖破损"}'.encode(), 400, "json-unusable"),
    "a key twice further in": (b'{"text":"x","contact":{"phone":"1","phone":"2"}}', 400, "json-unusable"),
    "40,000 keys": (b"{" + b",".join(b'"%d":1' % each for each in range(40_000)) + b"}", 422, "validation-failed"),
    "a megabyte in one key": (b'{"' + b"x" * FULL + b'":1}', 422, "validation-failed"),
    "a megabyte of text": (b'{"text":"' + b"x" * FULL + b'"}', 422, "validation-failed"),
    "a megabyte of backslashes": (b'{"text":"' + b"\\" * (FULL - 1), 400, "json-unusable"),
    "a megabyte of quotes": (b'"' * FULL, 400, "json-unusable"),
    "more than a megabyte": (b" " * 3_000_000, 413, "http-413"),
}


@pytest.fixture
def client(house: House) -> FlaskClient:
    return house.app.test_client()


@pytest.fixture
def token(house: House) -> str:
    with house.installation.scope(house.slug) as scope:
        return issue_token(scope, "网格平台", now=datetime.now(UTC))


def bounded(ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask, and hold the answer to the bounds of time and memory."""
    begun = time.monotonic()
    answer = ask()
    took = time.monotonic() - begun
    tracemalloc.start()
    try:
        ask()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert took < SECONDS
    assert most < BYTES
    return answer


def tickets_in(house: House) -> int:
    with house.installation.scope(house.slug) as scope:
        return scope.session.scalar(select(func.count()).where(Ticket.tenant_id == scope.tenant.id)) or 0


@pytest.mark.parametrize("name", JSON_BODIES)
def test_the_api_refuses_it_early(house: House, client: FlaskClient, token: str, name: str) -> None:
    body, status, code = JSON_BODIES[name]
    headers = {"Authorization": f"Bearer {token}"}

    answer = bounded(
        lambda: client.post("/api/v1/tickets", data=body, content_type="application/json", headers=headers)
    )

    problem = answer.get_json()
    assert (answer.status_code, problem["code"], answer.mimetype) == (status, code, "application/problem+json")
    assert problem["detail"].endswith("。")
    assert len(answer.get_data()) < FULL // 10
    assert tickets_in(house) == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json"])
def test_json_by_another_name_is_not_taken_for_nothing(
    house: House, client: FlaskClient, token: str, kind: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/tickets", data='{"text":"x"}', content_type=kind, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "content-type-unusable")
    assert kind in answer.get_json()["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
@pytest.mark.parametrize("path", ["/api/v1/tickets", "/sign-in", "/in/{slug}/web"])
def test_what_is_packed_is_never_unpacked(
    house: House, client: FlaskClient, token: str, path: str, encoding: str
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": encoding}
    where = path.format(slug=house.slug)
    answer = bounded(lambda: client.post(where, data=BOMB, content_type="application/json", headers=headers))
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["/sign-in", "/desk/new", "/in/{slug}/web"])
def test_forms_of_countless_fields_are_refused(house: House, path: str) -> None:
    visitor = house.visitor(house.operator)
    where = path.format(slug=house.slug)
    in_parts = (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(10_000)) + b"--b--"
    )
    in_line = b"&".join(b"%d=" % each for each in range(50_000))
    for body, kind in ((in_parts, "multipart/form-data; boundary=b"), (in_line, "application/x-www-form-urlencoded")):
        answer = bounded(lambda body=body, kind=kind: visitor.client.post(where, data=body, content_type=kind))  # type: ignore[misc]
        assert 400 <= answer.status_code < 500, kind


@pytest.mark.parametrize(
    "query",
    ["state=" + "x" * 60_000, "&".join(f"a{each}=1" for each in range(10_000)), "state=%ff%00&code=%00", "iss=" * 9],
)
def test_the_way_back_from_a_provider_refuses_it_early(client: FlaskClient, query: str) -> None:
    answer = bounded(lambda: client.get(f"/sign-in/oidc/callback?{query}"))
    assert (answer.status_code, "不是从这个浏览器开始的" in answer.get_data(as_text=True)) == (403, True)


def test_a_part_of_a_form_with_endless_headers_is_refused(house: House) -> None:
    visitor = house.visitor(house.operator)
    head = b"".join(b"X-%d: y\r\n" % each for each in range(20_000))
    body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n' + head + b"\r\nx\r\n--b--"
    answer = bounded(
        lambda: visitor.client.post("/desk/new", data=io.BytesIO(body), content_type="multipart/form-data; boundary=b")
    )
    assert 400 <= answer.status_code < 500
