"""What only routing needs of a revision: its own check of duty list and rules, and the history of limits it makes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from core.hooks.core_features import ROUTING
from core.hooks.table import HookTable
from core.hooks.values import Finding
from core.kit.saying import said, word
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_from, policy_of
from core.routing.ruleset import check_rules
from core.routing.settings import RULES
from core.tenancy.active import stored_of
from core.tenancy.revisions import get_revision
from core.tenancy.scope import Scope
from core.units.catalogue.checking import check
from core.units.catalogue.coverage import coverage_of
from core.units.catalogue.differences import differences, effect_of, effect_words
from core.units.catalogue.limit_history import change_words, limit_changes
from core.units.catalogue.queries import DUTY_LIST, NoSuchDutyList
from core.units.catalogue.service import keep_limit_changes

SHOWN = 20
"""Sentences of one kind that a check tells before it counts the rest."""


def routing_findings(scope: Scope, table: HookTable, *, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with a draft of routing, and what whoever approves it should know.

    Wrong: a version of the duty list that there is not, faults of it against the units as they are now, rules that name
    what there is not or give a department's function to a street. To be known: what changes for whom, limits that
    change, items that are nobody's, rules that contradict or are never reached.
    """
    try:
        draft = policy_from(scope, table)
    except NoSuchDutyList as missing:
        yield Finding("error", missing.message, DUTY_LIST)
        return
    yield from _several("error", check(draft.catalogue, draft.units), DUTY_LIST)
    yield from _about_the_list(policy_of(scope), draft, scope, now)
    yield from _about_the_rules(draft)


def note_new_limits(scope: Scope, *, before: int, after: int, now: datetime) -> None:
    """Add to the history of limits 时限压缩 what changes as a revision of routing holds; the numbers are revisions'."""
    lists = [
        stored_of(scope.session, scope.tenant, ROUTING.id, number).values.get(DUTY_LIST, 0)
        for number in (before, after)
    ]
    if lists[0] != lists[1]:
        day = now.astimezone(scope.tenant.zone).date()
        reason = get_revision(scope, ROUTING.id, after).reason
        keep_limit_changes(scope, before=lists[0], after=lists[1], on=day, reason=reason)


def _about_the_list(held: RoutingPolicy, draft: RoutingPolicy, scope: Scope, now: datetime) -> Iterator[Finding]:
    if held.duty_list != draft.duty_list:
        names = {code: unit.name for code, unit in draft.units.items()}
        told = [
            *effect_words(effect_of(held.catalogue, draft.catalogue), names),
            *differences(held.catalogue, draft.catalogue, names),
        ]
        yield from _several("warning", told, DUTY_LIST)
        day = now.astimezone(scope.tenant.zone).date()
        changes = limit_changes(held.catalogue, draft.catalogue, on=day, reason="检查")
        yield from _several("warning", [change_words(each, draft.catalogue) for each in changes], DUTY_LIST)
    gaps = coverage_of(draft.catalogue).gaps
    nobodys = [
        said("{key}没有主办单位，由人判定：{why}", key=draft.catalogue.key_words((gap.matter, gap.area)), why=gap.why)
        for gap in gaps
    ]
    yield from _several("warning", nobodys, DUTY_LIST)


def _about_the_rules(draft: RoutingPolicy) -> Iterator[Finding]:
    report = check_rules(draft.rules.written, draft.directory)
    rules = draft.rules.written.rules
    places = {rule.id: place for place, rule in enumerate(rules)}
    noticed = []
    for finding in report.findings:
        field = f"{RULES}.{places[finding.rule]}" if finding.rule in places else RULES
        label = rules[places[finding.rule]].label if finding.rule in places else finding.rule
        sentence = said("规则“{label}”：{words}", label=word(label), words=word(finding.words))
        if finding.level == "notice":
            noticed.append(sentence)
        else:
            yield Finding(finding.level, sentence, field)
    yield from _several("warning", noticed, RULES)


def _several(level: Literal["error", "warning"], sentences: Sequence[str], field: str) -> Iterator[Finding]:
    for sentence in sentences[:SHOWN]:
        yield Finding(level, sentence, field)
    if len(sentences) > SHOWN:
        rest = said("同类的还有 {number:,} 处，没有一一列出。", number=len(sentences) - SHOWN)
        yield Finding(level, rest, field)
