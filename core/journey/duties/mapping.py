"""Mapping a district's items to the central city's list 市级目录对照, so that districts can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.intake.tabular.opening import open_table
from core.intake.tabular.rejects import Rejects
from core.intake.tabular.rows import Row
from core.journey.duties.files import write_text
from core.journey.duties.versions import in_force, newest_number, numbered, refuse_outsider, version_of
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.headings import places_of
from core.kit.saying import joined, said, word
from core.kit.trees import Node, Tree
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor
from core.units.catalogue.cells import NOTHING
from core.units.catalogue.mapping import (
    OTHER,
    MappingCoverage,
    MatterMapping,
    check_mapping,
    mapping_coverage,
    suggest_mapping,
    uncovered,
)
from core.units.catalogue.queries import matter_mapping
from core.units.catalogue.service import map_matters

DEED = "对照市级目录"
CITY = "city"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "own": ("本区编码", "本区事项编码", "事项编码", "编码", "own", "local", "code"),
    "central": ("市级编码", "市级事项编码", "全市编码", "城市编码", "central", "city"),
}
OTHER_WORD = "其他"
OTHERS = frozenset({OTHER, OTHER_WORD, "其它"})
TABLE = ("本区编码", "本区事项", "市级编码", "市级事项")


class NotAMapping(Refused):
    """The table has no two columns of codes, the district's own and the city's."""

    code = "not-a-mapping"


class NoCityList(Refused):
    """The district lies in no city here, or in several, or the city has no duty list."""

    code = "no-city-list"


@dataclass(frozen=True, slots=True)
class CityList:
    """The matters of a central city's duty list, as they are carried to a district."""

    city: str
    name: str
    number: int
    matters: Tree[Node]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a table came to: items mapped, items mapped no more, cells left empty, rows rejected and where they are."""

    mapped: int
    ended: int
    empty: int
    rejected: tuple[tuple[int, str], ...]
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class ReadMapping:
    """What a table says, before any of it is kept: own codes with the city's, "" = none any more, and what was not taken."""

    pairs: Mapping[str, str]
    empty: int
    rejected: tuple[tuple[int, str], ...]
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class MappingShown:
    """How far a district's list is mapped: own items that nobody mapped, and the city's that no item of the district is."""

    number: int
    city: CityList
    coverage: MappingCoverage
    unmapped: tuple[str, ...]
    """The district's own lowest items, in words."""
    uncovered: tuple[str, ...]
    """The city's lowest items, in words."""
    faults: tuple[str, ...]
    """What is mapped from or to codes that there are no longer."""


def city_list(installation: Installation, district: str, city: str = "") -> CityList:
    """Return the duty list of the central city that the district lies in, or of the one of them that is named.

    It is read in the city's own scope. What is no city of the district is told nothing of. Raises `NoCityList`.
    """
    cities = [each.slug for each in cities_of_district(installation, district)]
    if city and city not in cities:
        raise NoCityList(
            said(
                "{city} 不是 {district} 所属的市中心，没有对照。所属的有：{cities}。",
                city=city,
                district=district,
                cities=joined("、", cities) or word("无"),
            )
        )
    if not city and len(cities) != 1:
        why = said("同属 {cities}", cities=joined("、", cities)) if cities else "不属于这里的任何市中心"
        raise NoCityList(
            said("{district} {why}，不知道与哪一份市级目录对照。请用 --city 写明。", district=district, why=word(why))
        )
    city = city or cities[0]
    return installation.run(city, _matters_of_city)


def cities_of_district(installation: Installation, district: str) -> list[TenantFacts]:
    """Return the central cities in which a district lies; the installation allows several."""
    return [
        tenant
        for tenant in installation.tenants()
        if tenant.kind == CITY and district in [member.slug for member in installation.members(tenant.slug)]
    ]


def map_from(scope: Scope, path: Path, city: CityList, *, rejects: Path | None, actor: Actor, now: datetime) -> Mapped:
    """Map items as a table says: own code, the city's code. 无 ends a mapping, 其他 says it is none of the city's.

    An empty cell changes nothing. Codes that the newest version or that in force does not have, or the city does not,
    are rejected row by row. Raises `NotPermitted`, `TableUnusable`, `NotAMapping`.
    """
    author = administering(actor, DEED)
    read = read_mapping(scope, path, city, rejects=rejects, actor=actor)
    map_matters(scope, read.pairs, author=author, now=now)
    ended = sum(not central for central in read.pairs.values())
    return Mapped(len(read.pairs) - ended, ended, read.empty, read.rejected, read.rejects)


def read_mapping(scope: Scope, path: Path, city: CityList, *, rejects: Path | None, actor: Actor) -> ReadMapping:
    """Read a table as `map_from` does, and keep nothing. Raises `NotPermitted`, `TableUnusable`, `NotAMapping`."""
    administering(actor, DEED)
    table = open_table(path, is_header=lambda cells: len(places_of(cells, COLUMNS)) == len(COLUMNS))
    places = places_of(table.columns, COLUMNS)
    if len(places) < len(COLUMNS):
        raise NotAMapping(said("{name} 里没有认出“本区编码”和“市级编码”两列。请把表头写成这两个名称。", name=path.name))
    back = Rejects(rejects or path.with_name(f"{path.name}.rejects.csv"), table.columns)
    back.refuse_unwritable(path)
    own = [in_force(scope).catalogue.matters, numbered(scope, newest_number(scope)).catalogue.matters]
    pairs: dict[str, str] = {}
    rejected: list[tuple[int, str]] = []
    empty = 0
    for row in table.rows():
        local, central = (_cell(row, places[name]) for name in COLUMNS)
        if fault := row.fault or _fault(local, central, own, city, pairs):
            rejected.append((row.number, fault))
            back.add(row, fault)
        elif not central:
            empty += 1
        else:
            pairs[local] = "" if central == NOTHING else OTHER if central in OTHERS else central
    back.close()
    return ReadMapping(pairs, empty, tuple(rejected), back.path if back.count else None)


def mapping_shown(scope: Scope, city: CityList, number: int | None = None, *, actor: Actor) -> MappingShown:
    """Compare a version with the city's list. Raises `NotPermitted`, `NoSuchDutyList`, `NoDutyListYet`."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    matters, mapping = version.catalogue.matters, matter_mapping(scope)
    found = mapping_coverage(mapping, matters)
    known = MatterMapping.of({code: central for code, central in mapping.central.items() if code in matters})
    return MappingShown(
        version.number,
        city,
        found,
        tuple(map(version.catalogue.matter_words, found.unmapped)),
        tuple(f"{code} {city.matters.words(code)}" for code in uncovered(found, city.matters)),
        tuple(check_mapping(known, matters, city.matters)),
    )


def write_mapping(scope: Scope, path: Path, city: CityList, number: int | None = None, *, actor: Actor) -> int:
    """Write the mapping as a table to be filled in and read by `map_from`; for items that nobody mapped a proposal.

    Returns how many items have a proposal. Raises `NotPermitted`.
    """
    refuse_outsider(actor, DEED)
    matters = version_of(scope, number).catalogue.matters
    mapping, proposed = matter_mapping(scope), suggest_mapping(matters, city.matters)
    lines, proposals = [], 0
    for node in matters.nodes:
        is_open = not any(code in mapping.central for code in matters.line(node.code))
        central = proposed.get(node.code, "") if is_open else mapping.central.get(node.code, "")
        proposals += bool(is_open and central)
        cells = (OTHER_WORD, "") if central == OTHER else (central, city.matters.words(central) if central else "")
        lines.append((node.code, matters.words(node.code), *cells))
    write_text(path, TABLE, lines)
    return proposals


def _matters_of_city(scope: Scope) -> CityList:
    found = in_force(scope)
    if not found.number:
        raise NoCityList(said("{name}没有现行的职责清单，无从对照。请先请市中心启用一份。", name=scope.tenant.name))
    return CityList(scope.tenant.slug, scope.tenant.name, found.number, found.catalogue.matters)


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _fault(local: str, central: str, own: list[Tree[Node]], city: CityList, pairs: Mapping[str, str]) -> str:
    if not any(local in matters for matters in own):
        return said("本区清单里没有编码“{local}”；请改正，或删去这一行", local=local)
    if local in pairs:
        return said("编码“{local}”前面已经写过；请只留一行", local=local)
    if central and central != NOTHING and central not in OTHERS and central not in city.matters:
        return said(
            "{name}的目录里没有编码“{central}”；请改正，不属于其中任何一项的写“其他”", name=city.name, central=central
        )
    return ""
