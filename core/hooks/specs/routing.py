"""Whose the ticket is, who looks on, and which commands a district does not allow."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    ContactView,
    Context,
    DutyView,
    Objection,
    RouteProposal,
    TakingInOnly,
    TicketView,
    UnitView,
    Watcher,
)


@hook(label="派单建议", kind="policy", merge="best", on_error="manual", item=RouteProposal, budget_ms=50, since="1.0")
def propose_routes(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None, units: Sequence[UnitView]
) -> Sequence[RouteProposal] | None:
    """Units that should handle the ticket. Asked at acceptance and after a return; highest score wins.

    `duty` is the duty-list item of the ticket's matter. Only a proposal with `direct` is carried out without a
    person. A unit that returned this ticket is never proposed again. Nobody answers: the lead unit of the duty item
    is suggested to the dispatcher, or nobody.
    """


@hook(label="知会建议", kind="policy", merge="all", on_error="skip", item=Watcher, budget_ms=50, since="1.0")
def propose_watchers(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Watcher] | None:
    """Units that look on from the start 知会. Asked at acceptance. Nobody answers: nobody looks on."""


@hook(
    label="只受理不承办",
    kind="load",
    merge="each",
    on_error="quarantine",
    item=TakingInOnly,
    budget_ms=1000,
    since="1.1",
)
def taking_in_only(ctx: Context, settings: Mapping[str, Any]) -> Sequence[TakingInOnly] | None:
    """The kinds of units that only take in 只受理不承办, such as community centres: nothing falls back on them.

    Asked once per tenant and epoch. A unit of such a kind is given no ticket as lead or co-unit, whoever wants it: rules,
    features and the duty list are passed over, which stands with the decision; a person is refused in words, and that
    they tried it is kept. Rules and duty lists that name such a unit are refused when they are checked. Nobody answers:
    every unit may be given tickets.
    """


@hook(label="操作把关", kind="policy", merge="veto", on_error="skip", item=Objection, budget_ms=50, since="1.1")
def guard_command(
    ctx: Context,
    settings: Mapping[str, Any],
    ticket: TicketView,
    command: str,
    duty: DutyView | None,
    contact: ContactView,
) -> Sequence[Objection] | None:
    """Why a command on a ticket may not be given 不准办理, beyond what the table of moves says.

    Asked before every command of somebody of the house, or of another system, that may give it and has seen the ticket
    as it stands, if the table of moves leads from there; never before what the resident does, nor before what time or
    a rule does. `command` is its name in the interface (`GET /api/v1/commands`). One objection refuses it, with its
    words, and nothing changes. If one fails the command goes on, noted on the ticket: a broken rule must not keep
    residents waiting. Nobody answers: it goes on.
    """
