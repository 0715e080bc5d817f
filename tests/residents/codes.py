"""A phone of the tests: what an SMS gateway brings to it, and the codes in it."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from core.jobs.drain import TryLater
from core.jobs.phone_codes import sending_codes
from core.jobs.transports.outgoing import NotAccepted, Outgoing
from core.residents.phones.codes import PHONE_CODE
from core.tenancy.scope import Installation
from tests.builders import alone
from tests.jobs.making import drain


@dataclass
class Phone:
    """An SMS gateway with the phones behind it. `down` takes nothing now, `refuses` nothing at all."""

    down: bool = False
    refuses: bool = False
    received: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing, *, now: datetime) -> None:
        if self.down:
            raise TryLater("短信网关没有应答（ConnectError）")
        if self.refuses:
            raise NotAccepted("短信网关拒绝了这条短信（HTTP 422），请核对号码。")
        self.received.append(outgoing)

    def deliver(self, installation: Installation, slug: str, *, now: datetime) -> None:
        """Send the codes that wait."""
        with alone(installation, slug):
            drain(installation, {PHONE_CODE: sending_codes({"sms": self})}, now=now)

    def codes(self, number: str) -> list[str]:
        """Return the codes that came to a number, in order."""
        found = (re.search(r"验证码 (\d{6})，", each.text) for each in self.received if each.to == number)
        return [match[1] for match in found if match]


def other_than(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
