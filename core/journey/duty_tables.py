"""Duty lists from and into files: read with the rejected rows beside the file, written so that they read the same."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from core.areas.tree import Area
from core.hooks.values import Budget
from core.intake.tabular.opening import open_table
from core.intake.tabular.rejects import Rejects, as_it_was, harmless
from core.intake.tabular.rows import Row
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.columns import is_header, recognise
from core.units.catalogue.limits import ONE_HOUR
from core.units.catalogue.reading import Reading, read_table
from core.units.catalogue.writing import write_table
from core.units.levels import KnownUnits


@dataclass(frozen=True, slots=True)
class DutyFile:
    """What a file came to, and where its rejected rows are; None when there are none."""

    reading: Reading
    rejects: Path | None


def read_duty_file(
    path: Path,
    *,
    units: KnownUnits,
    areas: Iterable[Area] = (),
    known: Catalogue | None = None,
    rejects: Path | None = None,
    at_once: Budget = ONE_HOUR,
) -> DutyFile:
    """Read a duty list from CSV or a workbook; nothing is published.

    Rows that cannot be taken are written beside the file with the reason, to be mended and read again.
    Raises `TableUnusable`, `NotADutyList`, `TooManyRows`.
    """
    table = open_table(path, is_header=is_header)
    columns = recognise(table.columns)
    back = Rejects(rejects or path.with_name(f"{path.name}.rejects.csv"), table.columns)
    back.refuse_unwritable(path)
    rows = (replace(row, cells=tuple(map(as_it_was, row.cells))) for row in table.rows())
    reading = read_table(
        rows, columns, units=units, areas=areas, merged=table.sheet.merged(), known=known, at_once=at_once
    )
    for rejected in reading.rejected:
        back.add(Row(rejected.row.number, rejected.row.cells), rejected.reason)
    back.close()
    return DutyFile(reading, back.path if back.count else None)


def write_duty_file(path: Path, catalogue: Catalogue, *, units: KnownUnits) -> int:
    """Write a duty list as CSV that Excel opens as it is; return the number of rows."""
    table = write_table(catalogue, units)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows([harmless(cell) for cell in row] for row in table.rows)
    return len(table.rows)
