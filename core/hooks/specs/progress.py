"""Telling residents how their appeal goes, step by step."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, ProgressNews, ProgressStep, TicketView


@hook(label="进展告知", kind="policy", merge="first", on_error="default", item=ProgressNews, budget_ms=50, since="1.1")
def progress_news(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, step: ProgressStep
) -> Sequence[ProgressNews] | None:
    """What the resident is told of a step 进展告知: in which words, by which ways, and whether it may come at night.

    Asked once for each step, in the transaction of its timeline entry, which writes the message too. Of a ticket with others
    attached, each of their residents is asked about. Not asked about what another tenant referred here, about history that is
    imported, or of steps before the answer where the resident wants no news.

    Nobody answers, or one fails: as where no district has a rule, an SMS says that the answer is there, and of the other
    steps nothing is sent.
    """
