"""What comes next with a revision, as its page and the panel of its try show it."""

from datetime import timedelta
from typing import Any

from flask import g, request

from core.journey.settings.deciding import FARTHEST
from core.journey.settings.effects import HOLDS_FROM_NOW
from core.journey.settings.showing import show_revision
from core.journey.settings.steps import steps_of
from core.people.roles import Permission
from core.tenancy.rules import NEED_LABELS
from core.web.admin.drafting import revision_path
from core.web.visit import Visit, installation


def steps_shown(visit: Visit, feature: str, number: int) -> dict[str, Any]:
    """Return what `admin/revision_steps.html` shows: what comes next with a revision, and what the visitor may do."""
    roster = installation().roster
    now = visit.now.astimezone(visit.scope.tenant.zone)
    return {
        "feature": feature,
        "label": roster.get(feature).label,
        "line": show_revision(visit.scope, roster, feature, number, actor=visit.actor).line,
        "steps": steps_of(visit.scope, roster, feature, number, actor=visit.actor),
        "administers": Permission.ADMINISTER in visit.permissions,
        "needs": NEED_LABELS,
        "at": revision_path(feature, number),
        "holds": HOLDS_FROM_NOW,
        "earliest": f"{now:%Y-%m-%dT%H:%M}",
        "latest": f"{now + FARTHEST - timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        "typed": request.form if g.get("refusal") else {},
    }
