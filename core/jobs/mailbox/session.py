"""One visit to a mailbox by IMAP: which mails wait, their bytes, and telling the server that one is kept.

Nothing that the server says is trusted: an answer has a size, the visit an end.
"""

import base64
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from core.hooks.outside import AddressNotAllowed, address_of, is_own_host
from core.intake.mail.settings import Mailbox
from core.kit import saying
from core.kit.errors import Refused

ANSWER_SECONDS = 20.0
"""How long the server may be silent."""
LONGEST_VISIT = 300.0
"""Seconds after which a visit ends wherever it is; what was kept is kept, and the next one goes on."""
HEAD_BYTES = 64 * 1024
"""So much is fetched of the head of a mail that is too large."""
SLACK = 64 * 1024
AT_ONCE = 200
"""Mails whose sizes are asked for at once."""
SIZE = re.compile(rb"\bUID (\d{1,10})\b")
BYTES = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")


class MailboxTrouble(Refused):
    """The mailbox cannot be read. The message says why, for administrators, and names no password."""

    code = "mailbox-trouble"


class MailboxSession:
    """A mailbox that is open."""

    def __init__(self, mailbox: Mailbox, client: "_Client") -> None:
        self._mailbox = mailbox
        self._client = client

    def waiting(self) -> Iterator[tuple[int, int]]:
        """Yield the UID and the size in bytes of each mail that is to be fetched, the oldest first."""
        which = "ALL" if self._mailbox.done_folder else "UNSEEN"
        found = self._said("SEARCH", which)
        numbers = sorted({int(number) for line in found if isinstance(line, bytes) for number in _numbers(line)})
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            sizes = self._said("FETCH", ",".join(map(str, part)), "(UID RFC822.SIZE)")
            known = {
                int(uid[1]): int(size[1])
                for line in _lines(sizes)
                if (uid := SIZE.search(line)) and (size := BYTES.search(line))
            }
            yield from ((uid, known[uid]) for uid in part if uid in known)

    def fetch(self, uid: int) -> bytes | None:
        """Return the mail, cut one byte after the largest that is fetched; None when it is gone."""
        return self._body(uid, f"BODY.PEEK[]<0.{self._mailbox.largest + 1}>")

    def head_of(self, uid: int) -> bytes | None:
        """Return the beginning of the mail's head; None when it is gone."""
        return self._body(uid, f"BODY.PEEK[HEADER]<0.{HEAD_BYTES}>")

    def settle(self, uid: int) -> None:
        """Tell the server that the mail is kept: it goes to another folder, or counts as read."""
        if not self._mailbox.done_folder:
            self._said("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            return
        folder = quoted(folder_name(self._mailbox.done_folder))
        if "MOVE" in self._client.capabilities:
            self._said("MOVE", str(uid), folder)
            return
        if "UIDPLUS" not in self._client.capabilities:
            raise MailboxTrouble("邮件服务器不能移动邮件（没有 MOVE 和 UIDPLUS）。请把“收取后移到”留空，改为标为已读。")
        self._said("COPY", str(uid), folder)
        self._said("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        self._said("EXPUNGE", str(uid))

    def _body(self, uid: int, what: str) -> bytes | None:
        for line in self._said("FETCH", str(uid), f"(UID {what})"):
            if isinstance(line, tuple) and len(line) == 2 and isinstance(line[1], bytes):
                return line[1]
        return None

    def _said(self, command: str, *arguments: str) -> list[Any]:
        status, said = self._client.uid(command, *arguments)
        if status != "OK":
            raise MailboxTrouble(
                saying.said(
                    "邮件服务器没有完成 {command}。{try_}",
                    command=command,
                    try_=saying.word(_TRY) if command != "MOVE" and command != "COPY" else saying.word(_FOLDER),
                )
            )
        return said


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[MailboxSession]:
    """Sign in to a mailbox and open its folder for the length of the block. Raises `MailboxTrouble`, also from within."""
    client: _Client | None = None
    try:
        client = _signed_in(mailbox)
        yield MailboxSession(mailbox, client)
    except AddressNotAllowed as refused:
        raise MailboxTrouble(refused.message) from None
    except ssl.SSLCertVerificationError as error:
        raise MailboxTrouble(
            saying.said(
                "邮件服务器的证书没有通过核验（{verify_message}）。请核对主机名，自签的证书请系统维护人员列为可信。",
                verify_message=error.verify_message,
            )
        ) from None
    except (imaplib.IMAP4.error, OSError, EOFError, ValueError, LookupError) as error:
        # The last two: the standard library's client stumbles over answers that are none.
        raise MailboxTrouble(
            saying.said(
                "邮件服务器没有应答或中断了（{name}）。{try_}", name=type(error).__name__, try_=saying.word(_TRY)
            )
        ) from None
    finally:
        if client is not None:
            client.leave()


def _signed_in(mailbox: Mailbox) -> "_Client":
    if mailbox.password is None:
        raise MailboxTrouble("没有设置邮箱密码。请设置密钥 password。")
    if not mailbox.is_encrypted and not is_own_host(mailbox.host, mailbox.port):
        raise MailboxTrouble("不加密只能用于系统维护人员放行的内部主机。请改用 TLS。")
    client = _Client(mailbox)
    try:
        try:
            client.login(quoted(mailbox.login), mailbox.password.reveal())
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError):
            raise MailboxTrouble("邮件服务器拒绝登录。请核对登录名和密码（授权码），并在邮箱里开通 IMAP。") from None
        client.learn_capabilities()
        if "ID" in client.capabilities:  # some servers open no folder to a program that does not say its name
            client.xatom("ID", '("name" "huiying")')
        status, _ = client.select(quoted(folder_name(mailbox.folder)))
        if status != "OK":
            raise MailboxTrouble(saying.said("邮箱里没有文件夹 {folder}，或不能打开。", folder=mailbox.folder))
    except BaseException:
        client.leave()
        raise
    return client


def quoted(text: str) -> str:
    """Return a text as a quoted string of IMAP."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder_name(name: str) -> str:
    """Return the name of a folder in the modified UTF-7 of RFC 3501."""

    def shifted(found: re.Match[str]) -> str:
        packed = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))


class _Client(imaplib.IMAP4):
    """The standard library's client, connected to an address that was checked, with bounds on what the server sends."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._to = address_of(mailbox.host, mailbox.port)
        self._end = threading.Timer(LONGEST_VISIT, self._cut)
        self._end.daemon = True
        self._socket: socket.socket | None = None
        self._end.start()
        try:
            super().__init__(mailbox.host, mailbox.port, ANSWER_SECONDS)
        except BaseException:
            self._end.cancel()
            if self._socket is not None:
                self._socket.close()
            raise

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connected = socket.create_connection((str(self._to), self.port), timeout)
        self._socket = connected
        if not self._mailbox.is_encrypted:
            return connected
        with_tls = ssl.create_default_context().wrap_socket(
            connected, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._socket = with_tls
        with_tls.do_handshake()
        return with_tls

    def read(self, size: int) -> bytes:
        """Read so many bytes of an answer. Raises `imaplib.IMAP4.abort` for more than was asked for."""
        if size > self._mailbox.largest + SLACK:
            raise self.abort("the server sends more than was asked for")
        return super().read(size)

    def learn_capabilities(self) -> None:
        """Ask what the server can do for who has signed in: often more than before."""
        _, said = self.capability()
        self.capabilities = tuple(str(said[-1], "ascii", "replace").upper().split())

    def leave(self) -> None:
        """Say goodbye if the server listens, and close the connection."""
        self._end.cancel()
        with suppress(imaplib.IMAP4.error, OSError, EOFError):
            self.logout()
        with suppress(OSError):
            self.shutdown()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # Below TLS, whose state is in the hands of the thread that is reading: it gets the end of the stream.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _numbers(line: bytes) -> Sequence[bytes]:
    return [each for each in line.split() if each.isdigit() and len(each) <= 10]


def _lines(said: Sequence[Any]) -> Iterator[bytes]:
    for line in said:
        if isinstance(line, bytes):
            yield line


_TRY = "稍后自动再试。"
_FOLDER = "请核对“收取后移到”的文件夹是否已建好。"
