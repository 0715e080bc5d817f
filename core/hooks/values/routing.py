"""What features say of whose a ticket is, and who looks on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RouteProposal:
    """A unit that should handle the ticket. `direct` = dispatch at once 工单直派, without the dispatcher."""

    unit: str
    rule_id: str
    reason: str
    co: tuple[str, ...] = ()
    direct: bool = False
    score: int = 50


@dataclass(frozen=True, slots=True)
class Watcher:
    """A unit that sees the ticket from now on 知会, without handling it."""

    unit: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakingInOnly:
    """Units of a kind only take in 只受理不承办: none of them is given a ticket as lead or co-unit. `reason` is why, in a few
    words that stand in brackets behind each refusal.
    """

    kind: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a command may not be given now 不准办理. `text` is read by whoever gave it: why not, and what to do."""

    text: str
    rule_id: str
    reason: str
