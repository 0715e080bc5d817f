"""What is done when time runs out, and what keeps a unit from being held to account."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    AccountabilityRules,
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

    Asked as a rule opens a case of accountability. One ground, or a failure, and the unit is not told of the case yet:
    an officer judges first whether it is exempt, with a reason. Nobody answers: the unit is told at once.
    """


@hook(
    label="问责规则",
    kind="load",
    merge="first",
    on_error="quarantine",
    item=AccountabilityRules,
    budget_ms=1000,
    since="1.1",
)
def accountability_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[AccountabilityRules] | None:
    """How the district holds units to account 问责: within what time they answer, and which rung is proposed when.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Nobody answers: the core's own numbers.
    """
