"""The pages that draw what a feature answers 画出来对照: where a draft of its settings is seen beside what holds."""

from collections.abc import Sequence
from urllib.parse import urlencode

from core.hooks.core_features import ROUTING
from core.hooks.roster import Roster

PICTURES: Sequence[tuple[str, str, frozenset[str]]] = (
    ("/admin/limits", "时限", frozenset({"time_limits", "clock_marks"})),
    (
        "/admin/escalation",
        "升级阶梯",
        frozenset({"time_limits", "clock_marks", "escalation_steps", "accountability_rules", "exemptions"}),
    ),
    (
        "/admin/evaluation",
        "评价",
        frozenset({"score_lines", "grade_bands", "review_triggers", "panel_rules", "exemptions"}),
    ),
)
"""Pages, what they are called, and the hooks that they draw."""
OF_ROUTING = frozenset({"time_limits"})
"""What settings about routing bear on: which duty list gives the limits."""


def pictures_of(roster: Roster, feature_id: str, number: int) -> list[tuple[str, str]]:
    """Return address and name of each page that shows this revision beside what holds, none for features they do not draw.

    Raises `UnknownFeature`, `FeatureUnusable`.
    """
    feature = roster.get(feature_id)
    answered = OF_ROUTING if feature.id == ROUTING.id else frozenset(roster.answers_of(feature))
    asked = urlencode({"feature": feature_id, "draft": number})
    return [(f"{path}?{asked}", label) for path, label, hooks in PICTURES if hooks & answered]
