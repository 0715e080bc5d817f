"""A try of duty list and rules on past tickets: `python -m benchmarks.simulation [TICKETS] [FILE ...]`, 10,000 by default.

Both sides have 1,285 items × 24 communities and 5,000 rules, and differ in most rows and in all rules. The tickets are
history of the sandbox: made-up appeals, or those of the files (any that `huiying import appeals` reads), from the first
again where there are fewer. Each is given a matter, most a place. Against the whole try, in the same run on the same
server: only reading the same rows. Against the question whose each ticket is, as the try asks it: asking every rule and
scanning every row of the list, for some of the same tickets; returns 1 where that is not slow enough.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import catalogue, routing
from benchmarks.dry_run import history
from benchmarks.place import measuring_place
from core.areas.gazetteer import Gazetteer
from core.areas.service import draft as draft_areas
from core.areas.tree import Area
from core.hooks.core_features import ROUTING
from core.hooks.values import TicketView
from core.intake.columns import is_header, recognise
from core.intake.tabular.opening import open_table
from core.intake.tabular.rows import Row
from core.journey.dry_run import Progress, Sample, ask_for, result_of, run_whole, running, summary
from core.journey.dry_run.reading import pasts_of
from core.journey.dry_run.sample import next_tickets
from core.journey.import_appeals import NEEDED_FOR_HISTORY, Import, batches, import_batch
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_of
from core.routing.ruleset import Facts, Listed, Verdict
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation, Scope
from core.units.catalogue.service import draft
from core.units.models import Unit

TENANT = "sandbox"
TICKETS = 10_000
ASKED = 200
"""So many tickets are asked about naively; more would only take longer."""
ROUNDS = 5
AIM = 50
COLUMNS = ("编号", "标题", "内容", "提交时间", "答复", "答复时间", "事项", "地点")
FIELDS = ("title", "text", "submitted_at", "reply", "replied_at")
LIMITS = [
    {"code": code, "label": "一小时", "clock": "handle", "mode": "wall", "amount": 60}
    for code in ("urgent-1h", "desk-1h")
]
Ask = Callable[[TicketView, Facts], Verdict]


def areas() -> list[Area]:
    """Return streets and communities under the codes of which the rules speak."""
    streets = [
        Area(str(number + 1), f"街道{number}", None, "street", f"s{number}") for number in range(routing.STREETS)
    ]
    communities = [Area(code, f"第{code}社区", code.split(".")[0], "community") for code in routing.AREAS]
    return [*streets, *communities]


def set_up(scope: Scope, *, now: datetime) -> int:
    """Let a duty list and rules hold, and draft others; return the number of the draft."""
    kinds = {f"d{number}": "district_department" for number in range(30)}
    kinds |= {f"s{number}": "street" for number in range(routing.STREETS)}
    kinds |= dict.fromkeys(routing.UNITS, "district_department")
    scope.session.add_all(
        Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code=code, name=f"单位{code}", kind=kind)
        for code, kind in kinds.items()
    )
    scope.session.flush()
    gazetteer = draft_areas(scope, Gazetteer.of(areas()), reason="测量", author=FILES, now=now).number
    numbers = []
    for seed in (1, 2):
        listed = catalogue.made_up(random.Random(seed), areas())
        duty_list = draft(scope, listed, gazetteer=gazetteer, reason="测量", author=FILES, now=now).number
        rules = routing.made_up_rules(random.Random(seed))["rules"]
        values = {"duty_list": duty_list, "rules": rules, "limits": LIMITS}
        revision = write_revision(
            scope, ROUTING.id, values=values, schema_version=1, reason="测量", author=FILES, now=now
        )
        numbers.append(revision.number)
    make_active(scope, ROUTING.id, numbers[0], actor=FILES, now=now)
    return numbers[1]


def appeals(files: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    """Yield title, text, time, reply and its time of each appeal, without end."""
    if not files:
        yield from (row.cells[1:] for row in history(100_000))
        return
    found = []
    for file in files:
        table = open_table(file, is_header=lambda cells: is_header(cells, {}))
        places = recognise(table.columns, {}, needed=NEEDED_FOR_HISTORY).places
        for row in table.rows():
            found.append(tuple(row.cells[places[name]] if name in places else "" for name in FIELDS))
    yield from cycle(found)


def fill(installation: Installation, count: int, files: Sequence[Path], *, now: datetime) -> int:
    """Have so many tickets in the district; return how many there are in the end."""
    chance = random.Random(7)
    wanted = Import(recognise(COLUMNS, {}, needed=NEEDED_FOR_HISTORY), "file", history=True)
    rows = (
        Row(
            number + 2,
            (
                *(f"H{number}", *told),
                *(chance.choice(routing.MATTERS), f"第{chance.choice(routing.AREAS)}社区" * (chance.random() < 0.8)),
            ),
        )
        for number, told in enumerate(islice(appeals(files), count))
    )
    taken = 0
    with tqdm(desc="import", total=count, file=sys.stderr) as bar:
        for batch in batches(rows):
            taken += import_batch(installation, TENANT, batch, wanted, now=now).created
            bar.update(len(batch))
    return taken


def tried(installation: Installation, number: int, sample: Sample, *, now: datetime) -> float:
    """Try the draft as the job and the command line do, with a bar; return how many tickets a second."""
    run = installation.run(
        TENANT, lambda scope: ask_for(scope, ROUTING.id, number, sample=sample, asked_by="测量", now=now).id
    )
    begun = time.perf_counter()
    with tqdm(desc="try", total=sample.newest, file=sys.stderr) as bar:

        def tell(progress: Progress) -> None:
            bar.update(progress.done - bar.n)

        done = run_whole(installation, TENANT, run, now=now, on_progress=tell).done
    taken = time.perf_counter() - begun
    with installation.scope(TENANT) as scope:
        print("\n".join(line[:160] for line in summary(result_of(scope, run, most=0))))
    return done / taken


def read(installation: Installation, sample: Sample, *, now: datetime) -> float:
    """Read all that a try reads, part by part, and do nothing with it; return how many tickets a second."""
    begun, last, done = time.perf_counter(), None, 0
    while True:
        with installation.scope(TENANT) as scope:
            tickets = next_tickets(scope, sample, now=now, after=last, most=running.PART)
            pasts_of(scope, tickets)
        done += len(tickets)
        if len(tickets) < running.PART:
            return done / (time.perf_counter() - begun)
        last = tickets[-1].id


def asked(installation: Installation, *, now: datetime) -> tuple[float, float]:
    """Return the microseconds of a ticket as the try asks whose it is, and by every rule and every row."""
    with installation.scope(TENANT) as scope:
        policy = policy_of(scope)
        pasts = pasts_of(scope, next_tickets(scope, Sample(newest=ASKED), now=now, after=None, most=ASKED))
        zone = scope.tenant.zone
    views = [past.view for past in pasts]
    told = [(view, policy.facts(view, zone=zone, timetable=None)) for view in views]
    naive = by_each(policy)

    def indexed(view: TicketView, facts: Facts) -> Verdict:
        return policy.judge(view, facts, on=routing.ON)

    for view, facts in told:
        quick, slow = indexed(view, facts), naive(view, facts)
        assert (quick.hits, quick.assignee and quick.assignee.lead) == (slow.hits, slow.assignee and slow.assignee.lead)
    looks = [(_microseconds(indexed, told), _microseconds(naive, told)) for _ in range(ROUNDS)]
    return statistics.median(each[0] for each in looks), statistics.median(each[1] for each in looks)


def by_each(policy: RoutingPolicy) -> Ask:
    """Return a way of asking that has no index: every rule of a phase until one matches, every row of the duty list."""
    listed, rules = policy.catalogue, routing.naive_verdicts(policy.rules)
    parents = {node.code: node.parent for node in (*listed.matters.nodes, *listed.areas.nodes)}

    def ask(view: TicketView, facts: Facts) -> Verdict:
        found = catalogue.scan(listed.rows, parents, view.matter or "", view.area or None)
        lead: str = found["lead"]
        return rules(facts, Listed(view.matter or "", lead, found["co"] or ()) if lead else None)

    return ask


def _microseconds(ask: Ask, told: Sequence[tuple[TicketView, Facts]]) -> float:
    begun = time.thread_time()
    for view, facts in told:
        ask(view, facts)
    return (time.thread_time() - begun) / len(told) * 1e6


def main(count: int, files: Sequence[Path]) -> int:
    """Print what is measured; return 1 when asking is not so much faster than asking naively."""
    now, sample = datetime.now(UTC), Sample(newest=count)
    with measuring_place() as (installation, _):
        number: Any = installation.run(TENANT, lambda scope: set_up(scope, now=now))
        installation.forget()
        taken = fill(installation, count, files, now=now)
        first = read(installation, sample, now=now)
        trying = tried(installation, number, sample, now=now)
        reading = (first + read(installation, sample, now=now)) / 2
        quick, slow = asked(installation, now=now)
    print(f"tickets                        {taken:9,}")
    print(f"try                            {trying:9,.0f} tickets/s")
    print(f"only reading the rows          {reading:9,.0f} tickets/s, try / reading {trying / reading:.3f}")
    print(f"whose it is, as the try asks   {quick:9,.1f} µs a ticket")
    print(f"every rule and every row asked {slow:9,.1f} µs a ticket, {slow / quick:.0f} times (aim {AIM})")
    return 0 if slow / quick >= AIM else 1


if __name__ == "__main__":
    given = sys.argv[1:]
    wanted_count = int(given.pop(0)) if given and given[0].isdigit() else TICKETS
    sys.exit(main(wanted_count, [Path(each) for each in given]))
