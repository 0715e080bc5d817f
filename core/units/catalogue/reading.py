"""A duty list from a table, row by row: what can be taken is taken, and every other row is told why not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.areas.tree import Area
from core.hooks.values import Budget
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.kit.trees import Node, Tree
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.cells import flag, grade, level, origin, part_of, read_on_site, several, text_or_none
from core.units.catalogue.coding import Named, coded
from core.units.catalogue.columns import DutyColumns
from core.units.catalogue.filling import Filled, Filler, MergedCells, TableRow
from core.units.catalogue.limit_history import LIMIT_FIELDS
from core.units.catalogue.limits import AT_ONCE, ONE_HOUR, limit_words, read_limit
from core.units.catalogue.lookup import AreaLookup, UnitLookup
from core.units.catalogue.rows import FIELD_WORDS, Row
from core.units.levels import KnownUnits

MOST_ROWS = 50_000
LONGEST_CELL = 5_000


class TooManyRows(Refused):
    """The table has more rows than any duty list."""

    code = "too-many-rows"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken, as it stands in the file, and why."""

    row: TableRow
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table came to. `remarks` say what was filled down, counted as something, or not read."""

    catalogue: Catalogue
    accepted: int
    rejected: tuple[RejectedRow, ...]
    remarks: tuple[str, ...]


def read_table(
    rows: Iterable[TableRow],
    columns: DutyColumns,
    *,
    units: KnownUnits,
    areas: Iterable[Area] = (),
    merged: Sequence[MergedCells] = (),
    known: Catalogue | None = None,
    before: Iterable[Tree[Node]] = (),
    at_once: Budget = ONE_HOUR,
) -> Reading:
    """Return the duty list that the rows make, and the rows that could not be taken.

    Matters that the list `known`, or one of those `before` it, has by the same names keep their codes; others get new
    ones where the table gives none. 即时 is counted as `at_once`. Raises `TooManyRows`.
    """
    places = tuple(areas)
    reader = _Reader(columns, UnitLookup(units), AreaLookup(Catalogue.of((), places).areas), at_once)
    filler = Filler(columns, merged)
    for number, filled in enumerate(filler.fill(rows), start=1):
        if number > MOST_ROWS:
            raise TooManyRows(
                said("表中超过 {most_rows:,} 行，不像职责清单。请检查文件，或分成几份导入。", most_rows=MOST_ROWS)
            )
        reader.take(filled)
    nodes, codes = coded(reader.named, known, before=before)
    catalogue = Catalogue.of(nodes, places, (Row(matter=codes[names], **values) for names, values in reader.rows))
    remarks = (*filler.remarks(), *reader.remarks(), *_unread(columns))
    return Reading(catalogue, reader.accepted, tuple(reader.rejected), remarks)


@dataclass
class _Reader:
    columns: DutyColumns
    units: UnitLookup
    areas: AreaLookup
    at_once: Budget
    named: dict[Named, str] = field(default_factory=dict)
    """The matters by their names from the top down, with the code that the table gives, or none."""
    rows: list[tuple[Named, Mapping[str, Any]]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    accepted: int = 0
    _numbers: dict[tuple[Named, str | None], int] = field(default_factory=dict)
    _code_of: dict[str, Named] = field(default_factory=dict)
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)
    _at_once: int = 0

    def take(self, filled: Filled) -> None:
        """Take a row, or put it among the rejected ones with all that is wrong with it."""
        faults = [*filled.faults]
        names: Named = tuple(filled.fields[level] for level in self.columns.levels if filled.fields.get(level))
        values: dict[str, Any] = {}
        where: list[str | None] = [None]
        if filled.fields and not faults:
            faults += self._flaws(filled)
            values = self._values(filled, faults)
            where = self._places(filled, faults)
            faults += self._clashes(names, where, filled.fields.get("code", ""))
        if faults:
            self.rejected.append(RejectedRow(filled.row, joined("；", faults)))
            return
        self._keep(names, where, filled, values)

    def remarks(self) -> Iterator[str]:
        """Say what was counted as something."""
        if self._at_once:
            yield said("“即时”按 {limit} 计，共 {at_once:,} 处", limit=limit_words(self.at_once), at_once=self._at_once)

    def _keep(self, names: Named, where: Sequence[str | None], filled: Filled, values: Mapping[str, Any]) -> None:
        self.accepted += 1
        self._at_once += sum(filled.fields.get(name) in AT_ONCE for name in LIMIT_FIELDS)
        code = filled.fields.get("code", "")
        for depth in range(1, len(names) + 1):
            self.named.setdefault(names[:depth], "")
        if code:
            self.named[names] = code
            self._code_of[code] = names
        for area in where:
            self._numbers[names, area] = filled.row.number
            if values:
                self.rows.append((names, {"area": area, **values}))

    def _values(self, filled: Filled, faults: list[str]) -> dict[str, Any]:
        """Return what the cells of a row mean, and put why others mean nothing among the faults."""
        values: dict[str, Any] = {}
        for name, read in self._readings():
            cell = filled.fields.get(name, "")
            if not cell:
                continue
            try:
                values[name] = read(cell)
            except Refused as refusal:
                faults.append(refusal.message)
        return values

    def _readings(self) -> Iterator[tuple[str, Callable[[str], Any]]]:
        """Yield the columns of values that the table has, with how their cells are read."""
        places = self.columns.places
        readings: dict[str, Callable[[str], Any]] = {
            "lead": self._lead,
            "co": self._co,
            "keywords": several,
            "limit": partial(
                read_limit, unit=self.columns.unit("limit") if "limit" in places else "", at_once=self.at_once
            ),
            "on_site": partial(
                read_on_site, unit=self.columns.unit("on_site") if "on_site" in places else "", at_once=self.at_once
            ),
            "after_arrival": partial(
                read_on_site,
                unit=self.columns.unit("after_arrival") if "after_arrival" in places else "",
                at_once=self.at_once,
                what=FIELD_WORDS["after_arrival"],
            ),
            "legal_basis": text_or_none,
            "standard": text_or_none,
            "guide": text_or_none,
            "min_level": level,
            "department_function": flag,
            "origin": origin,
            "grade": grade,
        }
        return ((name, read) for name, read in readings.items() if name in places)

    def _lead(self, cell: str) -> str:
        return str(self._looked_up("unit", cell, self.units.code_of))

    def _co(self, cell: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._lead(part) for part in several(cell)))

    def _places(self, filled: Filled, faults: list[str]) -> list[str | None]:
        written = [filled.fields.get(name, "") for name in ("area", "street", "community")]
        parts = part_of(written[0]) if written[0] else ["/".join(part for part in written[1:] if part)]
        places: list[str | None] = []
        for part in parts:
            try:
                places.append(self._looked_up("area", part, self.areas.code_of))
            except Refused as refusal:
                faults.append(refusal.message)
        return list(dict.fromkeys(places))

    def _looked_up(self, what: str, cell: str, look: Callable[[str], str | None]) -> str | None:
        """Look a word up once; finding suggestions takes time, and lists repeat themselves."""
        key = what, cell
        if key not in self._known:
            try:
                self._known[key] = look(cell)
            except Refused as refusal:
                self._known[key] = refusal
        found = self._known[key]
        if isinstance(found, Refused):
            raise found
        return str(found) if found is not None else None

    def _flaws(self, filled: Filled) -> Iterator[str]:
        for name, cell in filled.fields.items():
            if "\x00" in cell or any("\ud800" <= letter <= "\udfff" for letter in cell):
                yield said(
                    "“{name}”一格含有无法保存的字符（空字符或乱码）；请检查来源文件的编码", name=self.columns.name(name)
                )
            elif len(cell) > LONGEST_CELL:
                yield said(
                    "“{name}”一格有 {number:,} 个字，超过 {longest_cell:,} 字；请改短",
                    name=self.columns.name(name),
                    number=len(cell),
                    longest_cell=LONGEST_CELL,
                )
        code = filled.fields.get("code", "")
        if len(code.split()) > 1:
            yield said("事项代码“{code}”中间有空白；请删去空白", code=code)

    def _clashes(self, names: Named, where: Sequence[str | None], code: str) -> Iterator[str]:
        words = " / ".join(names)
        for area in where:
            if (number := self._numbers.get((names, area))) is not None:
                there = said("（{word}）", word=self.areas.word_of(area)) if area is not None else ""
                yield said(
                    "事项“{words}”{there}在第 {number} 行已经写过；请合并成一行，或写明不同的区域",
                    words=words,
                    there=there,
                    number=number,
                )
        given = self.named.get(names, "")
        if code and given and given != code:
            yield said(
                "事项“{words}”前面写的代码是 {given}，这里是 {code}；一个事项只能有一个代码，请改成一致",
                words=words,
                given=given,
                code=code,
            )
        if code and (other := self._code_of.get(code, names)) != names:
            yield said(
                "代码 {code} 前面已用于“{other}”，一个代码只能指一个事项；请换一个代码",
                code=code,
                other=" / ".join(other),
            )


def _unread(columns: DutyColumns) -> Iterator[str]:
    if columns.unread:
        yield said("没有读取的列：{unread}", unread=joined("、", columns.unread))
