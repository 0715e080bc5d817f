"""Draining many due timers by several processes that die, while others pause, resume and conclude."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg

from benchmarks.district import PROFILES
from benchmarks.district.plugin import FEATURES
from benchmarks.timers.crashing import DEAD
from benchmarks.timers.filling import COPIES_FROM, District, Shift, copy_ticket, walk_originals
from benchmarks.timers.workers import Place, disturb, fire_timers
from benchmarks.verdicts import AFTER_PAUSE, DOUBLED, LOST, Owner, count, one
from core.embedded.services import Services
from core.hooks.roster import Roster
from core.journey.supervise import BATCH
from core.tenancy.scope import Installation
from tenants.apply import apply_profile
from tenants.profile import read_profiles

WORKERS = 4
DISTRICTS = 4
DISTURBERS = (1, 2)
FUSES = (50, 2500)
"""After how many statements, least and most, a process dies: between the first mark and the fifth transaction."""
HANDLE_SECONDS, REPLY_SECONDS = 100, 130
MARKS_PER_COPY = 5
"""Two of the handling clock, two of the resident's, and the end of the window for returns."""
COPIES_PER_SECOND = 250
"""About as fast they are made, and their timers deleted and made again."""
BEHIND = 120
"""Seconds before the beginning at which the first one did."""
PATIENCE = 900

WAITING = """
    SELECT count(*) FROM sla_timer m JOIN sla_clock c ON c.tenant_id = m.tenant_id AND c.id = m.clock_id
    JOIN ticket t ON t.tenant_id = c.tenant_id AND t.id = c.ticket_id
    WHERE m.kind = 'mark' AND m.fire_at < now() + interval '30 seconds' AND t.state <> 'submitted'
"""
DELETE = """
    DELETE FROM sla_timer WHERE tenant_id = %(tenant)s AND id IN (
        SELECT id FROM sla_timer WHERE tenant_id = %(tenant)s AND fire_at <= now() + interval '1 day' AND id >= %(first)s
        ORDER BY fire_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""
FIRED = "SELECT count(*) FROM sla_event"
LATE = """
    SELECT percentile_cont(%(share)s) WITHIN GROUP (ORDER BY extract(epoch FROM fired_at - at)) * 1000
    FROM sla_event WHERE at > %(since)s
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
EXPECTED = """
    CREATE TABLE expected AS
    SELECT m.tenant_id, m.clock_id, m.mark, m.fire_at FROM sla_timer m
    WHERE m.tenant_id = ANY(%(tenants)s) AND m.kind = 'mark' AND m.fire_at < %(until)s
"""
NOT_AS_EXPECTED = """
    SELECT c.name || ' ' || c.state || ', ' || x.mark || ' of ' || x.fire_at || ', ticket ' || c.ticket_id
    FROM expected x JOIN sla_clock c ON c.tenant_id = x.tenant_id AND c.id = x.clock_id
    WHERE NOT EXISTS (SELECT FROM sla_event e WHERE e.tenant_id = x.tenant_id AND e.clock_id = x.clock_id
                        AND e.mark = x.mark AND e.at = x.fire_at)
      AND NOT EXISTS (SELECT FROM sla_pause p JOIN sla_clock held ON held.tenant_id = p.tenant_id AND held.id = p.clock_id
                      WHERE held.tenant_id = c.tenant_id AND held.ticket_id = c.ticket_id AND p.started_at < x.fire_at)
      AND NOT EXISTS (SELECT FROM ticket t WHERE t.tenant_id = c.tenant_id AND t.id = c.ticket_id
                        AND t.replied_at < x.fire_at)
"""
"""Timers that were set before the beginning and not fired at their time, though before it nothing paused on the ticket
(a pause also lets go what its clock capped) and no reply was handed in."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of the timers."""

    due: int
    fired: int
    seconds: float
    crashes: int
    doubled: int
    lost: int
    after_pause: int
    deadlocks: int
    late_median: float
    late_worst: float
    disturbances: tuple[str, ...]
    missed: tuple[str, ...]
    """Each timer that was not fired at its time without a reason that is on record."""
    deleted_per_second: float

    @property
    def faults(self) -> int:
        return self.doubled + self.lost + self.after_pause + self.deadlocks


def make_districts(installation: Installation, number: int) -> list[str]:
    """Make so many districts of seconds, and return their short names."""
    (profile,) = read_profiles(PROFILES)
    # Letters are numbered without gaps, so their writers would wait in line: the clocks are what is measured.
    limits = {"handle_seconds": HANDLE_SECONDS, "reply_seconds": REPLY_SECONDS, "letters": False}
    slugs = []
    for letter in "abcdefgh"[:number]:
        own = replace(
            profile,
            slug=f"{profile.slug}-{letter}",
            serial_prefix=f"B{letter.upper()}",
            settings=dict.fromkeys(profile.features, limits),
        )
        apply_profile(installation, own, now=datetime.now(UTC))
        slugs.append(own.slug)
    return slugs


def drain(
    owner: Owner, services: Services, *, timers: int, crashes: int, ahead: int, folder: Path, seed: int
) -> Drained:
    """Have so many timers come due, drain them under disturbance, and count what must not be.

    The last of them comes due `ahead` seconds after the beginning, and so long there is disturbance.
    """
    place = Place(services.database_url, services.home / "keys.json", folder / "begun", folder / "ended")
    installation = place.open()
    installation.roster = Roster([*Roster.installed().features.values(), *FEATURES])
    slugs = make_districts(installation, DISTRICTS)
    walked = time.time()
    districts = walk_originals(installation, slugs)
    tenants = [district.tenant_id for district in districts]
    installation.database.engine.dispose()

    disturbers = [_start(disturb, place, districts, seed + n, ahead, folder / f"told-{n}") for n in DISTURBERS]
    copies = timers // MARKS_PER_COPY // len(districts)
    start = time.time() + copies / COPIES_PER_SECOND
    shift = Shift(first=start - walked - BEHIND - REPLY_SECONDS, span=BEHIND + ahead)
    for district in districts:
        copy_ticket(owner, district, first=1, last=copies, shift=shift)
    deleted_per_second = _bare_delete(owner, services, districts)
    for district in districts:
        copy_ticket(owner, district, first=1, last=copies, shift=shift, tables=("sla_timer",))
    owner.execute("ANALYZE")
    owner.execute(EXPECTED, {"tenants": tenants, "until": datetime.fromtimestamp(start + ahead, UTC)})
    due, deadlocks = one(owner, "SELECT count(*) FROM expected"), one(owner, DEADLOCKS)

    begun = time.perf_counter()
    place.begun.touch()
    died = _keep_firing(owner, place, crashes=crashes, least=ahead, chance=random.Random(seed))
    seconds = time.perf_counter() - begun
    for process in disturbers:
        process.join()
        assert process.exitcode == 0, "a process that pauses and resumes failed"
    missed = tuple(words for (words,) in owner.execute(NOT_AS_EXPECTED))
    return Drained(
        due=due,
        fired=one(owner, FIRED),
        seconds=seconds,
        crashes=died,
        doubled=count(owner, DOUBLED, tenants),
        lost=count(owner, LOST, tenants) + len(missed),
        missed=missed,
        after_pause=count(owner, AFTER_PAUSE, tenants),
        deadlocks=one(owner, DEADLOCKS) - deadlocks,
        late_median=one(owner, LATE, {"share": 0.5, "since": datetime.fromtimestamp(start, UTC)}),
        late_worst=one(owner, LATE, {"share": 1, "since": datetime.fromtimestamp(start, UTC)}),
        disturbances=tuple((folder / f"told-{n}").read_text(encoding="utf-8") for n in DISTURBERS),
        deleted_per_second=deleted_per_second,
    )


def _keep_firing(owner: Owner, place: Place, *, crashes: int, least: float, chance: random.Random) -> int:
    """Keep four processes firing until nothing waits any more, each with a fuse while crashes are wanted.

    Returns how many died.
    """
    died, give_up = 0, time.monotonic() + PATIENCE
    running = [_start(fire_timers, place, chance.randint(*FUSES)) for _ in range(WORKERS)]
    not_before = time.monotonic() + least
    while time.monotonic() < not_before or one(owner, WAITING):
        assert time.monotonic() < give_up, f"timers still wait after {PATIENCE} seconds"
        for number, process in enumerate(running):
            if process.is_alive():
                continue
            assert process.exitcode == DEAD, f"a process that fires timers ended with {process.exitcode}"
            died += 1
            running[number] = _start(fire_timers, place, chance.randint(*FUSES) if died < crashes else None)
        time.sleep(0.2)
    place.ended.touch()
    for process in running:
        process.join()
    return died


def _start(work: object, *arguments: object) -> BaseProcess:
    process = get_context("spawn").Process(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def _bare_delete(owner: Owner, services: Services, districts: Sequence[District]) -> float:
    """Return how many timers a second plain SQL claims and deletes that does nothing else: all that the copies have.

    One connection of the app's role, in transactions of as many timers as the product acts on in one.
    """
    owner.execute("ANALYZE")
    deleted, begun = 0, time.perf_counter()
    with psycopg.connect(services.database_url, autocommit=True, prepare_threshold=1) as connection:
        for district in districts:
            gone = BATCH
            while gone == BATCH:
                with connection.transaction():
                    connection.execute(f"SET LOCAL app.tenant = '{district.tenant_id}'")
                    gone = connection.execute(
                        DELETE, {"tenant": district.tenant_id, "first": COPIES_FROM, "limit": BATCH}
                    ).rowcount
                deleted += gone
    return deleted / (time.perf_counter() - begun)
