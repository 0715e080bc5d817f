"""Disclosure 三公开: what of a ticket everybody may read, on which ground not, and what is hidden in its words."""

from dataclasses import dataclass
from typing import Literal

Opening = Literal["matter", "process", "result"]
"""办理事项、办理过程、办理结果"""
ClosedGround = Literal["privacy", "state-secret", "trade-secret", "investigation", "third-party", "other"]
"""Why something is not made public: 个人隐私、国家秘密、商业秘密、调查或诉讼未结、第三方合法权益、其他依法不予公开"""
Wish = Literal["none", "open", "closed"]
"""What the resident said of it: nothing, that it may be made public, or that it may not."""


@dataclass(frozen=True, slots=True)
class DisclosureDecision:
    """What a rule says of making a ticket public 公开.

    `opens` are the openings that it allows; `closed` is a ground on which nothing is made public, empty = none, for so
    many days as `closed_days` says (0 = for good). `after_days` are the working days after the conclusion before which
    nothing is published; with `by_person` it is published by a person alone, who has read the words.
    """

    opens: tuple[Opening, ...]
    rule_id: str
    reason: str
    closed: ClosedGround | Literal[""] = ""
    closed_days: int = 0
    after_days: int = 0
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class FlowDecision:
    """What a rule says of letting everybody follow the steps of a ticket 全程公开.

    A step is shown `delay_hours` after it was taken. With `shows_title` the title stands there redacted; else the name of
    the matter alone.
    """

    opens: bool
    rule_id: str
    reason: str
    delay_hours: int = 0
    shows_title: bool = False


@dataclass(frozen=True, slots=True)
class HiddenSpan:
    """A stretch of a text that nobody outside may read: from the character at `start` up to the one before `end`."""

    start: int
    end: int
    rule_id: str
    reason: str
