"""What of a ticket is made public, and what is hidden in its words before."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, DisclosureDecision, FlowDecision, HiddenSpan, TicketView, Wish


@hook(label="公开", kind="policy", merge="all", on_error="hold", item=DisclosureDecision, budget_ms=50, since="1.1")
def disclosure_decision(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, wish: Wish
) -> Sequence[DisclosureDecision] | None:
    """What everybody may read of a ticket that was answered 三公开, and on which ground not.

    Asked in a job after the ticket was concluded, and again when it was done anew or an exception has run out. `wish` is
    what the resident said of it; one who asked not to is never overruled. The strictest wins: only what every answer
    opens is opened, one ground closes all, the longest wait counts. If one fails, nothing is published until a person
    has decided. Nobody answers: nothing is prepared by itself, a person may.
    """


@hook(label="公开前遮盖", kind="policy", merge="all", on_error="hold", item=HiddenSpan, budget_ms=50, since="1.1")
def hide_in_public(ctx: Context, settings: Mapping[str, Any], text: str) -> Sequence[HiddenSpan] | None:
    """What else is hidden in a text before it is made public 遮盖.

    Asked of title, appeal and reply when they are prepared, after the core has hidden what the resident left as a contact.
    The core hides phones, numbers of identity cards, accounts and plates, mail addresses, door numbers and persons' names;
    what is perhaps a name waits for a person. If one fails, nothing is published until a person has read the words. Nobody answers: the
    core's own.
    """


@hook(label="全程公开", kind="policy", merge="all", on_error="hold", item=FlowDecision, budget_ms=50, since="1.1")
def flow_decision(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, wish: Wish
) -> Sequence[FlowDecision] | None:
    """Whether everybody may follow the steps of a ticket from its acceptance on 全程公开, while it is still handled.

    Asked in a job after the ticket was accepted, and again when its matter or nature was corrected. Steps are told in
    fixed words with unit and light; who spoke, what was said and where stay inside, but for a title that every answer
    shows, redacted. One answer that does not open closes; the longest delay counts. A resident who asked not to is never
    overruled. If one fails, nothing is shown. Nobody answers: nothing is shown.
    """
