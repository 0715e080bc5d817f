"""Firing the marks of past days at their own instants, while the past is lived again."""

from datetime import datetime

from sqlalchemy import or_, select

from core.journey.supervise import supervise
from core.sla.firing import WAITING_FOR_REVIEW
from core.sla.models import Clock, Timer
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import State


class Marks:
    """The marks that are still ahead in the district.

    Knows the next one, so that it need not be asked for at each step: once known, it can fall away, but none comes
    sooner until another clock is started.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._is_known = False
        self._next: datetime | None = None

    def clocks_started(self) -> None:
        """Take note that there are new marks, one of which may be the next."""
        self._is_known = False

    def fire(self, *, until: datetime) -> None:
        """Fire every mark reached by `until`; those of tickets under review wait for its end."""
        while (at := self._next_mark()) is not None and at <= until:
            self._is_known = False
            if not supervise(self._scope, now=at) and self._next_mark() == at:
                break  # its ticket is in somebody else's hands right now, and they will see to it

    def _next_mark(self) -> datetime | None:
        if not self._is_known:
            self._next = self._scope.session.scalar(
                select(Timer.fire_at)
                .join(Clock, (Clock.tenant_id == Timer.tenant_id) & (Clock.id == Timer.clock_id))
                .join(Ticket, (Ticket.tenant_id == Clock.tenant_id) & (Ticket.id == Clock.ticket_id))
                .where(
                    Timer.tenant_id == self._scope.tenant.id,
                    or_(Ticket.state != State.SUBMITTED, Clock.name.not_in(WAITING_FOR_REVIEW)),
                )
                .order_by(Timer.fire_at, Timer.id)
                .limit(1)
            )
            self._is_known = True
        return self._next
