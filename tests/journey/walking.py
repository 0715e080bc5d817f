"""Walking one ticket through the journeys, each step a transaction of its own, and reading what became of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select, text

from core.journey import conclude, desk, give_back, handle, join, joint
from core.journey.accept import Accepted, accept, register
from core.journey.supervise import Fired, supervise
from core.journey.void import void
from core.routing.models import Assignment
from core.routing.service import UNEXPLAINED
from core.sla.models import Clock
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import RESIDENT, Actor, Order
from core.units.models import Unit
from tests.builders import BEIJING, CLERK_ID, OPERATOR, REVIEWER, beijing, make_actor, make_appeal
from tests.patience import patience

T = TypeVar("T")


@dataclass
class Walk:
    """One ticket of one district. Times are Beijing's, such as `2026-03-12 10:00`."""

    installation: Installation
    slug: str
    serial_no: str = ""

    def take_in(self, at: str = "2026-03-12 10:00", **appeal: Any) -> Accepted:
        wanted = make_appeal(**appeal)
        accepted = self.run(lambda scope: accept(scope, wanted, actor=OPERATOR, now=beijing(at)))
        self.serial_no = accepted.serial_no
        return accepted

    def register(self, at: str = "2026-03-12 10:00", **appeal: Any) -> Accepted:
        wanted = make_appeal(**appeal)
        registered = self.run(lambda scope: register(scope, wanted, actor=OPERATOR, now=beijing(at)))
        self.serial_no = registered.serial_no
        return registered

    def attach(self, at: str = "2026-03-12 10:10", *, master: str = "", **how: Any) -> Ticket:
        """Attach the ticket to a master, to a new one where none is named."""
        master = master or Walk(self.installation, self.slug).take_in("2026-03-12 10:00").serial_no
        return self.do(join.attach, at, **{"actor": OPERATOR, "master": master, **how})

    def void(self, at: str = "2026-03-12 10:10", *, reason: str = "测试来电", **how: Any) -> Ticket:
        return self.do(void, at, reason=reason, **{"actor": OPERATOR, **how})

    def dispatch(self, at: str = "2026-03-12 10:10", *, lead: str = "roads", **how: Any) -> Ticket:
        return self.do(desk.dispatch, at, lead=lead, **{"actor": OPERATOR, "reason": UNEXPLAINED, **how})

    def redirect(self, at: str, *, lead: str, reason: str = "派错了", **how: Any) -> Ticket:
        return self.do(desk.redirect, at, lead=lead, reason=reason, **{"actor": OPERATOR, **how})

    def answer(self, at: str = "2026-03-12 10:10", *, text: str = "请致电路政热线", **how: Any) -> Ticket:
        return self.do(desk.answer_directly, at, text=text, **{"actor": OPERATOR, **how})

    def sign(self, at: str = "2026-03-12 11:00", **how: Any) -> Ticket:
        return self.do(handle.sign, at, **{"actor": self.lead_clerk(), **how})

    def ask_back(self, at: str = "2026-03-12 11:00", *, evidence: str = "不属本单位职责", **how: Any) -> Ticket:
        """The unit asks to give the ticket back; where it says nothing else, the other of two units should have it."""
        how = {"reason_code": "not_duty", "actor": self.lead_clerk(), **how}
        if "proposed_unit" not in how:
            how["proposed_unit"] = "parks" if self.ticket().lead_unit_id == self.unit_id("roads") else "roads"
        return self.do(give_back.request_return, at, evidence=evidence, **how)

    def approve_return(self, at: str = "2026-03-12 11:10", **how: Any) -> Ticket:
        return self.do(give_back.approve_return, at, **{"actor": OPERATOR, **how})

    def give_back(self, at: str = "2026-03-12 11:00") -> Ticket:
        """The unit asks to give the ticket back, and the desk agrees at once."""
        self.ask_back(at)
        return self.approve_return(at)

    def reply(self, at: str = "2026-03-13 10:00", *, text: str = "已修补", **how: Any) -> Ticket:
        how = {"disposition": "resolved", "actor": self.lead_clerk(), **how}
        return self.do(handle.reply, at, text=text, **how)

    def contribute(self, code: str, at: str = "2026-03-13 09:30", *, text: str = "已配合") -> Ticket:
        """A co-unit signs and answers to the lead."""
        clerk = self.clerk(code)
        self.do(handle.sign, at, actor=clerk)
        return self.do(joint.contribute, at, text=text, actor=clerk)

    def pass_reply(self, at: str = "2026-03-13 11:00", **how: Any) -> Ticket:
        return self.do(conclude.pass_reply, at, **{"actor": REVIEWER, **how})

    def return_reply(self, at: str = "2026-03-13 11:00", *, remark: str = "请附照片", **how: Any) -> Ticket:
        return self.do(conclude.return_reply, at, remark=remark, **{"actor": REVIEWER, **how})

    def follow_up(self, at: str = "2026-03-13 15:00", *, outcome: str = "reached") -> Ticket:
        return self.do(conclude.follow_up, at, outcome=outcome, actor=OPERATOR)

    def rate(self, at: str = "2026-03-13 15:05", *, satisfaction: str = "satisfied", **how: Any) -> Ticket:
        return self.do(conclude.rate, at, satisfaction=satisfaction, **{"resolved": "yes", "actor": RESIDENT, **how})

    def redo(self, at: str = "2026-03-13 16:00", *, reason: str = "路面又塌了", **how: Any) -> Ticket:
        return self.do(conclude.redo, at, reason=reason, **{"actor": OPERATOR, **how})

    def supervise(self, at: str) -> list[Fired]:
        return self.run(lambda scope: supervise(scope, now=beijing(at)))

    def do(
        self,
        journey: Callable[..., Ticket],
        at: str,
        *,
        actor: Actor,
        seen_version: int | None = None,
        command_id: str | None = None,
        **how: Any,
    ) -> Ticket:
        """Give a command on the ticket."""
        order = Order(actor, beijing(at), seen_version, command_id)
        return self.run(lambda scope: journey(scope, self.serial_no, order, **how))

    def clerk(self, code: str, *, id: int = CLERK_ID) -> Actor:
        """Return a clerk of this unit."""
        return make_actor("经办人丙", "clerk", id=id, unit_id=self.unit_id(code))

    def lead_clerk(self) -> Actor:
        """Return a clerk of the unit that has the ticket, of the road unit when none has."""
        lead = self.ticket().lead_unit_id
        return make_actor("经办人丙", "clerk", id=CLERK_ID, unit_id=lead or self.unit_id("roads"))

    def run(self, work: Callable[[Scope], T]) -> T:
        return self.installation.run(self.slug, work)

    def ticket(self) -> Ticket:
        return self.run(lambda scope: _one(scope, self.serial_no))

    def entries(self) -> list[TicketEvent]:
        """Return the ticket's timeline in order."""
        return self.rows(TicketEvent, TicketEvent.seq)

    def clocks(self, *names: str) -> list[Clock]:
        """Return the ticket's clocks in the order in which they started; of these names only, where any are given."""
        return [clock for clock in self.rows(Clock, Clock.id) if not names or clock.name in names]

    def assignments(self) -> list[Assignment]:
        return self.rows(Assignment, Assignment.id)

    def rows(self, model: Any, *order: Any) -> list[Any]:
        """Return the rows of a table that belong to the ticket."""
        return self.run(
            lambda scope: list(
                scope.session.scalars(
                    select(model).where(model.ticket_id == _one(scope, self.serial_no).id).order_by(*order)
                )
            )
        )

    def timeline(self) -> list[str]:
        """Return each entry in one line: local time, who, what, from where to where, in which words."""
        return [
            f"{entry.at.astimezone(BEIJING):%m-%d %H:%M} {entry.actor_name} {entry.kind} "
            f"{entry.from_state or '∅'}→{entry.to_state} {entry.summary}"
            for entry in self.entries()
        ]

    def unit_id(self, code: str) -> int:
        found = self.run(lambda scope: scope.session.scalar(select(Unit.id).where(Unit.code == code)))
        assert found is not None
        return found


def _one(scope: Scope, serial_no: str) -> Ticket:
    return scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()


@contextmanager
def rolled_back(walk: Walk) -> Iterator[Scope]:
    """Open a transaction of which nothing stays."""
    with walk.installation.scope(walk.slug) as scope:
        yield scope
        scope.session.rollback()


def wait_until_someone_waits(scope: Scope, *, seconds: float = 10) -> None:
    """Return as soon as another transaction waits for a lock that this one holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    begun = time.monotonic()
    while not scope.session.scalar(waiting):
        assert time.monotonic() < begun + patience(seconds), "nobody waits"
        time.sleep(0.005)
