"""Importing appeals 批量导入 from a table: rows become tickets, a batch in one transaction, nothing twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from psycopg.errors import DataError, IntegrityError

from core.intake.channels import get_open_channel
from core.intake.columns import Columns
from core.intake.queries import came_in_before
from core.intake.reading import Incoming, read_incoming, refuse_gaps
from core.intake.tabular.rows import Row
from core.journey.import_walk import walk_now, walk_then
from core.journey.import_words import vocabulary_of
from core.kit.db import Base, insert_rows
from core.kit.errors import Refused
from core.kit.saying import said
from core.statistics.models import DirtyDay
from core.tenancy.scope import Installation, Scope

BATCH = 100
"""Rows of one transaction: enough that its round trips hardly count, few enough that a killed run repeats little."""
NEEDED = ("text",)
NEEDED_FOR_HISTORY = ("text", "submitted_at")


class TakesNoAppeals(Refused):
    """The tenant is a central city: it sees its districts' figures and has no tickets of its own."""

    code = "takes-no-appeals"


@dataclass(frozen=True, slots=True)
class Import:
    """What holds for all rows: where a row has what, and the channel of rows that name none.

    With `history` the tickets live in their own times, and nobody is pressed or told.
    """

    columns: Columns
    channel: str
    history: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why."""

    row: Row
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The ticket that a row became."""

    row: int
    ticket_id: int
    serial_no: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: new tickets, rows that came in before, rows not taken in their order.

    `left_out` counts the new tickets whose timeline says that something of their row was of no use; `taken` are they.
    """

    created: int
    existing: int
    rejected: tuple[Rejected, ...]
    left_out: int = 0
    taken: tuple[Taken, ...] = ()


def refuse_receiver(scope: Scope, channel: str) -> None:
    """Raise `TakesNoAppeals` or `UnknownChannel` when the tenant cannot take in appeals by this channel."""
    if scope.tenant.kind == "city":
        raise TakesNoAppeals(
            said("{name}是中心城市，只汇总各区的数字，不收诉求。请用 --tenant 指定一个区。", name=scope.tenant.name)
        )
    get_open_channel(scope, channel)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut the rows into batches as they come."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def import_batch(
    installation: Installation, tenant: str, rows: Sequence[Row], wanted: Import, *, now: datetime
) -> Outcome:
    """Take in a batch in one transaction; a row that cannot be taken leaves its neighbours alone.

    May be repeated: what came in before is counted as existing. Raises `UnknownTenant`.
    """
    try:
        return installation.run(tenant, partial(take_in_rows, rows=rows, wanted=wanted, now=now))
    except (DataError, IntegrityError) as error:
        # Every check of ours let the row pass, and the database does not. Which row it is shows in the halves.
        if len(rows) == 1:
            what = error.diag.constraint_name or type(error).__name__
            return Outcome(
                0, 0, (Rejected(rows[0], said("数据库不接受这一行（{what}），请告知系统维护人员", what=what)),)
            )
    middle = len(rows) // 2
    first = import_batch(installation, tenant, rows[:middle], wanted, now=now)
    second = import_batch(installation, tenant, rows[middle:], wanted, now=now)
    return Outcome(
        first.created + second.created,
        first.existing + second.existing,
        (*first.rejected, *second.rejected),
        first.left_out + second.left_out,
        (*first.taken, *second.taken),
    )


def take_in_rows(scope: Scope, *, rows: Sequence[Row], wanted: Import, now: datetime) -> Outcome:
    """Take in rows within the transaction at hand; what cannot be taken is told. DataError and IntegrityError go through."""
    read = [(row, read_row(scope, row, wanted)) for row in rows]
    known = came_in_before(scope, [item.key for _, item in read if isinstance(item, Incoming)])
    walk = walk_then if wanted.history else walk_now
    written: list[Base] = []
    created = existing = left_out = 0
    rejected, taken = [], []
    for row, item in read:
        if isinstance(item, Refused):
            rejected.append(Rejected(row, item.message))
        elif item.key in known:
            existing += 1
        else:
            try:
                with scope.session.gathering() as ticket_rows:
                    ticket = walk(scope, item, now=now)
            except Refused as refusal:  # what was gathered of this ticket is forgotten
                rejected.append(Rejected(row, refusal.message))
            else:
                written += ticket_rows
                known.add(item.key)
                taken.append(Taken(row.number, ticket.id, ticket.serial_no))
                created += 1
                left_out += bool(item.left_out)
    insert_rows(scope.session, _each_day_once(written))
    return Outcome(created, existing, tuple(rejected), left_out, tuple(taken))


def read_row(scope: Scope, row: Row, wanted: Import) -> Incoming | Refused:
    """Return what a row says as an appeal, or why it is none."""
    try:
        incoming = read_incoming(
            row, wanted.columns, vocabulary_of(scope), channel=wanted.channel, zone=scope.tenant.zone
        )
        if wanted.history:
            refuse_gaps(incoming)
    except Refused as refusal:
        return refusal
    return incoming


def _each_day_once(rows: Iterable[Base]) -> Iterator[Base]:
    """Leave out marks of days that another ticket of the batch marked dirty already."""
    days = set()
    for row in rows:
        if isinstance(row, DirtyDay):
            if row.day in days:
                continue
            days.add(row.day)
        yield row
