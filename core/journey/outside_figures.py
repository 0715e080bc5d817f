"""Importing figures from elsewhere 外部数字, such as petitions: monthly numbers with their source, corrected by a new import."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.journey.lists import Ordered, refuse_faults, rows_of
from core.kit.cells import flaw_of_cell
from core.kit.lists import ListPut
from core.kit.saying import said, unstopped
from core.statistics.outside.models import OutsideFigure
from core.statistics.outside.queries import numbers_that_hold
from core.statistics.periods import Month, MonthUnclear
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done

WHAT = "外部数字"
DEED = "导入外部数字"
COLUMNS: Mapping[str, Sequence[str]] = {
    "name": ("指标", "项目", "名称", "name"),
    "month": ("月份", "年月", "统计月份", "month"),
    "value": ("数值", "件数", "数量", "value"),
    "source": ("来源", "数据来源", "统计单位", "source"),
}
NEEDED = ("name", "month", "value", "source")
MOST = 5_000
LONGEST = {"name": 50, "source": 100}
LARGEST = 10**12
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*|\d{1,13}")


@dataclass(frozen=True, slots=True)
class Written:
    """A number as a table has it."""

    name: str
    month: date
    value: int
    source: str


def import_figures(scope: Scope, path: Path, order: Ordered) -> ListPut:
    """Keep the numbers of a file, all or none. A number that is there already and differs is corrected: both stay.

    What is not in the file stays as it is. Raises `TableUnusable`, `ListUnusable` with every row that has a fault.
    """
    this_month = Month.of(order.now.astimezone(scope.tenant.zone).date())
    written = _read(rows_of(path, COLUMNS, needed=NEEDED, most=MOST, what=WHAT), this_month)
    known = numbers_that_hold(scope, (each.name for each in written))
    opened = changed = same = 0
    for each in written:
        before = known.get((each.name, each.month))
        if before is not None and (before.value, before.source) == (each.value, each.source):
            same += 1
            continue
        opened, changed = opened + (before is None), changed + (before is not None)
        scope.session.add(
            OutsideFigure(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                name=each.name,
                month=each.month,
                value=each.value,
                source=each.source,
                reason=order.reason if before is not None else "",
                by=order.actor.name,
                at=order.now,
            )
        )
    scope.session.flush()
    put = ListPut(opened=opened, changed=changed, closed=0, same=same)
    by = By(order.actor.name, order.actor.id, reason=order.reason)
    detail = {"rows": len(written), "opened": opened, "changed": changed}
    note_done(scope, "list_put", by, subject=WHAT, detail=detail, now=order.now)
    return put


def _read(rows: Sequence[tuple[int, Mapping[str, str]]], this_month: Month) -> list[Written]:
    """Read the rows; every fault is told with its row. Raises `ListUnusable`."""
    written, faults, taken = list[Written](), dict[int, str](), dict[tuple[str, date], int]()
    for number, cells in rows:
        found = _fault_or_written(cells, this_month)
        if isinstance(found, str):
            faults[number] = found
            continue
        first = taken.setdefault((found.name, found.month), number)
        if first != number:
            faults[number] = said(
                "“{name}”的 {of} 在第 {first} 行已经有了，请只留一行",
                name=found.name,
                of=Month.of(found.month),
                first=first,
            )
        else:
            written.append(found)
    refuse_faults(faults, WHAT)
    return written


def _fault_or_written(cells: Mapping[str, str], this_month: Month) -> Written | str:
    for field, longest in LONGEST.items():
        what = COLUMNS[field][0]
        if not cells[field]:
            return said("没有写{what}", what=what)
        if flaw := flaw_of_cell(cells[field], longest=longest):
            return said("{what}{flaw}", what=what, flaw=flaw)
    try:
        month = Month.parse(cells["month"])
    except MonthUnclear as refusal:
        return unstopped(refusal.message)
    if month > this_month:
        return said("{month} 还没有到，数字不会已经统计出来", month=month)
    value = _NUMBER.fullmatch(unicodedata.normalize("NFKC", cells["value"]))
    if value is None or int(value[0].replace(",", "")) > LARGEST:
        return said("数值“{value}”不是整数，请写成如 1204", value=cells["value"][:20])
    return Written(cells["name"], month.first, int(value[0].replace(",", "")), cells["source"])
