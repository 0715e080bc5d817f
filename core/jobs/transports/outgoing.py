"""What goes out to people, and what a way out promises."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.kit.errors import Refused


class GatewayMisconfigured(Refused):
    """The address of a gateway, as configured, cannot be used."""

    code = "gateway-misconfigured"


class NotAccepted(Exception):  # noqa: N818 -- a fact about the outside world
    """The gateway refuses this message for good. The message says why, in words without personal data."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail: by which name, of what kind, and what is in it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out. The id is the same at every try, so that a receiver can drop a repetition.

    `unsubscribe` is the address at which a program of whoever gets a mail has no more of them sent, by one POST; "" = there is none.
    """

    id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    unsubscribe: str = field(default="", repr=False)
    attached: tuple[Attached, ...] = field(default=(), repr=False)
    """Files, which only mail can carry."""


class Gateway(Protocol):
    """A way out."""

    def send(self, outgoing: Outgoing, *, now: datetime) -> None:
        """Hand the message over; returning means that the other side has taken it.

        Raises `core.jobs.drain.TryLater` or `NotAccepted`.
        """
