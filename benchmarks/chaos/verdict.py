"""What is found after the storm, against what was acknowledged: nothing may be missing and nothing twice."""

import json
import time
from collections import Counter
from dataclasses import dataclass

import psycopg

from benchmarks.chaos.house import House
from benchmarks.chaos.journal import Acknowledged, Journal
from benchmarks.verdicts import AFTER_PAUSE, DOUBLED, LOST, STILL_PENDING, Owner, count, one

CALM_PATIENCE = 180.0
JOBS_LEFT = """
    SELECT count(*) FROM job
    WHERE tenant_id = ANY(%(tenants)s) AND state = 'pending' AND (run_after < now() OR attempts > 0)
"""
"""Jobs that are due, and those that failed in the storm and wait for their next try: until then an appeal is no ticket yet."""
DONE = "SELECT command_id, t.serial_no, l.command, l.state, l.version FROM command_log l JOIN ticket t" + (
    " ON t.tenant_id = l.tenant_id AND t.id = l.ticket_id WHERE l.tenant_id = %s"
)
ENTRIES = """
    SELECT e.command_id, t.serial_no, max(e.seq), count(DISTINCT e.at) FROM ticket_event e
    JOIN ticket t ON t.tenant_id = e.tenant_id AND t.id = e.ticket_id
    WHERE e.tenant_id = %s AND e.command_id IS NOT NULL GROUP BY e.command_id, t.serial_no
"""
TICKETS = "SELECT count(*) FROM ticket WHERE tenant_id = ANY(%(tenants)s)"
FIRED = "SELECT count(*) FROM sla_event WHERE tenant_id = ANY(%(tenants)s)"
SENT = "SELECT id FROM message WHERE tenant_id = %s AND transport = 'sms' AND state = 'sent'"
LATEST = "SELECT extract(epoch FROM max(fired_at - at)) FROM sla_event WHERE tenant_id = ANY(%(tenants)s)"
DEADLOCK = b"deadlock detected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts that must be 0, and a few that tell how much was tried."""

    writes_lost: int
    answered_otherwise: int
    doubled: int
    timers_lost: int
    after_pause: int
    broken_timelines: int
    messages_lost: int
    delivered_again: int
    fired: int
    tickets: int
    messages: int
    late_by: float
    deadlocks: int
    """How often the database found one and undid a part of it, which is then tried again."""

    @property
    def faults(self) -> int:
        return (
            self.writes_lost
            + self.answered_otherwise
            + self.doubled
            + self.timers_lost
            + self.after_pause
            + self.broken_timelines
            + self.messages_lost
        )


def await_calm(owner: Owner, tenant_id: int, *, quiet: float) -> None:
    """Wait until nothing is left to be done, or nothing moves for too long; the count tells then."""
    give_up, tenants = time.monotonic() + CALM_PATIENCE, {"tenants": [tenant_id]}
    time.sleep(quiet)
    while time.monotonic() < give_up and (one(owner, STILL_PENDING, tenants) or one(owner, JOBS_LEFT, tenants)):
        time.sleep(0.5)


def judge(owner: Owner, house: House, journal: Journal, taken: Counter[str]) -> Verdict:
    """Compare what is there with what was acknowledged."""
    tenants = [house.tenant_id]
    sent = {f"{house.slug}-{message_id}" for (message_id,) in owner.execute(SENT, [house.tenant_id])}
    return Verdict(
        writes_lost=len(lost_writes(owner, house.tenant_id, journal)),
        answered_otherwise=journal.counts["answered otherwise"] + _done_though_refused(owner, house.tenant_id, journal),
        doubled=count(owner, DOUBLED, tenants) + _done_twice(owner, house.tenant_id),
        timers_lost=count(owner, LOST, tenants),
        after_pause=count(owner, AFTER_PAUSE, tenants),
        broken_timelines=broken_timelines(house),
        messages_lost=len(sent - set(taken)),
        delivered_again=taken.total() - len(taken),
        fired=one(owner, FIRED, {"tenants": tenants}),
        tickets=one(owner, TICKETS, {"tenants": tenants}),
        messages=len(sent),
        late_by=one(owner, LATEST, {"tenants": tenants}),
        deadlocks=deadlocks(house),
    )


def lost_writes(owner: Owner, tenant_id: int, journal: Journal) -> list[Acknowledged]:
    """Return the acknowledged commands that are not there, or not as they were acknowledged."""
    done = {key: tuple(rest) for key, *rest in owner.execute(DONE, [tenant_id])}
    told = {key: (serial_no, last) for key, serial_no, last, _ in owner.execute(ENTRIES, [tenant_id])}
    lost = []
    for write in journal.acknowledged:
        serial_no, last = told.get(write.key, ("", 0))
        kept = (write.serial_no, write.command, write.state, write.version)
        if done.get(write.key) != kept or serial_no != write.serial_no or not 0 < last <= write.version:
            lost.append(write)
    return lost


def broken_timelines(house: House) -> int:
    """Return how many faults `huiying audit verify` finds."""
    told = house.command("audit", "verify", "--tenant", house.slug, "--json")
    (audited,) = json.loads(told.stdout.splitlines()[-1])["tenants"]
    found: list[object] = audited["findings"]
    assert bool(found) == (told.returncode != 0), told.stderr
    return len(found)


def deadlocks(house: House) -> int:
    """Return how many deadlocks the database's own log tells of; its counters do not survive a crash."""
    return sum(log.read_bytes().count(DEADLOCK) for log in house.home.logs.glob("postgres.*"))


def _done_twice(owner: Owner, tenant_id: int) -> int:
    """Return how many keys have effects at more than one moment."""
    return int(sum(moments - 1 for _, _, _, moments in owner.execute(ENTRIES, [tenant_id])))


def _done_though_refused(owner: Owner, tenant_id: int, journal: Journal) -> int:
    return len({key for key, *_ in owner.execute(DONE, [tenant_id])} & set(journal.refused))


def connect(house: House) -> Owner:
    """Connect as the owner of the schema."""
    return psycopg.connect(house.owner_url, autocommit=True)
