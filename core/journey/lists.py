"""Lists that are put whole from a file: what is not in the file is closed, and a file with a fault changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.intake.tabular.opening import open_table
from core.intake.tabular.rejects import as_it_was
from core.journey.people import acting
from core.journey.settings.administering import administering, reason_for
from core.kit.errors import Refused
from core.kit.headings import places_of, shown
from core.kit.lists import ListPut
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.timeline import Actor

FAULTS_TOLD = 50
"""Rows of which a refusal says what is wrong; of more it says how many there are."""

Cells = tuple[int, Mapping[str, str]]
"""The number of a row, and its cells by field."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Who puts a list in place, who agreed where somebody has to, why and when."""

    actor: Actor
    second: Actor | None
    reason: str
    now: datetime


class ListUnusable(Refused):
    """A list cannot be taken as it is; every row with a fault is told."""

    code = "list-unusable"


class SamePerson(Refused):
    """The second person who agrees is the one who proposes."""

    code = "same-person"


def rows_of(
    path: Path, columns: Mapping[str, Sequence[str]], *, needed: Sequence[str], most: int, what: str
) -> list[Cells]:
    """Return the rows of a table, CSV or workbook, with every needed field and those that it has besides.

    `columns` are the headings of the fields, the surest first. Raises `TableUnusable`, `ListUnusable`.
    """
    first = needed[0]

    def is_header(cells: Sequence[str]) -> bool:
        return all(field in places_of(cells, columns) for field in needed)

    table = open_table(path, is_header=is_header)
    places = places_of(table.columns, columns)
    if missing := [columns[field][0] for field in needed if field not in places]:
        raise ListUnusable(
            said(
                "{what}的表里没有“{missing}”列，没有改动。现有的列：{columns}。第一行请写列名。",
                what=word(what),
                missing=joined("、", missing),
                columns=shown(table.columns),
            )
        )
    found, faults = list[Cells](), dict[int, str]()
    for row in table.rows():
        if len(found) == most:
            raise ListUnusable(
                said("表中超过 {most:,} 行，不像{what}，没有改动。请检查文件。", most=most, what=word(what))
            )
        cells = tuple(map(as_it_was, row.cells))
        if row.fault or any(cells[len(table.columns) :]):
            faults[row.number] = row.fault or "格数比表头的列多，内容可能错位"
        found.append(
            (row.number, {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()})
        )
    if not found:
        raise ListUnusable(
            said(
                "{what}的表里没有一行“{columns}”，没有改动。要全部停用请与运维人员联系。",
                what=word(what),
                columns=columns[first][0],
            )
        )
    refuse_faults(faults, what)
    return found


def refuse_faults(faults: Mapping[int, str], what: str) -> None:
    """Raise `ListUnusable`, telling every fault with its row, unless there are none."""
    if not faults:
        return
    told = joined(
        "", (said("第 {number} 行：{words}。", number=number, words=words) for number, words in _first(faults))
    )
    more = said("另有 {number} 行有误。", number=len(faults) - FAULTS_TOLD) if len(faults) > FAULTS_TOLD else ""
    raise ListUnusable(
        said(
            "{what}有 {number} 行不能用，整张表都没有改动。{told}{more}请改好后重新导入。",
            what=word(what),
            number=len(faults),
            told=told,
            more=more,
        )
    )


def order_of(
    scope: Scope, actor: Actor, *, reason: str, deed: str, now: datetime, agreed_by: str | None = None
) -> Ordered:
    """Return who puts a list in place, why and when. `agreed_by` is the login of a second administrator, where one is
    needed. Raises `NotPermitted`, `ReasonMissing`, `ReasonUnusable`, `NoSuchAccount`, `SamePerson`.
    """
    administering(actor, deed)
    second = None
    if agreed_by is not None:
        second = acting(scope, agreed_by)
        administering(second, deed)
        if actor.id == second.id:
            raise SamePerson(
                said("{deed}要由另一位系统管理员同意，不能自己同意自己的。请换一个账号。", deed=word(deed))
            )
    return Ordered(actor, second, reason_for(reason, deed), now)


def note_put(scope: Scope, what: str, put: ListPut, order: Ordered, *, rows: int) -> None:
    """Keep in the security log who put which list in place, agreed by whom, why, and what it came to."""
    detail: dict[str, int | str] = {"rows": rows, "opened": put.opened, "changed": put.changed, "closed": put.closed}
    if order.second is not None:
        detail |= {"agreed_by": order.second.name}
    by = By(order.actor.name, order.actor.id, reason=order.reason)
    note_done(scope, "list_put", by, subject=what, detail=detail, now=order.now)


def _first(faults: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    yield from sorted(faults.items())[:FAULTS_TOLD]
