"""办理时限: simple appeals within 5 working days, complex ones within 20, urgent ones seen on site within the hour."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Budget, HandlingRules, TicketView, TimeLimit, hookimpl


@hookimpl
def time_limits(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[TimeLimit]:
    """Promise a reply by complexity, and a visit besides where there is danger."""
    limits = [_reply(settings, ticket)]
    if ticket.urgency == "urgent":
        limits.append(_on_site(settings))
    return limits


@hookimpl
def handling_rules(settings: Mapping[str, Any]) -> Sequence[HandlingRules]:
    """Let a simple appeal take, with all its extensions, no longer than a complex one."""
    return [HandlingRules(extension_days=settings["extension_days"])]


def _reply(settings: Mapping[str, Any], ticket: TicketView) -> TimeLimit:
    kind, days = (
        ("简单", settings["simple_days"]) if ticket.complexity == "simple" else ("复杂", settings["complex_days"])
    )
    return TimeLimit(
        clock="reply",
        budget=Budget("wd_eod", days),
        rule_id=f"chengdu.limits/{ticket.complexity}",
        reason=f"{kind}诉求，{days} 个工作日内办理回复",
    )


def _on_site(settings: Mapping[str, Any]) -> TimeLimit:
    minutes = settings["on_site_minutes"]
    return TimeLimit(
        clock="on_site",
        budget=Budget("wall", minutes * 60),
        rule_id="chengdu.limits/on-site",
        reason=f"紧急诉求，{minutes} 分钟内到现场核实情况",
    )
