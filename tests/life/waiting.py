"""What waits for somebody: commands that records of a ticket call for, so that random lives go on with what they began."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from core.coordination.models import Errand, Meeting
from core.disclosure.models import Disclosure, Exposure
from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Instruction, Letter, Supervision
from core.evaluation.models import Dispute
from core.handling.models import Tracking
from core.intake.clearances.models import Clearance
from core.routing.models import Assignment, Consultation, ReturnRequest
from core.routing.states import AssignmentState
from core.sla.models import ExtensionRequest, PauseRequest
from core.tenancy.scope import Scope

CONSULTING = (
    "give_opinion",
    "refer_upward",
    "set_meeting",
    "note_meeting",
    "act_first",
    "decide_consultation",
)
CALLS: tuple[tuple[Any, ColumnElement[bool], tuple[str, ...]], ...] = (
    (ReturnRequest, ReturnRequest.state == "pending", ("approve_return", "deny_return", "withdraw_return")),
    (ExtensionRequest, ExtensionRequest.state == "pending", ("decide_extension", "decide_extension", "reply")),
    (PauseRequest, PauseRequest.state == "pending", ("decide_pause",)),
    (PauseRequest, PauseRequest.state == "holding", ("resume", "reply", "change_urgency", "redirect")),
    (Consultation, Consultation.state == "open", CONSULTING),
    (Supervision, Supervision.state == "open", ("answer_supervision", "raise_supervision")),
    (Supervision, Supervision.state == "answered", ("close_supervision",)),
    (Instruction, Instruction.feedback == "", ("report_instruction",)),
    (Letter, Letter.kind != "", ("acknowledge_letter",)),
    (AccountabilityCase, AccountabilityCase.state == "open", ("judge_exemption", "name_authority")),
    (AccountabilityCase, AccountabilityCase.state == "notified", ("state_facts", "take_rung")),
    (AccountabilityCase, AccountabilityCase.state == "stated", ("decide_case", "take_rung", "recuse_from_case")),
    (AccountabilityCase, AccountabilityCase.state == "decided", ("appeal_case", "take_rung", "close_case")),
    (AccountabilityCase, AccountabilityCase.state == "appealed", ("decide_case_appeal",)),
    (AccountabilityCase, AccountabilityCase.state == "decided_on_appeal", ("close_case",)),
    (Meeting, Meeting.outcome == "", ("hold_meeting",)),
    (Meeting, Meeting.outcome != "", ("assign_errand",)),
    (Errand, Errand.answer == "", ("answer_errand",)),
    (Clearance, Clearance.state == "pending", ("clear", "correct_and_clear", "return_for_rewriting", "dispatch")),
    (Clearance, Clearance.state == "returned", ("rewrite",)),
    (Tracking, Tracking.state == "open", ("look_again", "redo")),
    (Exposure, Exposure.state == "proposed", ("decide_exposure", "withdraw_exposure")),
    (Exposure, Exposure.state == "published", ("answer_exposure", "withdraw_exposure")),
    (Disclosure, Disclosure.state != "", ("publish_disclosure", "close_disclosure", "withdraw_disclosure", "redo")),
    (Dispute, Dispute.state == "open", ("decide_dispute", "decide_dispute", "withdraw_dispute", "withdraw_review")),
    (Dispute, Dispute.state == "upheld", ("reopen", "redo", "archive")),
    (Assignment, Assignment.state == AssignmentState.PENDING_SIGN, ("sign", "request_return")),
    (Assignment, (Assignment.role == "co") & (Assignment.state == AssignmentState.SIGNED), ("contribute", "waive")),
    (Assignment, Assignment.state == AssignmentState.SIGNED, ("request_extension", "request_pause", "sub_dispatch")),
)


def called_for(scope: Scope, ticket_id: int) -> list[str]:
    """Return the commands that the ticket's records call for."""
    return [
        command
        for model, condition, commands in CALLS
        if scope.session.scalar(select(exists().where(model.ticket_id == ticket_id, condition)))
        for command in commands
    ]
