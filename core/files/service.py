"""Adding files to a ticket, and taking them away: bytes into the store, a row, and an entry of the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from core.files.judging import CleanFile
from core.files.kinds import Kind
from core.files.limits import MEGABYTE, MOST_BYTES_PER_TICKET, MOST_PER_TICKET
from core.files.models import TicketFile, preview_key
from core.files.queries import OPEN_FOR_FILES
from core.files.refusals import FilesTooMany
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note
from core.tickets.timeline import Detail, Order


@dataclass(frozen=True, slots=True)
class Stored:
    """A cleaned file that lies in the tenant's store and that no row of a ticket names yet."""

    name: str
    kind: Kind
    size: int
    sha256: str
    key: str
    has_preview: bool


def put_file(scope: Scope, file: CleanFile) -> Stored:
    """Put a cleaned file, with its small copy, into the store. Raises `FilesAway`.

    Until the transaction that names it is committed nobody can come to it, and if it is not, nobody ever does
    (`core.journey.files.remove_orphans`).
    """
    key = scope.files.put(file.content)
    if file.preview:
        scope.files.put_as(preview_key(key), file.preview)
    return Stored(file.name, file.kind, len(file.content), file.sha256, key, bool(file.preview))


def add_files(
    scope: Scope, ticket: Ticket, order: Order, files: Sequence[CleanFile], *, state: str
) -> list[TicketFile]:
    """Keep cleaned files with a locked ticket, as `add_stored`. Raises `FilesAway` besides."""
    check_state(ticket, OPEN_FOR_FILES, "上传附件")
    _refuse_too_many(scope, ticket, [len(file.content) for file in files])
    return _add(scope, ticket, order, [put_file(scope, file) for file in files], state=state)


def add_stored(scope: Scope, ticket: Ticket, order: Order, files: Sequence[Stored], *, state: str) -> list[TicketFile]:
    """Let files that lie in the store already be those of a locked ticket, and tell of them in one entry of its timeline.

    The entry names no file, since a name may name a person. Raises `MoveNotAllowed`, `FilesTooMany`.
    """
    check_state(ticket, OPEN_FOR_FILES, "上传附件")
    _refuse_too_many(scope, ticket, [file.size for file in files])
    return _add(scope, ticket, order, files, state=state)


def _add(scope: Scope, ticket: Ticket, order: Order, files: Sequence[Stored], *, state: str) -> list[TicketFile]:
    rows = [
        TicketFile(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            name=file.name,
            kind=file.kind.name,
            size=file.size,
            sha256=file.sha256,
            key=file.key,
            has_preview=file.has_preview,
            state=state,
            added_at=order.now,
            actor_kind=order.actor.kind,
            actor_id=order.actor.id,
            actor_name=order.actor.name,
            command_id=order.command_id,
        )
        for file in files
    ]
    scope.session.add_all(rows)
    marks: list[Detail] = [{"id": row.id, "kind": row.kind, "size": row.size, "sha256": row.sha256} for row in rows]
    labels = joined("、", dict.fromkeys(file.kind.label for file in files))
    note(
        scope,
        ticket,
        "file_added",
        order,
        summary=said("上传了 {number} 个附件（{labels}）", number=len(rows), labels=labels),
        detail={"files": marks},
    )
    return rows


def erase_files(scope: Scope, ticket: Ticket) -> int:
    """Take away all files of a locked ticket: their names and keys; return how many.

    What lies in the store belongs to nobody from then on, and goes within a day. The timeline keeps their SHA-256.
    """
    erased = scope.session.execute(
        update(TicketFile)
        .where(TicketFile.tenant_id == scope.tenant.id, TicketFile.ticket_id == ticket.id, TicketFile.key.is_not(None))
        .values(key=None, state="erased", has_preview=False, name="")
        .returning(TicketFile.id)
    )
    return len(erased.all())


def _refuse_too_many(scope: Scope, ticket: Ticket, sizes: Sequence[int]) -> None:
    count, size = scope.session.execute(
        select(func.count(), func.coalesce(func.sum(TicketFile.size), 0)).where(
            TicketFile.tenant_id == scope.tenant.id, TicketFile.ticket_id == ticket.id, TicketFile.key.is_not(None)
        )
    ).one()
    if count + len(sizes) > MOST_PER_TICKET:
        raise FilesTooMany(
            said(
                "工单 {serial_no} 已有 {count} 个附件，每件最多 {most_per_ticket} 个，没有上传。请只传要紧的。",
                serial_no=ticket.serial_no,
                count=count,
                most_per_ticket=MOST_PER_TICKET,
            )
        )
    if size + sum(sizes) > MOST_BYTES_PER_TICKET:
        raise FilesTooMany(
            said(
                "工单 {serial_no} 的附件已有 {size:.0f} MB，每件共 {most_bytes_per_ticket} MB，没有上传。请压缩后再传。",
                serial_no=ticket.serial_no,
                size=size / MEGABYTE,
                most_bytes_per_ticket=MOST_BYTES_PER_TICKET // MEGABYTE,
            )
        )
