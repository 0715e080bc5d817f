"""Reading the files of tickets: the list of a ticket, one file, and what is known of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.files.kinds import BY_NAME, Kind
from core.files.models import TicketFile, file_key
from core.files.refusals import NoSuchFile
from core.tasks.queries import kept_keys
from core.tenancy.scope import Scope
from core.tickets.states import State

OPEN_FOR_FILES = tuple(state for state in State if state not in (State.ARCHIVED, State.REJECTED, State.VOIDED))
"""States in which a ticket takes files."""
STATE_LABELS = {"ready": "", "waiting": "待查毒", "locked": "已隔离", "erased": "已删除"}
COLUMNS = (
    TicketFile.id,
    TicketFile.name,
    TicketFile.kind,
    TicketFile.size,
    TicketFile.sha256,
    TicketFile.state,
    TicketFile.finding,
    TicketFile.added_at,
    TicketFile.actor_name,
    TicketFile.has_preview,
    TicketFile.for_resident,
)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as a list shows it: what it is, how large, who added it and when, and whether it is given out."""

    id: int
    name: str
    kind: Kind
    size: int
    sha256: str
    state: str
    finding: str
    added_at: datetime
    added_by: str
    has_preview: bool
    for_resident: bool = False
    """It goes to the resident with the answer."""

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a file lies, and what it must be."""

    id: int
    ticket_id: int
    key: str
    size: int
    sha256: str


def files_of(scope: Scope, ticket_id: int, *, command_id: str | None = None) -> tuple[FileLine, ...]:
    """Return the files of a ticket in the order they were added, with `command_id` those that came under it alone.

    Erased ones are there no more.
    """
    query = (
        select(*COLUMNS)
        .where(TicketFile.tenant_id == scope.tenant.id, TicketFile.ticket_id == ticket_id, TicketFile.state != "erased")
        .order_by(TicketFile.id)
    )
    if command_id is not None:
        query = query.where(TicketFile.command_id == command_id)
    return tuple(
        FileLine(
            row.id,
            row.name,
            BY_NAME[row.kind],
            row.size,
            row.sha256,
            row.state,
            row.finding,
            row.added_at,
            row.actor_name,
            row.has_preview,
            row.for_resident,
        )
        for row in scope.session.execute(query)
    )


def get_file(scope: Scope, ticket_id: int, file_id: int) -> TicketFile:
    """Return a file of this ticket. Raises `NoSuchFile`: the same for another's, another tenant's and nobody's."""
    row = scope.session.scalar(
        select(TicketFile).where(
            TicketFile.tenant_id == scope.tenant.id,
            TicketFile.ticket_id == ticket_id,
            TicketFile.id == file_id,
            TicketFile.state != "erased",
        )
    )
    if row is None:
        raise NoSuchFile("工单没有这个附件。它可能已被删除，请刷新后再看。")
    return row


def kept_files(scope: Scope) -> Iterator[Kept]:
    """Yield every file of the tenant that lies somewhere, in order of id."""
    query = (
        select(
            TicketFile.id,
            TicketFile.ticket_id,
            TicketFile.key,
            TicketFile.size,
            TicketFile.sha256,
        )
        .where(TicketFile.tenant_id == scope.tenant.id, TicketFile.key.is_not(None))
        .order_by(TicketFile.id)
        .execution_options(yield_per=1_000)
    )
    for row in scope.session.execute(query):
        yield Kept(row.id, row.ticket_id, row.key, row.size, row.sha256)


def orphans(scope: Scope, keys: Sequence[str]) -> list[str]:
    """Return those of the keys under which neither a file of a ticket, nor its small copy, nor one of a task is kept."""
    named = {file_key(key) for key in keys}
    query = select(TicketFile.key).where(TicketFile.tenant_id == scope.tenant.id, TicketFile.key.in_(named))
    used = frozenset(scope.session.scalars(query)) | kept_keys(scope, keys)
    return [key for key in keys if file_key(key) not in used]
