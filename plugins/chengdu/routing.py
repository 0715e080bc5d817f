"""分派: 工单直派 in the systems named by settings, a suggestion elsewhere; a mailbox's own unit looks on."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import DutyView, RouteProposal, TicketView, UnitView, Watcher, hookimpl, said
from core.hooks.settings import Line, Rows, Settings, UnitChoice, Words, cross_check
from plugins.chengdu.rows import written_before

LONGEST_NAME = 100
"""Characters of a mailbox's name that a reason quotes."""


class MailboxSettings(Settings):
    """Whose mailbox one of the leaders' mailboxes is."""

    mailbox = Line(required=True, longest=50, title="信箱名称", help="与来信上写的一致")
    unit = UnitChoice(required=True, title="所属单位", help="知会的单位")


class RoutingSettings(Settings):
    """Whose tickets go straight to the front line, and whose mailbox stands for which unit."""

    VERSION = 2

    direct_domains = Words(
        load_default=["工商", "市场监管", "城管", "城市管理", "食药监", "食品药品", "旅游"],
        shortest=2,
        longest=20,
        title="工单直派的系统",
        help="职责清单大类名称含有其中一词的工单，不经分派员直接派给主办单位",
        group="直派",
    )
    mailboxes = Rows(
        MailboxSettings,
        load_default=[],
        most=100,  # a form; the 2,641 of a city are a list, imported by `huiying mailbox import`
        title="领导信箱所属单位",
        help="写给该信箱的诉求，从受理起即知会这个单位；信箱很多时请导入领导信箱名册，名册里有的以名册为准",
        group="领导信箱",
        risk="privacy",
    )

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Before version 2 the mailboxes were a mapping to their units."""
        owners = values.get("mailboxes", [])
        if from_version < 2 and isinstance(owners, Mapping):
            return {**values, "mailboxes": [{"mailbox": name, "unit": unit} for name, unit in owners.items()]}
        return values

    @cross_check
    def each_mailbox_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each mailbox after the first of its name that it was written before."""
        return written_before(values["mailboxes"], "mailboxes", "mailbox", "这个信箱")


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
                reason=said("诉求写给“{mailbox}”，由该信箱的承办单位办理，请分派员确认", mailbox=ticket.mailbox),
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
                reason=said(
                    "职责清单“{category} / {subcategory}”的主办单位，请分派员确认",
                    category=duty.category,
                    subcategory=duty.subcategory,
                ),
            )
        ]
    return [
        RouteProposal(
            unit=duty.lead,
            co=co,
            direct=True,
            score=80,
            rule_id="chengdu.routing/direct",
            reason=said("“{category}”属{domain}系统，工单直派一线管理部门", category=duty.category, domain=domain),
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
            reason=said("诉求写给“{mailbox}”，知会该信箱所属单位", mailbox=ticket.mailbox[:LONGEST_NAME]),
        )
    ]
