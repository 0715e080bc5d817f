"""Calling a unit 电话通知: an urgent ticket is told by telephone at once, and the timeline says who answered."""

from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.service import lead_assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note
from core.tickets.states import WITH_UNIT
from core.tickets.timeline import Order
from core.units.queries import directory

CALLED = "unit_called"
"""Kind of the timeline's entry about a call to the unit that has the ticket in hand."""


class NobodyNamed(Refused):
    """A call was answered, and it is not said by whom."""

    code = "nobody-named"


@command(Permission.DISPATCH, "电话通知单位")
def call_unit(scope: Scope, ticket: Ticket, order: Order, *, reached: bool, who: str = "", what: str = "") -> None:
    """Note a call to the unit that has the ticket in hand: whether it was answered, by whom, and what was said.

    Raises `NobodyNamed`, `NotYours` where no unit has it, `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "电话通知单位")
    name, said = who.strip(), what.strip()
    if reached and not name:
        raise NobodyNamed("接通的电话要写明接听人，以便日后核对。请填写接听人后再记下。")
    lead = lead_assignment(scope, ticket)
    unit = directory(scope).name_of(lead.unit_id)
    words = (
        saying.said("电话通知{unit}，{name}接听", unit=unit, name=name)
        if reached
        else saying.said("电话通知{unit}，无人接听", unit=unit)
    )
    note(
        scope,
        ticket,
        CALLED,
        order,
        summary=saying.said("{words}：{said}", words=words, said=said) if said else words,
        detail={"assignment": lead.id, "reached": "yes" if reached else "no", "who": name},
    )
