"""What may never be found afterwards, counted in the tables themselves, as their owner.

Each count is 0 when nothing was lost and nothing happened twice, whatever was killed meanwhile.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

Owner = psycopg.Connection[Any]
MARGIN = "5 seconds"
"""How long after its time a timer may still be on its way, when everything else has ended."""

FIRED_TWICE = """
    SELECT coalesce(sum(entries - 1), 0) FROM (
        SELECT count(*) AS entries FROM ticket_event
        WHERE tenant_id = ANY(%(tenants)s) AND kind = 'clock_mark'
        GROUP BY tenant_id, ticket_id, detail->>'clock_id', detail->>'mark', detail->>'at') mark
"""
"""Entries about one and the same mark."""
PRESSED_TWICE = """
    SELECT coalesce(sum(acts - 1), 0) FROM (
        SELECT count(*) AS acts FROM ticket_event
        WHERE tenant_id = ANY(%(tenants)s) AND kind = 'escalate' AND detail ? 'cause'
        GROUP BY tenant_id, ticket_id, detail->>'cause') act
"""
"""Acts of pressing for one and the same occasion."""
EVENTS_WITHOUT_ENTRY = """
    SELECT count(*) FROM sla_event e JOIN sla_clock c ON c.tenant_id = e.tenant_id AND c.id = e.clock_id
    WHERE e.tenant_id = ANY(%(tenants)s) AND NOT EXISTS (
        SELECT FROM ticket_event t
        WHERE t.tenant_id = e.tenant_id AND t.ticket_id = c.ticket_id AND t.kind = 'clock_mark'
          AND t.detail->>'clock_id' = e.clock_id::text AND t.detail->>'mark' = e.mark)
"""
"""Marks that were fired without being told."""
STILL_PENDING = f"""
    SELECT count(*) FROM sla_timer m
    JOIN sla_clock c ON c.tenant_id = m.tenant_id AND c.id = m.clock_id
    JOIN ticket t ON t.tenant_id = c.tenant_id AND t.id = c.ticket_id
    WHERE m.tenant_id = ANY(%(tenants)s) AND coalesce(m.postponed_until, m.fire_at) < now() - interval '{MARGIN}'
      AND t.state <> 'submitted'
"""
"""Timers whose time has passed and that nobody acted on; those of a reply under review wait for it."""
BROKEN_UNSEEN = f"""
    SELECT count(*) FROM sla_clock c
    WHERE c.tenant_id = ANY(%(tenants)s)
      AND (c.state = 'breached' OR c.state = 'running' AND c.due_at < now() - interval '{MARGIN}')
      AND NOT EXISTS (SELECT FROM sla_event e
                      WHERE e.tenant_id = c.tenant_id AND e.clock_id = c.id AND e.mark = 'overdue')
      AND NOT EXISTS (SELECT FROM sla_timer m
                      WHERE m.tenant_id = c.tenant_id AND m.clock_id = c.id AND m.mark = 'overdue')
"""
"""Limits that were broken without an event, and without a timer that would still make one."""
FIRED_IN_PAUSE = """
    SELECT count(*) FROM sla_event e JOIN sla_pause p ON p.tenant_id = e.tenant_id AND p.clock_id = e.clock_id
    WHERE e.tenant_id = ANY(%(tenants)s) AND p.kind = 'request'
      AND e.at > p.started_at AND (p.ended_at IS NULL OR e.at < p.ended_at)
"""
"""Marks that were reached, by their own time, while their clock stood still."""
FIRED_AFTER_STOP = """
    SELECT count(*) FROM sla_event e JOIN sla_clock c ON c.tenant_id = e.tenant_id AND c.id = e.clock_id
    WHERE e.tenant_id = ANY(%(tenants)s) AND e.at > c.stopped_at
"""
"""Marks that were reached, by their own time, after their clock had stopped."""
DOUBLED = (FIRED_TWICE, PRESSED_TWICE)
LOST = (EVENTS_WITHOUT_ENTRY, STILL_PENDING, BROKEN_UNSEEN)
AFTER_PAUSE = (FIRED_IN_PAUSE, FIRED_AFTER_STOP)


def count(owner: Owner, queries: Sequence[str], tenant_ids: Sequence[int]) -> int:
    """Return the sum of what these queries count in these tenants."""
    return sum(one(owner, query, {"tenants": list(tenant_ids)}) for query in queries)


def one(owner: Owner, query: str, values: Any = None) -> int:
    """Return the one number that a query asks for."""
    row = owner.execute(query, values).fetchone()
    assert row is not None
    return int(row[0] or 0)
