"""The whole story of whose a ticket was to be and whose it is, oldest first, and why a rule did not decide it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select

from core.hooks.core_features import ROUTING
from core.hooks.settings.frozen import plain
from core.journey.queries.consultations import ConsultationLine, consultations_of
from core.journey.queries.decisions import DecisionLine, Why, decisions_of, why_here
from core.journey.queries.requests import RequestLine, returns_of
from core.kit.errors import Refused
from core.kit.saying import joined, said, unstopped, word
from core.people.roles import NotPermitted, Permission
from core.routing.consultations import has_share
from core.routing.models import RouteDecision
from core.routing.policy_in_force import policy_of
from core.routing.ruleset import (
    Assignee,
    CompiledRules,
    Facts,
    Hit,
    RulesUnusable,
    Verdict,
    compile_rules,
    digest_of,
    facts_from_snapshot,
    parse_rules,
    why_not,
)
from core.routing.settings import RULES
from core.tenancy.queries import revisions_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Actor
from core.units.queries import directory

TEXTS = ("title", "text", "place")
"""Fields that a decision does not repeat: the ticket has them."""
LONGEST_ID = 18


class RulesGone(Refused):
    """The rules by which a decision was made can no longer be read from the settings."""

    code = "rules-gone"


class NeverAsked(Refused):
    """Rules were never asked about the ticket."""

    code = "rules-never-asked"


@dataclass(frozen=True, slots=True)
class Returned:
    """A unit asked to give the ticket back: why, by which clause, whose it says it is, and what was decided."""

    unit: str
    reason: str
    evidence: str
    clause: str
    duty_item: str
    proposed_unit: str | None
    state: str
    state_label: str
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that bears on whose the ticket is, `at` in the tenant's own time: in words, and a decision or return whole."""

    at: datetime
    kind: Literal["decision", "return", "consultation"]
    label: str
    by: str
    words: str
    decision: DecisionLine | None = None
    returned: Returned | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a ticket is where it is: one sentence, and the story behind it, oldest first."""

    serial_no: str
    title: str
    state: str
    state_label: str
    unit: str | None
    why: Why | None
    steps: tuple[Step, ...]

    @property
    def sentence(self) -> str:
        """为什么派给我: the newest decision in one sentence."""
        return self.why.sentence if self.why else "还没有派单决定：工单还没有受理。"


def explain_ticket(scope: Scope, ticket: str) -> Explained:
    """Return the story of a ticket, by serial number or id. Raises `NoSuchTicket`."""
    found = find_it(scope, ticket)
    lines = decisions_of(scope, found)
    decided = [(line.at, 1, _decided(line)) for line in lines]
    returned = [(line.at, 0, _returned(scope, line)) for line in returns_of(scope, found)]
    consulted = [step for line in consultations_of(scope, found) for step in _consulted(scope, line)]
    ordered = sorted([*returned, *decided, *consulted], key=lambda each: each[:2])
    return Explained(
        serial_no=found.serial_no,
        title=found.title,
        state=found.state,
        state_label=STATE_LABELS[State(found.state)],
        unit=directory(scope).name_of(found.lead_unit_id) if found.lead_unit_id else None,
        why=why_here(scope, found, lines),
        steps=tuple(step for _, _, step in ordered),
    )


def explain_to(scope: Scope, serial_no: str, *, actor: Actor) -> Explained:
    """Return the story of a ticket to whoever may read the ticket: the desk's people, and units with a share in it.

    Raises `NoSuchTicket`, `NotPermitted`.
    """
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    if Permission.SEE_TICKETS not in actor.permissions and not (unit and has_share(scope, ticket, unit)):
        raise NotPermitted(
            said(
                "{name}不能查看工单 {serial_no} 的派单依据。需要时请联系安全管理员开通。",
                name=actor.name,
                serial_no=serial_no,
            )
        )
    return explain_ticket(scope, serial_no)


def why_rule_did_not(scope: Scope, ticket: str, rule_id: str) -> tuple[str, ...]:
    """Return why a rule did not decide when rules were asked about the ticket last, by the rules in force then.

    Facts and outcome are those that were kept, the texts those of the ticket.
    Raises `NoSuchTicket`, `NeverAsked`, `RulesGone`.
    """
    found = find_it(scope, ticket)
    row = scope.session.scalar(
        select(RouteDecision)
        .where(
            RouteDecision.tenant_id == scope.tenant.id,
            RouteDecision.ticket_id == found.id,
            RouteDecision.record.is_not(None),
        )
        .order_by(RouteDecision.decided_at.desc(), RouteDecision.id.desc())
        .limit(1)
    )
    if row is None or row.record is None:
        raise NeverAsked(said("工单 {serial_no} 还没有问过派单规则。受理以后再查。", serial_no=found.serial_no))
    rules = _rules_then(scope, row)
    verdict = _verdict_then(rules, row.record, {name: getattr(found, name) for name in TEXTS})
    at = f"{row.decided_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    return said("{at} 的判定：", at=at), *why_not(rules, rule_id, verdict, policy_of(scope).directory)


def find_it(scope: Scope, ticket: str) -> Ticket:
    """Return a ticket by its serial number, or by its id. Raises `NoSuchTicket`."""
    if ticket.isascii() and ticket.isdecimal() and len(ticket) <= LONGEST_ID:
        by_id = scope.session.get(Ticket, (scope.tenant.id, int(ticket)))
        if by_id is not None:
            return by_id
    return scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, ticket)))


def _decided(line: DecisionLine) -> Step:
    label = "派单" if line.outcome == "dispatched" else "系统判定"
    return Step(line.at, "decision", label, line.decided_by, line.sentence, decision=line)


def _returned(scope: Scope, line: RequestLine) -> Step:
    zone, decision = scope.tenant.zone, line.decision
    at = line.at.astimezone(zone)
    words = said(
        "{at:%Y-%m-%d %H:%M}，{unit}申请退单：{ground}（{evidence}）",
        at=at,
        unit=line.unit,
        ground=line.ground,
        evidence=unstopped(line.evidence),
    )
    if line.clause:
        words += said("，依据 {clause}", clause=line.clause)
    if line.proposed_unit:
        words += said("，建议由{proposed_unit}办理", proposed_unit=line.proposed_unit)
    words += said("。{state_label}", state_label=word(line.state_label))
    if decision:
        words += said("（{by}，{at:%Y-%m-%d %H:%M}）", by=decision.by, at=decision.at.astimezone(zone))
        words += said("：{note}", note=unstopped(decision.note)) if decision.note else ""
    returned = Returned(
        unit=line.unit,
        reason=line.ground,
        evidence=line.evidence,
        clause=line.clause,
        duty_item=line.duty_item,
        proposed_unit=line.proposed_unit,
        state=line.state,
        state_label=line.state_label,
        decided_by=decision.by if decision else "",
        decided_at=decision.at.astimezone(zone) if decision else None,
        note=decision.note if decision else "",
    )
    return Step(at, "return", "退单申请", line.by, said("{words}。", words=words), returned=returned)


def _consulted(scope: Scope, line: ConsultationLine) -> Iterator[tuple[datetime, int, Step]]:
    """Yield the steps of a consultation: before the decision that they led to, its opening after the return."""
    zone = scope.tenant.zone

    def told(at: datetime, place: int, label: str, by: str, words: str) -> tuple[datetime, int, Step]:
        local = at.astimezone(zone)
        return (
            local,
            place,
            Step(
                local,
                "consultation",
                label,
                by,
                said("{local:%Y-%m-%d %H:%M}，{words}。", local=local, words=unstopped(words)),
            ),
        )

    yield told(
        line.opened_at,
        2,
        "发起会商",
        line.opened_by,
        said("发起会商（{because}）：{question}", because=line.because, question=line.question),
    )
    for opinion in line.opinions:
        yield told(
            opinion.at, 0, "会商意见", opinion.by, said("{unit}意见：{text}", unit=opinion.unit, text=opinion.text)
        )
    for step in line.steps:
        unit = said("（{unit}）", unit=step.unit) if step.unit else ""
        yield told(
            step.at,
            0,
            step.label,
            step.by,
            said("{label}{unit}：{text}", label=word(step.label), unit=unit, text=step.text),
        )
    if line.decided_at is not None:
        others = said("，协办 {partners}", partners=joined("、", line.partners)) if line.partners else ""
        words = said(
            "{authority}裁决会商，指定{designated}承办{others}：{decision}",
            authority=line.authority,
            designated=line.designated,
            others=others,
            decision=line.decision,
        )
        yield told(line.decided_at, 0, "会商裁决", line.decided_by, words)


def _rules_then(scope: Scope, row: RouteDecision) -> CompiledRules:
    """Return the rules by which it was decided: those in force, or of the first revision that has them."""
    digest = (row.record or {})["rules"]
    held = policy_of(scope).rules
    if held.digest == digest:
        return held
    for revision in revisions_of(scope, ROUTING.id):
        try:
            rules = parse_rules({"rules": plain(revision.values.get(RULES, ()))})
        except RulesUnusable:  # written by another edition, which had other fields
            continue
        if digest_of(rules) == digest:
            return compile_rules(rules)
    named = (
        said("第 {rpartition} 次", rpartition=row.by.rpartition("/")[2])
        if row.by.startswith(f"{ROUTING.id}@")
        else "各次"
    )
    raise RulesGone(
        said(
            "当时的派单规则（摘要 {digest}）和派单依据{named}设置现在读出的对不上，"
            "无法按当时的规则回答。当时的判定和依据仍可用 huiying route explain 查看。",
            digest=digest[:12],
            named=word(named),
        )
    )


def _verdict_then(rules: CompiledRules, record: Mapping[str, Any], texts: Mapping[str, str]) -> Verdict:
    """Return what the rules said then, as far as it bears on the rules."""
    facts: Facts = facts_from_snapshot(record["facts"], texts=texts, fields=rules.fields)
    on, kept = date.fromisoformat(record["on"]), {hit["rule"] for hit in record["hits"]}
    assignee = record["assignee"]
    return Verdict(
        digest=rules.digest,
        on=on,
        facts=facts,
        fields=rules.fields,
        hits=tuple(Hit(rule, values) for rule, values in rules.matches(facts.values, on) if rule.id in kept),
        assignee=Assignee(assignee["source"], assignee["lead"], tuple(assignee["co"]), assignee["direct"])
        if assignee
        else None,
    )
