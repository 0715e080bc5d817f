"""What was acknowledged, held against what is there: way by way, each appeal once, with the number and code that were told."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.chaos.journal import Receipt
from benchmarks.verdicts import Owner, count
from core.kit.keys import Keyring
from core.kit.serials import access_code

TICKETS = """
    SELECT t.title, t.id, t.serial_no, t.code_version, count(i.id) FROM ticket t
    LEFT JOIN intake_event i ON i.tenant_id = t.tenant_id AND i.ticket_id = t.id
    WHERE t.tenant_id = %s GROUP BY t.tenant_id, t.id
"""
"""Every ticket, and how many times it came in. The title is the key that was made for the appeal."""
TIMELINE_SHORT = """
    SELECT count(*) FROM ticket t WHERE t.tenant_id = ANY(%(tenants)s) AND (
        t.version <> (SELECT count(*) FROM ticket_event e WHERE e.tenant_id = t.tenant_id AND e.ticket_id = t.id)
        OR NOT EXISTS (SELECT FROM ticket_event e
                       WHERE e.tenant_id = t.tenant_id AND e.ticket_id = t.id AND e.seq = 1))
"""
"""Tickets whose timeline has fewer or more entries than they say, or no beginning."""
WITHOUT_CLOCK = """
    SELECT count(*) FROM ticket t WHERE t.tenant_id = ANY(%(tenants)s) AND t.accepted_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM sla_clock c
        WHERE c.tenant_id = t.tenant_id AND c.ticket_id = t.id AND c.name = 'reply')
"""
"""Accepted tickets that nobody ever answers for."""
CLOCK_WITHOUT_END = """
    SELECT count(*) FROM sla_clock c WHERE c.tenant_id = ANY(%(tenants)s) AND c.state = 'running'
      AND NOT EXISTS (SELECT FROM sla_timer m
                      WHERE m.tenant_id = c.tenant_id AND m.clock_id = c.id AND m.mark = 'overdue')
      AND NOT EXISTS (SELECT FROM sla_event e
                      WHERE e.tenant_id = c.tenant_id AND e.clock_id = c.id AND e.mark = 'overdue')
"""
"""Running clocks that would run for ever."""
MESSAGE_WITHOUT_JOB = """
    SELECT count(*) FROM message m
    WHERE m.tenant_id = ANY(%(tenants)s) AND m.transport IN ('sms', 'mail') AND NOT EXISTS (
        SELECT FROM job j WHERE j.tenant_id = m.tenant_id AND j.kind = 'deliver'
          AND (j.payload->>'message_id')::bigint = m.id)
"""
PUSH_WITHOUT_JOB = """
    SELECT count(*) FROM inbound_item i WHERE i.tenant_id = ANY(%(tenants)s) AND NOT EXISTS (
        SELECT FROM job j WHERE j.tenant_id = i.tenant_id AND (j.payload->>'item_id')::bigint = i.id)
"""
JOB_WITHOUT_CAUSE = """
    SELECT count(*) FROM job j WHERE j.tenant_id = ANY(%(tenants)s) AND j.kind = 'deliver' AND NOT EXISTS (
        SELECT FROM message m WHERE m.tenant_id = j.tenant_id AND m.id = (j.payload->>'message_id')::bigint)
"""
NOT_DONE = "SELECT count(*) FROM job WHERE tenant_id = ANY(%(tenants)s) AND state = 'dead'"
"""Jobs that were given up."""
MARK_TWICE = """
    SELECT coalesce(sum(events - 1), 0) FROM (
        SELECT count(*) AS events FROM sla_event
        WHERE tenant_id = ANY(%(tenants)s) GROUP BY tenant_id, clock_id, mark, arm) event
"""
"""Marks of a clock that were reached twice, which a key forbids, where it has not been taken away."""
HALVES = (TIMELINE_SHORT, WITHOUT_CLOCK, CLOCK_WITHOUT_END, MESSAGE_WITHOUT_JOB, PUSH_WITHOUT_JOB, JOB_WITHOUT_CAUSE)
WITHOUT_TICKET = """
    SELECT concat_ws(' ', channel, state, nullif(failure, '')), count(*) FROM inbound_item
    WHERE tenant_id = %s AND tickets = '{}' GROUP BY 1 ORDER BY 1
"""
"""What was kept and has become no ticket: a person is asked for, or it was put aside."""
SEALS = "SELECT number, encode(digest, 'hex') FROM seal WHERE tenant_id = %s ORDER BY number"


@dataclass(frozen=True, slots=True)
class OfWay:
    """What became of the appeals that were acknowledged by one way."""

    acknowledged: int
    lost: int
    doubled: int
    mismatched: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What is there against what was acknowledged. `unknown` counts tickets of appeals that nobody handed in."""

    by_way: dict[str, OfWay]
    unknown: int
    half_written: int
    given_up: int
    marks_twice: int
    seals: int
    seals_lost: int
    without_ticket: dict[str, int]
    """What lies kept, in words, by how many there are of it: where something is lost, this tells whether it is in the house."""

    @property
    def acknowledged(self) -> int:
        return sum(way.acknowledged for way in self.by_way.values())

    @property
    def lost(self) -> int:
        return sum(way.lost for way in self.by_way.values())

    @property
    def doubled(self) -> int:
        return sum(way.doubled for way in self.by_way.values()) + self.unknown

    @property
    def mismatched(self) -> int:
        return sum(way.mismatched for way in self.by_way.values())

    @property
    def faults(self) -> int:
        wrong = self.lost + self.doubled + self.mismatched
        return wrong + self.half_written + self.given_up + self.marks_twice + self.seals_lost


@dataclass(frozen=True, slots=True)
class _Found:
    serial_no: str
    access_code: str
    times: int
    """How many messages say that they became this ticket; of what came in there is one."""


def compare(
    owner: Owner, keys: Keyring, tenant_id: int, receipts: Sequence[Receipt], *, kept_seals: Sequence[str] = ()
) -> Compared:
    """Hold every receipt, and every seal that was acknowledged, against the tables."""
    found, known = _tickets(owner, keys, tenant_id), {receipt.key for receipt in receipts}
    tenants = [tenant_id]
    seals = {f"{number}:{digest}" for number, digest in owner.execute(SEALS, [tenant_id])}
    return Compared(
        by_way=_by_way(found, receipts),
        unknown=sum(len(tickets) for key, tickets in found.items() if key not in known),
        half_written=count(owner, HALVES, tenants),
        given_up=count(owner, [NOT_DONE], tenants),
        marks_twice=count(owner, [MARK_TWICE], tenants),
        seals=len(seals),
        seals_lost=len(set(kept_seals) - seals) + _gaps(seals),
        without_ticket=dict(owner.execute(WITHOUT_TICKET, [tenant_id]).fetchall()),
    )


def _tickets(owner: Owner, keys: Keyring, tenant_id: int) -> dict[str, list[_Found]]:
    found: dict[str, list[_Found]] = defaultdict(list)
    for key, ticket_id, serial_no, version, times in owner.execute(TICKETS, [tenant_id]):
        code = access_code(keys, tenant_id=tenant_id, ticket_id=ticket_id, version=version)
        found[key].append(_Found(serial_no, code, times))
    return found


def _by_way(found: dict[str, list[_Found]], receipts: Sequence[Receipt]) -> dict[str, OfWay]:
    acknowledged = Counter(receipt.way for receipt in receipts)
    lost: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    mismatched: Counter[str] = Counter()
    for receipt in receipts:
        tickets = found.get(receipt.key, [])
        lost[receipt.way] += not tickets
        doubled[receipt.way] += max(0, len(tickets) - 1)
        mismatched[receipt.way] += bool(tickets) and not any(_is_as_told(ticket, receipt) for ticket in tickets)
    return {
        way: OfWay(number, lost[way], doubled[way], mismatched[way]) for way, number in sorted(acknowledged.items())
    }


def _is_as_told(ticket: _Found, receipt: Receipt) -> bool:
    told = (receipt.serial_no, receipt.access_code)
    return ticket.times == 1 and told in ((ticket.serial_no, ticket.access_code), ("", ""))


def _gaps(seals: set[str]) -> int:
    """Return how many numbers are missing between the first seal and the newest one."""
    numbers = [int(seal.partition(":")[0]) for seal in seals]
    return max(numbers, default=0) - len(numbers)
