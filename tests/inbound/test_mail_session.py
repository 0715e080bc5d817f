"""The visit to a mailbox: only where it may go, only with a certificate that holds, and never longer or larger than asked."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.hooks.settings import SecretText
from core.intake.mail.settings import Mailbox
from core.jobs.mailbox import session as visiting
from core.jobs.mailbox.session import MailboxTrouble, folder_name, opened, quoted
from tests.inbound.imap_double import LOGIN, PASSWORD, ImapBox, imap_server
from tests.inbound.mailing import letter


def mailbox_at(port: int, *, host: str = "localhost", is_encrypted: bool = False, largest: int = 100_000) -> Mailbox:
    return Mailbox(
        host=host,
        port=port,
        is_encrypted=is_encrypted,
        login=LOGIN,
        password=SecretText(PASSWORD),
        folder="INBOX",
        done_folder="",
        channel="mail",
        every=timedelta(minutes=5),
        largest=largest,
        own_addresses=frozenset(),
    )


def uids_in(mailbox: Mailbox) -> list[int]:
    with opened(mailbox) as session:
        return [uid for uid, _ in session.waiting()]


@pytest.fixture(autouse=True)
def _own_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", "localhost")


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS for this name, and the file of the certificate that it signs itself with."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, both = folder / "public.pem", folder / "both.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    both.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, public


@contextmanager
def raw_server(*answers: bytes) -> Iterator[int]:
    """Say these things to whoever connects, whatever is asked, and then nothing more; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                for answer in answers:
                    connection.sendall(answer)
                    connection.recv(1000)
                while connection.recv(1000):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def test_mails_are_fetched_over_tls_where_the_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with imap_server(tls=context) as box:
        box.deliver(letter())
        with opened(mailbox_at(box.port, is_encrypted=True)) as session:
            [(uid, size)] = session.waiting()
            assert (session.fetch(uid), size) == (letter(), len(letter()))
            session.settle(uid)
        assert box.settled() == [letter()]


@pytest.mark.parametrize(("name", "is_trusted"), [("localhost", False), ("another.example", True)])
def test_a_certificate_that_does_not_hold_gets_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_trusted: bool
) -> None:
    context, trusted = certificate(tmp_path, name)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with imap_server(tls=context) as box:
        with pytest.raises(MailboxTrouble, match="证书没有通过核验"):
            uids_in(mailbox_at(box.port, is_encrypted=True))
        assert box.commands == []


def test_a_host_that_the_operator_did_not_name_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_OUTSIDE_HOSTS")
    with imap_server() as box:
        with pytest.raises(MailboxTrouble, match="不加密只能用于系统维护人员放行的内部主机"):
            uids_in(mailbox_at(box.port))
        for host in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"):
            with pytest.raises(MailboxTrouble, match="在内部网络里"):
                uids_in(mailbox_at(box.port, host=host, is_encrypted=True))
        assert box.commands == []


@pytest.mark.parametrize(
    "answers",
    [
        (b"",),
        (b"* BYE no\r\n",),
        (b"HTTP/1.1 200 OK\r\n\r\n",),
        (b"\x00\xff\r\n",),
        (b"* OK hi\r\n", b"* CAPABILITY \xff\xfe\r\n"),
        (b"* OK " + b"x" * 2_000_000 + b"\r\n",),
        (b"* OK {99999999999}\r\n",),
        (b"* OK {100200}\r\n" + b"x" * 100_200,),
    ],
)
def test_a_server_that_speaks_nonsense_is_trouble_in_words(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(visiting, "ANSWER_SECONDS", 0.3)
    with raw_server(*answers) as port, pytest.raises(MailboxTrouble, match="邮件服务器没有应答或中断了"):
        uids_in(mailbox_at(port))


def test_a_server_that_drips_is_left_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "LONGEST_VISIT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(MailboxTrouble):
            uids_in(mailbox_at(listening.getsockname()[1]))
    assert time.monotonic() - began < 10


def test_a_mail_that_is_gone_meanwhile_is_none() -> None:
    with imap_server() as box, opened(mailbox_at(box.port)) as session:
        uid = box.deliver(letter())
        box.folders["INBOX"].clear()
        assert (session.fetch(uid), session.head_of(uid)) == (None, None)


def test_what_was_read_by_somebody_is_fetched_only_where_mails_are_moved() -> None:
    with imap_server() as box:
        box.deliver(letter())
        box.folders["INBOX"][0].flags.add("\\Seen")
        mailbox = mailbox_at(box.port)
        assert (uids_in(mailbox), uids_in(replace(mailbox, done_folder="Done"))) == ([], [1])


def test_many_mails_are_listed_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "AT_ONCE", 3)
    box = ImapBox()
    for _ in range(7):
        box.deliver(letter())
    with imap_server(box):
        assert uids_in(mailbox_at(box.port)) == [1, 2, 3, 4, 5, 6, 7]
    assert box.commands.count("UID FETCH") == 3


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("INBOX", "INBOX"),
        ("A & B", "A &- B"),
        ("已收取", "&XfJlNlPW-"),
        ("信/2026", "&T+E-/2026"),
        ("台北~", "&U,BTFw-~"),
    ],
)
def test_names_of_folders_are_spelt_as_imap_wants_them(name: str, spelt: str) -> None:
    assert folder_name(name) == spelt


def test_nothing_breaks_out_of_a_quoted_string() -> None:
    assert quoted('a"\\b') == '"a\\"\\\\b"'
