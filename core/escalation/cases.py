"""Cases of accountability 问责 against units, in the hands of an authority."""

from datetime import datetime

from sqlalchemy import select

from core.escalation.models import AccountabilityCase
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import DirectoryUnit


class CaseOpen(Refused):
    """A case against the unit for this ticket is open already."""

    code = "case-open"


class NobodyToAccount(Refused):
    """No unit has the ticket in hand, so there is none to hold to account."""

    code = "nobody-to-account"


def open_case(
    scope: Scope,
    ticket: Ticket,
    *,
    unit: DirectoryUnit,
    authority: DirectoryUnit,
    text: str,
    rule_id: str,
    reason: str,
    cause: str,
    now: datetime,
) -> AccountabilityCase:
    """Open a case against a unit; the caller tells of it in the timeline."""
    case = AccountabilityCase(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        authority_unit_id=authority.id,
        text=text,
        rule_id=rule_id,
        reason=reason,
        cause=cause,
        opened_at=now,
    )
    scope.session.add(case)
    return case


def refuse_open_case(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> None:
    """Raise `CaseOpen` when a case against the unit for this ticket is open."""
    open_one = select(AccountabilityCase.id).where(
        AccountabilityCase.tenant_id == scope.tenant.id,
        AccountabilityCase.ticket_id == ticket.id,
        AccountabilityCase.unit_id == unit.id,
        AccountabilityCase.state == "open",
    )
    if scope.session.scalar(open_one.limit(1)) is not None:
        raise CaseOpen(f"工单 {ticket.serial_no} 对{unit.name}的问责已在办理，不必再次启动。请查看督办与函件。")
