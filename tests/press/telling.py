"""A unit's phone, and a district whose time runs out at night."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.hooks.values import Budget, EscalationStep, TimeLimit, Trigger
from core.jobs.delivery import delivering
from core.jobs.transports.outgoing import Outgoing
from core.jobs.transports.wechat import Tokens
from core.tickets.messages import DELIVER
from tests.builders import beijing
from tests.jobs.making import drain, make_reachable
from tests.press.pressing import Pressing, Steps


@dataclass
class Phone:
    """The phone of a unit: when it rang, and what it said."""

    rang: list[tuple[datetime, str]] = field(default_factory=list)

    def belongs_to(self, walk: Pressing, code: str) -> None:
        """Give it to a unit."""
        make_reachable(walk.installation, walk.slug, code=code, phone="13800000001")

    def receive(self, walk: Pressing, at: str) -> None:
        """Let the worker deliver what is to be delivered then."""
        drain(walk.installation, {DELIVER: delivering({"sms": self}, Tokens())}, now=beijing(at))

    def send(self, message: Outgoing, *, now: datetime) -> None:
        self.rang.append((now, message.text))


def sixteen_hours() -> list[TimeLimit]:
    """Let the reply be due at night: at 02:00 for a ticket of 10:00."""
    return [TimeLimit("reply", Budget("wall", 16 * 3600), "press/reply", "16 小时")]


def at_once_or_overdue(*steps: EscalationStep) -> Callable[[Trigger], Steps]:
    """Answer with these steps to an urgent ticket and to time that is up, and with none before."""

    def press_by(trigger: Trigger) -> Steps:
        if trigger.mark == "overdue" or trigger.kind == "urgent":
            return steps
        return [EscalationStep("inbox", "desk", "不催办", "press/quiet", "未到期")]

    return press_by
