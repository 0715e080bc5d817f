"""《“一网统管”职责清单》: each of its items names who is responsible, on what basis, and how fast."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import (
    Block,
    DutyView,
    FactsBlock,
    HandlingRules,
    RouteProposal,
    TicketView,
    TimeLimit,
    UnitView,
    hookimpl,
)


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
def handling_rules(settings: Mapping[str, Any]) -> Sequence[HandlingRules]:
    """Let nobody pass the ball: after the first return the units consult, and the one designated keeps the ticket."""
    return [HandlingRules(max_returns=settings["max_returns"])]


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
