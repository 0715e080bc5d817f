"""The report of what is unfinished 烂尾 as a document: counts by holder and age, and below them the tickets."""

from collections.abc import Sequence
from datetime import datetime

from core.documents.model import Cell, Document, Number, Section, Table
from core.journey.queries.unfinished import (
    BANDS,
    MEANINGS,
    WHAT_LABELS,
    HolderLine,
    Wanted,
    unfinished_counts,
    unfinished_tickets,
)
from core.kit.saying import said, word
from core.tenancy.scope import Scope

MOST = 5000
"""Tickets of one list in a document."""


def unfinished_document(scope: Scope, *, now: datetime, unit_id: int | None = None, unit: str = "") -> Document:
    """Return the report as it stands now, of one unit where it is named."""
    lines = unfinished_counts(scope, now=now, unit_id=unit_id)
    local = now.astimezone(scope.tenant.zone)
    sections = [Section("合计", [_counts(lines)])]
    for what, label in WHAT_LABELS.items():
        listing = unfinished_tickets(scope, Wanted(what, unit_id=unit_id), now=now, limit=MOST)
        rows: list[list[Cell]] = [
            [
                each.serial_no,
                each.title,
                each.holder,
                each.state,
                f"{each.since.astimezone(scope.tenant.zone):%Y-%m-%d}",
                Number(f"{each.days:,}", each.days),
            ]
            for each in listing.tickets
        ]
        head = ["工单", "标题", "在谁手里", "状态", "自何日", "天数"]
        sections.append(
            Section(
                said("{label}（{total:,} 件）", label=word(label), total=listing.total),
                [Table(head, rows, empty="没有")],
            )
        )
    return Document(
        title=said("{name}{unit}未了结工单（防烂尾）", name=scope.tenant.name, unit=unit),
        lead=[
            said("{local:%Y-%m-%d %H:%M} 的情况", local=local),
            *(said("{what}：{words}", what=word(WHAT_LABELS[what]), words=words) for what, words in MEANINGS.items()),
        ],
        sections=sections,
        maker=scope.tenant.name,
        made_at=now,
    )


def _counts(lines: Sequence[HolderLine]) -> Table:
    head = ["哪一类", "在谁手里", *(label for _, label in BANDS), "合计"]
    rows: list[list[Cell]] = [
        [WHAT_LABELS[each.what], each.name, *(_number(count) for count in each.bands), _number(each.total)]
        for each in lines
    ]
    return Table(head, rows, empty="没有未了结的工单")


def _number(count: int) -> Number:
    return Number(f"{count:,}", count)
