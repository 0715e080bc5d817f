"""The kit in an author's own tests, one test for each rule:

from core.conformance.testing import conformance
globals().update(conformance("demo-district"))
"""

from collections.abc import Callable
from functools import cache

import pytest

from core.conformance.catalogue import RULES
from core.conformance.examining import hushed, outcome_of
from core.conformance.postgres import shared_scratch
from core.conformance.rule import Rule, Tier
from core.conformance.scratch import Scratch
from core.conformance.subject import Subject, subject_of


def conformance(
    which: str, *, tier: Tier = Tier.GOLD, scratch: Callable[[], Scratch] | None = shared_scratch
) -> dict[str, Callable[[], None]]:
    """Return a test for each rule up to a tier, by name, for the plugin of this id or in this folder.

    The tests share one database, made when the first of them needs it; with None the rules that need one are skipped.
    """

    @cache
    def subject() -> Subject:
        return subject_of(which, scratch=scratch)

    return {f"test_{rule.id.lower()}": _test_of(rule, subject) for rule in RULES if rule.tier <= tier}


def _test_of(rule: Rule, subject: Callable[[], Subject]) -> Callable[[], None]:
    def test() -> None:
        with hushed():
            outcome = outcome_of(rule, subject())
        words = "\n".join((f"{rule.id} {rule.statement}", *outcome.words))
        if outcome.status == "fail":
            pytest.fail(words, pytrace=False)
        if outcome.status != "pass":
            pytest.skip(words)

    test.__doc__ = rule.statement
    return test
