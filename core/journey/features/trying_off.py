"""What was found when the district was tried without a feature 试算关闭."""

from sqlalchemy import select

from core.journey.dry_run import Result, result_of
from core.journey.settings.administering import administering
from core.tenancy.models import DryRun
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor


def newest_trial_off(scope: Scope, feature_id: str, *, most: int, actor: Actor) -> Result | None:
    """Return the newest try of the tenant without a feature, with so many changed tickets. Raises `NotPermitted`."""
    administering(actor, "查看试算")
    newest = scope.session.scalar(
        select(DryRun.id)
        .where(DryRun.tenant_id == scope.tenant.id, DryRun.feature == feature_id, DryRun.turns == "off")
        .order_by(DryRun.asked_at.desc(), DryRun.id.desc())
        .limit(1)
    )
    return result_of(scope, newest, most=most) if newest else None
