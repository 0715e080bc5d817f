"""Joint handling 联合办理: what co-units and units below have to answer before the lead may reply."""

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.routing.models import Assignment
from core.routing.service import assignments_in_hand, open_assignment
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import Directory, DirectoryUnit, directory


class CoUnitsOpen(Refused):
    """A co-unit, or a unit below, has not answered yet."""

    code = "co-units-open"


class NotBelow(Refused):
    """Work is handed down to units below one's own only."""

    code = "not-below"


class AlreadyInvolved(Refused):
    """The unit has a share in the ticket already."""

    code = "already-involved"


class NothingToWaive(Refused):
    """The unit has no open share in the ticket, or leads it."""

    code = "nothing-to-waive"


def refuse_open_work(scope: Scope, ticket: Ticket, assignment: Assignment) -> None:
    """Raise `CoUnitsOpen` while anybody who answers to this assignment has not.

    All others answer to the root lead; to a unit further down, those of its own branch.
    """
    waiting = [
        each
        for each in assignments_in_hand(scope, ticket)
        if each.id != assignment.id
        and each.state != AssignmentState.SUBMITTED
        and (_is_root(assignment) or each.parent_id == assignment.id)
    ]
    if waiting:
        names = joined("、", (directory(scope).name_of(each.unit_id) for each in waiting))
        raise CoUnitsOpen(
            said(
                "工单 {serial_no} 还有单位没有提交：{names}。请等其提交，或请受理席免予办理。",
                serial_no=ticket.serial_no,
                names=names,
            )
        )


def hand_down(
    scope: Scope, ticket: Ticket, parent: Assignment, order: Order, *, unit: str, co: tuple[str, ...]
) -> list[Assignment]:
    """Give a unit below, and co-units below, a share of what the parent's unit has in hand; the one that leads first.

    Raises `NoSuchUnit`, `NotBelow`, `AlreadyInvolved`.
    """
    units = directory(scope)
    receiving = [units.get_unit(code) for code in dict.fromkeys((unit, *co))]
    present = assignments_in_hand(scope, ticket)
    involved = {each.unit_id for each in present}
    has_lead = any(each.parent_id == parent.id and each.role == "lead" for each in present)
    for each in receiving:
        if not _is_below(units, each, parent.unit_id):
            raise NotBelow(
                said(
                    "{name}不是{unit_id}的下级单位，不能转派。跨单位的请申请退单或会商。",
                    name=each.name,
                    unit_id=units.name_of(parent.unit_id),
                )
            )
        if each.id in involved:
            raise AlreadyInvolved(said("{name}已在办这张工单，不必再转派。", name=each.name))
    roles = ["co" if has_lead else "lead", *("co" for _ in receiving[1:])]
    return [
        open_assignment(scope, ticket, each, role=role, now=order.now, parent_id=parent.id)
        for each, role in zip(receiving, roles, strict=True)
    ]


def waivable(scope: Scope, ticket: Ticket, unit: str) -> list[Assignment]:
    """Return the open share of a unit that does not lead, and what it handed down. Raises `NothingToWaive`."""
    wanted = directory(scope).get_unit(unit)
    present = assignments_in_hand(scope, ticket)
    own = [
        each
        for each in present
        if each.unit_id == wanted.id and not _is_root(each) and each.state != AssignmentState.SUBMITTED
    ]
    if not own:
        raise NothingToWaive(
            said(
                "{name}在工单 {serial_no} 中没有尚未提交的协办任务。主办单位请用改派。",
                name=wanted.name,
                serial_no=ticket.serial_no,
            )
        )
    below = [each for each in present if each.parent_id == own[0].id and each.state != AssignmentState.SUBMITTED]
    return [own[0], *below]


def _is_root(assignment: Assignment) -> bool:
    return assignment.role == "lead" and assignment.parent_id is None


def _is_below(units: Directory, unit: DirectoryUnit, above_id: int) -> bool:
    parent_id = unit.parent_id
    while parent_id is not None and parent_id != above_id:
        parent = units.unit_of_id(parent_id)
        parent_id = parent.parent_id if parent else None
    return parent_id == above_id
