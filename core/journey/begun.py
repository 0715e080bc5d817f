"""What a resident has begun to report, as the public page keeps it: its answers, and photos and recordings, which become the ticket's.

Nobody has signed in: so much is kept for one address in a day, and beyond it the page goes on without keeping anything.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.files.judging import CleanFile
from core.files.scanning import ask_to_judge, judges
from core.files.service import add_stored
from core.kit.errors import Refused
from core.residents.drafts.service import Begun, add_begun_files, begun_files, drop_begun, find_begun, save_begun
from core.statistics.dirty import mark_ticket
from core.tenancy.rates import Counted, count, key_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order
from core.tickets.timeline import RESIDENT, Order

MOST_BEGUN, MOST_FILES = 300, 600
"""Drafts that one address may begin in a day, and files that it may bring: a community's counters often share one."""


class BegunTooMany(Refused):
    """From this address as much was begun today as is kept."""

    code = "begun-too-many"


def keep_report(
    scope: Scope, key: str, answers: Mapping[str, str], *, window: str, address: str, now: datetime
) -> Begun:
    """Keep what somebody has answered so far. Raises `BegunTooMany`, `DraftTooLong`."""
    if find_begun(scope, key, now=now) is None and _count(scope, "reports-begun", address, now=now) > MOST_BEGUN:
        raise BegunTooMany(
            "这个网络今天存下的草稿太多，这一份没有存到服务器。您写的都在这一页上，照常可以往下填写、提交。"
        )
    return save_begun(scope, key, answers, window=window, now=now)


def take_files(scope: Scope, begun: Begun, files: Sequence[CleanFile], *, address: str, now: datetime) -> None:
    """Keep cleaned photos and recordings with a draft. Raises `BegunTooMany`, `FilesTooMany`, `FilesAway`."""
    for _ in files:
        if _count(scope, "report-files", address, now=now) > MOST_FILES:
            raise BegunTooMany("这个网络今天传上来的照片和录音太多，这一次没有存。文字照常可以提交，照片可以以后再补。")
    add_begun_files(scope, begun, files, now=now)


def bring_files(scope: Scope, ticket: Ticket, key: str, *, now: datetime) -> int:
    """Give the ticket, filed in this transaction, the files of the draft with this key, and drop the draft; return how many.

    They wait for the virus scanner as all files do, where the district has one. Raises `FilesTooMany`.
    """
    files = [each.stored for each in begun_files(scope, find_begun(scope, key, now=now, lock=True))]
    if files:
        order = in_order(scope, ticket, Order(RESIDENT, now))
        rows = add_stored(scope, ticket, order, files, state="waiting" if judges(scope) else "ready")
        ask_to_judge(scope, rows, now=now)
        mark_ticket(scope, ticket)
    drop_begun(scope, key)
    return len(files)


def _count(scope: Scope, what: Counted, address: str, *, now: datetime) -> int:
    return count(scope, what, key_of(scope, what, address), now=now)
