"""Examining a plugin: every rule is looked at, whatever the plugin does."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache

from core.conformance.catalogue import RULES
from core.conformance.exemptions import QUALITY, exemptions_of
from core.conformance.postgres import scratch_database
from core.conformance.report import Outcome, Report
from core.conformance.rule import Rule, Tier
from core.conformance.subject import Blocked, NotApplicable, Subject, subject_of
from core.kit.trouble import where

MOST_WORDS = 10
EXEMPTING = "M4"
"""The rule that speaks of exemptions."""


def run(which: str, *, tier: Tier | None = None, with_database: bool = True) -> Report:
    """Examine the plugin of this id or in this folder, by the rules up to a tier. Raises `NoSuchPlugin`.

    With a database, one is made for it; the rules that need one are not looked at without.
    """
    if not with_database:
        return examine(subject_of(which), tier=tier)
    with ExitStack() as stack:
        scratch = cache(lambda: stack.enter_context(scratch_database()))
        return examine(subject_of(which, scratch=scratch), tier=tier)


def examine(subject: Subject, *, tier: Tier | None = None) -> Report:
    """Look at every rule up to a tier."""
    chosen = [rule for rule in RULES if tier is None or rule.tier <= tier]
    with hushed():
        outcomes = tuple(outcome_of(rule, subject) for rule in chosen)
    return Report(subject.name, _version(subject), outcomes)


def outcome_of(rule: Rule, subject: Subject) -> Outcome:
    """Look at one rule. A check that breaks down is a finding: something in the plugin has broken it."""
    reason = _exemptions(subject).get(rule.id)
    if reason and rule.may_be_waived:
        return Outcome(rule, "exempt", (reason,))
    try:
        words = list(dict.fromkeys(rule.check(subject)))
    except NotApplicable as why:
        return Outcome(rule, "not_applicable", (str(why),))
    except (Exception, SystemExit) as error:
        words = [f"检查没有做完：{where(error)}"]
    if rule.id == EXEMPTING:
        words += _not_waived(subject)
    return Outcome(rule, "fail", _few(words)) if words else Outcome(rule, "pass")


@contextmanager
def hushed() -> Iterator[None]:
    """Keep the core's log still: features are made to fail on purpose, and the report tells of the others."""
    log = logging.getLogger("core")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


def _exemptions(subject: Subject) -> dict[str, str]:
    try:
        return dict(exemptions_of(subject.folder))
    except Blocked:
        return {}


def _not_waived(subject: Subject) -> list[str]:
    known = {rule.id: rule for rule in RULES}
    return [
        f"{QUALITY} 豁免的 {rule} " + ("不能豁免" if rule in known else "不是规则")
        for rule in _exemptions(subject)
        if rule not in known or not known[rule].may_be_waived
    ]


def _few(words: Sequence[str]) -> tuple[str, ...]:
    rest = len(words) - MOST_WORDS
    return (*words[:MOST_WORDS], f"另有 {rest} 处") if rest > 0 else tuple(words)


def _version(subject: Subject) -> str:
    try:
        return subject.manifest.version
    except Blocked:
        return ""
