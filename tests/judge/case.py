"""A ticket whose handling is disputed: walked as any other, with objections, reviews, decisions and figures."""

from datetime import date
from typing import Any

from core.evaluation.models import Adjudication, Dispute
from core.journey import judge
from core.journey.archive import archive
from core.statistics.days import Span
from core.statistics.queries import Counts, Cube, counts, counts_by_unit
from core.statistics.service import refresh_all
from core.tickets.models import Ticket
from core.tickets.timeline import RESIDENT
from tests.builders import REVIEWER, SUPERVISOR
from tests.journey.walking import Walk

SPRING = Span(date(2026, 3, 1), date(2026, 4, 30))


class Case(Walk):
    """One ticket of one district that has nothing else."""

    def answered_badly(self, *, replied: str = "2026-03-13 10:00") -> None:
        """The road unit replies, in time unless told otherwise, and the resident is dissatisfied two hours later."""
        self.take_in("2026-03-12 10:00", matter="road")
        self.dispatch("2026-03-12 10:10")
        self.sign("2026-03-12 11:00")
        self.supervise(replied)
        self.reply(replied)
        self.pass_reply(replied)
        self.rate(replied, resolved="no", satisfaction="dissatisfied")

    def file(self, kind: str, at: str, *, unit: str = "roads", grounds: str = "不服", **how: Any) -> Ticket:
        return self.do(judge.file_dispute, at, **{"actor": self.clerk(unit), "kind": kind, "grounds": grounds, **how})

    def withdraw(self, at: str, *, unit: str = "roads", **how: Any) -> Ticket:
        dispute_id = how.pop("dispute_id", None) or self.dispute().id
        return self.do(judge.withdraw_dispute, at, **{"actor": self.clerk(unit), "dispute_id": dispute_id, **how})

    def ask_review(self, at: str, *, grounds: str = "没有修好", **how: Any) -> Ticket:
        return self.do(judge.ask_review, at, **{"actor": RESIDENT, "grounds": grounds, **how})

    def decide(self, at: str, *, upheld: bool = True, **how: Any) -> Ticket:
        dispute_id = how.pop("dispute_id", None) or self.dispute().id
        how = {"actor": SUPERVISOR, "finding": "经查属实", **how}
        return self.do(judge.decide_dispute, at, dispute_id=dispute_id, upheld=upheld, **how)

    def reopen(self, at: str, **how: Any) -> Ticket:
        return self.do(judge.reopen, at, **{"actor": SUPERVISOR, "reason": "复核属实", **how})

    def archive(self, at: str, **how: Any) -> Ticket:
        return self.do(archive, at, **{"actor": REVIEWER, **how})

    def dispute(self) -> Dispute:
        """Return the newest dispute."""
        found: Dispute = self.rows(Dispute, Dispute.id)[-1]
        return found

    def adjudications(self) -> list[Adjudication]:
        return self.rows(Adjudication, Adjudication.id)

    def figures(self, unit: str | None = None) -> Counts:
        """Count what is dirty and return the counts of these weeks, of one unit where it is named."""
        refresh_all(self.installation, self.slug)
        if unit is None:
            return self.run(lambda scope: counts(Cube.of(scope), SPRING))
        unit_id = self.unit_id(unit)
        return self.run(lambda scope: counts_by_unit(Cube.of(scope), SPRING).get(unit_id, Counts([])))

    def numbers(self, *measures: str, unit: str | None = None) -> tuple[int, ...]:
        counted = self.figures(unit)
        return tuple(counted.n(measure) for measure in measures)
