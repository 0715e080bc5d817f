"""Merged hotlines 并入热线 in an administrator's hands: put from a file as a whole, and counted by their old numbers."""

from pathlib import Path

from core.intake.hotlines.reading import COLUMNS, NEEDED, read_hotlines
from core.intake.hotlines.service import put_hotlines
from core.journey.lists import Ordered, note_put, refuse_faults, rows_of
from core.kit.lists import ListPut
from core.tenancy.scope import Scope

WHAT = "并入热线名册"
DEED = "更换并入热线名册"
MOST = 2_000
"""Rows; the published city merged 81 hotlines."""


def import_hotlines(scope: Scope, path: Path, order: Ordered) -> ListPut:
    """Let the hotlines of a file be those that were merged, all or nothing; those that are missing are closed.

    Raises `TableUnusable`, `ListUnusable` with every row that has a fault.
    """
    rows = rows_of(path, COLUMNS, needed=NEEDED, most=MOST, what=WHAT)
    written, faults = read_hotlines(rows)
    refuse_faults(faults, WHAT)
    put = put_hotlines(scope, written, now=order.now)
    note_put(scope, WHAT, put, order, rows=len(written))
    return put
