"""Reminder letters as rows, for tests that are not about how they are drafted."""

from datetime import datetime, timedelta
from typing import Any

from core.escalation.letters import write_letter
from core.statistics.reminders.models import Reminder
from core.tenancy.scope import Scope
from core.units.queries import DirectoryUnit


def issued_reminder(
    scope: Scope, unit: DirectoryUnit, *, text: str, tickets: list[str], now: datetime, **columns: Any
) -> Reminder:
    """Issue a letter that twelve appeals called for where two had been, with these columns changed."""
    letter = write_letter(
        scope, unit=unit, kind="reminder", text=text, rule_id="test", cause=f"{unit.id}/{now}", now=now
    )
    scope.session.flush()
    figure = {"kind": "repetition", "matter": "road", "area": "A1", "due": 0}
    counts = {"numerator": 12, "denominator": None, "numerator_before": 2, "denominator_before": None}
    values: dict[str, Any] = {
        "reason": "repetition",
        "figures": [figure | counts],
        "tickets": tickets,
        "ticket_count": 12,
        "rules": {},
        "by_rule": "test",
        "first": now.date() - timedelta(days=30),
        "last": now.date() - timedelta(days=1),
        "drafted_at": now,
        "state": "issued",
        "settled_by": "督办员丁",
        "settled_by_id": 4,
        "settled_at": now,
        "letter_id": letter.id,
        "acknowledge_by": now + timedelta(days=1),
        "answer_by": now + timedelta(days=5),
    }
    reminder = Reminder(tenant_id=scope.tenant.id, id=scope.new_id(), unit_id=unit.id, text=text, **(values | columns))
    scope.session.add(reminder)
    return reminder
