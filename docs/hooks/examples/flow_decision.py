"""Everybody may follow what is about streets, a day behind; what speaks of a child stays inside."""

from core.hooks import FlowDecision, hookimpl


@hookimpl
def flow_decision(ticket, wish):
    if "孩子" in ticket.text:
        return [FlowDecision(False, "elsewhere.flow/child", "涉及未成年人")]
    return [FlowDecision(True, "elsewhere.flow/usual", "办理过程公开", delay_hours=24)]
