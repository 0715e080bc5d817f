"""Who asks a feature."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks: the tenant, its time zone, and whether this is a try (dry run 试算) on past tickets."""

    tenant_id: int
    tenant: str
    zone: str
    dry_run: bool = False
