"""Whether what a resident is writing tells of danger to life 险情, before anything is filed.

The district's own rules are asked, the same that mark a ticket urgent when it is accepted. Only where no rule of the district
speaks of urgency a few words of the core stand in for them.
"""

from datetime import datetime

from core.hooks import specs
from core.intake.portal import PORTAL
from core.journey.queries.guessing import view_unfiled
from core.kit.saying import said
from core.tenancy.scope import Scope

DANGERS = (
    *("倒塌", "坍塌", "垮塌", "塌陷", "要塌了", "高空坠物"),
    *("触电", "漏电", "电线断", "起火", "着火", "失火", "爆炸"),
    *("燃气泄漏", "煤气泄漏", "燃气味", "煤气味", "漏气", "煤气中毒"),
    *("被困", "落水", "溺水", "跳楼", "轻生", "昏迷", "砍人"),
)
"""Danger itself and no everyday word such as 燃气, which mostly speaks of bills."""


def dangers_in(scope: Scope, text: str, *, place: str = "", now: datetime) -> tuple[str, ...]:
    """Return in words why this is to be treated as urgent, empty = nobody says so. Nothing is stored."""
    words = text.strip()
    if not words:
        return ()
    if not has_rules(scope):
        found = words_of_danger(words)
        return (said("提到“{words}”", words="、".join(found)),) if found else ()
    view = view_unfiled(words, place=place, channel=PORTAL.id, medium=PORTAL.medium, now=now)
    return tuple(signal.reason for _, signal in scope.hooks.ask(specs.assess_urgency, ticket=view))


def has_rules(scope: Scope) -> bool:
    """Tell whether the district itself has rules that say what is urgent."""
    return bool(scope.hooks.answerers_of(specs.assess_urgency))


def words_of_danger(text: str) -> tuple[str, ...]:
    """Return the core's own words of danger that stand in the text."""
    return tuple(word for word in DANGERS if word in text)
