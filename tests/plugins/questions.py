"""One question for every hook, with values to which most features have an answer."""

from collections.abc import Mapping
from typing import Any

from core.hooks import Budget, Trigger
from tests.plugins.making import UNITS, make_clock, make_duty, make_ticket

TICKET = make_ticket(
    title="沙井盖缺失", text="板房倾斜，旁边有人触电。", mailbox="市长信箱", urgency="urgent", lead_unit="roads"
)
DUTY = make_duty(category="城市管理", limit=Budget("wd_eod", 3), on_site=Budget("wall", 3600))

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "channels": {},
    "assess_urgency": {"ticket": TICKET},
    "propose_routes": {"ticket": TICKET, "duty": DUTY, "units": UNITS},
    "propose_watchers": {"ticket": TICKET},
    "time_limits": {"ticket": TICKET, "duty": DUTY},
    "clock_marks": {"ticket": TICKET, "clock": make_clock()},
    "escalation_steps": {"ticket": TICKET, "trigger": Trigger("mark", "reply", "overdue")},
    "handling_rules": {},
    "metrics": {},
}
