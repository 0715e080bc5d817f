"""Why a ticket goes where it goes, in the same sentences for the page, the command line and a dispute about a return."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from core.kit import saying
from core.routing.ruleset.compiling import Values
from core.routing.ruleset.directory import NAMELESS, RoutingDirectory
from core.routing.ruleset.evaluating import DUTY_LIST, CompiledRules, Hit, PassedOver, Verdict
from core.routing.ruleset.rules import PHASE_LABELS, PHASES, Phase, Rule
from core.routing.ruleset.tracing import trace
from core.routing.ruleset.wording import Wording


def explain(verdict: Verdict, directory: RoutingDirectory = NAMELESS) -> list[str]:
    """Return why the ticket goes where it goes: who gets it, by which rules and which facts, and who does not and why."""
    wording = Wording(verdict.fields, directory)
    labels = {hit.rule.id: saying.said("规则“{label}”", label=saying.word(hit.rule.label)) for hit in verdict.hits} | {
        DUTY_LIST: "职责清单"
    }
    labels |= {each.source: saying.said("功能“{by}”", by=each.by) for each in verdict.offered}
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
        return [saying.said("没有规则“{rule_id}”。", rule_id=rule_id)]
    return list(_reasons(rule, verdict, wording))


def _reasons(rule: Rule, verdict: Verdict, wording: Wording) -> Iterator[str]:
    name = _name(rule)
    if not rule.enabled:
        yield saying.said("{name}已停用。", name=name)
    if not rule.valid.holds_on(verdict.on):
        yield saying.said(
            "{name}在 {on} 不在有效期内（{span}）。",
            name=name,
            on=verdict.on,
            span=_span(rule.valid.first, rule.valid.last),
        )
    hit = next((each for each in verdict.hits if each.rule.phase is rule.phase), None)
    if hit and hit.rule.id == rule.id:
        yield _matched(hit, wording)
        return
    found = trace(rule.when, _known_in(rule.phase, verdict))
    said = saying.joined("；", (wording.answer(leaf) for leaf in found.deciding))
    if found.truth is not True:
        yield saying.said(
            "{name}的条件{truth}：{said}。",
            name=name,
            truth=saying.word("不符") if found.truth is False else saying.word("无从判断"),
            said=said,
        )
    elif hit:
        yield saying.said(
            "{name}的条件符合（{said}），但同一阶段里{rule}排在前面。", name=name, said=said, rule=_name(hit.rule)
        )
    elif rule.enabled and rule.valid.holds_on(verdict.on):
        yield saying.said(
            "{name}的条件符合（{said}），但前面已经有了可派的单位，用不到转人工的规则。", name=name, said=said
        )


def _known_in(phase: Phase, verdict: Verdict) -> Values:
    """Return what a phase knew: the facts, and the urgency that an earlier phase set."""
    earlier = PHASES[: PHASES.index(phase)]
    set_before = (hit.rule.then.urgency for hit in verdict.hits if hit.rule.phase in earlier)
    urgency = next((each for each in set_before if each), None)
    return {**verdict.facts.values, "urgency": urgency} if urgency else verdict.facts.values


def _decision(verdict: Verdict, labels: Mapping[str, str], wording: Wording) -> str:
    parts: list[str] = []
    if assignee := verdict.assignee:
        lead = wording.units([assignee.lead])
        parts.append(
            saying.said("直接派给{unit}", unit=lead) if assignee.direct else saying.said("派给{unit}", unit=lead)
        )
        if assignee.co:
            parts.append(saying.said("由{units}协办", units=wording.units(assignee.co)))
        by = labels[assignee.source]
        if assignee.source == DUTY_LIST and verdict.listed:
            by += saying.said("“{name}”", name=wording.directory.name_of("matter", verdict.listed.item))
        by += saying.joined(
            "",
            (
                saying.said("（{why}）", why=saying.unstopped(each.why))
                for each in verdict.offered
                if each.source == assignee.source
            ),
        )
        parts.append(saying.said("依据{by}", by=by))
    else:
        parts.append("派单规则和职责清单都没有可派的单位，由派单台的人员判定")
    return saying.joined("，", [*parts, *_besides(verdict, wording)]) + "。"


def _not_given(each: PassedOver, labels: Mapping[str, str], wording: Wording) -> str:
    unit = wording.units([each.unit])
    instead = (
        saying.said("没有由{unit}协办", unit=unit) if each.role == "co" else saying.said("没有派给{unit}", unit=unit)
    )
    return saying.said("{instead}（{labels}所提）：{why}。", instead=instead, labels=labels[each.source], why=each.why)


def _besides(verdict: Verdict, wording: Wording) -> Iterator[str]:
    if verdict.urgency:
        yield saying.said(
            "紧急程度定为{urgency}", urgency=saying.word("紧急") if verdict.urgency == "urgent" else saying.word("一般")
        )
    if verdict.limit:
        yield saying.said("时限按“{limit_name}”", limit_name=wording.directory.limit_name(verdict.limit))
    if verdict.split:
        yield saying.said("提示拆单：{split}", split=saying.unstopped(verdict.split))
    if verdict.excluded:
        yield saying.said("不派给{units}", units=wording.units(list(verdict.excluded)))


def _matched(hit: Hit, wording: Wording) -> str:
    said = saying.joined("；", (wording.answer(leaf) for leaf in trace(hit.rule.when, hit.values).deciding))
    phase = PHASE_LABELS[hit.rule.phase]
    return saying.said(
        "{phase}：命中{name}，{explain}。依据：{said}。",
        phase=saying.word(phase),
        name=_name(hit.rule),
        explain=saying.unstopped(hit.rule.explain),
        said=said,
    )


def _name(rule: Rule) -> str:
    return saying.said("规则“{label}”（{id}）", label=saying.word(rule.label), id=rule.id)


def _span(first: date | None, last: date | None) -> str:
    return saying.said("{first} 到 {last}", first=first or saying.word("不限"), last=last or saying.word("不限"))
