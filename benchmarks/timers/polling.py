"""The idle poll: what it costs to find nothing due, with few timers pending and with very many."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import event

from benchmarks.timers.filling import TABLES, District, Shift, copy_ticket, timers_of_original
from benchmarks.verdicts import Owner, one
from core.jobs.timers import Timers
from core.journey.supervise import supervise
from core.kit.clock import machine_time
from core.tenancy.scope import Installation

WORKS = {
    "look": "look at one district: is anything due?",
    "claim": "claim in one district, finding nothing",
    "round": "round of the clock process through all tenants",
}
WARM_UP = 20
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Cost:
    """How long something took, again and again, in milliseconds."""

    median: float
    p99: float

    def __str__(self) -> str:
        return f"median {self.median:6.3f} ms   p99 {self.p99:6.3f} ms"


def fill_up(owner: Owner, districts: Sequence[District], *, wanted: int) -> int:
    """Have about `wanted` timers pending in all districts together, none of them due, and return how many there are."""
    for district in districts:
        copies = wanted // len(districts) // timers_of_original(owner, district)
        copy_ticket(owner, district, first=1, last=copies - 1, shift=Shift(span=DAY))
    for table in TABLES:
        owner.execute(f"VACUUM ANALYZE {table}")
    return one(owner, "SELECT count(*) FROM sla_timer")


def measure_idle(places: Sequence[Installation], slug: str, *, polls: int) -> list[list[Cost]]:
    """Measure, in turns, each installation's look at one district, its claim there, and its round through all tenants."""
    works = [list(_works(place, slug).values()) for place in places]
    taken: list[list[list[float]]] = [[[] for _ in WORKS] for _ in places]
    for number in range(polls + WARM_UP):
        for place, of_place in zip(works, taken, strict=True):
            for work, milliseconds in zip(place, of_place, strict=True):
                begun = time.perf_counter()
                work()
                if number >= WARM_UP:
                    milliseconds.append((time.perf_counter() - begun) * 1000)
    return [[_cost(milliseconds) for milliseconds in of_place] for of_place in taken]


def _works(installation: Installation, slug: str) -> dict[str, Callable[[], object]]:
    timers, tenant = Timers(installation, is_ending=lambda: False), installation.tenant(slug)
    assert not timers.fire(now=machine_time)
    return {
        "look": lambda: timers._fire_of(tenant, now=machine_time),
        "claim": lambda: installation.run(slug, partial(supervise, now=machine_time())),
        "round": lambda: timers.fire(now=machine_time),
    }


def plans(installation: Installation, slug: str) -> list[str]:
    """Return how the database goes about the look and the claim, as the app's role: the lines that name an index."""
    works = _works(installation, slug)
    said = []
    for name, work in ((name, works[name]) for name in ("look", "claim")):
        statement, parameters = _query_on_timers(installation, work)
        with installation.scope(slug) as scope:
            explain = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}"
            lines = scope.session.connection().exec_driver_sql(explain, parameters).scalars().all()
        said += [f"  {name:6}{line}" for line in lines if "Scan" in line or "Buffers" in line or "Execution" in line]
    return said


def _query_on_timers(installation: Installation, work: Callable[[], object]) -> tuple[str, Any]:
    """Return the query on pending timers that the work sends, with its values."""
    sent: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM sla_timer" in statement or "JOIN sla_timer" in statement:
            sent.append((statement, parameters))

    event.listen(installation.database.engine, "before_cursor_execute", listen)
    work()
    event.remove(installation.database.engine, "before_cursor_execute", listen)
    return sent[-1]


def _cost(milliseconds: list[float]) -> Cost:
    return Cost(statistics.median(milliseconds), statistics.quantiles(milliseconds, n=100)[98])
