"""What the explorer found as a document, and as rows of plain text."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.documents.model import Block, Cell, Document, Number, Section, Table, Words
from core.kit.saying import joined, said, word
from core.statistics.exploring import ENOUGH, Explored, Ranked
from core.statistics.repeats import MEANING

COUNTED = "当期受理的诉求，按事项和所在区域计；重办不另计，拆单的分项不另计"


def explored_document(found: Explored, maker: str, words: Sequence[str], *, made_at: datetime) -> Document:
    """Return what was found as a document that bears `made_at` (aware); `words` say by what it was narrowed."""
    title = said("{maker} 源头治理：{label}", maker=maker, label=word(found.period.label))
    span, before, year = found.period.span, found.period.before, found.period.year_before
    lead = (
        joined("、", words) or "全部诉求",
        said(
            "本期 {first} 至 {last}，上期 {before_first} 至 {before_last}，上年同期 {year_first} 至 {year_last}",
            first=span.first,
            last=span.last,
            before_first=before.first,
            before_last=before.last,
            year_first=year.first,
            year_last=year.last,
        ),
    )
    trend = Table(
        ("时段", *(series.label for series in found.trend.series)),
        [
            [label, *(Number(f"{series.values[place]:,}", int(series.values[place])) for series in found.trend.series)]
            for place, label in enumerate(found.trend.labels)
        ],
    )
    totals: list[list[Cell]] = [
        [
            row.label,
            *_numbers(
                found.row_totals[row.key].now,
                found.row_totals[row.key].before,
                found.row_totals[row.key].year_before,
                found.row_totals[row.key].again,
            ),
        ]
        for row in found.rows
    ]
    blocks: list[Block] = [
        Table(heads(found), [_cells(each) for each in matrix(found)]),
        Words(said("口径：{counted}。", counted=word(COUNTED))),
    ]
    return Document(
        title=title,
        lead=lead,
        sections=[
            Section("事项与区域（件）", blocks),
            Section("与上期、上年同期相比", [Table(("事项", "本期", "上期", "上年同期", "办结后反复"), totals)]),
            Section(said("增长最多的（{enough} 件以上）", enough=ENOUGH), [_ranks(found.growing)]),
            Section(
                said("反复最多的（{enough} 件以上）", enough=ENOUGH),
                [_ranks(found.returning), Words(said("口径：{meaning}。", meaning=word(MEANING)))],
            ),
            Section("走势", [found.trend, trend]),
        ],
        maker=maker,
        made_at=made_at,
        footer=title,
    )


def heads(found: Explored) -> list[str]:
    """Return the head of the matrix."""
    return ["事项", *(column.label for column in found.columns), "合计"]


def matrix(found: Explored) -> Iterator[tuple[str, list[int]]]:
    """Yield the matrix of matters and areas, row by row, each with its sum; the sum of all at the end."""
    for row in found.rows:
        counts = [found.cell(row.key, column.key).now for column in found.columns]
        yield row.label, [*counts, found.row_totals[row.key].now]
    yield "合计", [*(found.column_totals[column.key].now for column in found.columns), found.total.now]


def _cells(row: tuple[str, list[int]]) -> list[Cell]:
    return [row[0], *_numbers(*row[1])]


def _ranks(ranked: Sequence[Ranked]) -> Table:
    return Table(
        ("事项和区域", "本期", "上期", "上年同期", "办结后反复"),
        [
            [each.what, *_numbers(each.cell.now, each.cell.before, each.cell.year_before, each.cell.again)]
            for each in ranked
        ],
    )


def _numbers(*counts: int) -> list[Number]:
    return [Number(f"{each:,}", each) for each in counts]
