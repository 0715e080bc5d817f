"""The product on databases that are not its own: PostgreSQL 15, behind PgBouncer, on a Patroni pair that fails over.

    python -m benchmarks.ha [--postgres18] [--postgres15] [--pgbouncer] [--patroni] [--cycles 3] [--seconds 40] [--keep]

Without a stage named, all of them. Each stage has a database of its own, made of Debian's packages, and the product run
on it unchanged: writers hand in appeals over the API and see every fourth through, each write under a key of its own
and again until it is answered. Afterwards tables and timelines are held against what was acknowledged. Exits with 1
when anything is missing, doubled or broken, and with 2 when packages are missing. Needs root, for the namespaces.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.chaos.gateway import Taken, gateway
from benchmarks.chaos.house import House
from benchmarks.chaos.intake.comparing import Compared, compare
from benchmarks.chaos.verdict import Verdict, await_calm, connect, judge
from benchmarks.ha.drill import Cycle, fail_over
from benchmarks.ha.packages import ON_PATRONI, ON_PGBOUNCER, ON_POSTGRES15, unmet
from benchmarks.ha.pair import LOOP_WAIT, RETRY_TIMEOUT, TTL, patroni_pair
from benchmarks.ha.place import ServerFell, place
from benchmarks.ha.pooler import pgbouncer
from benchmarks.ha.product import Product, ProductInParts, named
from benchmarks.ha.server import open_database, postgres15
from benchmarks.ha.writers import TimedJournal, Writers
from benchmarks.place import home_of_its_own
from core.embedded.locks import ending_politely

SEED = 20_260_101
SHOWN_TROUBLES = 8
STUCK_PATIENCE = 5.0
QUIET = 8.0
"""Seconds after the last write before what is still due is looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    cycles: int
    seconds: float
    keep: bool
    lock_in: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ha", description=__doc__)
    for name in STAGES:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--cycles", type=int, default=3, help="how many times the primary fails")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long is written where nothing fails")
    parser.add_argument("--keep", action="store_true", help="keep the product's home and log")
    parser.add_argument("--etcd3", action="store_true", help="keep Patroni's lock by etcd's v3 interface, see pair.py")
    given = parser.parse_args()
    stages = [name for name in STAGES if getattr(given, name)] or list(STAGES)
    lacks = unmet(package for name in stages for package in STAGES[name].packages)
    if lacks and stages != ["postgres18"]:
        print("\n".join(lacks), file=sys.stderr)
        return 2
    asked = Asked(given.cycles, given.seconds, given.keep, "etcd3" if given.etcd3 else "etcd")
    faults = 0
    with ending_politely():
        for name in stages:
            print(f"{name}: {STAGES[name].says}", flush=True)
            faults += STAGES[name].run(asked)
    print("nothing was lost, doubled or broken" if not faults else f"{faults} faults")
    return 1 if faults else 0


def on_postgres18(asked: Asked) -> int:
    """Work on the PostgreSQL that is brought along."""
    with home_of_its_own(keep=asked.keep) as home, gateway() as (sms, taken):
        return _work(House(home, sms), taken, lambda _: time.sleep(asked.seconds))


def on_postgres15(asked: Asked) -> int:
    """Work on one PostgreSQL of Debian's."""
    with (
        place() as here,
        home_of_its_own(keep=asked.keep) as home,
        gateway() as (sms, taken),
        postgres15(here) as (sockets, passwords),
        named(open_database(sockets, passwords)),
    ):
        return _work(Product(home, sms), taken, lambda _: time.sleep(asked.seconds))


def behind_pgbouncer(asked: Asked) -> int:
    """Work on the same, web and worker through pooled transactions, the clock with its session whole."""
    with (
        place() as here,
        home_of_its_own(keep=asked.keep) as home,
        gateway() as (sms, taken),
        postgres15(here) as (sockets, passwords),
        pgbouncer(here, sockets, passwords, open_database(sockets, passwords)) as addresses,
        named(addresses),
    ):
        return _work(ProductInParts(home, sms, addresses), taken, lambda _: time.sleep(asked.seconds))


def on_patroni(asked: Asked) -> int:
    """Work while the primary of a pair fails."""
    with (
        place() as here,
        home_of_its_own(keep=asked.keep) as home,
        gateway() as (sms, taken),
        patroni_pair(here, lock_in=asked.lock_in) as pair,
        named(open_database(pair.sockets, pair.passwords)),
    ):
        print(f"  ttl {TTL} s, loop_wait {LOOP_WAIT} s, retry_timeout {RETRY_TIMEOUT} s, synchronous_mode on")
        print(f"  leader's key by the interface {asked.lock_in}", flush=True)
        cycles: list[Cycle] = []
        faults = _work(Product(home, sms), taken, lambda journal: fail_over(pair, journal, asked.cycles, cycles))
        print(f"  time to recover, worst       {max((cycle.first_write for cycle in cycles), default=0):7.1f} s")
        return faults + (len(cycles) < asked.cycles)


@dataclass(frozen=True, slots=True)
class Stage:
    """One database to work on."""

    says: str
    packages: tuple[str, ...]
    run: Callable[[Asked], int]


STAGES = {
    "postgres18": Stage("the PostgreSQL brought along", (), on_postgres18),
    "postgres15": Stage("PostgreSQL 15 of Debian", ON_POSTGRES15, on_postgres15),
    "pgbouncer": Stage("the same behind PgBouncer, transactions pooled", ON_PGBOUNCER, behind_pgbouncer),
    "patroni": Stage("a Patroni pair behind HAProxy, its primary failing", ON_PATRONI, on_patroni),
}


def _work(house: House, taken: Taken, meanwhile: Callable[[TimedJournal], None]) -> int:
    """Run the product, write `meanwhile`, hold what is there against what was acknowledged; return the faults."""
    journal = TimedJournal()
    house.prepare()
    try:
        house.start()
        writers = Writers(house, journal, SEED)
        fell = _write(writers, lambda: meanwhile(journal))
        with connect(house) as owner:
            if not fell:
                await_calm(owner, house.tenant_id, quiet=QUIET)
            verdict = judge(owner, house, journal, taken.ids())
            compared = compare(owner, house.keys, house.tenant_id, journal.receipts)
            version = owner.info.parameter_status("server_version")
        is_up = house.is_up()
    finally:
        house.stop()
    for failure in writers.failures:
        print(f"  a writer failed: {failure!r}")
    if not is_up:
        print("  the installation gave up")
    _tell(journal, verdict, compared, version)
    broken = len(writers.failures) + len(journal.refused) + (not is_up) + fell + (not journal.receipts)
    return verdict.faults + compared.faults + broken


def _write(writers: Writers, meanwhile: Callable[[], None]) -> bool:
    """Have the writers write; return whether a server fell for good, and then wait for no answer any more."""
    fell = True
    writers.start()
    try:
        meanwhile()
        fell = False
    except ServerFell as fact:
        print(f"  {fact}", flush=True)
    finally:
        writers.stop(patience=STUCK_PATIENCE if fell else None)
    return fell


def _tell(journal: TimedJournal, verdict: Verdict, compared: Compared, version: str | None) -> None:
    counts = journal.counts
    print(f"  PostgreSQL                   {version}")
    print(
        f"  appeals acknowledged         {compared.acknowledged:7}   lost {compared.lost}, doubled {compared.doubled}, "
        f"mismatched {compared.mismatched}, written by halves {compared.half_written}"
    )
    print(
        f"  commands acknowledged        {len(journal.acknowledged):7}   lost {verdict.writes_lost}, {len(journal.refused)} refused"
    )
    print(
        f"  sent again unanswered        {counts['retries']:7}   {dict(journal.troubles.most_common(SHOWN_TROUBLES))}"
    )
    print(f"  answered otherwise           {verdict.answered_otherwise:7}")
    print(f"  effects doubled              {verdict.doubled:7}")
    print(
        f"  timers fired                 {verdict.fired:7}   lost {verdict.timers_lost}, after a pause {verdict.after_pause}"
    )
    print(f"  timelines that do not verify {verdict.broken_timelines:7}   of {verdict.tickets} tickets")
    print(f"  SMS sent                     {verdict.messages:7}   lost {verdict.messages_lost}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
