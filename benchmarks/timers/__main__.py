"""The idle poll with 6,000 and 600,000 pending timers, and the drain of 20,000 due ones under disturbance.

    python -m benchmarks.timers [--small] [--part poll|drain] [--seed N]

Embedded PostgreSQL of its own, durable, with the real migrations; all as the app's role under row-level
security. `--small` takes a hundredth, to see that everything works. Exits with 1 when anything was lost, doubled, fired
after a pause, or deadlocked.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.place import measuring_place
from benchmarks.timers.draining import WORKERS, Drained, drain
from benchmarks.timers.filling import walk_originals
from benchmarks.timers.polling import WORKS, fill_up, measure_idle, plans
from benchmarks.verdicts import Owner
from core.embedded.services import Services
from core.tenancy.scope import Installation

LOOKED_AT = "sandbox"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    few: int
    many: int
    polls: int
    due: int
    crashes: int
    seconds: int


WHOLE = Size(few=6_000, many=600_000, polls=500, due=20_000, crashes=25, seconds=60)
SMALL = Size(few=600, many=6_000, polls=30, due=400, crashes=4, seconds=8)
"""For a look whether everything works."""


@contextmanager
def owned_place() -> Iterator[tuple[Installation, Services, Owner]]:
    """Have an installation of its own, and a connection as the owner of its schema."""
    with measuring_place() as (installation, services):
        assert services.owner_url
        with psycopg.connect(services.owner_url, autocommit=True) as owner:
            yield installation, services, owner


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timers", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a hundredth of everything")
    parser.add_argument("--part", choices=("poll", "drain"), help="only one of the two")
    parser.add_argument("--seed", type=int, default=20_260_101)
    asked = parser.parse_args()
    size = SMALL if asked.small else WHOLE
    if asked.part != "drain":
        with owned_place() as (few, _, few_owner), owned_place() as (many, _, many_owner):
            poll_idle(few, few_owner, many, many_owner, size)
    if asked.part == "poll":
        return 0
    with owned_place() as (_, services, owner), tempfile.TemporaryDirectory() as folder:
        drained = drain(
            owner,
            services,
            timers=size.due,
            crashes=size.crashes,
            ahead=size.seconds,
            folder=Path(folder),
            seed=asked.seed,
        )
    tell(drained)
    return 1 if drained.faults else 0


def poll_idle(few: Installation, few_owner: Owner, many: Installation, many_owner: Owner, size: Size) -> None:
    """Fill both installations, measure their idle polls in turns, and print them side by side."""
    counts = []
    for place, owner, wanted in ((few, few_owner, size.few), (many, many_owner, size.many)):
        slugs = [tenant.slug for tenant in place.tenants() if tenant.kind == "district"]
        counts.append(fill_up(owner, walk_originals(place, slugs), wanted=wanted))
    measured = measure_idle([few, many], LOOKED_AT, polls=size.polls)
    print(f"idle poll, {len(few.tenants())} tenants, {size.polls} times each, in turns; load {load()}")
    for which, (name, words) in enumerate(WORKS.items()):
        print(f"  {words}{'   (aim: median 2 ms)' if name == 'look' else ''}")
        for pending, costs in zip(counts, measured, strict=True):
            print(f"    {pending:9,} pending   {costs[which]}")
        print(f"    ratio of the medians {measured[1][which].median / measured[0][which].median:5.2f}   (aim: about 1)")
    print(f"how the database finds nothing due among {counts[1]:,}")
    print("\n".join(plans(many, LOOKED_AT)), flush=True)


def tell(drained: Drained) -> None:
    """Print what became of the due timers."""
    rate = drained.fired / drained.seconds
    print(f"drain by {WORKERS} processes, while two others pause, resume and conclude; load {load()}")
    print(f"  timers due             {drained.due:8,}")
    print(f"  marks fired            {drained.fired:8,} in {drained.seconds:.0f} s, with those that came due anew")
    print(f"  processes that died    {drained.crashes:8}")
    for told in drained.disturbances:
        print(f"  meanwhile              {told}")
    print(f"  doubled                {drained.doubled:8}")
    print(f"  lost                   {drained.lost:8}")
    for words in drained.missed[:SHOWN]:
        print(f"    {words}")
    print(f"  fired after pause      {drained.after_pause:8}")
    print(f"  deadlocks              {drained.deadlocks:8}")
    print(f"  rate                   {rate:8.0f} a second, each with its event, timeline entry, SMS and job")
    print(f"  bare claim and delete  {drained.deleted_per_second:8.0f} a second")
    print(f"  ratio                  {rate / drained.deleted_per_second:8.3f}")
    print(
        f"  late_by                median {drained.late_median / 1000:.1f} s, worst {drained.late_worst / 1000:.1f} s, of those that came due meanwhile"
    )


def load() -> str:
    """Return how busy the machine is."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    sys.exit(main())
