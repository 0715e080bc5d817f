"""The gazetteer 地名库 in an administrator's hands: drafted from a file, shown, written, and asked where something is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.areas.gazetteer import Gazetteer
from core.areas.locating import Located, locate, located_within
from core.areas.queries import areas_around, gazetteer_of, gazetteer_versions
from core.areas.service import draft
from core.areas.shapes import Point
from core.areas.tree import local_units
from core.journey.area_tables import AreaFile, read_area_file, read_boundary_file, with_boundaries, write_area_file
from core.journey.duties.drafting import DraftedVersion
from core.journey.duties.mending import Wanted, redraft_on
from core.journey.duties.versions import refuse_outsider
from core.journey.settings.administering import administering, reason_for
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.queries import duty_list_in_force, duty_list_versions, known_units

DEED = "起草地名库"
LOOK = "查看地名库"


class NoGazetteerYet(Refused):
    """The tenant has no version of the gazetteer at all."""

    code = "no-gazetteer"


@dataclass(frozen=True, slots=True)
class AreasDrafted:
    """The version of the gazetteer, and the one of the duty list on its areas, which a revision of routing has to name.

    `duty_list` is None where the tenant has no duty list yet: the first one is drafted on the newest gazetteer.
    """

    gazetteer: int
    is_new: bool
    duty_list: DraftedVersion | None


@dataclass(frozen=True, slots=True)
class AreasImported:
    """What an import came to: the file as it was read, what of the boundaries was not taken, and what was drafted."""

    file: AreaFile
    boundary_faults: tuple[str, ...]
    drafted: AreasDrafted


@dataclass(frozen=True, slots=True)
class GazetteerShown:
    """A version with what it says."""

    number: int
    in_force: bool
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class GazetteerVersionLine:
    """A version as lists show it."""

    number: int
    in_force: bool
    reason: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, by which version, how the area is called, and the codes of the units at home there."""

    version: int
    located: Located
    words: str
    units: tuple[str, ...]


def draft_areas(
    scope: Scope,
    gazetteer: Gazetteer,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    loosened: Collection[str] = (),
) -> AreasDrafted:
    """Draft the gazetteer, and a duty list of the rows in force on its areas; both or neither.

    `loosened` are codes of matters whose limits may get longer by it. Rows of areas that are gone are faults.
    Raises `NotPermitted`, `ReasonMissing`, `ReasonUnusable`, `GazetteerUnusable`, `CatalogueUnusable`,
    `LimitsLoosened`, and `Collision` when another one is drafted at the same moment.
    """
    author = administering(actor, DEED)
    drafted = draft(scope, gazetteer, reason=reason_for(reason, DEED), author=author, now=now)
    wanted = Wanted(reason=reason, actor=actor, now=now, loosened=loosened)
    duty_list = redraft_on(scope, drafted.number, wanted) if duty_list_versions(scope) else None
    return AreasDrafted(drafted.number, drafted.is_new, duty_list)


def import_areas(
    scope: Scope,
    path: Path,
    *,
    boundaries: Path | None = None,
    rejects: Path | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    loosened: Collection[str] = (),
) -> AreasImported:
    """Draft what a file says, with the boundaries of another one, as `draft_areas` does.

    Raises also `TableUnusable`, `NotAGazetteer`, `TooManyPlaces`, `BoundaryUnclear`.
    """
    administering(actor, DEED)
    file = read_area_file(path, units=known_units(scope), rejects=rejects)
    gazetteer, faults = file.gazetteer, tuple[str, ...]()
    if boundaries is not None:
        outlines = read_boundary_file(boundaries)
        gazetteer, strangers = with_boundaries(gazetteer, outlines)
        faults = (*outlines.faults, *strangers)
    drafted = draft_areas(scope, gazetteer, reason=reason, actor=actor, now=now, loosened=loosened)
    return AreasImported(file, faults, drafted)


def list_gazetteers(scope: Scope, *, actor: Actor) -> tuple[GazetteerVersionLine, ...]:
    """Return the versions, the newest first. Raises `NotPermitted`."""
    refuse_outsider(actor, LOOK)
    held = duty_list_in_force(scope).gazetteer
    return tuple(
        GazetteerVersionLine(line.number, line.number == held, line.reason, line.author, line.created_at)
        for line in gazetteer_versions(scope)
    )


def show_gazetteer(scope: Scope, number: int | None = None, *, actor: Actor) -> GazetteerShown:
    """Return a version; without a number the one in force, or the newest where none is.

    Raises `NotPermitted`, `NoSuchGazetteer`, `NoGazetteerYet`.
    """
    refuse_outsider(actor, LOOK)
    held = duty_list_in_force(scope).gazetteer
    wanted = (
        number if number is not None else held or max((line.number for line in gazetteer_versions(scope)), default=0)
    )
    if not wanted:
        raise NoGazetteerYet(said("{name}还没有地名库。请先用 huiying area import 导入一份。", name=scope.tenant.name))
    return GazetteerShown(wanted, wanted == held, gazetteer_of(scope, wanted))


def export_areas(scope: Scope, path: Path, number: int | None = None, *, actor: Actor) -> tuple[int, int]:
    """Write a version as CSV; return its number and how many rows were written. Raises what `show_gazetteer` does."""
    shown = show_gazetteer(scope, number, actor=actor)
    return shown.number, write_area_file(path, shown.gazetteer)


def locate_words(scope: Scope, text: str, number: int | None = None, *, actor: Actor) -> Place:
    """Tell where a written address lies. Raises what `show_gazetteer` does."""
    shown = show_gazetteer(scope, number, actor=actor)
    return _place(shown, locate(shown.gazetteer, text))


def locate_point(scope: Scope, point: Point, number: int | None = None, *, actor: Actor) -> Place:
    """Tell where a point lies. Raises what `show_gazetteer` does."""
    shown = show_gazetteer(scope, number, actor=actor)
    return _place(shown, located_within(shown.gazetteer, point, areas_around(scope, point, version=shown.number)))


def _place(shown: GazetteerShown, located: Located) -> Place:
    areas = shown.gazetteer.areas
    words = areas.words(located.area) if located.area else ""
    return Place(shown.number, located, words, tuple(local_units(areas, located.area).values()))
