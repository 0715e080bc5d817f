"""Auditing files 附件: every one lies where it was put, is what the timeline says of it, and none was slipped in or lost."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.files.models import TicketFile
from core.files.queries import Kept, kept_files
from core.kit.file_store import FileGone, TenantFiles
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent

Watched = Callable[[Sequence[Kept]], Iterable[Kept]]


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A file that is not as it was written: of which ticket, under which number, and what is wrong."""

    serial_no: str
    file: int
    words: str


@dataclass(frozen=True, slots=True)
class FileAudit:
    """What became of a tenant's files: how many were read, how many bytes, and all that is wrong."""

    files: int
    bytes: int
    findings: tuple[FileFinding, ...]


def audit_files(installation: Installation, slug: str, *, watched: Watched = lambda files: files) -> FileAudit:
    """Read every file of a tenant and hold it against its row and its timeline; no transaction is open meanwhile.

    Raises `FilesAway` when the store does not answer: then nothing is known of any.
    """
    with installation.scope(slug) as scope:
        told, kept, files = _told(scope), list(kept_files(scope)), scope.files
        wrong = [(ticket_id, file_id, "被删除，流转记录里说上传过") for ticket_id, file_id in _removed(scope, told)]
    for file in watched(kept):
        wrong += [(file.ticket_id, file.id, words) for words in _wrong_with(files, file, told)]
    with installation.scope(slug) as scope:
        serials = _serials(scope, {ticket_id for ticket_id, _, _ in wrong})
    findings = (FileFinding(serials.get(ticket_id, str(ticket_id)), file, words) for ticket_id, file, words in wrong)
    return FileAudit(len(kept), sum(file.size for file in kept), tuple(findings))


def _wrong_with(files: TenantFiles, file: Kept, told: dict[tuple[int, int], str]) -> Iterator[str]:
    said = told.get((file.ticket_id, file.id))
    if said is None:
        yield "被添加，流转记录里没有上传过它"
    elif said != file.sha256:
        yield "登记的校验值被改动，与流转记录不符"
    try:
        content = files.get(file.key)
    except FileGone:
        yield "文件不在存放处"
        return
    if hashlib.sha256(content).hexdigest() != (said or file.sha256):
        yield "文件内容被改动，与上传时不符"


def _told(scope: Scope) -> dict[tuple[int, int], str]:
    """Return the SHA-256 of every file of which timelines tell, by ticket and number."""
    query = (
        select(TicketEvent.ticket_id, TicketEvent.detail)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == "file_added")
        .execution_options(yield_per=1_000)
    )
    return {
        (row.ticket_id, int(mark["id"])): str(mark["sha256"])
        for row in scope.session.execute(query)
        for mark in row.detail.get("files", ())
    }


def _removed(scope: Scope, told: dict[tuple[int, int], str]) -> list[tuple[int, int]]:
    query = select(TicketFile.ticket_id, TicketFile.id).where(TicketFile.tenant_id == scope.tenant.id)
    there = {(ticket_id, file_id) for ticket_id, file_id in scope.session.execute(query)}
    return sorted(set(told) - there)


def _serials(scope: Scope, ticket_ids: set[int]) -> dict[int, str]:
    query = select(Ticket.id, Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ticket_ids))
    return {row.id: row.serial_no for row in scope.session.execute(query)}
