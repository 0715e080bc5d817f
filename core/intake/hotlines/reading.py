"""Merged hotlines from the rows of a table: every fault is told with its row, and which number stands there twice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.kit.cells import flaw_of_cell

COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("原号码", "号码", "热线号码", "number"),
    "name": ("热线名称", "名称", "name"),
    "owner": ("原主管单位", "主管单位", "所属单位", "owner"),
    "merged_on": ("并入日期", "日期", "merged"),
}
NEEDED = ("number", "name")
LONGEST = {"name": 100, "owner": 100}
_NUMBER = re.compile(r"[0-9]{3,12}(?:-[0-9]{1,8}){0,2}")


@dataclass(frozen=True, slots=True)
class WrittenHotline:
    """A merged hotline as a table has it."""

    number: str
    name: str
    owner: str
    merged_on: date | None


def read_hotlines(lines: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[list[WrittenHotline], dict[int, str]]:
    """Return the hotlines, and what is wrong by the number of its row."""
    found, faults, numbers = list[WrittenHotline](), dict[int, str](), dict[str, int]()
    for row, cells in lines:
        number, wrong = cells["number"], list[str]()
        if not _NUMBER.fullmatch(number):
            wrong.append(f"原号码“{number[:30]}”不是号码，只写数字，区号和分机用 - 隔开")
        elif (first := numbers.setdefault(number, row)) != row:
            wrong.append(f"原号码 {number} 与第 {first} 行重复")
        owner = cells.get("owner", "")
        for field, cell in (("name", cells["name"]), *((("owner", owner),) if owner else ())):
            if flaw := flaw_of_cell(cell, longest=LONGEST[field]):
                wrong.append(f"{COLUMNS[field][0]}{flaw}")
        day, told = None, cells.get("merged_on", "")
        try:
            day = date.fromisoformat(told.split(" ")[0].replace("/", "-")) if told else None
        except ValueError:
            wrong.append(f"并入日期“{told[:30]}”不是日期，请写成 2017-03-12 的样子")
        if wrong:
            faults[row] = "；".join(wrong)
        else:
            found.append(WrittenHotline(number, cells["name"], owner, day))
    return found, faults
