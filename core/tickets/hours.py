"""In which hours people may be disturbed 免打扰: the district's, set as any other setting, and those a resident chose instead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks.core_features import TELLING
from core.hooks.settings import Settings, Whole
from core.hooks.table import HookTable

CHOICES: Mapping[str, str] = {
    "": "本区规定的时段",
    "0-24": "任何时间",
    "9-18": "9 点到 18 点",
    "18-21": "18 点到 21 点",
}
"""What a resident may choose: by what is kept, in words."""


class TellingSettings(Settings):
    """When what is not urgent may be sent."""

    day_begins = Whole(
        load_default=8,
        min=6,
        max=10,
        title="几点以后发",
        unit="点",
        group="免打扰",
        help="这个钟点以前不发短信、邮件和微信通知，等到这个钟点再发；紧急的和答复刚才来说话的人的不受限",
    )
    day_ends = Whole(
        load_default=21,
        min=18,
        max=23,
        title="几点以前发",
        unit="点",
        group="免打扰",
        help="从这个钟点起不再发，等到第二天；诉求人自己选了别的时段的，按其选择",
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """From this hour of a day to that one, in the district's time; the end is outside."""

    begins: int
    ends: int

    def holds(self, at: time) -> bool:
        """Tell whether it lies within."""
        return self.begins <= at.hour < self.ends


USUAL = Hours(8, 21)


def hours_of(table: HookTable) -> Hours:
    """Return the district's hours."""
    enabled = table.enabled.get(TELLING.id)
    settings: Any = enabled.settings if enabled else {}
    return Hours(settings["day_begins"], settings["day_ends"]) if settings else USUAL


def chosen_hours(kept: str) -> Hours | None:
    """Return the hours that a resident chose, None = the district's."""
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", kept)
    return Hours(int(found[1]), int(found[2])) if found else None


def by_day(instant: datetime, zone: ZoneInfo, hours: Hours = USUAL) -> datetime:
    """Return the instant itself when it lies in the hours in which people may be disturbed, else when they begin."""
    local = instant.astimezone(zone)
    if hours.holds(local.time()):
        return instant
    morning = local.date() + timedelta(days=local.hour >= hours.ends)
    return datetime.combine(morning, time(hours.begins), zone).astimezone(UTC)
