"""Why limits were missed 超期原因: a unit states it with evidence, the desk finds; that it was missed never changes."""

from sqlalchemy import select

from core.evaluation.answers import known
from core.evaluation.causes import OVERDUE_LABELS
from core.evaluation.models import OverdueCause
from core.evaluation.queries import find_unit_of_cycle
from core.evaluation.subjects import missed_reply_clocks
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import SameHands
from core.routing.service import NotYours
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order


class NotMissed(Refused):
    """The ticket has no such limit that was missed."""

    code = "limit-not-missed"


class CauseFound(Refused):
    """The desk has found on the cause before."""

    code = "cause-found"


def state_cause(
    scope: Scope, ticket: Ticket, order: Order, *, clock_id: int, cause: str, evidence: str
) -> OverdueCause:
    """Keep what the unit that answers for the cycle states, in place of what it stated before.

    Raises `UnknownAnswer`, `NotMissed`, `NotYours`, `CauseFound`.
    """
    known(cause, OVERDUE_LABELS, "超期原因")
    clock = _missed_clock(scope, ticket, clock_id)
    unit_id = find_unit_of_cycle(scope, ticket, clock.cycle_no)
    if unit_id is None or not order.actor.acts_for(unit_id):
        raise NotYours(
            said("工单 {serial_no} 的这个时限不由您的单位承担，不能代为说明超期原因。", serial_no=ticket.serial_no)
        )
    row = _open_row(scope, ticket, clock)
    row.stated, row.evidence = cause, evidence
    row.stated_by, row.stated_by_id, row.stated_at = order.actor.name, order.actor.id, order.now
    return row


def find_cause(scope: Scope, ticket: Ticket, order: Order, *, clock_id: int, cause: str, finding: str) -> OverdueCause:
    """Keep what the desk finds, once: that what the unit stated is so, or what else it was, also where nobody stated any.

    Raises `UnknownAnswer`, `NotMissed`, `SameHands`, `CauseFound`.
    """
    known(cause, OVERDUE_LABELS, "超期原因")
    clock = _missed_clock(scope, ticket, clock_id)
    row = _open_row(scope, ticket, clock)
    unit_id = find_unit_of_cycle(scope, ticket, clock.cycle_no)
    if order.actor.unit_id is not None and order.actor.unit_id == unit_id:
        raise SameHands("超期的单位不能核定本单位的超期原因。请由其他单位的督办人员核定。")
    if order.actor.id is not None and order.actor.id == row.stated_by_id:
        raise SameHands("说明超期原因的人不能核定自己的说明。请由其他督办人员核定。")
    row.found, row.finding = cause, finding
    row.found_by, row.found_by_id, row.found_at = order.actor.name, order.actor.id, order.now
    return row


def _missed_clock(scope: Scope, ticket: Ticket, clock_id: int) -> Clock:
    clock = next((each for each in missed_reply_clocks(scope, ticket) if each.id == clock_id), None)
    if clock is None:
        raise NotMissed(
            said("工单 {serial_no} 没有这个超期的答复时限，不必说明原因。请刷新后再看。", serial_no=ticket.serial_no)
        )
    return clock


def _open_row(scope: Scope, ticket: Ticket, clock: Clock) -> OverdueCause:
    """Return the row of a clock on which nobody has found yet, a new one where there is none. Raises `CauseFound`."""
    row = scope.session.scalar(
        select(OverdueCause).where(OverdueCause.tenant_id == scope.tenant.id, OverdueCause.clock_id == clock.id)
    )
    if row is None:
        row = OverdueCause(tenant_id=scope.tenant.id, id=scope.new_id(), ticket_id=ticket.id, clock_id=clock.id)
        scope.session.add(row)
    elif row.found:
        raise CauseFound(
            said(
                "工单 {serial_no} 的超期原因已由{found_by}核定为“{overdue}”，不再更改。",
                serial_no=ticket.serial_no,
                found_by=row.found_by,
                overdue=word(OVERDUE_LABELS[row.found]),
            )
        )
    return row
