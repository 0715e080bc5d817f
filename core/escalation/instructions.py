"""Instructions 批示 of leaders: kept as they were given, reported on once by the unit that has the ticket."""

from datetime import datetime

from sqlalchemy import select

from core.escalation.models import Instruction
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit


class NoSuchInstruction(Refused):
    """The ticket has no instruction with this id."""

    code = "no-such-instruction"


class AlreadyReported(Refused):
    """The unit has reported on the instruction before."""

    code = "already-reported"


def keep_instruction(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    leader: str,
    level: str,
    text: str,
    deadline: datetime | None,
    unit: DirectoryUnit | None,
) -> Instruction:
    """Keep what a leader wrote, who put it down, and the unit to whose head it is addressed, if to one."""
    instruction = Instruction(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        leader=leader,
        level=level,
        text=text,
        given_at=order.now,
        recorded_by=order.actor.name,
        recorded_by_id=order.actor.id,
        unit_id=unit.id if unit else None,
        deadline=deadline,
    )
    scope.session.add(instruction)
    return instruction


def instruction_of(scope: Scope, ticket: Ticket, instruction_id: int) -> Instruction:
    """Return an instruction on this ticket. Raises `NoSuchInstruction`."""
    found = scope.session.get(Instruction, (scope.tenant.id, instruction_id))
    if found is None or found.ticket_id != ticket.id:
        raise NoSuchInstruction(
            said(
                "工单 {serial_no} 没有编号为 {instruction_id} 的批示。请从批示列表中选择。",
                serial_no=ticket.serial_no,
                instruction_id=instruction_id,
            )
        )
    return found


def keep_feedback(ticket: Ticket, instruction: Instruction, order: Order, *, text: str) -> None:
    """Keep what the unit reports on an instruction; once. Raises `AlreadyReported`."""
    if instruction.feedback_at is not None:
        raise AlreadyReported(
            said(
                "工单 {serial_no} 的这条批示已由{feedback_by}反馈，不能再改。",
                serial_no=ticket.serial_no,
                feedback_by=instruction.feedback_by,
            )
        )
    instruction.feedback, instruction.feedback_by, instruction.feedback_at = text, order.actor.name, order.now


def overdue_instructions(scope: Scope, ticket: Ticket, *, now: datetime) -> list[Instruction]:
    """Return the instructions whose deadline has passed without a report, in the order in which they were given."""
    return list(
        scope.session.scalars(
            select(Instruction)
            .where(
                Instruction.tenant_id == scope.tenant.id,
                Instruction.ticket_id == ticket.id,
                Instruction.deadline <= now,
                Instruction.feedback_at.is_(None),
            )
            .order_by(Instruction.id)
        )
    )
