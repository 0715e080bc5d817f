"""What everything below the edge knows of a tenant."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant as everything below the edge sees it."""

    id: int
    slug: str
    name: str
    kind: str
    zone: ZoneInfo
    serial_prefix: str
    epoch: int
    state: str = "active"
    hosts: tuple[str, ...] = ()
    """Host names of its own, under which its public pages are reached; links begin with the first."""
