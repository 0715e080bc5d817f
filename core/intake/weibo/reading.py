"""Reading what the API tells of statuses and comments: what was written, by whom, under what; values in, values out."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from core.hooks.payloads import UNKNOWN, UNSTORABLE
from core.kit.saying import said

WEIBO_TYPE = "application/x-weibo+json"
"""Content type under which a status or comment is kept, as the API told of it."""
LONGEST_NUMBER = 20
MOST_PICTURES = 18
"""Pictures of a status; Weibo allows so many."""
WRITTEN_AT = "%a %b %d %H:%M:%S %z %Y"
"""How Weibo writes an instant, such as `Tue May 31 17:46:55 +0800 2011`."""
REPLY_TO = re.compile(r"^回复\s?@[^:：]{1,30}[:：]")
"""How a comment begins that answers another one."""
CHAIN = "//@"
"""Where in a repost the words of those begin who reposted it before."""
BLANKS = re.compile(r"[\s\u200b\ufeff]+")
Kind = Literal["mention", "comment"]


class Unreadable(Exception):  # noqa: N818 -- a fact about what was sent
    """It is not what the API says of a status or comment."""


@dataclass(frozen=True, slots=True)
class Post:
    """A status or a comment: its number, who wrote it, when, and the words. A comment stands below the status `below`.

    `is_deleted`: only that it was there is known. `is_repost`: it passes on somebody else's status, whose words are `passed_on`,
    empty where that was deleted. `pictures` are addresses.
    """

    kind: Kind
    number: int
    person: str
    written_at: datetime
    text: str
    below: int = 0
    is_deleted: bool = False
    is_repost: bool = False
    passed_on: str = ""
    is_cut: bool = False
    pictures: tuple[str, ...] = field(default=())

    def mentions(self, name: str) -> bool:
        """Tell whether the writer's own words mention an account: not only those of a status that they pass on."""
        return _naming(name).search(self.own_words) is not None

    @property
    def own_words(self) -> str:
        """The words without those of others that a repost drags along, or the address of who is answered."""
        return REPLY_TO.sub("", self.text.partition(CHAIN)[0]).strip() if self.is_repost or self.below else self.text

    def said(self, name: str) -> str:
        """Return what is said to an account: the own words without its name, and what they pass on; "" = nothing."""
        own = _naming(name).sub(" ", self.own_words).strip(" \t\u200b\ufeff")
        own = own if any(each.isalnum() for each in own) else ""
        if not self.is_repost:
            return own
        passed_on = (
            said("（转发的微博：{passed_on}）", passed_on=self.passed_on)
            if self.passed_on
            else "（转发的原微博已看不到）"
        )
        return f"{own}\n{passed_on}".strip() if own or self.passed_on else ""


def _naming(name: str) -> re.Pattern[str]:
    """Return how an account is named in a text: its whole name, and the colon that may follow it."""
    return re.compile(rf"@{re.escape(name)}(?![\w-])[:：]?")


def is_weibo(content_type: str) -> bool:
    """Tell whether what is kept is a status or comment of Weibo."""
    return content_type == WEIBO_TYPE


def as_kept(told: Mapping[str, Any]) -> bytes:
    """Return what the API told of a status or comment as it is kept."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", errors="replace")


def read_kept(content: bytes) -> Post:
    """Return the status or comment that was kept. Raises `Unreadable`."""
    try:
        return read_post(json.loads(content))
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def number_of(told: Any) -> int:
    """Return the number of a status or comment, 0 for what has none."""
    given = told.get("idstr") or told.get("id") if isinstance(told, dict) else None
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else 0


def writer_of(told: Mapping[str, Any]) -> str:
    """Return the number of who wrote a status or comment, "" where it names nobody."""
    user = _object(told, "user")
    return str(user.get("idstr") or user.get("id") or "")


def read_post(told: Any) -> Post:
    """Return the status or comment that the API tells of. Raises `Unreadable`."""
    number = number_of(told)
    status, person = (_object(told, "status"), writer_of(told)) if number else ({}, "")
    is_deleted = bool(number) and str(told.get("deleted", "")) in ("1", "True", "true")
    if not number or not (is_deleted or (person.isascii() and person.isdigit() and len(person) <= LONGEST_NUMBER)):
        raise Unreadable("number or writer")
    passed = told.get("retweeted_status")
    return Post(
        kind="comment" if status else "mention",
        number=number,
        person=person,
        written_at=datetime.fromtimestamp(0, UTC) if is_deleted else written_at(told),
        text=_words(told),
        below=number_of(status),
        is_deleted=is_deleted,
        is_repost=isinstance(passed, dict),
        passed_on=_words(passed) if isinstance(passed, dict) and not passed.get("deleted") else "",
        is_cut=told.get("isLongText") is True and not _object(told, "longText"),
        pictures=tuple(_pictures(told)),
    )


def written_at(told: Mapping[str, Any]) -> datetime:
    """Return when it was written. Raises `Unreadable`."""
    try:
        return datetime.strptime(_text(told, "created_at"), WRITTEN_AT).astimezone(UTC)
    except ValueError:
        raise Unreadable("created_at") from None


def _words(told: Mapping[str, Any]) -> str:
    """Return the words, whole where the API told them whole, and as they can be stored."""
    whole = _text(_object(told, "longText"), "longTextContent")
    return UNSTORABLE.sub(UNKNOWN, whole or _text(told, "text")).strip(" \t\r\n\u200b\ufeff")


def _pictures(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of the pictures, large ones and encrypted; of each Weibo names the small one only."""
    listed = told.get("pic_urls")
    for each in listed[:MOST_PICTURES] if isinstance(listed, list) else ():
        address = _text(each, "thumbnail_pic") if isinstance(each, dict) else ""
        if address:
            yield address.replace("/thumbnail/", "/large/")


def _object(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
