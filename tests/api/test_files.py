"""Files over the API: from the system that handed the appeal in, by the desk's, and by a unit's own."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.journey import desk
from core.tickets.timeline import Order
from tests.api.conftest import System, Systems
from tests.builders import OPERATOR
from tests.files.samples import DEVICE, document, photo


def add(system: System, serial_no: str, *files: tuple[str, bytes], key: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {system.token}"} | ({"Idempotency-Key": key} if key else {})
    sent = [(io.BytesIO(content), name) for name, content in files]
    return system.client.post(f"/api/v1/tickets/{serial_no}/files", data={"files": sent}, headers=headers)


def open_path(system: System, path: str) -> TestResponse:
    return system.client.get(path, headers={"Authorization": f"Bearer {system.token}"})


@pytest.fixture
def channel(systems: Systems) -> System:
    """A system that hands in appeals and has no role: a channel of residents."""
    return systems.of()


def test_who_handed_an_appeal_in_adds_its_photos_and_is_offered_where_they_were_taken(channel: System) -> None:
    serial_no = channel.hand_in()

    answer = add(channel, serial_no, ("坑洼.jpg", photo()), ("证明.pdf", document()))

    assert answer.status_code == 201
    told: dict[str, Any] = answer.get_json()
    assert [(file["name"], file["media_type"], file["state"]) for file in told["files"]] == [
        ("坑洼.jpg", "image/jpeg", "ready"),
        ("证明.pdf", "application/pdf", "ready"),
    ]
    assert told["places"] == [{"longitude": 114.3, "latitude": 22.7}]
    assert channel.get(f"/api/v1/tickets/{serial_no}/files") == told["files"]
    given = open_path(channel, f"/api/v1/tickets/{serial_no}/files/{told['files'][0]['id']}")
    assert (given.status_code, given.mimetype) == (200, "image/jpeg")
    assert given.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert DEVICE.encode() not in given.data


def test_the_same_key_adds_files_once(channel: System) -> None:
    serial_no = channel.hand_in()

    first, second = (add(channel, serial_no, ("a.jpg", photo()), key="once-only") for _ in range(2))

    assert first.get_json()["files"] == second.get_json()["files"]
    assert len(channel.get(f"/api/v1/tickets/{serial_no}/files")) == 1


def test_what_is_not_taken_in_is_told_with_its_code(channel: System) -> None:
    serial_no = channel.hand_in()

    refused = {
        name: add(channel, serial_no, (name, content)).get_json()
        for name, content in (("a.svg", b"<svg/>"), ("a.pdf", photo()), ("a.jpg", photo()[:3000]), ("b.jpg", b""))
    }

    assert {name: answer["code"] for name, answer in refused.items()} == {
        "a.svg": "file-kind-unknown",
        "a.pdf": "file-disguised",
        "a.jpg": "file-damaged",
        "b.jpg": "file-empty",
    }
    assert add(channel, serial_no).get_json()["errors"] == {"files": ["Missing data for required field."]}
    assert channel.get(f"/api/v1/tickets/{serial_no}/files") == []


def test_a_system_that_only_looks_adds_nothing_and_a_stranger_does_not_even_look(
    systems: Systems, channel: System
) -> None:
    serial_no = channel.hand_in()
    file = add(channel, serial_no, ("a.jpg", photo())).get_json()["files"][0]["id"]
    other, looking, unit = systems.of(), systems.of("leader"), systems.of("clerk", "roads")

    assert add(looking, serial_no, ("a.jpg", photo())).status_code == 403
    assert len(looking.get(f"/api/v1/tickets/{serial_no}/files")) == 1
    for stranger in (other, unit):
        assert add(stranger, serial_no, ("a.jpg", photo())).status_code == 404
        for path in ("files", f"files/{file}", f"files/{file}/preview"):
            assert open_path(stranger, f"/api/v1/tickets/{serial_no}/{path}").status_code == 404


def test_a_unit_adds_files_to_what_it_has_a_share_in(systems: Systems, channel: System) -> None:
    serial_no, unit = channel.hand_in(), systems.of("clerk", "roads")
    with systems.installation.scope(systems.slug) as scope:
        desk.dispatch(scope, serial_no, Order(OPERATOR, datetime.now(UTC)), lead="roads", reason="受理席派单")

    assert add(unit, serial_no, ("修补后.jpg", photo())).status_code == 201


def test_only_a_known_system_may_send_much(channel: System, client: FlaskClient) -> None:
    serial_no = channel.hand_in()
    large = photo() + bytes(1_500_000)

    assert add(channel, serial_no, ("a.jpg", large)).status_code == 201
    assert add(System(client, "hy_nobody_x"), serial_no, ("a.jpg", large)).status_code == 401
    too_much = add(channel, serial_no, ("a.jpg", bytes(61_000_000)))
    assert (too_much.status_code, too_much.get_json()["detail"]) == (
        413,
        "提交的内容超过 60 MB，没有收下。请精简文字、缩小或减少附件后再提交。",
    )
