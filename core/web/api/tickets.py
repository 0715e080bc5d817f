"""Tickets over the API: hand in an appeal, look up how its ticket stands."""

from dataclasses import asdict, replace
from typing import Any

from flask import request

from core.evaluation.telling.reading import tellings_of
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.journey.queries.case import get_case
from core.journey.queries.explained import explain_to
from core.journey.queries.findings import verified_by
from core.journey.reach import refuse_unseen
from core.journey.reveal import MAY_ASK, reveal_contact
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.timeline import Order
from core.web.api.calls import Call, for_systems
from core.web.api.decision_schemas import ExplainedSchema
from core.web.api.describing import Blueprint
from core.web.api.keys import KEY_HEADER, TOKEN, given_key
from core.web.api.schemas import (
    AcceptedSchema,
    AppealSchema,
    ProblemSchema,
    RevealedSchema,
    RevealSchema,
    TellingSchema,
    TicketSchema,
)

tickets = Blueprint("tickets", __name__, description="工单")


@tickets.post("")
@for_systems(None)
@tickets.doc(**TOKEN, parameters=[KEY_HEADER])
@tickets.arguments(AppealSchema())
@tickets.response(201, AcceptedSchema)
@tickets.alt_response(422, schema=ProblemSchema)
def accept_ticket(call: Call, appeal: Appeal) -> Any:
    """Accept an appeal 受理; the same Idempotency-Key on the same channel is accepted once and answered 200 again."""
    key = given_key()
    receipt = accept(call.scope, replace(appeal, external_id=key), actor=call.sender, now=call.now)
    return (receipt, 201) if receipt.created else (receipt, 200)


@tickets.get("/<serial_no>")
@for_systems(None)
@tickets.doc(**TOKEN)
@tickets.response(200, TicketSchema)
@tickets.alt_response(404, schema=ProblemSchema)
def show_ticket(call: Call, serial_no: str) -> Any:
    """Tell how a ticket stands 查询: to systems whose role sees tickets, of a unit with a share in it, or that handed it in."""
    refuse_unseen(call.scope, serial_no, actor=call.actor)
    case = get_case(call.scope, serial_no, now=call.now)
    sent_reply = next((reply.text for reply in case.replies if reply.state == "approved"), None)
    return {
        "serial_no": case.serial_no,
        "title": case.title,
        "state": case.state,
        "state_label": case.state_label,
        "urgent": case.urgent,
        "submitted_at": case.submitted_at,
        "lead_unit": case.lead,
        "head": case.head,
        "asked_first": case.asked_first,
        "handled_first": case.handled_first,
        "hands": case.hands,
        "relation": case.relation,
        "verified": verified_by(call.scope, case.id),
        "nature": case.nature,
        "told": tellings_of(call.scope, _ticket(call.scope, serial_no)).is_told,
        "reply": sent_reply,
        "version": case.version,
    }


@tickets.post("/<serial_no>/contact")
@for_systems(MAY_ASK, what="查看联系方式")
@tickets.doc(**TOKEN, parameters=[KEY_HEADER], summary="查看联系方式")
@tickets.arguments(RevealSchema())
@tickets.response(200, RevealedSchema)
@tickets.alt_response(403, schema=ProblemSchema)
@tickets.alt_response(404, schema=ProblemSchema)
@tickets.alt_response(409, schema=ProblemSchema)
@tickets.alt_response(422, schema=ProblemSchema)
@tickets.alt_response(429, schema=ProblemSchema)
def show_contact(call: Call, asked: dict[str, str], serial_no: str) -> Any:
    """Show the resident's contact in full, once, for a purpose: to the desk's systems, and to those of the unit that leads.

    Each time stands in the timeline and in the security log; under a key that was used before nothing is shown.
    """
    order = Order(call.actor, call.now, command_id=given_key())
    revealed = reveal_contact(call.scope, serial_no, order, address=request.remote_addr or "", **asked)
    return {
        "serial_no": revealed.serial_no,
        "name": revealed.contact.name,
        "phone": revealed.contact.phone,
        "address": revealed.contact.address,
        "keep_private": revealed.contact.keep_private,
        "purpose": revealed.purpose,
        "shown_to": revealed.by,
        "shown_at": revealed.at,
    }


@tickets.get("/<serial_no>/tellings")
@for_systems(frozenset({Permission.SEE_TICKETS}))
@tickets.doc(**TOKEN)
@tickets.response(200, TellingSchema(many=True))
@tickets.alt_response(403, schema=ProblemSchema)
@tickets.alt_response(404, schema=ProblemSchema)
def show_tellings(call: Call, serial_no: str) -> Any:
    """Tell how the resident was told what became of the appeal 告知, the newest first."""
    return [asdict(line) for line in tellings_of(call.scope, _ticket(call.scope, serial_no)).lines]


@tickets.get("/<serial_no>/decisions")
@for_systems(frozenset({Permission.SEE_TICKETS, Permission.HANDLE}))
@tickets.doc(**TOKEN)
@tickets.response(200, ExplainedSchema)
@tickets.alt_response(403, schema=ProblemSchema)
@tickets.alt_response(404, schema=ProblemSchema)
def show_decisions(call: Call, serial_no: str) -> Any:
    """Tell whose the ticket was to be and whose it is, and why 派单依据, the oldest decision first.

    For systems whose role sees tickets, and for those of a unit with a share in this one.
    """
    return explain_to(call.scope, serial_no, actor=call.actor)


def _ticket(scope: Scope, serial_no: str) -> Ticket:
    return scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
