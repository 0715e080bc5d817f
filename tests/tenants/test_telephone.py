"""The phones of a demonstration: what is sent there is read on a page of this machine, and nobody else's messages are taken."""

import base64
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from core.jobs.drain import TryLater
from core.jobs.transports.outgoing import Outgoing
from core.jobs.transports.sms import SmsGateway
from tenants.telephone import SmsServer, stand_in
from tests.builders import beijing

NOW, KEY = beijing("2026-03-12 10:00"), b"a secret of this run, long enough"


@pytest.fixture
def server() -> Iterator[SmsServer]:
    server = SmsServer(0, KEY)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_code_is_read_on_the_page_once_however_often_it_was_tried(
    server: SmsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = SmsGateway.configured(server.url, base64.b64encode(KEY).decode())
    for _ in range(2):
        gateway.send(Outgoing("nanhai-code-1", "13800000001", "", "验证码 <b>123456</b>"), now=NOW)

    page = httpx.get(server.url.removesuffix("sms"))

    assert page.text.count("验证码 &lt;b&gt;123456&lt;/b&gt;") == 1
    assert "13800000001" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert capsys.readouterr().out == "138****0001：验证码 <b>123456</b>\n"


def test_what_is_not_signed_is_refused_and_another_name_of_the_machine_shows_nothing(server: SmsServer) -> None:
    gateway = SmsGateway.configured(server.url, base64.b64encode(b"another secret, long enough too").decode())
    with pytest.raises(TryLater):
        gateway.send(Outgoing("1", "13800000001", "", "验证码 123456"), now=NOW)

    rebound = httpx.get(server.url.removesuffix("sms"), headers={"host": "evil.example.com"})

    assert (rebound.status_code, rebound.text) == (403, "")
    assert list(server.received) == []


def test_it_stands_in_only_where_no_gateway_is_configured() -> None:
    assert stand_in({"SMS_URL": "https://sms.example.gov/huiying"}, 8000) is None
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = stand_in({}, port - 1)
    assert found is not None
    own = found.program.command[-1]
    assert own != str(port)
    assert found.environment["SMS_URL"] == f"http://127.0.0.1:{own}/sms"
    assert f"http://127.0.0.1:{own}" in found.words
    assert found.environment["SMS_SECRET"] not in found.program.command
