"""What of a ticket is made public, and what is hidden in its words before."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, DisclosureDecision, HiddenSpan, TicketView, Wish


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
    The core hides phones, numbers of identity cards, accounts and plates, mail addresses, door numbers and names after
    words that announce them. If one fails, nothing is published until a person has read the words. Nobody answers: the
    core's own.
    """
