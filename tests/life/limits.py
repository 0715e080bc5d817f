"""The limits under which random lives are led: every clock of the product runs, and one district pauses the residents' too."""

from core.hooks.values import Budget, HandlingRules, TicketView, TimeLimit
from tests.builders import make_feature

HOUR = 3600


def _limits(ticket: TicketView) -> list[TimeLimit]:
    urgent = ticket.urgency == "urgent"
    budgets = {
        "accept": Budget("ws", 2 * HOUR),
        "dispatch": Budget("ws", 4 * HOUR),
        "reply": Budget("wall", 48 * HOUR) if urgent else Budget("wd_eod", 5),
        "sign": Budget("ws", 4 * HOUR),
        "return_window": Budget("wd_eod", 2),
        "on_site": Budget("wall", HOUR),
        "handle": Budget("ws", 7 * HOUR) if urgent else Budget("wd_same", 3),
        "follow_up": Budget("natural", 3),
    }
    if ticket.cycle_no == 1:
        budgets["first_contact"] = Budget("ws", 7 * HOUR)
    return [TimeLimit(name, budget, f"life/{name}", "试") for name, budget in budgets.items()]  # type: ignore[arg-type]


LIMITS = make_feature("life.limits", time_limits=_limits)
LENIENT = make_feature("life.lenient", handling_rules=lambda: [HandlingRules(pauses_reply=True, max_returns=3)])
