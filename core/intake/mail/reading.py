"""What stands in a mail 来信: who wrote it, about what, in which words, and how many files came along."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast

from core.hooks.payloads import decoded
from core.intake.mail.automatic import why_automatic
from core.intake.mail.bodies import BodyTooIntricate, text_of_html, tidied
from core.intake.mail.identity import END_OF_HEAD, HEAD_BYTES
from core.intake.mail.policy import READABLE, in_a_line
from core.intake.mail.settings import LONGEST_ADDRESS
from core.kit.errors import Refused
from core.kit.saying import said

MAIL_TYPE = "message/rfc822"
"""Kind of the content of an item that is a mail."""
HEADERS_TYPE = "text/rfc822-headers"
"""Kind of the content of an item that is the head of a mail which was too large to be fetched."""
MOST_PARTS = 100
MOST_BOUNDARIES = 2_000
"""Lines that begin with two dashes: each may begin a part, and each part costs memory before it can be counted."""
MOST_ENDS = 2_000_000
"""Characters that end a line, of which many mails have two to a line; the parser takes each line by itself."""
DEEPEST = 30
LARGEST_TEXT = 2_000_000
"""Bytes of a text; an appeal holds far less."""
LONGEST_NAME = 100
LATEST = timedelta(days=30)
"""A mail that says it was written longer ago is not believed: its clock is wrong."""


class MailUnreadable(Refused):
    """Nobody but a person can say what stands in the mail."""

    code = "mail-unreadable"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was read. `automatic` says why no resident wrote it, if none did; `files` counts what came along."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: int
    written_at: datetime | None
    automatic: str

    @property
    def files_words(self) -> str:
        """Say how many files came along, if any did."""
        return said("邮件带有 {files} 个附件，原件保存在来信记录中", files=self.files) if self.files else ""


def is_mail(content_type: str) -> bool:
    """Tell whether the content of an item is a mail, or the head of one."""
    return content_type in (MAIL_TYPE, HEADERS_TYPE)


def read_mail(raw: bytes, *, received_at: datetime, own_addresses: Collection[str] = ()) -> Mail:
    """Read a mail. Whatever its bytes are, it is read or raises `MailUnreadable`, which says why in words."""
    _refuse_intricate(raw)
    try:
        return _read(raw, received_at, own_addresses)
    except BodyTooIntricate:
        raise MailUnreadable("邮件正文的网页格式过大或层次过多，不能自动读出。") from None
    except MailUnreadable:
        raise
    except Exception as error:
        # The parser of the standard library stumbles in many ways over what nobody wrote by hand. A person can read on.
        raise MailUnreadable(said("邮件的格式不能自动读出（{name}）。", name=type(error).__name__)) from None


def _refuse_intricate(raw: bytes) -> None:
    head = END_OF_HEAD.search(raw, 0, HEAD_BYTES)
    if head is None and len(raw) > HEAD_BYTES:
        raise MailUnreadable("邮件的信头过长，不能自动读出。")
    if raw.count(b"\n--") + raw.count(b"\r--") > MOST_BOUNDARIES:
        raise MailUnreadable("邮件的分段过多，不能自动读出。")
    if raw.count(b"\n") + raw.count(b"\r") > MOST_ENDS:
        raise MailUnreadable("邮件的行数过多，不能自动读出。")


def _read(raw: bytes, received_at: datetime, own_addresses: Collection[str]) -> Mail:
    message = cast(EmailMessage, BytesParser(policy=READABLE).parsebytes(raw))
    name, address = parseaddr(in_a_line(str(message.get("from", ""))))
    texts: dict[str, str] = {}
    files = 0
    for part, kind in _leaves(message):
        if _is_file(part, kind):
            files += 1
        elif kind not in texts:
            texts[kind] = _text_of(part)
    plain = tidied(texts.get("text/plain", ""))
    return Mail(
        name=in_a_line(name)[:LONGEST_NAME],
        address=address if "@" in address and len(address) <= LONGEST_ADDRESS else "",
        subject=in_a_line(str(message.get("subject", ""))),
        text=plain or text_of_html(texts.get("text/html", "")),
        files=files,
        written_at=_written_at(message, received_at),
        automatic=why_automatic(message, address, own_addresses=own_addresses),
    )


def _leaves(message: Message) -> Iterator[tuple[Message, str]]:
    """Yield the parts that hold something with their kind, in their order; a mail within the mail is one.

    Raises `MailUnreadable`.
    """
    waiting: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise MailUnreadable("邮件的分段过多或层次过深，不能自动读出。")
        held, kind = part.get_payload(), part.get_content_type()
        if kind.startswith("multipart/") and isinstance(held, list):
            waiting += [(cast(Message, each), depth + 1) for each in reversed(held)]
        else:
            yield part, kind


def _is_file(part: Message, kind: str) -> bool:
    return (
        kind not in ("text/plain", "text/html")
        or part.get_content_disposition() == "attachment"
        or bool(part.get_filename())
    )


def _text_of(part: Message) -> str:
    body = part.get_payload(decode=True)
    if isinstance(body, bytes) and len(body) > LARGEST_TEXT:
        raise MailUnreadable("邮件正文过长，不能自动读出。")
    return decoded(body, str(part.get_content_charset("") or "")) if isinstance(body, bytes) else ""


def _written_at(message: Message, received_at: datetime) -> datetime | None:
    try:
        written = parsedate_to_datetime(str(message.get("date", "")))
        written = written if written.tzinfo else written.replace(tzinfo=UTC)
        return written if received_at - LATEST <= written <= received_at else None
    except (ValueError, TypeError, OverflowError):
        return None
