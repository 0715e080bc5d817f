"""Which past tickets are tried: the last ones, or those accepted in a period; the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

USUAL = 500
MOST = 20_000
"""More tickets than that tell nothing new, and keep the workers busy for a long time."""


class BadSample(Refused):
    """No past tickets can be tried so: none, too many, or a period that ends before it begins."""

    code = "bad-sample"


@dataclass(frozen=True, slots=True)
class Sample:
    """The last `newest` tickets, or all accepted from one local date to another, both included; `USUAL` if neither."""

    newest: int | None = None
    since: date | None = None
    until: date | None = None

    def refuse_nonsense(self) -> None:
        """Raise `BadSample` where it contradicts itself."""
        if self.newest is not None and (self.since or self.until):
            raise BadSample("试算范围只能写一种：最近多少件，或起止日期。请去掉其中一种。")
        if (self.since is None) != (self.until is None):
            raise BadSample("按日期试算须写明起止两个日期。请补上另一个。")
        if self.newest is not None and not 1 <= self.newest <= MOST:
            raise BadSample(
                said(
                    "最近 {newest:,} 件不能试算：须在 1 到 {most:,} 件之间。请改写件数。", newest=self.newest, most=MOST
                )
            )
        if self.since and self.until and self.since > self.until:
            raise BadSample(
                said("试算期间 {since} 至 {until} 先止后起。请对调或改正日期。", since=self.since, until=self.until)
            )

    @property
    def words(self) -> str:
        """Say which tickets they are."""
        if self.since and self.until:
            return said("{since:%Y-%m-%d} 至 {until:%Y-%m-%d} 受理的工单", since=self.since, until=self.until)
        return said("最近受理的 {newest:,} 件工单", newest=self.newest or USUAL)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values; `from_plain` undoes it."""
        if self.since and self.until:
            return {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {"newest": self.newest or USUAL}


def from_plain(plain: Mapping[str, Any]) -> Sample:
    """Return the sample that `plain` wrote down."""
    if "since" in plain:
        return Sample(since=date.fromisoformat(plain["since"]), until=date.fromisoformat(plain["until"]))
    return Sample(newest=plain["newest"])


def count_of(scope: Scope, sample: Sample, *, now: datetime) -> int:
    """Return how many tickets the sample has as of now. Raises `BadSample` when there are none, or too many."""
    sample.refuse_nonsense()
    found = scope.session.scalar(select(func.count()).select_from(_tickets(scope, sample, now).subquery())) or 0
    if not found:
        where = sample.words if sample.since else "本区已受理的工单"
        raise BadSample(
            said("没有可以试算的工单（{where}一件也没有）。请换一段日期，或先导入历史工单。", where=word(where))
        )
    if found > MOST:
        raise BadSample(
            said(
                "{words}有 {found:,} 件，一次最多试算 {most:,} 件。请缩短期间。",
                words=word(sample.words),
                found=found,
                most=MOST,
            )
        )
    return found


def next_tickets(scope: Scope, sample: Sample, *, now: datetime, after: int | None, most: int) -> list[Ticket]:
    """Return up to so many tickets of the sample, accepted by `now`, behind the one with the id `after`; in their order."""
    tickets = _tickets(scope, sample, now)
    if after is not None:
        last = select(Ticket.accepted_at).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == after)
        tickets = tickets.where(tuple_(Ticket.accepted_at, Ticket.id) < (scope.session.scalar(last), after))
    return list(scope.session.scalars(tickets.limit(most)))


def _tickets(scope: Scope, sample: Sample, now: datetime) -> Select[Ticket]:
    wanted = (
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at <= now, *_within(scope.tenant, sample))
        .order_by(Ticket.accepted_at.desc(), Ticket.id.desc())
    )
    return wanted.limit(MOST + 1) if sample.since else wanted.limit(sample.newest or USUAL)


def _within(tenant: TenantFacts, sample: Sample) -> list[ColumnElement[bool]]:
    if not (sample.since and sample.until):
        return []
    first = datetime.combine(sample.since, time(), tenant.zone)
    end = datetime.combine(sample.until + timedelta(days=1), time(), tenant.zone)
    return [Ticket.accepted_at >= first, Ticket.accepted_at < end]
