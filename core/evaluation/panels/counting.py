"""Counting the votes of a panel: a verdict carries when more than the asked share of the votes is for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation.panels.words import NO_MAJORITY


@dataclass(frozen=True, slots=True)
class Count:
    """The votes counted: for each verdict how many, the verdict that carries, and whether enough votes were in."""

    votes: int
    by_verdict: tuple[tuple[str, int], ...]
    verdict: str
    has_quorum: bool


def counted(verdicts: Sequence[str], *, quorum: int, majority_percent: int) -> Count:
    """Count the verdicts voted for; without a majority the verdict is `NO_MAJORITY`, without a quorum empty."""
    votes = len(verdicts)
    tally = sorted(Counter(verdicts).items(), key=lambda each: (-each[1], each[0]))
    if votes < quorum:
        return Count(votes, tuple(tally), "", has_quorum=False)
    carried = [verdict for verdict, number in tally if number * 100 > votes * majority_percent]
    return Count(votes, tuple(tally), carried[0] if carried else NO_MAJORITY, has_quorum=True)
