"""Files of tickets 附件: adding them, looking at them, and removing what belongs to nobody."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from core.files.cleaning.bounded import SECONDS
from core.files.judging import CleanFile, Upload, judge
from core.files.kinds import BY_NAME, Kind
from core.files.limits import MOST_AT_ONCE
from core.files.models import preview_key
from core.files.queries import FileLine, files_of, get_file, orphans
from core.files.refusals import FileEmpty, FileNotReady, FilesTooMany, NoSuchFile
from core.files.scanning import ask_to_judge, judges
from core.files.service import add_files as keep_files
from core.intake.counters.service import was_entered
from core.journey.reach import is_shared, refuse_unseen, was_handed_in
from core.kit.saying import said, word
from core.people.access import asked_of
from core.people.roles import NotPermitted, Permission
from core.residents.drafts.service import unclaimed
from core.routing.service import NotYours
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.queries import get_ticket_id
from core.tickets.service import find_result, in_order, keep_result, lock_ticket, refuse_early
from core.tickets.timeline import Actor, Order

ADD = "add_files"
"""The name of the act, under which its result is kept."""
MAY_ADD = frozenset({Permission.ACCEPT, Permission.HANDLE, Permission.TAKE_IN, Permission.DISCIPLINE})
"""Any is enough: the desk's and the discipline officers' for every ticket, a unit's for those in which it has a share, a centre's for those it took in."""
EVERYWHERE = frozenset({Permission.ACCEPT, Permission.DISCIPLINE})
ORPHANED_AFTER = timedelta(hours=24)
"""Age from which a file that no row names was left by something that did not end well, or erased."""
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it is given out."""

    name: str
    kind: Kind
    content: bytes


def judge_all(uploads: Sequence[Upload]) -> list[CleanFile]:
    """Clean files, which needs no database and may take seconds, all together `SECONDS`: before any ticket is locked.

    Raises `FilesTooMany`, `FileRefused`.
    """
    until = time.monotonic() + SECONDS
    if len(uploads) > MOST_AT_ONCE:
        raise FilesTooMany(
            said(
                "一次最多上传 {most_at_once} 个附件，这次有 {number} 个，没有上传。请分几次上传。",
                most_at_once=MOST_AT_ONCE,
                number=len(uploads),
            )
        )
    return [judge(upload, seconds=max(0.0, until - time.monotonic())) for upload in uploads]


def add_files(
    scope: Scope, serial_no: str, order: Order, files: Sequence[CleanFile], *, for_resident: bool = False
) -> tuple[FileLine, ...]:
    """Add cleaned files to a ticket and return them; under an id that was used before, those of the first time.

    `for_resident`: a unit adds them to its reply for the resident, who has them with the answer.

    Raises `NoSuchTicket`, `NotPermitted`, `NotYours`, `FileEmpty` when there are none, and as `core.files.service.add_files`.
    """
    ticket = lock_ticket(scope, serial_no)
    refuse_adding(scope, serial_no, actor=order.actor)
    if find_result(scope, ticket, ADD, order.command_id):
        return files_of(scope, ticket.id, command_id=order.command_id)
    if not files:
        raise FileEmpty("没有选择附件。请选择文件后再上传。")
    refuse_early(ticket, order.now)
    order = in_order(scope, ticket, order)
    rows = keep_files(scope, ticket, order, files, state="waiting" if judges(scope) else "ready")
    for row in rows:
        row.for_resident = for_resident
    ask_to_judge(scope, rows, now=order.now)
    keep_result(scope, ticket, ADD, order)
    mark_ticket(scope, ticket)
    scope.session.flush()
    added = {row.id for row in rows}
    return tuple(line for line in files_of(scope, ticket.id) if line.id in added)


def refuse_adding(scope: Scope, serial_no: str, *, actor: Actor) -> None:
    """Raise unless the actor may add files: the desk, a unit with a share, the system that handed the ticket in, or its resident,
    who came to it with number and code.

    Raises `NoSuchTicket`, to systems that may not even see it, `NotPermitted`, `NotYours`.
    """
    if actor.kind == "agent":
        refuse_unseen(scope, serial_no, actor=actor)
    ticket_id = get_ticket_id(scope, serial_no)
    if actor.kind == "resident":
        return
    if not EVERYWHERE.isdisjoint(actor.permissions) or was_handed_in(scope, ticket_id, actor):
        return
    if Permission.TAKE_IN in actor.permissions and was_entered(scope, ticket_id, actor):
        return
    if Permission.HANDLE not in actor.permissions and Permission.TAKE_IN not in actor.permissions:
        raise NotPermitted(
            said(
                "上传附件由{asked}办理，{name}没有这项权限。需要时请联系系统管理员开通。",
                asked=word(asked_of(MAY_ADD)),
                name=actor.name,
            )
        )
    if not is_shared(scope, ticket_id, actor):
        raise NotYours(said("没有派给您单位的工单 {serial_no}，不能上传附件。请核对编号。", serial_no=serial_no))


def list_files(scope: Scope, serial_no: str) -> tuple[FileLine, ...]:
    """Return the files of a ticket. Raises `NoSuchTicket`."""
    return files_of(scope, get_ticket_id(scope, serial_no))


def give_file(scope: Scope, serial_no: str, file_id: int) -> Given:
    """Return a file of a ticket. Raises `NoSuchTicket`, `NoSuchFile`, `FileNotReady`, `FileGone`, `FilesAway`."""
    row = get_file(scope, get_ticket_id(scope, serial_no), file_id)
    _refuse_unready(row.state)
    assert row.key is not None
    return Given(row.name, BY_NAME[row.kind], scope.files.get(row.key))


def give_preview(scope: Scope, serial_no: str, file_id: int) -> Given:
    """Return the small copy of an image. Raises as `give_file`, and `NoSuchFile` for what has none."""
    row = get_file(scope, get_ticket_id(scope, serial_no), file_id)
    _refuse_unready(row.state)
    if not row.has_preview or row.key is None:
        raise NoSuchFile("这个附件没有小图。请下载后查看。")
    return Given(f"{row.name}.jpg", BY_NAME["jpg"], scope.files.get(preview_key(row.key)))


def remove_orphans(scope: Scope, *, now: datetime) -> int:
    """Remove files that no row names and that are older than a day; return how many. Raises `FilesAway`."""
    removed = 0
    old = (each.key for each in scope.files.lying() if each.at < now - ORPHANED_AFTER)
    while keys := list(islice(old, AT_ONCE)):
        nobodys = unclaimed(scope, orphans(scope, keys))
        scope.files.remove(nobodys)
        removed += len(nobodys)
    return removed


def _refuse_unready(state: str) -> None:
    if state == "waiting":
        raise FileNotReady("这个附件还在等待查毒，暂时不能查看。请稍后刷新。")
    if state == "locked":
        raise FileNotReady("这个附件查出病毒，已隔离，不能查看。请让上传的人换一份。")
