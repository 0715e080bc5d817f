"""The failover drill: writers at work, the primary broken again and again, and what was acknowledged held against it."""

import time
from dataclasses import dataclass

from benchmarks.ha.faults import FAULTS, Fault
from benchmarks.ha.pair import Pair
from benchmarks.ha.place import ServerFell
from benchmarks.ha.writers import WRITERS, TimedJournal

CALM = 8.0
"""Seconds of undisturbed writing before each fault and after the last."""
AWAY = 3.0
"""Seconds of writing on the new primary before the old one's machine comes back."""
TAKE_OVER_PATIENCE = 150.0


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one failure of the primary cost. Times are seconds; `first_write` and `rejoined` count from the failure."""

    fault: str
    before: str
    after: str
    outage: float
    first_write: float
    rejoined: float


def fail_over(pair: Pair, journal: TimedJournal, cycles: int, done: list[Cycle]) -> None:
    """Break the primary so many times, each time with a synchronous standby there; tell and note each as it is over.

    Raises `ServerFell` when the pair does not come back.
    """
    for number in range(cycles):
        pair.await_health()
        time.sleep(CALM)
        cycle = _once(pair, journal, FAULTS[number % len(FAULTS)])
        done.append(cycle)
        print(
            f"  {cycle.fault:7} {cycle.before} -> {cycle.after}   first write after {cycle.first_write:5.1f} s"
            f"   longest gap {cycle.outage:5.1f} s   both in step again after {cycle.rejoined:5.1f} s",
            flush=True,
        )
    time.sleep(CALM)


def _once(pair: Pair, journal: TimedJournal, fault: Fault) -> Cycle:
    primary = pair.primary()
    assert primary is not None
    struck = time.monotonic()
    fault.strike(pair, primary)
    after = _await_take_over(pair, primary.name if fault.moves else "")
    _await_write(journal, since=time.monotonic())
    time.sleep(AWAY)
    fault.repair(pair, primary)
    pair.await_health()
    rejoined = time.monotonic() - struck
    recovery = journal.recovery(struck)
    assert recovery is not None
    outage, first_write = recovery
    return Cycle(fault.name, primary.name, after, outage, first_write, rejoined)


def _await_take_over(pair: Pair, gone: str) -> str:
    give_up = time.monotonic() + TAKE_OVER_PATIENCE
    while time.monotonic() < give_up:
        leader = pair.primary()
        if leader is not None and leader.name != gone:
            return leader.name
        time.sleep(0.3)
    raise ServerFell(f"nobody took over from {gone or 'the primary'}: {dict(pair.members())}")


def _await_write(journal: TimedJournal, *, since: float) -> None:
    give_up = time.monotonic() + TAKE_OVER_PATIENCE
    while time.monotonic() < give_up:
        if any(at > since for at in journal.times[-WRITERS:]):
            return
        time.sleep(0.05)
    raise ServerFell("nothing was acknowledged after the take-over")
