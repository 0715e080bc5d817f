"""What a rule 规则 of the conformance kit is: one sentence, and a check that tells in words what breaks it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from core.conformance.subject import Subject

Check = Callable[[Subject], Iterable[str]]
Status = Literal["pass", "fail", "exempt", "not_applicable"]


class Tier(IntEnum):
    """How much is asked: 铜 of every feature that is switched on anywhere, 银 in production, 金 of what is bundled."""

    BRONZE = 1
    SILVER = 2
    GOLD = 3

    @property
    def label(self) -> str:
        """The tier's name as it is printed."""
        return "铜银金"[self - 1]


@dataclass(frozen=True)
class Rule:
    """One thing that holds for every plugin. `check` yields what breaks it, in words.

    A rule that protects residents, districts or the core cannot be waived: `quality.toml` exempts from the others.
    """

    id: str
    tier: Tier
    statement: str
    check: Check
    may_be_waived: bool = False


def rule(id: str, tier: Tier, statement: str, *, may_be_waived: bool = False) -> Callable[[Check], Rule]:
    """Make a rule of a check."""

    def make(check: Check) -> Rule:
        return Rule(id, tier, statement, check, may_be_waived)

    return make


BRONZE, SILVER, GOLD = Tier.BRONZE, Tier.SILVER, Tier.GOLD
