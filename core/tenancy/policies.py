"""Row-level security of tenants' tables, under the name that migrations and stages know it by."""

from core.kit.policies import APP_ROLE, STATS_ROLE, TENANT_CONDITION, allow, keep_apart

__all__ = ["APP_ROLE", "STATS_ROLE", "TENANT_CONDITION", "allow", "keep_apart"]
