"""The duty list 职责清单 as a matrix: matters × areas → whose it is, how fast, on what basis; most specific wins."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

from core.areas.tree import LOCAL, Area, AreaTree, area_tree, local_units
from core.kit.saying import said, word
from core.kit.trees import Node, Tree
from core.units.catalogue.rows import VALUES, Key, Row, Values, row_document, row_from

NO_UNITS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the list says of a matter in an area: the values of all rows that apply, and which row each comes from.

    `values.lead` is None when no row names a unit, or names one at home in an area that is not known or has none.
    """

    matter: str
    area: str | None
    values: Values
    sources: Mapping[str, Key]
    rows: tuple[Row, ...]
    """The rows that apply, the most specific first."""
    catalogue: "Catalogue" = field(repr=False, compare=False)

    @property
    def lead(self) -> str | None:
        return self.values.lead


@dataclass(frozen=True, slots=True)
class _Merged:
    """Rows that apply together, as one."""

    rows: tuple[Row, ...]
    values: Values
    sources: Mapping[str, Key]
    names_local: bool
    """A unit of it is whoever is at home there."""


@dataclass(frozen=True)
class Catalogue:
    """A version of the duty list: its matters, the areas it speaks of, and its rows. Never changed.

    It may be faulty (`core.units.catalogue.checking` tells); of two rows for the same the first counts.
    """

    matters: Tree[Node]
    areas: AreaTree
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, matters: Iterable[Node], areas: Iterable[Area] = (), rows: Iterable[Row] = ()) -> "Catalogue":
        """Return a duty list of matters, areas and rows that come in any order; a row that says nothing is left out."""
        tree = Tree.of(matters)
        places = area_tree(replace(area, shape=None) for area in areas)
        kept = [row for row in rows if not row.says_nothing]
        return cls(tree, places, tuple(sorted(kept, key=partial(_place_of, tree.order, places.order))))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all that the list says, as hexadecimal digits."""
        written = json.dumps(to_document(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()

    def resolve(self, matter: str, area: str | None = None) -> Resolved:
        """Return what holds for a matter in an area, None = not known where. A matter of no row resolves to nothing.

        The row with the lowest matter wins, among these the one with the lowest area; what it leaves open comes from
        the next one.
        """
        if (answer := self._answers.get((matter, area))) is None:
            merged = self._merged_for(matter, area)
            values = self._at_home(merged.values, area) if merged.names_local else merged.values
            answer = Resolved(matter, area, values, merged.sources, merged.rows, self)
            if matter in self.matters and (area is None or area in self.areas):
                self._answers[matter, area] = answer
        return answer

    def written(self, matter: str, area: str | None = None) -> Values:
        """Return what holds as it is written: whoever is at home there is not looked up."""
        return self._merged_for(matter, area).values

    def row(self, key: Key) -> Row | None:
        """Return the row written for just this matter and area, or None."""
        matter, area = key
        place = self._by_matter.get(matter, {}).get(area)
        return self.rows[place] if place is not None else None

    def matter_words(self, matter: str) -> str:
        """Return how people call a matter: code and names."""
        return (
            said("{matter} {words}", matter=matter, words=self.matters.words(matter))
            if matter in self.matters
            else matter
        )

    def area_words(self, area: str | None) -> str:
        """Return how people call an area: its names below the top; 全区 for the whole."""
        if area is None:
            return "全区"
        names = self.areas.names(area)
        return "".join(names[1:] or names) or area

    def key_words(self, key: Key) -> str:
        """Return how people call a row: its matter and where it holds."""
        matter, area = key
        return said("{matter}（{area}）", matter=self.matter_words(matter), area=word(self.area_words(area)))

    def _merged_for(self, matter: str, area: str | None) -> _Merged:
        """Return the rows that apply as one. Few sets of rows apply together, so each is merged once."""
        places = self._places.get(area, (None,))
        applying = tuple(
            [
                by_area[place]
                for code in self.matters.line(matter)
                if (by_area := self._by_matter.get(code)) is not None
                for place in places
                if place in by_area
            ]
        )
        merged = self._together.get(applying)
        if merged is None:
            merged = self._together[applying] = self._merge(applying)
        return merged

    def _merge(self, places: tuple[int, ...]) -> _Merged:
        """Take each value from the first row that says it."""
        values: dict[str, Any] = {}
        sources: dict[str, Key] = {}
        for place in places:
            key = self.rows[place].key
            for name, value in self._said[place]:
                if name not in values:
                    values[name] = value
                    sources[name] = key
        names_local = LOCAL in "\n".join((values.get("lead", ""), *values.get("co", ())))
        return _Merged(tuple([self.rows[place] for place in places]), Values(**values), sources, names_local)

    def _at_home(self, values: Values, area: str | None) -> Values:
        """Return the values with whoever is at home there; nobody where that is not known."""
        units = self._local.get(area, NO_UNITS) if area is not None else NO_UNITS
        lead, co = values.lead, values.co
        if lead is not None and lead.startswith(LOCAL):
            lead = units.get(lead.removeprefix(LOCAL))
        if co is not None:
            known = (units.get(unit.removeprefix(LOCAL)) if unit.startswith(LOCAL) else unit for unit in co)
            co = tuple(unit for unit in known if unit)
        return replace(values, lead=lead, co=co)

    @cached_property
    def _answers(self) -> dict[tuple[str, str | None], Resolved]:
        """What was asked so far; a list never changes, and has no more answers than matters times areas."""
        return {}

    @cached_property
    def _together(self) -> dict[tuple[int, ...], _Merged]:
        """What was merged so far, by the places of the rows."""
        return {}

    @cached_property
    def _places(self) -> Mapping[str | None, tuple[str | None, ...]]:
        """The areas whose rows hold in an area, the nearest first."""
        return {area.code: (*self.areas.line(area.code), None) for area in self.areas.nodes}

    @cached_property
    def _by_matter(self) -> Mapping[str, Mapping[str | None, int]]:
        """The places of the rows by matter and area."""
        places: dict[str, dict[str | None, int]] = {}
        for place, row in enumerate(self.rows):
            places.setdefault(row.matter, {}).setdefault(row.area, place)
        return places

    @cached_property
    def _said(self) -> Sequence[Sequence[tuple[str, Any]]]:
        """What each row does not leave open, by its place."""
        return [[(name, value) for name in VALUES if (value := getattr(row, name)) is not None] for row in self.rows]

    @cached_property
    def _local(self) -> Mapping[str, Mapping[str, str]]:
        return {area.code: local_units(self.areas, area.code) for area in self.areas.nodes}


def to_document(catalogue: Catalogue) -> dict[str, Any]:
    """Return the duty list as JSON values; `from_document` undoes it."""
    return {
        "matters": [[node.code, node.name, node.parent] for node in catalogue.matters.nodes],
        "areas": [[area.code, area.name, area.parent, area.kind, area.unit] for area in catalogue.areas.nodes],
        "rows": [row_document(row) for row in catalogue.rows],
    }


def from_document(document: Mapping[str, Any]) -> Catalogue:
    """Return the duty list of a document that `to_document` made. Boundaries of areas are not part of it."""
    return Catalogue.of(
        (Node(*node) for node in document["matters"]),
        (Area(*area) for area in document["areas"]),
        (row_from(row) for row in document["rows"]),
    )


def _place_of(matters: Mapping[str, int], areas: Mapping[str, int], row: Row) -> tuple[Any, ...]:
    """Return where a row stands in the list: after the matters above its own, and the whole before its parts."""
    matter, area = matters.get(row.matter, len(matters)), areas.get(row.area or "", len(areas))
    return matter, row.matter, row.area is not None, area, row.area or ""
