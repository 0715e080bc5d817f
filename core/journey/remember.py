"""What a consultation decided is remembered as a draft of the routing rules 规则草稿; nothing holds otherwise by it.

A person checks the draft, tries it on past tickets and lets it hold, or does not: one decision may have been an exception.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.hooks.core_features import ROUTING
from core.hooks.roster import Roster
from core.hooks.settings import SettingsInvalid
from core.hooks.settings.frozen import plain
from core.journey.settings.drafting import NothingChanged, Wish, write_draft
from core.journey.settings.held import Held, held
from core.kit.outbox import enqueue_once
from core.kit.saying import said
from core.routing.models import Consultation
from core.routing.ruleset.reading import LONGEST_LABEL, LONGEST_SENTENCE
from core.routing.settings import RULES
from core.tenancy.queries import events_of, revisions_of
from core.tenancy.revisions import Author
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket_of_id, note
from core.tickets.timeline import SYSTEM, Order
from core.units.catalogue.queries import duty_list_in_force
from core.units.queries import directory

RULE_DRAFT = "routing-rule-draft"
"""Kind of the job."""
MARK = "consultation/"
"""With the id of the consultation: the mark under which its draft is written, once."""
SETTLED = ("withdrawn", "refused")
"""What happened to a draft that nobody wants any more."""


def remember(scope: Scope, consultation: Consultation, *, now: datetime) -> None:
    """See that the decision is drafted as a rule, after this transaction."""
    key, payload = f"{RULE_DRAFT}/{consultation.id}", {"consultation": consultation.id}
    enqueue_once(scope.session, RULE_DRAFT, dedup_key=key, payload=payload, now=now)


def draft_rule(scope: Scope, roster: Roster, consultation_id: int, *, now: datetime) -> None:
    """Draft the rule that the decision of a consultation comes to; done again, it changes nothing.

    Where it cannot be a rule (the matter is not on the list, a unit was closed, the rules are full) the ticket and the
    consultation say so, and a person may write one.
    """
    consultation = scope.session.get_one(Consultation, (scope.tenant.id, consultation_id))
    ticket = lock_ticket_of_id(scope, consultation.ticket_id)
    scope.session.refresh(consultation)
    if consultation.state != "decided" or consultation.rule_revision is not None or consultation.rule_note:
        return
    if why_not := _why_no_rule(scope, ticket, consultation):
        _tell_none(scope, ticket, consultation, why_not, now=now)
        return
    author = Author(consultation.decided_by or SYSTEM.name, consultation.decided_by_id)
    now_held = held(scope, roster, ROUTING.id)
    rules = [
        *plain(now_held.effective[RULES]),
        *_drafted_before(scope, now_held),
        _rule_of(scope, ticket, consultation),
    ]
    reason = said(
        "会商裁决记作规则：工单 {serial_no}，{decision}", serial_no=ticket.serial_no, decision=consultation.decision
    )[:LONGEST_SENTENCE]
    try:
        drafted = write_draft(
            scope,
            roster,
            ROUTING.id,
            Wish({RULES: rules}),
            reason=" ".join(reason.split()),
            author=author,
            now=now,
            marked=f"{MARK}{consultation.id}",
        )
    except (SettingsInvalid, NothingChanged) as refusal:
        _tell_none(scope, ticket, consultation, refusal.message, now=now)
        return
    consultation.rule_revision = drafted.number
    words = said(
        "会商裁决已起草为派单规则（第 {number} 次修订），检查、试算并由另一人启用之后才生效", number=drafted.number
    )
    _tell(scope, ticket, consultation, words, now=now)


def _why_no_rule(scope: Scope, ticket: Ticket, consultation: Consultation) -> str:
    matters, units = duty_list_in_force(scope).catalogue.matters, directory(scope)
    if ticket.matter is None:
        return "工单的事项没有确定"
    if ticket.matter not in matters:
        return said("现行职责清单中没有事项 {matter}", matter=ticket.matter)
    if consultation.unit_id is None or units.unit_of_id(consultation.unit_id) is None:
        return "指定的单位已停用"
    return ""


def _rule_of(scope: Scope, ticket: Ticket, consultation: Consultation) -> dict[str, Any]:
    """Return the decision as a rule: this matter, in this area where it is known, goes to the unit designated."""
    catalogue, units = duty_list_in_force(scope).catalogue, directory(scope)
    assert ticket.matter is not None
    assert consultation.unit_id is not None
    designated = units.unit_of_id(consultation.unit_id)
    assert designated is not None
    conditions: list[dict[str, Any]] = [{"field": "matter", "op": "eq", "value": catalogue.matters.path(ticket.matter)}]
    if ticket.area is not None and ticket.area in catalogue.areas:
        conditions.append({"field": "area", "op": "under", "value": [catalogue.areas.path(ticket.area)]})
    assign: dict[str, Any] = {"lead": designated.code}
    if partners := [code for code in consultation.co_units if units.find_unit(code) and code != designated.code]:
        assign["co"] = partners
    explain = " ".join(
        said(
            "会商裁决（工单 {serial_no}）：{decision}", serial_no=ticket.serial_no, decision=consultation.decision
        ).split()
    )
    return {
        "id": f"c-{consultation.id}",
        "label": said("会商指定{name}", name=designated.name)[:LONGEST_LABEL],
        "phase": "catalogue",
        "when": conditions[0] if len(conditions) == 1 else {"all": conditions},
        "then": {"assign": assign},
        "explain": explain[:LONGEST_SENTENCE],
    }


def _drafted_before(scope: Scope, now_held: Held) -> Iterator[Mapping[str, Any]]:
    """Yield the rules of earlier decisions that wait in drafts of their own, so that none is lost when one holds."""
    known = {rule["id"] for rule in now_held.effective[RULES]}
    waiting: Sequence[Any] = [
        revision
        for revision in revisions_of(scope, ROUTING.id)
        if revision.number > now_held.in_force
        and (revision.command_id or "").startswith(MARK)
        and not any(event.kind in SETTLED for event in events_of(scope, ROUTING.id, revision.number))
    ]
    for revision in reversed(waiting):
        own = f"c-{(revision.command_id or '').removeprefix(MARK)}"
        for rule in plain(revision.values.get(RULES, ())):
            if rule["id"] == own and own not in known:
                known.add(own)
                yield rule


def _tell_none(scope: Scope, ticket: Ticket, consultation: Consultation, why: str, *, now: datetime) -> None:
    consultation.rule_note = why
    _tell(scope, ticket, consultation, said("会商裁决没有记成派单规则：{why}。需要时请手工起草规则", why=why), now=now)


def _tell(scope: Scope, ticket: Ticket, consultation: Consultation, words: str, *, now: datetime) -> None:
    detail = {"consultation": consultation.id, "revision": consultation.rule_revision}
    note(scope, ticket, "consultation", Order(SYSTEM, now), summary=words, detail=detail)
