"""Reading WeChat's XML: flat, without a DOCTYPE, so without entities; and the answers to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Literal
from xml.parsers import expat

from core.areas.shapes import Point

DEEPEST = 4
"""Elements within one another that are read; WeChat's own lie three deep."""
MOST_ELEMENTS = 200
LONGEST_FIELD = 20_000
"""Characters of one element; WeChat cuts what people write at 2,048 bytes."""
LONGEST_OPENID = 64
WECHAT_TYPE = "application/x-wechat+xml"
"""Content type under which a message is kept, opened."""
NOTICE_DONE = "templatesendjobfinish"
"""The event by which WeChat tells what came of a notice that it had taken."""
Kind = Literal["text", "image", "voice", "location", "link", "event", "other"]

KIND_LABELS: Mapping[str, str] = {"image": "照片", "voice": "语音", "location": "位置", "event": "操作"}


class Unreadable(Exception):  # noqa: N818 -- a fact about what was sent
    """It is not the XML of a message."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a WeChat user sent: their openid, the account it is for, an id under which it comes once, and what it is.

    `text` are the words of it: typed, recognised in a recording, named at a place, or of a link. `media_id` names a photo or
    recording that is still to be fetched. `event` is in small letters, `key` is what a menu button is called. Of a notice that was
    sent, `receipt` is its number at WeChat, and `status` what came of it.
    """

    person: str
    account: str
    message_id: str
    kind: Kind
    sent_at: datetime
    text: str = ""
    media_id: str = ""
    point: Point | None = None
    event: str = ""
    key: str = ""
    receipt: str = ""
    status: str = ""


def is_wechat(content_type: str) -> bool:
    """Tell whether what is kept is a message of WeChat."""
    return content_type == WECHAT_TYPE


def read_fields(content: bytes) -> Mapping[str, str]:
    """Return the texts of the elements below the root, by name. Raises `Unreadable`."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler = reader.add
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ProcessingInstructionHandler = _refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(str(type(error).__name__)) from None
    return reader.fields


def read_message(content: bytes) -> Incoming:
    """Return the message in opened XML. Raises `Unreadable`."""
    fields = read_fields(content)
    person, kind = fields.get("FromUserName", ""), fields.get("MsgType", "")
    if not person or len(person) > LONGEST_OPENID or not (person.isascii() and person.isprintable()):
        raise Unreadable("FromUserName")
    sent_at = _instant(fields.get("CreateTime", ""))
    event = fields.get("Event", "").lower()
    return Incoming(
        person=person,
        account=fields.get("ToUserName", ""),
        message_id=_message_id(fields, person, event),
        kind=_KINDS.get(kind, "other"),
        sent_at=sent_at,
        text=_text(kind, fields),
        media_id=fields.get("MediaId", "") if kind in ("image", "voice") else "",
        point=_point(fields) if kind == "location" else None,
        event=event,
        key=fields.get("EventKey", ""),
        receipt=fields.get("MsgID", "")[:40] if event == NOTICE_DONE else "",
        status=fields.get("Status", "")[:60] if event == NOTICE_DONE else "",
    )


def answer_to(person: str, account: str, words: str, *, now: datetime) -> bytes:
    """Return the XML of a passive answer 被动回复 with these words."""
    return (
        f"<xml><ToUserName>{escape(person)}</ToUserName><FromUserName>{escape(account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>text</MsgType>"
        f"<Content>{escape(words)}</Content></xml>"
    ).encode()


def in_envelope(encrypted: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """Return the XML around an encrypted answer."""
    return (
        f"<xml><Encrypt>{escape(encrypted)}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{escape(nonce)}</Nonce></xml>"
    ).encode()


_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "location": "location",
    "link": "link",
    "event": "event",
}


class _Reader:
    """Gathers the texts of the elements just below the root; what lies deeper is passed over."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._seen = 0

    def begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._seen += 1
        if len(self._path) >= DEEPEST or self._seen > MOST_ELEMENTS:
            raise Unreadable("too many elements")
        self._path.append(name)
        self._text = []

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            text = "".join(self._text).strip()
            if len(text) > LONGEST_FIELD:
                raise Unreadable("too long")
            self.fields.setdefault(name, text)
        self._path.pop()
        self._text = []

    def add(self, text: str) -> None:
        if len(self._path) == 2:
            self._text.append(text)


def _refuse(*_: object) -> None:
    raise Unreadable("declarations")


def _instant(seconds: str) -> datetime:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise Unreadable("CreateTime")
    return datetime.fromtimestamp(int(seconds), UTC)


def _message_id(fields: Mapping[str, str], person: str, event: str) -> str:
    """Return the id under which it comes once: WeChat gives messages one, events are known by who and when."""
    if given := fields.get("MsgId", "") or (fields.get("MsgID", "") if not event else ""):
        if not (given.isascii() and given.isdigit() and len(given) <= 30):
            raise Unreadable("MsgId")
        return given
    if not event:
        raise Unreadable("MsgId")
    return "/".join(filter(None, (person, fields["CreateTime"], event[:40], fields.get("MsgID", "")[:40])))


def _text(kind: str, fields: Mapping[str, str]) -> str:
    if kind == "text":
        return fields.get("Content", "")
    if kind == "voice":
        return fields.get("Recognition", "")
    if kind == "location":
        return fields.get("Label", "")
    if kind == "link":
        return "\n".join(filter(None, (fields.get("Title", ""), fields.get("Description", ""), fields.get("Url", ""))))
    return ""


def _point(fields: Mapping[str, str]) -> Point | None:
    """Return where the user says they mean; WeChat gives the latitude as X."""
    try:
        point = Point(float(fields["Location_Y"]), float(fields["Location_X"]))
    except (KeyError, ValueError):
        return None
    return point if point.is_on_earth else None
