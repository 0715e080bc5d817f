"""What is counted by code: happenings with one of a closed list of codes, as one table beside the measures.

To add a kind, write one `Kind` into `_TABLE`:

* `anchor` gives each row its day, its ticket and its unit. Take one that stands in `measures` (`DUE`, `RATED`), or build
  one: rows joined with their ticket (`with_ticket`), the instant, the unit, and which rows count. The instant must be that
  of an entry in the ticket's timeline, or a due time of its clocks: then every command marks the day by itself. For any
  other instant the command calls `dirty.mark_dirty` with it, before and after a change.
  An index on tenant and instant is needed: a day is counted anew many times.
* `code` is the column, or an expression of SQL, with the code; NULL or "" is "none", counted and called `none`.
* `labels` are the codes' names; one that is not listed is shown as it stands.
* The migration that brings the column marks every counted day as dirty, as 0020 does, so that the past is counted too.
* Its line in docs/figures.md, and its rows in `naive_codes` of tests/stages/lives.py.

A change of what counts, of the anchor or of the code is a new version: it has rows of its own, and the old ones stay.
Reading is in `codes`. Adjudications change nothing here: it is counted as it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import SQLColumnExpression, true

from core.escalation.labels import LEVEL_LABELS
from core.escalation.models import Instruction
from core.statistics.measures import ACCEPTANCE, Anchor, with_ticket
from core.tickets.models import Ticket


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of happening that is counted by code. `meaning` tells people exactly what counts."""

    key: str
    label: str
    meaning: str
    anchor: Anchor
    code: SQLColumnExpression[str]
    labels: Mapping[str, str]
    none: str = "未填写"
    where: SQLColumnExpression[bool] = field(default_factory=true)
    version: int = 1

    @property
    def column(self) -> str:
        """Name under which this version stands in the cube."""
        return self.key if self.version == 1 else f"{self.key}_v{self.version}"


INSTRUCTION = Anchor(with_ticket(Instruction), Instruction.tenant_id, Instruction.given_at, Ticket.lead_unit_id, true())

_TABLE = (
    Kind(
        key="instructed",
        label="领导批示",
        meaning="当日登记的领导批示，按领导层级；一件诉求可有多条，计在现主办单位",
        anchor=INSTRUCTION,
        code=Instruction.level,
        labels=LEVEL_LABELS,
    ),
    Kind(
        key="accepted_by_source",
        label="受理诉求的来源",
        meaning="当日受理的诉求，按来源线路（并入热线的原号码等）",
        anchor=ACCEPTANCE,
        code=Ticket.source,
        labels={},
        none="没有写明来源",
    ),
    Kind(
        key="accepted_by_mailbox",
        label="受理诉求的信箱",
        meaning="当日受理的诉求，按写给的领导信箱",
        anchor=ACCEPTANCE,
        code=Ticket.mailbox,
        labels={},
        none="没有写给信箱",
    ),
)
KINDS = {kind.key: kind for kind in _TABLE}
