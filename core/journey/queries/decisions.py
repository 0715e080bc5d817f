"""Who was to get a ticket, who got it, and why 派单决定: each decision as it was kept, and the one sentence it comes to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from core.hooks.core_features import ROUTING
from core.journey.consult import BY_ACTING_FIRST, BY_CONSULTATION
from core.journey.queries.stamps import stamp_words
from core.kit.saying import joined, said, unstopped, word
from core.routing.models import Assignment, Consultation, RouteDecision
from core.routing.policy_in_force import policy_of
from core.routing.rules import DUTY_LIST_RULE, NOBODY_RULE
from core.routing.ruleset import DUTY_LIST, FIELDS, PHASE_LABELS, Leaf, LeafTrace, Not, Phase, RoutingDirectory, Wording
from core.routing.ruleset.fields import SEVERAL
from core.routing.service import BY_PERSON, UNEXPLAINED
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import MOVES, WAITING_FOR_DISPATCH, Command
from core.units.queries import directory

Kind = Literal["rule", "duty_list", "feature", "person", "consultation", "acting_first", "nobody"]
KIND_LABELS: dict[Kind, str] = {
    "rule": "派单规则",
    "duty_list": "职责清单",
    "feature": "功能",
    "person": "人员",
    "consultation": "会商裁决",
    "acting_first": "先办后议",
    "nobody": "没有建议的单位",
}
"""Who or what decided."""
ROLE_LABELS = {"lead": "主办", "co": "协办"}
BY_WHOM: dict[str, Kind] = {
    BY_PERSON: "person",
    BY_CONSULTATION: "consultation",
    BY_ACTING_FIRST: "acting_first",
    DUTY_LIST_RULE: "duty_list",
    NOBODY_RULE: "nobody",
}
"""By the rule that a decision names; what is not here is a rule of routing, or of a feature."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule's condition: what it asks and what the ticket answered, in words; the actual value; was it met.

    What stands under a `not` asks for the contrary. `met` None = unknown. `decides`: had it been otherwise, the rule could have come out otherwise.
    """

    asked: str
    answered: str
    field: str
    actual: Any
    met: bool | None
    decides: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that matched, with each part of its condition."""

    phase: str
    rule: str
    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that was proposed and did not get the ticket, or not in this role: by what it was proposed, and why not."""

    unit: str
    code: str
    role: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision, `at` in the tenant's own time, and what it rests on, as it was kept.

    `by` is the stamp of who decided, in words where it was a feature or the core; `duty_list` the version in force (0 = none), `rules` the digest of the rules.
    `suggested` is what the rules had suggested where a person gave it to another unit, `override` the reason for that.
    Facts, rules and candidates are there where rules were asked; `sentence` says it all in one.
    """

    id: int
    at: datetime
    outcome: str
    kind: Kind
    kind_label: str
    unit: str | None
    unit_code: str | None
    co: tuple[str, ...]
    decided_by: str
    rule_id: str
    by: str
    by_words: str
    duty_list: int
    rules: str
    reason: str
    suggested: str | None
    override: str
    sentence: str
    explanation: tuple[str, ...]
    matched: tuple[Matched, ...]
    passed_over: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a ticket is where it is 为什么派给我: the sentence, the newest decision, and the one whose facts it rests on.

    `basis` is another one where a person dispatched: what the rules said just before.
    """

    sentence: str
    decision: DecisionLine
    basis: DecisionLine | None


def decisions_of(scope: Scope, ticket: Ticket) -> tuple[DecisionLine, ...]:
    """Return the decisions on a ticket, the oldest first."""
    rows = scope.session.scalars(
        select(RouteDecision)
        .where(RouteDecision.tenant_id == scope.tenant.id, RouteDecision.ticket_id == ticket.id)
        .order_by(RouteDecision.decided_at, RouteDecision.id)
    ).all()
    telling, basis, lines = _Telling.of(scope, ticket), None, []
    for row in rows:
        basis = row if row.record is not None else basis
        lines.append(telling.line(row, basis))
    return tuple(lines)


def why_here(scope: Scope, ticket: Ticket, lines: Sequence[DecisionLine] | None = None) -> Why | None:
    """Return why the ticket is where it is, None as long as nothing was decided; `lines` are its decisions, if read."""
    lines = decisions_of(scope, ticket) if lines is None else lines
    if not lines:
        return None
    newest = lines[-1]
    basis = next((line for line in reversed(lines) if line.explanation), None)
    waits = "还没有派出。" if ticket.state in WAITING_FOR_DISPATCH and newest.outcome != "dispatched" else ""
    return Why(
        said(
            "{waits}{sentence}{since}",
            waits=word(waits),
            sentence=word(newest.sentence),
            since=_since(scope, ticket, newest),
        ),
        newest,
        basis,
    )


def _since(scope: Scope, ticket: Ticket, newest: DecisionLine) -> str:
    """Say what confirmed the unit since, which dispatched nothing: a consultation, or another cycle with the same unit."""
    told = []
    ruled = scope.session.scalars(
        select(Consultation)
        .where(
            Consultation.tenant_id == scope.tenant.id,
            Consultation.ticket_id == ticket.id,
            Consultation.unit_id == ticket.lead_unit_id,
            Consultation.decided_at > newest.at,
        )
        .order_by(Consultation.decided_at)
    )
    for each in ruled:
        assert each.decided_at is not None
        told.append(
            said(
                "{moment}，{decided_by}裁决会商，仍由其承办：{decision}。",
                moment=_moment(scope, each.decided_at),
                decided_by=each.decided_by,
                decision=each.decision,
            )
        )
    if ticket.lead_unit_id is not None:
        told += [
            said(
                "{moment}，{label}，交回原承办单位。",
                moment=_moment(scope, event.at),
                label=word(MOVES[Command(event.kind)].label),
            )
            for event in _entries(scope, ticket, Command.REDO, Command.REOPEN)
            if event.at > newest.at
        ]
    return joined("", told)


@dataclass(frozen=True)
class _Telling:
    """Says the decisions on one ticket in the words of its district."""

    scope: Scope
    names: RoutingDirectory
    partners: Mapping[datetime, Sequence[str]]
    """Names of the co-units by when they got their part."""
    redirected_at: frozenset[datetime]

    @classmethod
    def of(cls, scope: Scope, ticket: Ticket) -> "_Telling":
        partners = defaultdict(list)
        for unit_id, at in scope.session.execute(
            select(Assignment.unit_id, Assignment.assigned_at)
            .where(
                Assignment.tenant_id == scope.tenant.id,
                Assignment.ticket_id == ticket.id,
                Assignment.role == "co",
                Assignment.task == "",  # brought in later, by a decision of its own
                Assignment.parent_id.is_(None),
            )
            .order_by(Assignment.id)
        ):
            partners[at].append(directory(scope).name_of(unit_id))
        redirected_at = frozenset(event.at for event in _entries(scope, ticket, Command.REDIRECT))
        return cls(scope, policy_of(scope).directory, partners, redirected_at)

    def line(self, row: RouteDecision, basis: RouteDecision | None) -> DecisionLine:
        """Return a decision; `basis` is the newest one until then for which rules were asked."""
        record = row.record or {}
        kind = BY_WHOM.get(row.rule_id) or ("rule" if row.rule_id.startswith(f"{ROUTING.id}/") else "feature")
        unit = directory(self.scope).unit_of_id(row.unit_id) if row.unit_id else None
        is_other = kind == "person" and row.suggested_unit_id not in (None, row.unit_id)
        return DecisionLine(
            id=row.id,
            at=row.decided_at.astimezone(self.scope.tenant.zone),
            outcome=row.outcome,
            kind=kind,
            kind_label=KIND_LABELS[kind],
            unit=self._name(row.unit_id),
            unit_code=unit.code if unit else None,
            co=self._partners(row),
            decided_by=row.decided_by,
            rule_id=row.rule_id,
            by=row.by,
            by_words=stamp_words(self.scope, row.by) if "@" in row.by else "",
            duty_list=row.duty_list,
            rules=record.get("rules", ""),
            reason=row.reason,
            suggested=self._name(row.suggested_unit_id) if is_other else None,
            override=row.reason if is_other else "",
            sentence=self._sentence(row, kind, basis),
            explanation=tuple(record.get("explanation", ())),
            matched=tuple(self._matched(hit) for hit in record.get("hits", ())),
            passed_over=tuple(self._candidate(each, record) for each in record.get("passed_over", ())),
        )

    def _sentence(self, row: RouteDecision, kind: Kind, basis: RouteDecision | None) -> str:
        """Say who gave it, or suggests giving it, to whom, by what and on which facts, since when."""
        when, others = _moment(self.scope, row.decided_at), joined("、", self._partners(row))
        to = self._name(row.unit_id) or ""
        if others:
            to = said("{lead}（协办 {others}）", lead=to, others=others)
        ground = self._ground(basis) if basis else ""
        match kind:
            case "nobody":
                return said("{when}，系统没有可以建议的单位：{reason}。", when=when, reason=row.reason)
            case "consultation":
                return said(
                    "{when}，{decided_by}按会商裁决派给{to}（{reason}）。",
                    when=when,
                    decided_by=row.decided_by,
                    to=to,
                    reason=unstopped(row.reason),
                )
            case "acting_first":
                return said(
                    "{when}，{decided_by}在会商期间指定{to}先行办理（{reason}）。",
                    when=when,
                    decided_by=row.decided_by,
                    to=to,
                    reason=unstopped(row.reason),
                )
            case "person":
                given = (
                    said("改派给{unit}", unit=to)
                    if row.decided_at in self.redirected_at
                    else said("派给{unit}", unit=to)
                )
                because = said("，理由：{reason}", reason=unstopped(row.reason)) if row.reason != UNEXPLAINED else ""
                return said(
                    "{when}，{decided_by}{given}{because}{beside}。",
                    when=when,
                    decided_by=row.decided_by,
                    given=given,
                    because=because,
                    beside=self._beside(row, basis, ground),
                )
        is_direct = row.outcome == "dispatched"
        verb = "直接派给" if is_direct else "建议派给"
        return said(
            "{when}，系统按{stamp}{verb}{to}，依据{ground}。",
            when=when,
            stamp=stamp_words(self.scope, row.by),
            verb=word(verb),
            to=to,
            ground=ground or unstopped(row.reason),
        )

    def _beside(self, row: RouteDecision, basis: RouteDecision | None, ground: str) -> str:
        """Say how what a person did stands to what the system had suggested."""
        if basis is None:
            return ""
        if row.suggested_unit_id is None:
            return said("；系统没有建议的单位，{reason}", reason=basis.reason)
        if row.suggested_unit_id == row.unit_id:
            return said("；同系统的建议，依据{ground}", ground=ground)
        return said("；系统原建议派给{name}，依据{ground}", name=self._name(row.suggested_unit_id), ground=ground)

    def _ground(self, basis: RouteDecision) -> str:
        """Say by what the rules found a unit, and on which facts."""
        record = basis.record or {}
        source = (record.get("assignee") or {}).get("source")
        reason = unstopped(basis.reason)
        if source == DUTY_LIST:
            area = record["facts"]["values"].get("area")
            where = said("，区域是“{name}”", name=self.names.name_of("area", area)) if area else ""
            return said("{reason}（第 {duty_list} 版{where}）", reason=reason, duty_list=basis.duty_list, where=where)
        for hit in record.get("hits", ()):
            if hit["rule"] == source:
                facts = joined("；", (part.answered for part in self._matched(hit).parts if part.decides))
                return said("规则“{label}”，{reason}；这件工单{facts}", label=hit["label"], reason=reason, facts=facts)
        labels = {offer["source"]: offer["label"] for offer in record.get("offered", ())}
        return said("功能“{labels}”，{reason}", labels=labels[source], reason=reason) if source in labels else reason

    def _matched(self, hit: Mapping[str, Any]) -> Matched:
        parts = tuple(self._part(leaf) for leaf in hit["trace"])
        return Matched(PHASE_LABELS[Phase(hit["phase"])], hit["rule"], hit["label"], parts)

    def _part(self, kept: Mapping[str, Any]) -> Part:
        wording, field = Wording(FIELDS, self.names), kept["field"]
        is_contrary = kept["path"].split(".").count("not") % 2 == 1
        met = not kept["truth"] if is_contrary and kept["truth"] is not None else kept["truth"]
        facts = {"field": field, "actual": kept["actual"], "met": met, "decides": kept["decides"]}
        if field not in FIELDS:
            return Part(
                asked=f"{field} {kept['op']} {kept['value']}",
                answered=said("{field}：{actual}", field=field, actual=kept["actual"]),
                **facts,
            )
        leaf = Leaf(field, kept["op"], tuple(kept["value"]) if kept["op"] in SEVERAL else (kept["value"],))
        found = LeafTrace(kept["path"], leaf, kept["actual"], kept["truth"], kept["decides"])
        asked = wording.condition(Not(leaf) if is_contrary else leaf)
        return Part(asked=asked, answered=wording.answer(found), **facts)

    def _candidate(self, each: Mapping[str, str], record: Mapping[str, Any]) -> Candidate:
        labels = {hit["rule"]: said("规则“{label}”", label=hit["label"]) for hit in record["hits"]} | {
            DUTY_LIST: "职责清单"
        }
        labels |= {offer["source"]: said("功能“{label}”", label=offer["label"]) for offer in record["offered"]}
        source = labels.get(each["source"], each["source"])
        return Candidate(
            self.names.unit_name(each["unit"]), each["unit"], ROLE_LABELS[each["role"]], source, each["why"]
        )

    def _partners(self, row: RouteDecision) -> tuple[str, ...]:
        if row.outcome == "dispatched":
            return tuple(self.partners.get(row.decided_at, ()))
        suggested = ((row.record or {}).get("assignee") or {}).get("co", ())
        return tuple(self.names.unit_name(code) for code in suggested)

    def _name(self, unit_id: int | None) -> str | None:
        return directory(self.scope).name_of(unit_id) if unit_id else None


def _entries(scope: Scope, ticket: Ticket, *kinds: Command) -> Sequence[TicketEvent]:
    return scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind.in_([str(kind) for kind in kinds]),
        )
        .order_by(TicketEvent.seq)
    ).all()


def _moment(scope: Scope, at: datetime) -> str:
    return f"{at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
