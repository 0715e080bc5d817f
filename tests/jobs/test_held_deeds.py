"""A deed that is held, and a real worker: done once at its time, also when the worker is killed before or in the middle."""

import signal
from datetime import timedelta
from functools import partial

from sqlalchemy import select, update

from core.journey import desk
from core.journey.held import hold, take_back
from core.kit.outbox import Job
from core.people.roles import permissions_of
from core.people.service import open_account
from core.routing.service import UNEXPLAINED
from core.tenancy.scope import Installation
from core.tickets.held import HeldDeed
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import Actor, Order
from tests.builders import make_district, make_ticket, set_undo
from tests.jobs.conftest import Start
from tests.jobs.making import soon

PASSWORD = "一句只有测试才知道的长话"
SECONDS = 1


def test_each_is_done_once_through_a_killed_worker_and_what_was_taken_back_never(
    installation: Installation, start: Start
) -> None:
    slug = make_district(installation)
    now = installation.database.clock.now()
    with installation.scope(slug) as scope:
        account = open_account(
            scope, login="operator", name="张丽", password=PASSWORD, roles=["operator"], is_demonstration=True, now=now
        )
        set_undo(scope, SECONDS)
    installation.forget()
    actor = Actor("staff", "张丽（受理席）", account.id, None, permissions_of(["operator"]))
    tickets = [make_ticket(installation, slug, now=now - timedelta(minutes=5)).serial_no for _ in range(3)]
    first = start("core.worker")
    assert soon(lambda: "后台任务已就绪" in first.said()), first.said()
    first.signal(signal.SIGSTOP)  # it will not come to it

    ids = []
    for serial_no in tickets:
        with installation.scope(slug) as scope:
            order = Order(actor, installation.database.clock.now(), command_id=f"click/{serial_no}")
            deed = hold(
                scope, desk.dispatch, serial_no, order, doing="派给道路管理处", lead="roads", reason=UNEXPLAINED
            )
            assert isinstance(deed, HeldDeed)
            ids.append(deed.id)
    with installation.scope(slug) as scope:
        take_back(scope, ids[0], account_id=account.id, now=installation.database.clock.now())
    assert states(installation, slug) == {ids[0]: "undone", ids[1]: "held", ids[2]: "held"}
    first.signal(signal.SIGKILL)

    second = start("core.worker")
    assert soon(partial(all_done, installation, slug)), second.said()
    assert states(installation, slug) == {ids[0]: "undone", ids[1]: "done", ids[2]: "done"}
    with installation.scope(slug) as scope:  # the same jobs once more, as after a crash between effect and mark
        scope.session.execute(
            update(Job).where(Job.tenant_id == scope.tenant.id, Job.kind == "held-deed").values(state="pending")
        )
    assert soon(partial(all_done, installation, slug)), second.said()
    with installation.scope(slug) as scope:
        dispatched = scope.session.scalars(
            select(Ticket.serial_no)
            .join(TicketEvent, (TicketEvent.tenant_id == Ticket.tenant_id) & (TicketEvent.ticket_id == Ticket.id))
            .where(Ticket.tenant_id == scope.tenant.id, TicketEvent.kind == "dispatch")
        ).all()
    assert sorted(dispatched) == sorted(tickets[1:])


def states(installation: Installation, slug: str) -> dict[int, str]:
    with installation.scope(slug) as scope:
        rows = scope.session.execute(
            select(HeldDeed.id, HeldDeed.state).where(HeldDeed.tenant_id == scope.tenant.id)
        ).all()
    return {row.id: row.state for row in rows}


def all_done(installation: Installation, slug: str) -> bool:
    with installation.scope(slug) as scope:
        left = select(Job.id).where(Job.tenant_id == scope.tenant.id, Job.kind == "held-deed", Job.state == "pending")
        return scope.session.scalar(left) is None
