"""What the ticket is about, and how urgent."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    Context,
    DutyView,
    MatterHint,
    TicketView,
    UrgencySignal,
)


@hook(label="事项建议", kind="policy", merge="best", on_error="default", item=MatterHint, budget_ms=50, since="1.1")
def suggest_matters(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, duties: Sequence[DutyView]
) -> Sequence[MatterHint] | None:
    """What an appeal is about, as an item of the duty list 事项建议.

    Asked at acceptance when nobody has named the matter. The best score wins, of equal ones the first, and waits for a
    person: a matter that was only suggested never dispatches by rule. Nobody answers, or one fails and no other has an
    answer: the keywords of the duty list suggest one, or the operator chooses.
    """


@hook(label="紧急识别", kind="policy", merge="all", on_error="skip", item=UrgencySignal, budget_ms=50, since="1.0")
def assess_urgency(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[UrgencySignal] | None:
    """Grounds to treat the ticket as urgent. Asked at acceptance; any one is enough. Nobody answers: normal."""
