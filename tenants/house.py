"""The house of a district in a demonstration: what its file says, who acts, and which tickets fit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from core.people.models import Account, AccountRole
from core.people.roles import permissions_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED
from core.tickets.timeline import Actor
from core.units.queries import directory
from core.workdays.queries import timetable
from tenants.source import Table


@dataclass
class Institutions:
    """The institutions of one district: what its file says, and who acts."""

    scope: Scope
    said: Table
    now: datetime

    def day(self, back: int, hour: int) -> datetime:
        """Return the full hour so many days ago."""
        local = self.now.astimezone(self.scope.tenant.zone) - timedelta(days=back)
        return local.replace(hour=hour, minute=0, second=0, microsecond=0)

    def passing(self, tickets: Sequence[Ticket]) -> Callable[[float], datetime]:
        """Return when so great a part of the working time since anything happened on the tickets has passed."""
        hours = timetable(self.scope)
        newest = select(func.max(TicketEvent.at)).where(
            TicketEvent.tenant_id == self.scope.tenant.id, TicketEvent.ticket_id.in_([each.id for each in tickets])
        )
        begun = self.scope.session.scalar(newest) or self.now
        worked = hours.between(begun, self.now)
        return lambda part: hours.add(begun, worked * part).replace(microsecond=0) if worked else begun

    def people(self, role: str) -> Sequence[Actor]:
        """Return who has this role, in the order of their sign-ins' making."""
        return people_in(self.scope, role)

    def of_unit(self, unit_id: int) -> Actor:
        """Return who acts for a unit: its clerk, or the unit by its name."""
        clerk = next((each for each in self.people("clerk") if each.unit_id == unit_id), None)
        name = directory(self.scope).name_of(unit_id)
        return clerk or Actor("staff", name, unit_id=unit_id, permissions=permissions_of(["clerk"]))

    def tickets(
        self, *which: ColumnElement[bool], before: datetime, states: Sequence[str] = ANSWERED, limit: int = 1
    ) -> Sequence[Ticket]:
        """Return tickets on which nothing happened since `before`, those that came last first."""
        newest = (
            select(func.max(TicketEvent.at))
            .where(TicketEvent.tenant_id == Ticket.tenant_id, TicketEvent.ticket_id == Ticket.id)
            .scalar_subquery()
        )
        return self.scope.session.scalars(
            select(Ticket)
            .where(
                Ticket.tenant_id == self.scope.tenant.id,
                Ticket.state.in_(states),
                Ticket.part_of_id.is_(None),
                newest < before,
                *which,
            )
            .order_by(Ticket.submitted_at.desc())
            .limit(limit)
        ).all()


def people_in(scope: Scope, role: str) -> Sequence[Actor]:
    rows = scope.session.execute(
        select(Account.id, Account.name, Account.unit_id)
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(Account.tenant_id == scope.tenant.id, AccountRole.role == role)
        .order_by(Account.id)
    )
    return [Actor("staff", row.name, row.id, row.unit_id, permissions_of([role])) for row in rows]
