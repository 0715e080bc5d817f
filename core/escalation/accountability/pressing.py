"""What time does in a case of accountability: the unit is reminded of its statement, and its silence is put on record."""

from datetime import datetime

from core.escalation.accountability.service import case_of, record_silence, tell_unit
from core.kit.saying import said, word
from core.sla.limits import OVERDUE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


def press_for_statement(scope: Scope, ticket: Ticket, clock: Clock, mark: str, *, now: datetime) -> None:
    """Remind the unit before its time is up; when it is, keep that it said nothing."""
    case, units = case_of(scope, ticket, clock.subject_id), directory(scope)
    unit = units.unit_of_id(case.unit_id) or units.desk
    if mark == OVERDUE:
        record_silence(scope, ticket, case, now=now)
    elif case.state == "notified" and clock.due_at is not None:
        due = f"{clock.due_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        tell_unit(
            scope,
            ticket,
            unit,
            said("{label}的情况说明限 {due} 前提交，请抓紧", label=word(case.label), due=due),
            now=now,
        )
