"""A try of a draft on past tickets: `python -m benchmarks.dry_run [TICKETS]`, 10,000 by default.

Nanhai's light is tried with five hours instead of three, as an administrator would: part by part, each part read, tried
under both sets of rules, compared, and written. Against it, in the same minute on the same server: only reading the
same rows, and asking the same questions naively, ticket by ticket through the services that the core itself uses.
Most tickets are imported history, one in twenty was dispatched, signed, answered and reviewed.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from benchmarks.place import measuring_place
from core.hooks import specs
from core.intake.columns import recognise
from core.intake.rules import Appeal
from core.intake.tabular.rows import Row
from core.journey import conclude, desk, handle
from core.journey.accept import accept
from core.journey.dry_run import Sample, ask_for, result_of, run_whole, running, summary
from core.journey.dry_run.reading import pasts_of
from core.journey.dry_run.sample import next_tickets
from core.journey.import_appeals import NEEDED_FOR_HISTORY, Import, batches, import_batch
from core.people.roles import permissions_of
from core.sla.limits import limits_of, marks_of
from core.sla.queries import clocks_of
from core.tenancy.revisions import FILES, write_revision
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import SYSTEM, Actor, Order
from core.tickets.views import view_of
from core.units.queries import directory

TENANT, FEATURE = "nanhai", "nanhai.light"
TICKETS = 10_000
LIVED = 20
"""One ticket in so many went through a unit's hands."""
NAIVE = 500
"""So many tickets are asked about one by one; more would only take longer."""
COLUMNS = ("编号", "标题", "内容", "提交时间", "答复", "答复时间")
TROUBLES = ("路灯不亮", "井盖缺失", "夜间施工扰民", "垃圾清运不及时", "请问如何办理居住证", "停车位被占")
CLERK = Actor("staff", "经办人", 20, None, permissions_of(["clerk"]))


def history(count: int) -> Iterator[Row]:
    """Yield rows of appeals of the last two years: most answered in time, some late, some not at all."""
    chance, first = random.Random(7), datetime(2024, 1, 2, 9, tzinfo=UTC)
    for number in range(count):
        begun = first + timedelta(minutes=chance.randrange(700 * 1440))
        days = chance.choices((2, 6.2, 20, None), (60, 15, 15, 10))[0]
        trouble = chance.choice(TROUBLES)
        answer = ("", "") if days is None else ("已处理", f"{begun + timedelta(days=days):%Y-%m-%d %H:%M}")
        text = f"小区门口{trouble}，已经持续多日，影响居民出行和休息，请尽快处理。" * 3
        yield Row(number + 2, (f"H{number}", trouble, text, f"{begun:%Y-%m-%d %H:%M}", *answer))


def fill(installation: Installation, count: int, *, now: datetime) -> None:
    """Have so many tickets in the district."""
    wanted = Import(recognise(COLUMNS, {}, needed=NEEDED_FOR_HISTORY), "hotline", history=True)
    for rows in batches(history(count - count // LIVED)):
        import_batch(installation, TENANT, rows, wanted, now=now)
    for number in range(count // LIVED):
        live(installation, now - timedelta(days=30) + timedelta(minutes=10 * number), number)


def live(installation: Installation, at: datetime, number: int) -> None:
    """Lead one ticket through a unit's hands."""
    appeal = Appeal(channel="hotline", text=f"东街 {number} 号路灯不亮")
    serial = installation.run(TENANT, lambda scope: accept(scope, appeal, actor=SYSTEM, now=at)).serial_no

    def walk(scope: Scope) -> None:
        unit = next(unit for unit in directory(scope).units if unit.kind == "district_department")
        clerk = Actor("staff", CLERK.name, CLERK.id, unit.id, CLERK.permissions)
        desk.dispatch(scope, serial, Order(SYSTEM, at), lead=unit.code, reason="核实后判定")
        scope.session.flush()
        handle.sign(scope, serial, Order(clerk, at + timedelta(hours=1)))
        scope.session.flush()
        handle.reply(scope, serial, Order(clerk, at + timedelta(days=2)), text="已修复", disposition="resolved")
        scope.session.flush()
        conclude.pass_reply(scope, serial, Order(SYSTEM, at + timedelta(days=2, hours=3)))

    installation.run(TENANT, walk)


def measured(work: Callable[[], int]) -> float:
    """Return how many tickets a second the work does."""
    begun = time.perf_counter()
    return work() / (time.perf_counter() - begun)


def tried(installation: Installation, number: int, sample: Sample, *, now: datetime) -> int:
    """Try a draft from the question to the result, as the job and the command line do; return how many tickets."""

    def ask(scope: Scope) -> int:
        return ask_for(scope, FEATURE, number, sample=sample, asked_by="测量", now=now).id

    dry_run_id = installation.run(TENANT, ask)
    done = run_whole(installation, TENANT, dry_run_id, now=now).done
    with installation.scope(TENANT) as scope:
        print("\n".join(summary(result_of(scope, dry_run_id, most=0))))
    return done


def read(installation: Installation, sample: Sample, *, now: datetime) -> int:
    """Read all that a try reads, part by part, and do nothing with it."""
    last, done = None, 0
    while True:
        with installation.scope(TENANT) as scope:
            tickets = next_tickets(scope, sample, now=now, after=last, most=running.PART)
            pasts_of(scope, tickets)
        done += len(tickets)
        if len(tickets) < running.PART:
            return done
        last = tickets[-1].id


def asked_naively(installation: Installation, *, now: datetime) -> int:
    """Ask each ticket's questions twice, reading what they need ticket by ticket."""
    with installation.scope(TENANT) as scope:
        ids = scope.session.scalars(select(Ticket.id).order_by(Ticket.id.desc()).limit(NAIVE)).all()
    for ticket_id in ids:
        with installation.scope(TENANT) as scope:
            ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
            told = select(TicketEvent).where(TicketEvent.tenant_id == scope.tenant.id)
            scope.session.scalars(told.where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)).all()
            for _ in ("as it holds", "as it is tried"):
                view, duty = view_of(scope, ticket), directory(scope).find_duty(ticket.matter)
                scope.hooks.ask(specs.assess_urgency, ticket=view)
                scope.hooks.ask(specs.propose_watchers, ticket=view)
                scope.hooks.ask(specs.propose_routes, ticket=view, duty=duty, units=directory(scope).views)
                limits_of(scope, ticket, now=now)
                for clock in clocks_of(scope, ticket.id):
                    if clock.due_at:
                        marks_of(scope, ticket, clock, clock.due_at, now=now)
            scope.session.rollback()
    return len(ids)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    now, sample = datetime.now(UTC), Sample(newest=count)
    with measuring_place() as (installation, _):
        fill(installation, count, now=now)

        def draft(scope: Scope) -> int:
            values = {"yellow_hours": 5}
            return write_revision(
                scope, FEATURE, values=values, schema_version=1, reason="测量", author=FILES, now=now
            ).number

        number = installation.run(TENANT, draft)
        first = measured(lambda: read(installation, sample, now=now))
        trying = measured(lambda: tried(installation, number, sample, now=now))
        reading = (first + measured(lambda: read(installation, sample, now=now))) / 2
        naive = measured(lambda: asked_naively(installation, now=now))
    print(f"tickets                {count:8,}")
    print(f"try                    {trying:8,.0f} tickets/s")
    print(f"only reading the rows  {reading:8,.0f} tickets/s")
    print(f"naively, one by one    {naive:8,.0f} tickets/s")
    print(f"try / reading          {trying / reading:8.3f}")
    print(f"try / naively          {trying / naive:8.2f}")


if __name__ == "__main__":
    main()
