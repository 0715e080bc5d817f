"""What a version of the duty list says: its items, one item in an area, its holes, its differences, the limits' history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.journey.duties.drafting import item_named, unit_names
from core.journey.duties.files import write_duty_file, write_text
from core.journey.duties.versions import in_force, newest, refuse_outsider, version_of
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coverage import Coverage, Gap, coverage_of, coverage_words
from core.units.catalogue.differences import differences, effect_of, effect_words
from core.units.catalogue.explaining import trace, unit_words, value_words
from core.units.catalogue.figures import Figures, figures_of
from core.units.catalogue.limit_history import (
    DIRECTION_WORDS,
    LimitChange,
    change_words,
    history_of,
)
from core.units.catalogue.lookup import AreaLookup, NotFound
from core.units.catalogue.queries import former_names, known_units, limit_history
from core.units.catalogue.rows import VALUES
from core.units.catalogue.writing import DutyTable, write_table

DEED = "查看职责清单"
GAP_COLUMNS = ("事项编码", "事项", "区域", "原因")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A matter as lists show it: what holds in the whole district, and in how many areas rows say otherwise."""

    code: str
    names: tuple[str, ...]
    lead: str
    limit: str
    areas: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The matters of a version from the top down, or a part of them."""

    number: int
    in_force: int
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """What a version says of a matter in an area: the values in words, and sentence by sentence where each comes from."""

    number: int
    matter: str
    area: str | None
    values: Mapping[str, str]
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a version reaches, and every item in every area that is nobody's."""

    number: int
    coverage: Coverage
    words: tuple[str, ...]
    by_branch: tuple[tuple[str, int, int], ...]
    """Each matter at the top in words, how many cells it has, how many of them are somebody's."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A version in figures."""

    number: int
    in_force: int
    catalogue: Catalogue
    figures: Figures


@dataclass(frozen=True, slots=True)
class Compared:
    """What one version says otherwise than another: difference by difference, and what comes of it for tickets."""

    before: int
    after: int
    differences: tuple[str, ...]
    effect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """An entry of the history of limits 时限压缩, in words."""

    on: date
    matter: str
    area: str | None
    direction: str
    words: str
    reason: str


def list_items(scope: Scope, number: int | None = None, *, under: str | None = None, actor: Actor) -> Listed:
    """Return the matters of a version, or those under one of them. Raises `NotPermitted`, `NoSuchItem`."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    catalogue, names = version.catalogue, unit_names(scope)
    nodes = catalogue.matters.below(item_named(catalogue, under)) if under else catalogue.matters.nodes
    in_areas: dict[str, int] = {}
    for row in catalogue.rows:
        in_areas[row.matter] = in_areas.get(row.matter, 0) + (row.area is not None)
    items = (_line(catalogue, node.code, names, in_areas.get(node.code, 0)) for node in nodes)
    return Listed(version.number, in_force(scope).number, tuple(items))


def table_of(scope: Scope, number: int | None = None, *, actor: Actor) -> tuple[int, DutyTable]:
    """Return a version's number and its rows as a table of texts. Raises `NotPermitted`."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    return version.number, write_table(version.catalogue, known_units(scope))


def show_item(scope: Scope, item: str, area: str = "", number: int | None = None, *, actor: Actor) -> ShownItem:
    """Tell what holds for an item in an area, empty = where it is not known.

    Raises `NotPermitted`, `NoSuchItem`, `NotFound` for an area that there is not.
    """
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    code = item_named(version.catalogue, item)
    place = _area_named(version.catalogue, area) if area else None
    resolved, names = version.catalogue.resolve(code, place), unit_names(scope)
    said = {name: value for name in VALUES if (value := getattr(resolved.values, name)) is not None}
    words = {name: value_words(name, value, names) for name, value in said.items()}
    return ShownItem(version.number, code, place, words, trace(resolved, names))


def coverage(scope: Scope, number: int | None = None, *, actor: Actor) -> Covered:
    """Resolve every item of a version in every area, and name those that are nobody's. Raises `NotPermitted`."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    catalogue = version.catalogue
    found = coverage_of(catalogue)
    branches = tuple((catalogue.matter_words(top), cells, led) for top, (cells, led) in found.by_branch.items())
    return Covered(version.number, found, tuple(coverage_words(catalogue, found)), branches)


def stats(scope: Scope, number: int | None = None, *, actor: Actor) -> Counted:
    """Count a version: items, limits, units, and how far it reaches. Raises `NotPermitted`, `NoSuchDutyList`."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    return Counted(version.number, in_force(scope).number, version.catalogue, figures_of(version.catalogue))


def write_gaps(path: Path, catalogue: Catalogue, found: Coverage) -> None:
    """Write every item in every area that is nobody's as CSV. Raises `FileUnwritable`."""
    write_text(path, GAP_COLUMNS, (_gap_cells(catalogue, gap) for gap in found.gaps))


def compare_versions(scope: Scope, before: int | None = None, after: int | None = None, *, actor: Actor) -> Compared:
    """Tell in words what `after`, or the newest version, says otherwise than `before`, or the one in force.

    Raises `NotPermitted`, `NoSuchDutyList`, `NoDutyListYet`.
    """
    refuse_outsider(actor, DEED)
    one = in_force(scope) if before is None else version_of(scope, before)
    other = newest(scope) if after is None else version_of(scope, after)
    names = unit_names(scope)
    return Compared(
        one.number,
        other.number,
        differences(one.catalogue, other.catalogue, names),
        tuple(effect_words(effect_of(one.catalogue, other.catalogue), names)),
    )


def limits_told(scope: Scope, item: str = "", *, actor: Actor) -> tuple[LimitEntry, ...]:
    """Return how limits changed as versions came into force, of one item or of all, the earliest first."""
    refuse_outsider(actor, DEED)
    catalogue = in_force(scope).catalogue
    history = limit_history(scope)
    if item:
        history = list(history_of(history, item_named(catalogue, item), catalogue))
    former = former_names(scope, {change.matter for change in history if change.matter not in catalogue.matters})
    return tuple(
        LimitEntry(
            change.on,
            change.matter,
            change.area,
            DIRECTION_WORDS[change.direction],
            _change_words(change, catalogue, former),
            change.reason,
        )
        for change in history
    )


def export_duties(scope: Scope, path: Path, number: int | None = None, *, actor: Actor) -> tuple[int, int]:
    """Write a version as .xlsx or .csv; return its number and how many rows it has.

    Raises `NotPermitted`, `NoSuchFormat`, `FileUnwritable`.
    """
    refuse_outsider(actor, "导出职责清单")
    version = version_of(scope, number)
    return version.number, write_duty_file(path, version.catalogue, units=known_units(scope))


def _area_named(catalogue: Catalogue, word: str) -> str | None:
    try:
        return AreaLookup(catalogue.areas).code_of(word)
    except NotFound as refusal:
        raise NotFound(said("{message}。", message=refusal.message)) from refusal


def _line(catalogue: Catalogue, code: str, names: Mapping[str, str], areas: int) -> ItemLine:
    values = catalogue.written(code)
    return ItemLine(
        code,
        catalogue.matters.names(code),
        unit_words(values.lead, names) if values.lead else "",
        value_words("limit", values.limit, names) if values.limit else "",
        areas,
    )


def _gap_cells(catalogue: Catalogue, gap: Gap) -> tuple[str, ...]:
    return gap.matter, catalogue.matters.words(gap.matter), catalogue.area_words(gap.area), gap.why


def _change_words(change: LimitChange, catalogue: Catalogue, former: Mapping[str, tuple[str, ...]]) -> str:
    words = change_words(change, catalogue)
    if change.matter in former:
        return words.replace(
            change.matter,
            said("{matter} {former}（已不在清单中）", matter=change.matter, former=" / ".join(former[change.matter])),
            1,
        )
    return words
