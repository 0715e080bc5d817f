"""Pure decisions of intake: what an appeal must be, and how its text is made storable without losing any of it."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.areas.shapes import Point
from core.hooks.values import Appellant, Complexity, Nature, Urgency
from core.hooks.values.ticket import Relation
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tickets.contact import Contact, readable_email

TEXT_MAX = 20_000
"""Characters of one appeal. Longer ones are refused in words, so that nothing is cut off silently."""
TITLE_MAX = 60
AFFECTED_MAX = 10_000_000
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class AppealUnusable(Refused):
    """The appeal has no text, or something that cannot be stored."""

    code = "appeal-unusable"


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a resident asks 诉求, as a channel hands it over. Empty classification fields are left to the district.

    `external_id` is the channel's own id of the message; the same one comes in once only. `submitted_at` is when the
    resident spoke, None = now. `point` is where it is, longitude and latitude by WGS84, None = nobody said so.
    `appellant` is who appeals, None = as usual by the channel; `source` the line or account of the channel that it came by
    来源, for instance the old number of a hotline that was merged. `relation` is the tie to the place that somebody said of
    themselves, None = nobody asked, and nobody has to.
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
    point: Point | None = None
    appellant: Appellant | None = None
    source: str = ""
    relation: Relation | None = None


def usable(appeal: Appeal) -> Appeal:
    """Return the appeal as it can be kept: with its text in one Unicode form, and a title.

    Raises `AppealUnusable`, naming the field that is missing, too long, out of range or not storable, and `EmailUnusable`.
    """
    contact = appeal.contact
    for label, value, longest in (
        ("地点", appeal.place, 500),
        ("信箱", appeal.mailbox, 100),
        ("来源", appeal.source, 100),
        ("来件编号", appeal.external_id or "", 200),
        ("姓名", contact.name, 100),
        ("电话", contact.phone, 50),
        ("住址", contact.address, 500),
        ("邮箱", contact.email, 200),
    ):
        _refuse_unstorable(label, value)
        if len(value) > longest:
            raise AppealUnusable(
                said(
                    "{label}有 {number:,} 个字，超过 {longest} 字的上限。请缩短，详情可写入诉求内容。",
                    label=word(label),
                    number=len(value),
                    longest=longest,
                )
            )
    readable_email(contact.email)
    if not 1 <= appeal.affected_count <= AFFECTED_MAX:
        raise AppealUnusable(
            said(
                "涉及人数 {affected_count:,} 不在 1 至 {affected_max:,} 之间。请核对后重填。",
                affected_count=appeal.affected_count,
                affected_max=AFFECTED_MAX,
            )
        )
    if appeal.point is not None and not appeal.point.is_on_earth:
        raise AppealUnusable(
            "经纬度不在范围内：经度应在 -180 至 180 之间，纬度应在 -90 至 90 之间。请核对后重填，或留空。"
        )
    text = usable_text(appeal.text)
    return replace(appeal, text=text, title=_title(appeal.title, text))


def usable_text(text: str) -> str:
    """Return the text in one Unicode form, without surrounding blanks.

    Raises `AppealUnusable` for an empty text, more than `TEXT_MAX` characters, NUL or lone surrogates.
    """
    _refuse_unstorable("诉求内容", text)
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not cleaned:
        raise AppealUnusable("诉求没有内容。请填写要反映的事情。")
    if len(cleaned) > TEXT_MAX:
        raise AppealUnusable(
            said(
                "诉求内容有 {number:,} 个字，超过 {text_max:,} 字的上限。请分成几件提交，或把材料作为附件。",
                number=len(cleaned),
                text_max=TEXT_MAX,
            )
        )
    return cleaned


def is_storable(text: str) -> bool:
    """Tell whether the text can be kept as it is: without NUL and lone surrogates."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _refuse_unstorable(label: str, text: str) -> None:
    if "\x00" in text:
        raise AppealUnusable(
            said("{label}含有空字符（NUL），无法保存。请检查来源文件或接口的编码。", label=word(label))
        )
    if not is_storable(text):
        raise AppealUnusable(
            said("{label}含有不成对的代理字符，无法保存。请检查来源的编码是否为 UTF-8。", label=word(label))
        )


def _title(title: str, text: str) -> str:
    """Return the title in one line, or the beginning of the text."""
    _refuse_unstorable("标题", title)
    given = " ".join(unicodedata.normalize("NFC", title).split())
    if given:
        return given[:200]
    first = " ".join(text.split())
    return first if len(first) <= TITLE_MAX else first[: TITLE_MAX - 1] + "…"
