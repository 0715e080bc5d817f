"""网络监督: the discipline commission 纪委监察 sees every ticket from the first minute and works what is not answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import EscalationStep, TicketView, Trigger, Watcher, hookimpl


@hookimpl
def propose_watchers(settings: Mapping[str, Any]) -> Sequence[Watcher]:
    """Let the commission look on from the start, whatever the appeal is about."""
    return [
        Watcher(
            unit=settings["unit"],
            rule_id="nanhai.discipline/watch",
            reason="责任部门与纪委监察部门同时介入，全程监督诉求不“烂尾”",
        )
    ]


@hookimpl
def escalation_steps(
    settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger
) -> Sequence[EscalationStep] | None:
    """Open a case against the unit that let the reply run over; before dispatch there is none to hold to account."""
    if trigger.clock != "reply" or trigger.mark != "overdue":
        return None
    unit = settings["unit"]
    rule_id, reason = "nanhai.discipline/overdue", "无法在规定时限内解决，由纪委监察部门问责"
    if ticket.lead_unit is None:
        text = "工单 {serial_no}“{title}”至 {due} 仍未派出，请督促分派"
        return [EscalationStep(kind="inbox", to=unit, text=text, rule_id=rule_id, reason="超时仍未派出，告知监督单位")]
    text = "{unit} 未在 {due} 前答复工单 {serial_no}“{title}”，已立案待核"
    return [
        EscalationStep(kind="case", to=unit, title="超时未答复", text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="inbox", to=unit, text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="sms", to=unit, text=text, rule_id=rule_id, reason=reason),
    ]
