"""Which tickets somebody means: those that were ticked, or all that a list shows by its filters at a moment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, func, select

from core.journey.queries.lanes import Filters, LaneName, in_lane, narrowed
from core.journey.queries.unit_list import UnitTab, in_unit_list
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import NotPermitted
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import DONE_BY_TIME
from core.tickets.timeline import Actor


class NothingSelected(Refused):
    """No ticket was chosen, or none of them is there any more."""

    code = "nothing-selected"


@dataclass(frozen=True, slots=True)
class Selection:
    """Tickets of a list of the desk, or of the unit of whoever chooses, as they were seen at a moment.

    `serials` are those that were ticked; without any it is all that the list shows, kept as its filters.
    """

    moment: datetime
    place: Literal["desk", "unit"] = "desk"
    lane: LaneName = "all"
    filters: Filters = field(default_factory=Filters)
    tab: UnitTab = "in_hand"
    mine: bool = False
    serials: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values, to be kept with what was asked for."""
        return {**asdict(self), "moment": self.moment.isoformat(), "serials": list(self.serials)}


def selection_from(plain: Mapping[str, Any]) -> Selection:
    """Return the selection that `Selection.plain` wrote."""
    return Selection(
        **{
            **plain,
            "moment": datetime.fromisoformat(plain["moment"]),
            "filters": Filters(**plain["filters"]),
            "serials": tuple(plain["serials"]),
        }
    )


def selected(scope: Scope, selection: Selection, *, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions under which a ticket is meant. Raises `NotPermitted` for a unit's list to nobody of a unit."""
    found: list[ColumnElement[bool]] = [Ticket.tenant_id == scope.tenant.id]
    if selection.place == "unit":
        if actor.unit_id is None:
            raise NotPermitted("您的账号没有归属的承办单位，不能批量办理单位的工单。请联系安全管理员设置。")
        person = actor.id if selection.mine else None
        tab = None if selection.serials else selection.tab
        found.append(in_unit_list(scope, actor.unit_id, tab, person=person))
    elif not selection.serials:
        found += in_lane(scope, selection.lane)
        found += narrowed(scope, selection.filters, now=selection.moment)
    if selection.serials:
        found.append(Ticket.serial_no.in_(selection.serials))
    else:
        found.append(Ticket.submitted_at <= selection.moment)
    return found


def count_selected(scope: Scope, selection: Selection, *, actor: Actor, most: int, now: datetime) -> int:
    """Count the tickets that are meant, up to `most`."""
    some = select(Ticket.id).where(*selected(scope, selection, actor=actor, now=now)).limit(most).subquery()
    return scope.session.scalar(select(func.count()).select_from(some)) or 0


def changed_since(moment: datetime, actor: Actor) -> ColumnElement[bool]:
    """Somebody else did something with the ticket after it was seen in the list."""
    return exists().where(
        TicketEvent.tenant_id == Ticket.tenant_id,
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.at > moment,
        TicketEvent.kind.not_in(DONE_BY_TIME),
        TicketEvent.actor_id.is_distinct_from(actor.id),
    )


def refuse_nothing(count: int) -> None:
    """Raise `NothingSelected` when no ticket is meant."""
    if not count:
        raise NothingSelected(said("没有选中工单，或选中的已不在名单里。请返回列表重新选择。"))
