"""The way out: public, encrypted, in time, never led away, and closed to what decides."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.hooks.outside import (
    OWN_HOSTS,
    AddressNotAllowed,
    Answered,
    NotReached,
    OutsideNotAllowed,
    post_json,
    refuse_address,
)
from core.hooks.reach import reaching_outside
from core.hooks.settings import SecretText
from tests.jobs.robot import Robot, Said, robot
from tests.patience import patience

BODY = {"msgtype": "text", "text": {"content": "您好"}}


@pytest.fixture
def group() -> Iterator[Robot]:
    with robot() as made:
        yield made


@pytest.fixture
def own(group: Robot, monkeypatch: pytest.MonkeyPatch) -> Robot:
    """A robot that the operator has listed as a host of their own."""
    monkeypatch.setenv(OWN_HOSTS, f"gateway.example, 127.0.0.1:{group.port}")
    return group


def post(url: str | SecretText, **how: Any) -> Answered:
    with reaching_outside():
        return post_json(url, BODY, key="district-1-2", **how)


def test_a_host_of_our_own_is_sent_json_under_the_key(own: Robot) -> None:
    answered = post(SecretText(own.url))

    assert answered == Answered(200, {"errcode": 0, "errmsg": "ok"})
    assert own.said == [Said("您好", "district-1-2")]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/send",
        "https://localhost/send",
        "https://[::1]/send",
        "https://[::ffff:127.0.0.1]/send",
        "https://10.0.0.8/send",
        "https://192.168.1.1/send",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/send",
        "https://0.0.0.0/send",
        "https://0177.0.0.1/send",
        "https://2130706433/send",
        "https://[fe80::1]/send",
        "https://[fd00::1]/send",
        "https://[2002:7f00:1::]/send",
        "https://no-such-host.invalid/send",
        "http://example.com/send",
        "ftp://example.com/send",
        "file:///etc/passwd",
        "https://user:password@example.com/send",
        "https:///send",
        "https://example.com:99999/send",
        "https://exa mple.com/\nsend",
        "",
    ],
)
def test_an_address_inside_or_without_encryption_is_refused_and_not_reached(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx.Client, "stream", lambda *_, **__: pytest.fail("reached"))
    with pytest.raises(AddressNotAllowed):
        post(url)
    with pytest.raises(AddressNotAllowed):
        refuse_address(url)


def test_a_name_that_leads_inside_is_refused_even_if_one_of_its_addresses_is_public(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [(socket.AF_INET, 1, 6, "", (host, 0)) for host in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(AddressNotAllowed, match="内部网络"):
        refuse_address("https://rebinding.example/send")


def test_the_connection_goes_to_the_address_that_was_checked(own: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up once: what it stands for a moment later makes no difference."""
    asked = []
    look_up = socket.getaddrinfo

    def once(host: Any, *given: Any, **named: Any) -> Any:
        asked.append(host)
        return look_up("127.0.0.1" if host == "gateway.example" else host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    post(own.url.replace("127.0.0.1", "gateway.example"))

    assert [host for host in asked if host == "gateway.example"] == ["gateway.example"]
    assert len(own.said) == 1


def test_nobody_is_led_away(own: Robot) -> None:
    own.refuse({}, status=302)
    answered = post(own.url)
    assert (answered.status, answered.is_accepted) == (302, False)
    assert len(own.said) == 1


def test_an_answer_that_is_late_or_drips_in_is_no_answer(own: Robot) -> None:
    own.delay = 3
    started = time.monotonic()
    with pytest.raises(NotReached, match="ReadTimeout"):
        post(own.url, seconds=0.5)
    assert time.monotonic() - started < patience(2)


def test_an_answer_that_is_no_object_says_nothing(own: Robot) -> None:
    own.answers += [(200, b"<html>"), (200, b"[1]"), (200, b"{" + b" " * 100_000 + b"}"), (500, b"")]
    assert [post(own.url) for _ in range(4)] == [Answered(200), Answered(200), Answered(200), Answered(500)]


def test_a_refusal_holds_no_secret(own: Robot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    post(own.url)
    with pytest.raises(NotReached) as refused:
        post(SecretText(f"http://127.0.0.1:{own.port}/x?key=a-secret").reveal(), seconds=0.000001)
    assert "a-secret" not in f"{refused.value}{refused.value.__cause__}{caplog.text}"


def test_what_decides_and_what_shows_reaches_nothing(own: Robot) -> None:
    with pytest.raises(OutsideNotAllowed):
        post_json(own.url, BODY, key="1")
    assert own.said == []


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path, "gateway.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **how: look_up("127.0.0.1", *rest, **how))
    with tls_server(certificate) as port:
        monkeypatch.setenv(OWN_HOSTS, f"gateway.example:{port},other.example:{port}")

        assert post(f"https://gateway.example:{port}/send", seconds=20).is_accepted
        with pytest.raises(NotReached):
            post(f"https://other.example:{port}/send")


def make_certificate(folder: Path, host: str) -> Path:
    """Make a certificate for the host that vouches for itself; return the file that holds it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def read_request(client: socket.socket) -> None:
    """Read a request to its end: it may come in several pieces, and closing before would cut the sender off."""

    def more() -> bytes:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionError("the sender went away")
        return piece

    said = more()
    while b"\r\n\r\n" not in said:
        said += more()
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += more()


@contextmanager
def tls_server(certificate: Path) -> Iterator[int]:
    """Answer every TLS connection once with an empty object; yield the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as client:
                    read_request(client)
                    client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            except OSError:
                raw.close()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()
