"""分派: 工单直派 in the systems named by settings, a suggestion elsewhere; a mailbox's own unit looks on."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import DutyView, RouteProposal, TicketView, UnitView, Watcher, hookimpl

LONGEST_NAME = 100
"""Characters of a mailbox's name that a reason quotes."""


@hookimpl
def propose_routes(
    settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None, units: Sequence[UnitView]
) -> Sequence[RouteProposal] | None:
    """Propose the lead of the duty item with its co-units; a ticket that came back waits for the dispatcher.

    A letter of which nobody has said what it is about is proposed to the unit that handles its mailbox.
    """
    codes = {unit.code for unit in units}
    if ticket.mailbox_handler in codes and (duty is None or ticket.matter_guessed):
        return [
            RouteProposal(
                unit=ticket.mailbox_handler,
                score=60,
                rule_id="chengdu.routing/mailbox",
                reason=f"诉求写给“{ticket.mailbox}”，由该信箱的承办单位办理，请分派员确认",
            )
        ]
    if duty is None or duty.lead not in codes:
        return None
    co = tuple(code for code in duty.co if code in codes)
    domain = next((domain for domain in settings["direct_domains"] if domain in duty.category), None)
    if domain is None or ticket.bounce_count:
        return [
            RouteProposal(
                unit=duty.lead,
                co=co,
                rule_id="chengdu.routing/duty",
                reason=f"职责清单“{duty.category} / {duty.subcategory}”的主办单位，请分派员确认",
            )
        ]
    return [
        RouteProposal(
            unit=duty.lead,
            co=co,
            direct=True,
            score=80,
            rule_id="chengdu.routing/direct",
            reason=f"“{duty.category}”属{domain}系统，工单直派一线管理部门",
        )
    ]


@hookimpl
def propose_watchers(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Watcher] | None:
    """Let the unit of the leader who was written to look on; the unit that handles may be another.

    The district's list of mailboxes comes before the few that stand in the settings.
    """
    set_here = (row["unit"] for row in settings["mailboxes"] if row["mailbox"] == ticket.mailbox)
    unit = ticket.mailbox_owner or next(set_here, "")
    if not unit:
        return None
    return [
        Watcher(
            unit=unit,
            rule_id="chengdu.routing/mailbox",
            reason=f"诉求写给“{ticket.mailbox[:LONGEST_NAME]}”，知会该信箱所属单位",
        )
    ]
