"""Areas 区域 for administrators: the map and the table of the gazetteer, its versions, and a new one from files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request

from core.areas.checking import check
from core.areas.differences import GazetteerDifference, compare
from core.areas.gazetteer import KIND_WORDS, SIDE_WORDS, Gazetteer
from core.areas.queries import NOWHERE, gazetteer_of, gazetteer_versions
from core.areas.tree import KIND_NAMES, Area
from core.journey.area_tables import read_area_file, read_boundary_file, with_boundaries
from core.journey.area_uses import OF_LATE, AreaUses, OfLate, counts_of_late, uses_of_areas
from core.journey.areas import draft_areas, export_areas, list_gazetteers
from core.kit.saying import said
from core.people.roles import Permission
from core.units.catalogue.queries import duty_list_in_force, duty_list_versions, known_units
from core.web.admin.map_drawing import drawn
from core.web.downloads import offer_as
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.uploads import takes_files
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("admin_areas", __name__)
AT = "/admin/areas"
ZOOMS = (1, 2, 4)
SHOWN = 200
"""Faults and differences on one page."""
LARGEST = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area in the table: how deep it stands, who is at home, what speaks of it, and how many appeals are from it."""

    area: Area
    depth: int
    unit: str
    names: int
    uses: AreaUses
    late: OfLate


@dataclass(frozen=True, slots=True)
class Looked:
    """What files came to: the gazetteer they make, what is wrong with them, and what it says otherwise than the present."""

    gazetteer: Gazetteer
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    difference: GazetteerDifference


@pages.get(AT)
@allows(Permission.ADMINISTER)
def show_areas(visit: Visit) -> Answer:
    """Show a version of the gazetteer as map and table, the one in force where none is asked for; after a refusal with why."""
    return _page(visit)


@pages.post(f"{AT}/import")
@takes_files
@allows(Permission.ADMINISTER, again=show_areas)
def take_files(visit: Visit) -> Answer:
    """Look at a table, boundaries, or both; with `do` "draft" draft the gazetteer and a duty list on its areas."""
    looked = _look(visit)
    if text("do", longest=10) != "draft" or looked.faults:
        return _page(visit, looked=looked)
    held = duty_list_in_force(visit.scope).catalogue
    loosened = [node.code for node in held.matters.nodes] if "loosen" in request.form else []
    drafted = draft_areas(
        visit.scope,
        looked.gazetteer,
        reason=text("reason", longest=600),
        actor=visit.actor,
        now=visit.now,
        loosened=loosened,
    )
    if not drafted.is_new:
        words = said("与第 {number} 版地名库说的一样，没有另存", number=drafted.gazetteer)
    elif drafted.duty_list:
        words = said(
            "已起草第 {number} 版地名库，和用它的第 {list} 版职责清单，都还没有启用",
            number=drafted.gazetteer,
            list=drafted.duty_list.number,
        )
    else:
        words = said("已起草第 {number} 版地名库，还没有启用", number=drafted.gazetteer)
    return Done(words, f"{AT}?version={drafted.gazetteer}")


@pages.get(f"{AT}/export")
@allows(Permission.ADMINISTER)
def download_table(visit: Visit) -> Answer:
    """Answer with a version as CSV that can be brought in again."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "areas.csv"
        number, _ = export_areas(visit.scope, path, _version(), actor=visit.actor)
        content = path.read_bytes()
    response = Response(content, mimetype="text/csv")
    name = said("地名库-{district}-第{number}版.csv", district=visit.scope.tenant.name, number=number)
    offer_as(response, name)
    return response


def _page(visit: Visit, *, looked: Looked | None = None) -> Answer:
    scope = visit.scope
    versions = list_gazetteers(scope, actor=visit.actor)
    held = duty_list_in_force(scope).gazetteer
    newest = versions[0].number if versions else 0
    number = _version() or held or newest
    gazetteer = gazetteer_of(scope, number)
    at, zoom, wanted = _area(gazetteer), _zoom(), " ".join(request.args.get("q", "").replace("\x00", "")[:60].split())
    late, unknown = counts_of_late(scope, gazetteer.areas, now=visit.now)
    units = {code: unit.name for code, unit in known_units(scope).items()}
    refusal = g.get("refusal")
    compares = bool(number and number != held)
    page = render_template(
        "admin/areas.html",
        number=number,
        held=held,
        versions=versions,
        gazetteer=gazetteer,
        lines=list(_lines(gazetteer, late, units, uses_of_areas(scope), wanted)),
        counts={kind: sum(area.kind == kind for area in gazetteer.areas.nodes) for kind in KIND_NAMES},
        kinds=KIND_NAMES,
        named=KIND_WORDS,
        sides=SIDE_WORDS,
        at=at,
        way=[gazetteer.areas.find(code) for code in reversed(list(gazetteer.areas.line(at.code)))] if at else [],
        places=[place for place in gazetteer.names if at and place.area == at.code],
        map=drawn(gazetteer, late, at=at.code if at else None, zoom=zoom),
        zoom=zoom,
        zooms=ZOOMS,
        query=_query,
        wanted=wanted,
        unknown=unknown,
        days=OF_LATE.days,
        difference=compare(gazetteer_of(scope, held), gazetteer, units=units) if compares else None,
        list_on_it=_list_on(visit, number) if compares else None,
        looked=looked,
        shown=SHOWN,
        typed=request.form,
        form=request.method == "POST",
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _lines(
    gazetteer: Gazetteer,
    late: Mapping[str, OfLate],
    units: Mapping[str, str],
    uses: Mapping[str, AreaUses],
    wanted: str,
) -> Iterator[AreaLine]:
    names: dict[str, list[str]] = {}
    for place in gazetteer.names:
        names.setdefault(place.area, []).append(place.name)
    found = {
        area.code
        for area in gazetteer.areas.nodes
        if not wanted or any(wanted in each for each in (area.name, area.code, *names.get(area.code, ())))
    }
    shown = {each for code in found for each in gazetteer.areas.line(code)}
    for area in _from_above(gazetteer):
        if area.code in shown:
            depth = len(list(gazetteer.areas.line(area.code))) - 1
            yield AreaLine(
                area,
                depth,
                units.get(area.unit, area.unit),
                len(names.get(area.code, ())),
                uses.get(area.code, AreaUses(0, ())),
                late.get(area.code, OfLate()),
            )


def _from_above(gazetteer: Gazetteer) -> Iterator[Area]:
    below: dict[str | None, list[Area]] = {}
    for area in gazetteer.areas.nodes:
        below.setdefault(area.parent, []).append(area)

    def walk(parent: str | None) -> Iterator[Area]:
        for area in below.get(parent, ()):
            yield area
            yield from walk(area.code)

    return walk(None)


def _look(visit: Visit) -> Looked:
    """Read what was sent. Raises `InputUnusable`, `TableUnusable`, `NotAGazetteer`, `BoundaryUnclear`, `TooManyPlaces`."""
    scope = visit.scope
    held = duty_list_in_force(scope).gazetteer or max((line.number for line in gazetteer_versions(scope)), default=0)
    before = gazetteer_of(scope, held) if held else NOWHERE
    gazetteer, faults, remarks = before, list[str](), list[str]()
    with _kept("table") as table, _kept("boundaries") as outlines:
        if table is None and outlines is None:
            raise InputUnusable("请选地名库的表格（Excel 或 CSV），或边界文件（GeoJSON），或两样都选。")
        if table is not None:
            read = read_area_file(table, units=known_units(scope), rejects=table.with_suffix(".rejects"))
            gazetteer = read.gazetteer
            faults += read.reasons
            remarks += read.remarks
        if outlines is not None:
            boundaries = read_boundary_file(outlines)
            gazetteer, strangers = with_boundaries(gazetteer, boundaries)
            remarks += (*boundaries.faults, *strangers)
    faults += check(gazetteer) if not faults else ()
    units = {code: unit.name for code, unit in known_units(scope).items()}
    return Looked(gazetteer, tuple(faults), tuple(remarks), compare(before, gazetteer, units=units))


@contextmanager
def _kept(name: str) -> Iterator[Path | None]:
    """Keep a file of the form for as long as it is read; None where none was chosen. Raises `InputUnusable`."""
    given = request.files.get(name)
    if given is None or not given.filename:
        yield None
        return
    given.stream.seek(0)
    content = given.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputUnusable(said("文件超过 {most} MB。请先简化边界，或拆开。", most=LARGEST // 1024 // 1024))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "上传的文件"
        path.write_bytes(content)
        yield path


def _list_on(visit: Visit, gazetteer: int) -> int | None:
    """Return the newest duty list that speaks of this gazetteer's areas, by which it would come into force."""
    return next((line.number for line in duty_list_versions(visit.scope) if line.gazetteer == gazetteer), None)


def _version() -> int | None:
    words = request.args.get("version", "")
    if not words:
        return None
    if not words.isascii() or not words.isdecimal() or len(words) > 9:
        raise InputUnusable("要看哪一版地名库看不懂。请从版本列表进入。")
    return int(words)


def _area(gazetteer: Gazetteer) -> Area | None:
    code = request.args.get("at", "")
    if not code:
        return None
    found = gazetteer.areas.find(code)
    if found is None:
        raise InputUnusable(said("这一版地名库没有编码为 {code} 的区域。请从列表中选择。", code=code[:40]))
    return found


def _zoom() -> int:
    words = request.args.get("zoom", "1")
    return int(words) if words in map(str, ZOOMS) else 1


def _query(**changes: Any) -> str:
    """Return the address of this page with other particulars, those that are empty left out."""
    kept = {name: request.args.get(name, "") for name in ("version", "at", "q", "zoom")}
    return f"{AT}?{urlencode({name: value for name, value in {**kept, **changes}.items() if value})}"
