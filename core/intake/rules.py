"""Pure decisions of intake: what an appeal must be, and how its text is made storable without losing any of it."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from core.hooks.values import Complexity, Nature, Urgency
from core.kit.errors import Refused
from core.tickets.contact import Contact

TEXT_MAX = 20_000
"""Characters of one appeal. Longer ones are refused in words, so that nothing is cut off silently."""
TITLE_MAX = 60
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class AppealUnusable(Refused):
    """The appeal has no text, or text that cannot be stored."""

    code = "appeal-unusable"


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a resident asks 诉求, as a channel hands it over. Empty classification fields are left to the district.

    `external_id` is the channel's own id of the message; the same one comes in once only. `submitted_at` is when the
    resident spoke, None = now.
    """

    channel: str
    text: str
    title: str = ""
    place: str = ""
    mailbox: str = ""
    contact: Contact = field(default_factory=Contact)
    external_id: str | None = None
    submitted_at: datetime | None = None
    nature: Nature | None = None
    matter: str | None = None
    urgency: Urgency | None = None
    complexity: Complexity = "simple"
    affected_count: int = 1


def usable_text(text: str) -> str:
    """Return the text in one Unicode form, without surrounding blanks.

    Raises `AppealUnusable` for an empty text, more than `TEXT_MAX` characters, NUL or lone surrogates.
    """
    if "\x00" in text:
        raise AppealUnusable("诉求内容含有空字符(NUL),无法保存。请检查来源文件或接口的编码。")
    if LONE_SURROGATE.search(text):
        raise AppealUnusable("诉求内容含有不成对的代理字符,无法保存。请检查来源的编码是否为 UTF-8。")
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not cleaned:
        raise AppealUnusable("诉求没有内容。请填写要反映的事情。")
    if len(cleaned) > TEXT_MAX:
        raise AppealUnusable(
            f"诉求内容有 {len(cleaned):,} 个字,超过 {TEXT_MAX:,} 字的上限。请分成几件提交,或把材料作为附件。"
        )
    return cleaned


def title_of(appeal: Appeal, text: str) -> str:
    """Return the appeal's title, or the beginning of its text."""
    title = " ".join(unicodedata.normalize("NFC", appeal.title).replace("\x00", "").split())
    if title:
        return usable_text(title)[:200]
    first = " ".join(text.split())
    return first if len(first) <= TITLE_MAX else first[: TITLE_MAX - 1] + "…"
