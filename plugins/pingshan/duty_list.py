"""《“一网统管”职责清单》: each of its items names who is responsible, on what basis, and how fast."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import (
    Block,
    DutyView,
    FactsBlock,
    HandlingRules,
    MatterHint,
    Objection,
    RouteProposal,
    TicketView,
    TimeLimit,
    UnitView,
    hookimpl,
)

BEST = 100
EACH_WORD = 10
HOUR = 3600
RETURNING = ("request_return",)
"""Commands by which a unit gives a ticket back."""


@hookimpl
def suggest_matters(
    settings: Mapping[str, Any], ticket: TicketView, duties: Sequence[DutyView]
) -> Sequence[MatterHint]:
    """Find the item behind the words of everyday life: the more of a scene's words, the surer."""
    listed = {duty.code for duty in duties}
    hints = []
    for row in settings["scenes"]:
        words = [word for word in row["words"] if word in ticket.title or word in ticket.text]
        if words and row["matter"] in listed:
            hints.append(
                MatterHint(
                    matter=row["matter"],
                    rule_id="pingshan.duty_list/scene",
                    reason=f"场景词：{'、'.join(words)}",
                    score=min(BEST, settings["scene_score"] + EACH_WORD * (len(words) - 1)),
                )
            )
    return hints


@hookimpl
def propose_routes(
    settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None, units: Sequence[UnitView]
) -> Sequence[RouteProposal] | None:
    """Dispatch straight to the listed owner 处置责任主体; a ticket that came back waits for the dispatcher."""
    codes = {unit.code for unit in units}
    if duty is None or duty.lead not in codes:
        return None
    basis = f"，依据：{duty.legal_basis}" if duty.legal_basis else ""
    return [
        RouteProposal(
            unit=duty.lead,
            co=tuple(code for code in duty.co if code in codes),
            direct=settings["direct"] and ticket.bounce_count == 0,
            score=80,
            rule_id="pingshan.duty_list/owner",
            reason=f"职责清单“{_item(duty)}”的处置责任主体{basis}",
        )
    ]


@hookimpl
def time_limits(duty: DutyView | None) -> Sequence[TimeLimit] | None:
    """Promise what the item promises, no opinion where the matter is unknown or the item names no limit."""
    if duty is None:
        return None
    limits = []
    if duty.limit is not None:
        limits.append(TimeLimit("reply", duty.limit, "pingshan.duty_list/limit", f"职责清单“{_item(duty)}”的处置时限"))
    if duty.on_site is not None:
        limits.append(
            TimeLimit("on_site", duty.on_site, "pingshan.duty_list/on-site", f"职责清单“{_item(duty)}”的到场时限")
        )
    return limits


@hookimpl
def guard_command(
    settings: Mapping[str, Any], ticket: TicketView, command: str, duty: DutyView | None
) -> Sequence[Objection] | None:
    """Let the listed owner give back no more than settings allow, once a person has confirmed the item 首问负责."""
    if command not in RETURNING or not settings["owner_keeps"] or duty is None or ticket.matter_guessed:
        return None
    allowed = settings["owner_returns"]
    if ticket.lead_unit != duty.lead or ticket.bounce_count < allowed:
        return None
    so_far = f"，本单已退过 {ticket.bounce_count} 次" if allowed else ""
    return [
        Objection(
            text=f"贵单位是职责清单“{_item(duty)}”的处置责任主体，不能退单{so_far}。事项定错的，请联系受理席更正或改派",
            rule_id="pingshan.duty_list/owner-keeps",
            reason="首问负责，杜绝“踢皮球”",
        )
    ]


@hookimpl
def handling_rules(settings: Mapping[str, Any]) -> Sequence[HandlingRules]:
    """Let nobody pass the ball: after the first return, or a day, the units consult, and the one designated keeps it."""
    return [HandlingRules(max_returns=settings["max_returns"], consult_after=settings["consult_after"] * HOUR)]


@hookimpl
def ticket_blocks(duty: DutyView | None) -> Sequence[Block] | None:
    """Show on the ticket what the list says of its item: on what basis, how well, and what to ask."""
    if duty is None:
        return None
    said = (("法律依据", duty.legal_basis), ("处置标准", duty.standard), ("受理指引", duty.guide))
    facts = tuple((name, text) for name, text in said if text)
    return [FactsBlock(facts, heading=_item(duty))] if facts else None


def _item(duty: DutyView) -> str:
    return f"{duty.category} / {duty.subcategory}"
