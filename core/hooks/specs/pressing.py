"""What is done when time runs out, and what keeps a unit from being held to account."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    Context,
    DutyView,
    EscalationStep,
    Exemption,
    TicketView,
    Trigger,
)


@hook(label="督促", kind="policy", merge="all", on_error="default", item=EscalationStep, budget_ms=50, since="1.0")
def escalation_steps(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger, duty: DutyView | None
) -> Sequence[EscalationStep] | None:
    """What is done at a mark, about an urgent ticket, a second redo, too many returns, an instruction not reported on.

    `duty` is the item of the duty list that it is about, perhaps only guessed (`ticket.matter_guessed`).
    All answers are carried out, each once per occasion. A `case` whose unit does not exist, or without a lead unit,
    opens nothing and says so in the timeline.

    Nobody answers: the lead unit, or before dispatch the dispatch desk, finds a note in its mailbox at a mark and about
    an urgent ticket, and is put under yellow supervision for the second redo, blue for an instruction not reported on;
    too many returns are a note for the desk.
    """


@hook(label="免责情形", kind="policy", merge="all", on_error="hold", item=Exemption, budget_ms=50, since="1.1")
def exemptions(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Exemption] | None:
    """Grounds on which the unit is not held to account for this ticket 免责情形.

    Asked before a case of accountability is opened by a rule. One ground, or a failure, and none is opened; the timeline
    says why, and who supervises may open it all the same. Nobody answers: the case is opened.
    """
