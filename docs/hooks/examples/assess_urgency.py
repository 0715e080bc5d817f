"""One ground is enough; all of them are shown.

> Prefer long keywords. Among real letters, *燃气* is mostly about bills and *倾斜* about policy; *燃气泄漏* and *墙体倾斜* are
> about danger.
"""

from core.hooks import UrgencySignal, hookimpl


@hookimpl
def assess_urgency(ticket):
    if "触电" in ticket.text:
        return [UrgencySignal(rule_id="elsewhere.danger/shock", reason="诉求提到触电")]
    return None
