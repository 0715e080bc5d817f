"""Taking part online: whether a district holds campaigns, and within which bounds."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, EngagementRules


@hook(
    label="线上互动规则",
    kind="load",
    merge="first",
    on_error="quarantine",
    item=EngagementRules,
    budget_ms=1000,
    since="1.1",
)
def engagement_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[EngagementRules] | None:
    """Within which bounds prize collections and quizzes are held.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Campaigns, their public pages, draws
    and lists are the core's. Nobody answers: the district holds none, and has no such page.
    """
