"""The phone of somebody who signs in with a second factor: reads the page it is offered on, and shows codes."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from core.people.second_factor.totp import code_at, step_at


@dataclass
class Phone:
    """An authenticator that holds one secret."""

    secret: bytes

    @classmethod
    def scanning(cls, page: str) -> "Phone":
        """Take in the secret that a page offers."""
        found = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)
        assert found is not None, "the page offers no secret"
        return cls(base64.b32decode(found[1].replace(" ", "")))

    def code(self, *, steps_on: int = 0, now: datetime | None = None) -> str:
        """Return the code of now, or of so many steps later."""
        return code_at(self.secret, step_at(now or datetime.now(UTC)) + steps_on)


def recovery_codes_on(page: str) -> list[str]:
    """Return the recovery codes that a page shows."""
    return re.findall(r"<code>([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})</code>", page)
