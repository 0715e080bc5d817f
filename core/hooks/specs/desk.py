"""An operator looks at a ticket: is it known, is it several, can it be answered at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    Alike,
    Block,
    Context,
    DuplicateHint,
    DutyView,
    SplitHint,
    TicketView,
)


@hook(label="疑似重复", kind="policy", merge="all", on_error="skip", item=DuplicateHint, budget_ms=100, since="1.1")
def find_duplicates(
    ctx: Context, settings: Mapping[str, Any], appeal: Alike, candidates: Sequence[Alike]
) -> Sequence[DuplicateHint] | None:
    """Open tickets that may be about the same thing 疑似重复.

    Asked while an appeal is being written, before it is filed (`appeal` is then a draft, without a number), and when
    somebody who dispatches looks at a ticket that could be attached. `candidates` are tickets in hand of the last 30 days
    with the same matter, the same place, or a point within 500 metres, the newest 50; those with a point say how far away
    it is. The resident or an operator decides; nothing is stored. Nobody answers, or one fails: no hint.
    """


@hook(label="拆单建议", kind="policy", merge="first", on_error="skip", item=SplitHint, budget_ms=50, since="1.1")
def suggest_split(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[SplitHint] | None:
    """The parts of an appeal that speaks of several matters 拆单建议.

    Asked when somebody who dispatches looks at a ticket that could be split: the form begins with these parts, an
    operator decides, nothing is stored. Nobody answers, or one fails: the form is empty.
    """


@hook(label="工单页附加内容", kind="render", merge="all", on_error="omit", item=Block, budget_ms=100, since="1.1")
def ticket_blocks(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None
) -> Sequence[Block] | None:
    """What a ticket's page shows besides the core's: text, facts or a table, which the core escapes.

    Asked whenever the page is shown. If one fails its part is left out.
    """
