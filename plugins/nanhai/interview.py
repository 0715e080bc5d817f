"""Live interviews 微访谈: a leader answers residents' questions online, and what is not answered there goes to the units.

The first round of the article: 1804 questions came in, 36 were answered on the spot, 1768 went to the service centre.
"""

from dataclasses import dataclass
from datetime import date

from core.hooks import Store
from core.hooks.tables import select
from plugins.nanhai.tables import INTERVIEW


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview that was held."""

    held_on: date
    guest: str
    topic: str
    questions: int
    answered_live: int
    note: str

    @property
    def handed_on(self) -> int:
        """Questions that were not answered on the spot and went to the units."""
        return self.questions - self.answered_live

    @property
    def share_live(self) -> float | None:
        """Share of the questions that were answered on the spot; None when nobody asked anything."""
        return self.answered_live / self.questions if self.questions else None


def record_interview(store: Store, interview: Interview) -> int:
    """Keep an interview that was held and return its id.

    Raises `RowsNotAccepted` when this guest's interview of that day is already there, or the numbers cannot be.
    """
    return store.add(
        INTERVIEW,
        held_on=interview.held_on,
        guest=interview.guest,
        topic=interview.topic,
        questions=interview.questions,
        answered_live=interview.answered_live,
        note=interview.note,
    )


def interviews_held(store: Store, *, most: int = 100) -> list[Interview]:
    """Return the interviews, the latest first."""
    table = INTERVIEW.c
    columns = (table.held_on, table.guest, table.topic, table.questions, table.answered_live, table.note)
    latest = select(*columns).order_by(table.held_on.desc(), table.guest).limit(most)
    return [Interview(**row) for row in store.rows(latest)]
