"""办理时限: simple appeals within 5 working days, complex ones within 20, urgent ones seen on site within the hour."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Budget, HandlingRules, TicketView, TimeLimit, hookimpl, said
from core.hooks.settings import Minutes, Settings, WorkDays


class LimitSettings(Settings):
    """How long the clocks of simple, complex and urgent appeals run."""

    simple_days = WorkDays(
        load_default=5,
        min=1,
        max=20,
        title="简单诉求答复时限",
        help="次日起算，最后一个工作日下班前答复",
        group="时限",
    )
    complex_days = WorkDays(
        load_default=20,
        min=1,
        max=60,
        title="复杂诉求答复时限",
        help="最长不超过的工作日数",
        group="时限",
    )
    on_site_minutes = Minutes(
        load_default=60,
        min=10,
        max=1440,
        title="紧急诉求到场核实时限",
        help="连续计时，不分昼夜和节假日",
        group="时限",
    )
    extension_days = WorkDays(
        load_default=15,  # 5 + 15: no appeal takes longer than the 20 days of a complex one
        min=0,
        max=60,
        title="累计最多延期",
        help="简单诉求 5 个工作日，延期后最长不超过 20 个工作日；填 0 则不准延期",
        group="延期",
    )


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
        reason=said("{kind}诉求，{days} 个工作日内办理回复", kind=kind, days=days),
    )


def _on_site(settings: Mapping[str, Any]) -> TimeLimit:
    minutes = settings["on_site_minutes"]
    return TimeLimit(
        clock="on_site",
        budget=Budget("wall", minutes * 60),
        rule_id="chengdu.limits/on-site",
        reason=said("紧急诉求，{minutes} 分钟内到现场核实情况", minutes=minutes),
    )
