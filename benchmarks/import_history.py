"""Importing a history against a plain COPY of the same file: `python -m benchmarks.import_history [FILE]`.

The COPY knows nothing: it puts the file's rows as texts into one table without keys, as the owner, with a durable
commit. The import makes of each row a ticket with its contact, timeline, clock, marks and reply, under row-level
security. Both run in the same minute on the same server, the COPY before and after.
Without a file, 3,000 rows are made up.
"""

import csv
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.place import measuring_place
from core.intake.columns import is_header, recognise
from core.intake.tabular.opening import Table, open_table
from core.journey.import_appeals import NEEDED_FOR_HISTORY, Import, batches, import_batch
from core.tenancy.scope import Installation

TENANT = "sandbox"
MADE_UP = 3_000
COPIES = 5
PLACES = ("幸福路", "人民广场", "东风小区", "河滨公园", "第三小学门口", "客运站")
TROUBLES = ("路灯不亮", "井盖破损", "夜间施工扰民", "垃圾清运不及时", "路面坑洼积水", "停车位被占")


def made_up() -> Iterator[Sequence[str]]:
    """Yield a header and rows of a history: two thirds answered in time, a fifth late, the rest not at all."""
    yield "编号", "标题", "内容", "提交时间", "答复", "答复时间"
    chance, first = random.Random(7), datetime.fromisoformat("2019-01-01T08:00")
    for number in range(MADE_UP):
        place, trouble = chance.choice(PLACES), chance.choice(TROUBLES)
        begun = first + timedelta(minutes=chance.randrange(7 * 365 * 1440))
        days = chance.choices((2, 20, None), (66, 20, 14))[0]
        text = f"{place}附近{trouble}，已经持续{chance.randint(2, 60)}天，影响居民出行和休息，请尽快处理。" * 4
        answered = (
            ("", "") if days is None else (f"经核实，{place}{trouble}已处理。" * 6, f"{begun + timedelta(days=days)}")
        )
        yield f"H{number}", f"{place}{trouble}", text, str(begun), *answered


def tickets_per_second(installation: Installation, table: Table) -> tuple[int, float]:
    """Import the table as history; return how many tickets it made, and how many a second."""
    columns = recognise(table.columns, {}, needed=NEEDED_FOR_HISTORY)
    wanted = Import(columns, "file", history=True)
    created, begun = 0, time.perf_counter()
    for rows in batches(table.rows()):
        created += import_batch(installation, TENANT, rows, wanted, now=datetime.now(UTC)).created
    return created, created / (time.perf_counter() - begun)


def copied_per_second(url: str, table: Table) -> float:
    """Read the file and COPY its rows into a plain table, several times over; return rows a second."""
    columns = [f"column_{place}" for place in range(len(table.columns))]
    declared = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column)) for column in columns)
    copied, begun = 0, time.perf_counter()
    with psycopg.connect(url) as connection:
        for _ in range(COPIES):
            connection.execute(sql.SQL("CREATE TABLE plain_copy ({})").format(declared))
            connection.commit()
            begun = begun if copied else time.perf_counter()
            with connection.cursor() as cursor, cursor.copy("COPY plain_copy FROM STDIN") as copy:
                for row in table.rows():
                    copy.write_row(row.cells)
                    copied += 1
            connection.commit()
            connection.execute("DROP TABLE plain_copy")
    return copied / (time.perf_counter() - begun)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, measuring_place() as (installation, services):
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "history.csv"
        if len(sys.argv) < 2:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(made_up())
        table = open_table(path, is_header=lambda cells: is_header(cells, {}))
        assert services.owner_url
        before = copied_per_second(services.owner_url, table)
        created, imported = tickets_per_second(installation, table)
        after = copied_per_second(services.owner_url, table)
    plain = (before + after) / 2
    print(f"tickets made           {created:8,}")
    print(f"import of history      {imported:8,.0f} tickets/s   (aim 400)")
    print(f"plain COPY             {plain:8,.0f} rows/s")
    print(f"ratio                  {imported / plain:8.4f}")


if __name__ == "__main__":
    main()
