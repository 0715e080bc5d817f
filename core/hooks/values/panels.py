"""Third-party panels 第三方评价小组: how one is made up and decides, and what may call for one."""

from dataclasses import dataclass, field
from typing import Literal

PanelGroup = Literal["official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen"]
"""机关工作人员、人大代表、政协委员、律师、记者、基层代表、网民代表"""
ReviewCause = Literal["unit_disputes", "two_stories", "large_gap"]
"""单位认为考核结果不合理；诉求人与承办单位各执一词；诉求与解决结果差距较大"""


@dataclass(frozen=True, slots=True)
class GroupSeats:
    """How many seats a group of members has."""

    group: PanelGroup
    seats: int


ONE_OF_EACH: tuple[GroupSeats, ...] = (
    GroupSeats("official", 1),
    GroupSeats("deputy", 1),
    GroupSeats("cppcc", 1),
    GroupSeats("lawyer", 1),
    GroupSeats("journalist", 1),
    GroupSeats("grassroots", 1),
    GroupSeats("netizen", 1),
)


@dataclass(frozen=True, slots=True)
class PanelRules:
    """How a panel is made up and decides.

    `quorum` votes must be in. A verdict carries when more than `majority_percent` of the votes are for it. Votes are
    taken for `days` working days, which can be extended once by `extension_days`. For each group `substitutes` further
    members are drawn. `criteria` are scored from 1 to 5. With `is_binding` a supervisor carries out what was found;
    otherwise they may decide otherwise, with a reason.
    """

    seats: tuple[GroupSeats, ...] = ONE_OF_EACH
    quorum: int = 5
    majority_percent: int = 50
    days: int = 5
    extension_days: int = 3
    substitutes: int = 2
    criteria: tuple[str, ...] = ("诉求是否解决", "办理是否依法合规", "答复是否属实", "态度是否认真")
    is_binding: bool = False


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What is on record of an answered ticket that may call for a panel.

    `disputes` are the kinds of objections that units have open, `disposition` the result that the newest reply names,
    `resolved` and `satisfaction` what the resident said of it, empty = nothing; `review_asked`: the resident has a demand
    for review open.
    """

    disputes: tuple[Literal["responsibility", "rating", "overdue"], ...] = field(default=())
    disposition: str = ""
    resolved: Literal["", "yes", "partly", "no"] = ""
    satisfaction: Literal["", "satisfied", "basically", "dissatisfied"] = ""
    review_asked: bool = False


@dataclass(frozen=True, slots=True)
class ReviewProposal:
    """A reason to put a ticket before a panel; whoever supervises decides whether one is opened."""

    cause: ReviewCause
    rule_id: str
    reason: str
