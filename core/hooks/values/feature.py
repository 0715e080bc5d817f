"""What a feature says about itself, and what it is told after the fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.hooks.values.ticket import TicketView, UnitView


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the check of a draft found. An `error` keeps it from being activated, a `warning` is shown.

    `field` is the dotted path of the setting, empty for the whole.
    """

    level: Literal["error", "warning"]
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Something that happened to a ticket and is committed: its timeline entry, and the ticket as it stands now.

    `id` is the same at every try: what leaves the house carries it as its idempotency key. `kind` is the entry's, a
    command such as `accept` or a note such as `clock_mark`; `detail` holds what it says for machines, as texts. `lead`
    is the unit that handles the ticket now.
    """

    id: str
    kind: str
    at: datetime
    summary: str
    ticket: TicketView
    detail: Mapping[str, str] = field(default_factory=dict)
    lead: UnitView | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an effect did, in words for the log of the district."""

    text: str
