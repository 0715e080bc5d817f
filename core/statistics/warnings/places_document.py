"""Matters by area over a period, as a document and as plain values."""

from datetime import datetime
from typing import Any

from core.documents.charts import Mark
from core.documents.model import Bars, Cell, Document, Number, Section, Table
from core.kit.saying import said
from core.statistics.warnings.topics import PlacesReport

TOP = 10


def places_document(told: PlacesReport, maker: str, category: str, *, made_at: datetime) -> Document:
    """Return the report as a document that bears `made_at` (aware): the areas, and what is asked in each of them."""
    title = said(
        "{maker} 各区域诉求{category}",
        maker=maker,
        category=said("（{category}）", category=category) if category else "",
    )
    areas: list[list[Cell]] = [[area, Number(f"{total:,}", total)] for area, _, total in told.rows]
    rows: list[list[Cell]] = [
        [area, matter, Number(f"{count:,}", count)]
        for area, counts, _ in told.rows
        for count, matter in sorted(zip(counts, told.matters, strict=True), key=lambda each: (-each[0], each[1]))
        if count
    ]
    marks = [Mark(area, total, f"{total:,}") for area, _, total in told.rows[:TOP]]
    return Document(
        title=title,
        lead=(
            said(
                "{first} 至 {last}，共 {total:,} 件；供规划公共设施参考",
                first=told.span.first,
                last=told.span.last,
                total=told.total,
            ),
        ),
        sections=[
            Section("", [Bars("诉求最多的区域（件）", marks)] if marks else []),
            Section("各区域", [Table(("区域", "诉求（件）"), areas)]),
            Section(
                said("各区域问得最多的事项（{number} 个）", number=len(told.matters)),
                [Table(("区域", "事项", "诉求（件）"), rows)],
            ),
        ],
        maker=maker,
        made_at=made_at,
        footer=title,
    )


def plain_places(told: PlacesReport) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "first": str(told.span.first),
        "last": str(told.span.last),
        "total": told.total,
        "matters": list(told.matters),
        "areas": [{"area": area, "counts": list(counts), "total": total} for area, counts, total in told.rows],
    }
