"""Warnings as rows, for tests that are not about how they are found."""

from datetime import datetime, timedelta
from typing import Any

from core.statistics.warnings.models import Warned
from core.tenancy.scope import Scope


def warning_row(scope: Scope, *, matter: str, now: datetime, **columns: Any) -> Warned:
    """Return a warning of twelve appeals where one was expected, with these columns changed; it is not added yet."""
    values: dict[str, Any] = {
        "rule": "whole",
        "area": "",
        "appellant": "",
        "from_at": now - timedelta(days=7),
        "until_at": now,
        "count": 12,
        "expected": 1.1,
        "chance": 1e-6,
        "baseline": [1] * 8,
        "watched": 10,
        "thresholds": {"least": 8},
        "tickets": [],
        "raised_at": now,
        "peak": 12,
        "peak_on": now.date(),
    }
    return Warned(tenant_id=scope.tenant.id, id=scope.new_id(), matter=matter, **(values | columns))
