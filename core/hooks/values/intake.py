"""What features say of an appeal that comes in: by which way, about what, and what is already known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.hooks.values.ticket import Appellant, Medium, Nature

Rejection = Literal["litigation", "petition", "review", "secret", "no_matter", "outside", "final"]
"""诉讼或仲裁、信访在办、行政复议、涉密、没有具体诉求、不属本级职责、已有最终答复"""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way 渠道 by which appeals come in. `owner` names the mailbox's leader or the account, if it has one.

    `appellant`: who appeals by it, where nobody says otherwise.
    """

    id: str
    label: str
    medium: Medium
    owner: str = ""
    appellant: Appellant = "person"


@dataclass(frozen=True, slots=True)
class OutreachKind:
    """A kind of occasion on which the house goes to residents 主动联系: a `meeting` with many people, or a `visit`.

    `id` is also that of the channel by which what was said there comes in. `monthly` is how often each unit that holds it
    should do so in a month, 0 = nobody says so. `on_the_spot`: whether what was answered there and then may be concluded
    with the words that were said.
    """

    id: str
    label: str
    sort: Literal["meeting", "visit"]
    monthly: int = 0
    on_the_spot: bool = True


@dataclass(frozen=True, slots=True)
class InterviewRules:
    """How live interviews 微访谈 are held, where those in charge answer residents' questions.

    `channel` is that by which what they leave unanswered comes in as tickets. An interview lasts `minutes` unless it is
    announced otherwise, and is extended by `extension_minutes` at a time. `units` are the codes of those that are offered
    to be asked. Questions of different askers to one unit are handled together 并单 when they say the same, or when a
    feature finds them alike with `alike_from` points of 100 or more.
    """

    channel: str
    minutes: int = 90
    extension_minutes: int = 10
    units: tuple[str, ...] = ()
    alike_from: int = 85


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """What another system pushes 推送, before anybody knows whether it may: headers by their names in small letters,
    the query, and the bytes that were signed.

    `received_at` is when it came: the time that a signature's own is compared with. Shown or logged, it says nothing.
    """

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A push comes from whom it says 推送验证. `message_id` is the sender's own id of it: the same one counts once.

    Up to 120 characters that can be printed.
    """

    message_id: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class InboundPayload:
    """What a system pushed whose word counts: the bytes as they came, and what the sender calls their kind.

    `core.hooks.payloads` reads them.
    """

    message_id: str
    content_type: str
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InboundAppeal:
    """One appeal 诉求 of a push, as the resident gave it. Empty texts and None stand for what they did not say.

    `channel` is the one it came by before it was pushed, empty = that of its source in the registry, else the one it was
    pushed to. `submitted_at` is when the resident spoke, None = when it was pushed. `longitude` and `latitude` are degrees
    by WGS84; where they are no point on the map, the appeal is taken in without them. `source` is the line, account or
    system that it came by 来源, by any name under which the registry knows it. Shown or logged, it says nothing of the
    resident.
    """

    text: str = field(repr=False)
    rule_id: str
    reason: str
    title: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    mailbox: str = ""
    channel: str = ""
    nature: Nature | None = None
    affected_count: int = 1
    contact_name: str = field(default="", repr=False)
    contact_phone: str = field(default="", repr=False)
    contact_address: str = field(default="", repr=False)
    keep_private: bool = True
    submitted_at: datetime | None = None
    longitude: float | None = field(default=None, repr=False)
    latitude: float | None = field(default=None, repr=False)
    appellant: Appellant | None = field(default=None, repr=False)
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """An appeal 诉求 before it is a ticket: the words as they came, and what the sender filled in.

    Empty texts and None stand for what nobody has said.
    """

    channel: str
    medium: Medium
    title: str
    text: str
    place: str
    mailbox: str
    nature: Nature | None
    affected_count: int


@dataclass(frozen=True, slots=True)
class DraftPatch:
    """What a feature reads out of the words 要素提取. None = nothing to say; the text itself is never changed.

    A value that could not have been typed (too long, out of range) is left out.
    """

    rule_id: str
    reason: str
    title: str | None = None
    place: str | None = None
    mailbox: str | None = None
    nature: Nature | None = None
    affected_count: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeIssue:
    """A ground on which the appeal may be outside of what can be taken in 受理范围, and the lawful way for it.

    `rejection` is the reason for not accepting that fits. `advice` is told to the resident if it is not accepted.
    """

    rejection: Rejection
    advice: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alike:
    """What may be about the same thing as another ticket: a ticket, or the draft of one before it is filed 疑似重复.

    `matter` None and empty texts stand for what nobody has said; `metres` is how far a candidate lies from what it is
    compared with, None where one of them has no point on the map.
    """

    serial_no: str
    """Empty = a draft."""
    title: str
    text: str
    place: str
    matter: str | None
    area: str
    submitted_at: datetime
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """Another open ticket, one of the candidates, that may be about the same thing 疑似重复. `score` 0–100."""

    serial_no: str
    rule_id: str
    reason: str
    score: int = 50


@dataclass(frozen=True, slots=True)
class SplitHint:
    """The parts of an appeal that speaks of several matters 拆单建议, each with its own text; two or more."""

    parts: tuple[str, ...]
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the resident is told when their appeal came in 受理回执.

    `text` may use {serial_no}, {access_code} and {tenant}. It is never stored: the access code is in it.
    """

    text: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatterHint:
    """What the appeal is about, as an item of the duty list 事项建议. `score` 0–100; a person confirms it."""

    matter: str
    rule_id: str
    reason: str
    score: int = 50


@dataclass(frozen=True, slots=True)
class UrgencySignal:
    """A ground to treat the ticket as urgent."""

    rule_id: str
    reason: str
