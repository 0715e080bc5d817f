"""Why a ticket goes where it goes, in the same sentences for the page, the command line and a dispute about a return."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from core.routing.ruleset.compiling import Values
from core.routing.ruleset.directory import NAMELESS, RoutingDirectory
from core.routing.ruleset.evaluating import DUTY_LIST, CompiledRules, Hit, PassedOver, Verdict
from core.routing.ruleset.rules import PHASE_LABELS, PHASES, Phase, Rule
from core.routing.ruleset.tracing import trace
from core.routing.ruleset.wording import Wording


def explain(verdict: Verdict, directory: RoutingDirectory = NAMELESS) -> list[str]:
    """Return why the ticket goes where it goes: who gets it, by which rules and which facts, and who does not and why."""
    wording = Wording(verdict.fields, directory)
    labels = {hit.rule.id: f"规则“{hit.rule.label}”" for hit in verdict.hits} | {DUTY_LIST: "职责清单"}
    labels |= {each.source: f"功能“{each.by}”" for each in verdict.offered}
    return [
        _decision(verdict, labels, wording),
        *(_matched(hit, wording) for hit in verdict.hits),
        *(_not_given(each, labels, wording) for each in verdict.passed_over),
    ]


def record(verdict: Verdict, directory: RoutingDirectory = NAMELESS) -> dict[str, Any]:
    """Return the whole decision as JSON, to be kept: rules by digest, facts, traces, who was passed over, and the words.

    The words are kept as they were said: units and rules may be called otherwise when somebody disputes it. What the
    resident wrote is not copied: of texts only the words are kept that a rule looked for and found.
    """
    assignee = verdict.assignee
    facts = verdict.facts.snapshot()
    texts = {name for name, field in verdict.fields.items() if field.kind == "text"}
    facts["values"] = {name: value for name, value in facts["values"].items() if name not in texts}
    return {
        "rules": verdict.digest,
        "on": verdict.on.isoformat(),
        "facts": facts,
        "hits": [
            {
                "phase": str(hit.rule.phase),
                "rule": hit.rule.id,
                "label": hit.rule.label,
                "trace": [leaf.written() for leaf in trace(hit.rule.when, hit.values).leaves],
            }
            for hit in verdict.hits
        ],
        "offered": [
            {
                "source": each.source,
                "label": each.by,
                "by": each.stamp,
                "lead": each.assign.lead,
                "co": list(each.assign.co),
                "why": each.why,
            }
            for each in verdict.offered
        ],
        "listed": {"item": verdict.listed.item, "lead": verdict.listed.lead, "co": list(verdict.listed.co)}
        if verdict.listed
        else None,
        "assignee": {
            "source": assignee.source,
            "lead": assignee.lead,
            "co": list(assignee.co),
            "direct": assignee.direct,
        }
        if assignee
        else None,
        "urgency": verdict.urgency,
        "limit": verdict.limit,
        "split": verdict.split,
        "excluded": dict(verdict.excluded),
        "passed_over": [
            {"source": each.source, "unit": each.unit, "role": each.role, "why": each.why}
            for each in verdict.passed_over
        ],
        "explanation": explain(verdict, directory),
    }


def others_that_match(rules: CompiledRules, verdict: Verdict) -> list[Rule]:
    """Return the rules that would have matched too, had no earlier one of their phase; in order. Costs a whole look."""
    matched = {hit.rule.phase: hit for hit in verdict.hits}
    found = []
    for place in dict.fromkeys(rules.index.candidates(verdict.facts.values)):
        rule = rules.rules[place]
        hit = matched.get(rule.phase)
        is_later = hit is not None and rule.id != hit.rule.id
        if hit and is_later and rule.valid.holds_on(verdict.on) and rules.index.tests[place](hit.values):
            found.append(rule)
    return found


def why_not(rules: CompiledRules, rule_id: str, verdict: Verdict, directory: RoutingDirectory = NAMELESS) -> list[str]:
    """Return why one rule did not decide, for whoever expected it to."""
    wording = Wording(verdict.fields, directory)
    rule = rules.find(rule_id)
    if rule is None:
        return [f"没有规则“{rule_id}”。"]
    return list(_reasons(rule, verdict, wording))


def _reasons(rule: Rule, verdict: Verdict, wording: Wording) -> Iterator[str]:
    name = _name(rule)
    if not rule.enabled:
        yield f"{name}已停用。"
    if not rule.valid.holds_on(verdict.on):
        yield f"{name}在 {verdict.on} 不在有效期内（{_span(rule.valid.first, rule.valid.last)}）。"
    hit = next((each for each in verdict.hits if each.rule.phase is rule.phase), None)
    if hit and hit.rule.id == rule.id:
        yield _matched(hit, wording)
        return
    found = trace(rule.when, _known_in(rule.phase, verdict))
    said = "；".join(wording.answer(leaf) for leaf in found.deciding)
    if found.truth is not True:
        yield f"{name}的条件{'不符' if found.truth is False else '无从判断'}：{said}。"
    elif hit:
        yield f"{name}的条件符合（{said}），但同一阶段里{_name(hit.rule)}排在前面。"
    elif rule.enabled and rule.valid.holds_on(verdict.on):
        yield f"{name}的条件符合（{said}），但前面已经有了可派的单位，用不到转人工的规则。"


def _known_in(phase: Phase, verdict: Verdict) -> Values:
    """Return what a phase knew: the facts, and the urgency that an earlier phase set."""
    earlier = PHASES[: PHASES.index(phase)]
    set_before = (hit.rule.then.urgency for hit in verdict.hits if hit.rule.phase in earlier)
    urgency = next((each for each in set_before if each), None)
    return {**verdict.facts.values, "urgency": urgency} if urgency else verdict.facts.values


def _decision(verdict: Verdict, labels: Mapping[str, str], wording: Wording) -> str:
    parts = []
    if assignee := verdict.assignee:
        parts.append(f"{'直接派给' if assignee.direct else '派给'}{wording.units([assignee.lead])}")
        if assignee.co:
            parts.append(f"由{wording.units(assignee.co)}协办")
        by = labels[assignee.source]
        if assignee.source == DUTY_LIST and verdict.listed:
            by += f"“{wording.directory.name_of('matter', verdict.listed.item)}”"
        by += "".join(f"（{each.why.rstrip('。')}）" for each in verdict.offered if each.source == assignee.source)
        parts.append(f"依据{by}")
    else:
        parts.append("派单规则和职责清单都没有可派的单位，由派单台的人员判定")
    return "，".join([*parts, *_besides(verdict, wording)]) + "。"


def _not_given(each: PassedOver, labels: Mapping[str, str], wording: Wording) -> str:
    unit = wording.units([each.unit])
    instead = f"没有由{unit}协办" if each.role == "co" else f"没有派给{unit}"
    return f"{instead}（{labels[each.source]}所提）：{each.why}。"


def _besides(verdict: Verdict, wording: Wording) -> Iterator[str]:
    if verdict.urgency:
        yield f"紧急程度定为{'紧急' if verdict.urgency == 'urgent' else '一般'}"
    if verdict.limit:
        yield f"时限按“{wording.directory.limit_name(verdict.limit)}”"
    if verdict.split:
        yield f"提示拆单：{verdict.split.rstrip('。')}"
    if verdict.excluded:
        yield f"不派给{wording.units(list(verdict.excluded))}"


def _matched(hit: Hit, wording: Wording) -> str:
    said = "；".join(wording.answer(leaf) for leaf in trace(hit.rule.when, hit.values).deciding)
    phase = PHASE_LABELS[hit.rule.phase]
    return f"{phase}：命中{_name(hit.rule)}，{hit.rule.explain.rstrip('。')}。依据：{said}。"


def _name(rule: Rule) -> str:
    return f"规则“{rule.label}”（{rule.id}）"


def _span(first: date | None, last: date | None) -> str:
    return f"{first or '不限'} 到 {last or '不限'}"
