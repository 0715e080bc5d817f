"""How moments and amounts are written on the pages."""

from datetime import datetime
from zoneinfo import ZoneInfo


def moment(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """Write a moment for lists: the time alone today, with the day this year, with the year before that."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def moment_exact(at: datetime, *, zone: ZoneInfo) -> str:
    """Write a moment to the second."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def clock_time(at: datetime, *, zone: ZoneInfo) -> str:
    """Write the time of day to the second."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def thousands(amount: int) -> str:
    """Write an amount with separators."""
    return f"{amount:,}"
