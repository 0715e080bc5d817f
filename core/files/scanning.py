"""Having files judged by features 查毒: which must be, what becomes of them, and the built-in scanner clamd."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.files.models import TicketFile
from core.hooks import specs
from core.hooks.core_features import SCANNING
from core.hooks.features import hookimpl
from core.hooks.scanner import ask_clamd
from core.hooks.settings import Line, Settings
from core.hooks.values import FileVerdict, FileView
from core.kit.outbox import enqueue
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import in_order, note
from core.tickets.timeline import SYSTEM, Order

SCAN_FILE = "scan-file"
"""Kind of the job that has one file judged."""


class ScanSettings(Settings):
    """Where the house's own scanner is."""

    scanner = Line(
        title="查毒服务",
        shortest=0,
        longest=200,
        load_default="",
        group="查毒",
        help="clamd 的 主机:端口，例如 clamd.example.org:3310；不写则不查毒。主机须由系统管理员列为本单位的主机",
    )


@hookimpl
def judge_file(settings: Mapping[str, Any], file: FileView) -> Sequence[FileVerdict] | None:
    """Ask the house's scanner, if there is one."""
    if not settings["scanner"]:
        return None
    finding = ask_clamd(settings["scanner"], file.content)
    return [FileVerdict(is_clean=not finding, finding=finding)]


def judges(scope: Scope) -> list[str]:
    """Return the features that are to judge files; the built-in one only where a scanner is set."""
    return [each for each in scope.hooks.answerers_of(specs.judge_file) if each != SCANNING.id or _has_scanner(scope)]


def ask_to_judge(scope: Scope, rows: Sequence[TicketFile], *, now: datetime) -> None:
    """Write a job for each file that waits."""
    for row in rows:
        if row.state == "waiting":
            enqueue(scope.session, SCAN_FILE, dedup_key=f"{SCAN_FILE}/{row.id}", payload={"file_id": row.id}, now=now)


def settle(scope: Scope, ticket: Ticket, row: TicketFile, verdicts: Sequence[FileVerdict], *, now: datetime) -> None:
    """Give a file free that all found clean, or lock it away, with an entry in the timeline and a note to who leads."""
    found = [verdict.finding or "查出病毒" for verdict in verdicts if not verdict.is_clean]
    if not found:
        row.state, row.finding = "ready", ""
        return
    row.state, row.finding = "locked", joined("；", found)[:200]
    note(
        scope,
        ticket,
        "file_locked",
        in_order(scope, ticket, Order(SYSTEM, now)),
        summary=said("一个附件查出病毒（{finding}），已隔离", finding=row.finding),
        detail={"file": row.id, "sha256": row.sha256},
    )
    if ticket.lead_unit_id is not None:
        say(
            scope,
            ticket_id=ticket.id,
            transport="inbox",
            text=said(
                "工单 {serial_no} 的一个附件查出病毒，已隔离，不能查看。请让上传的人换一份。",
                serial_no=ticket.serial_no,
            ),
            to_unit_id=ticket.lead_unit_id,
            now=now,
        )


def _has_scanner(scope: Scope) -> bool:
    enabled = scope.hooks.enabled.get(SCANNING.id)
    return bool(enabled and enabled.settings["scanner"])
