"""Leafing through the duty list in force: its categories, items found by words, code or unit, and one item whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.areas.tree import LOCAL
from core.journey.duties.drafting import unit_names
from core.journey.duties.showing import LimitEntry, limits_told
from core.journey.duties.versions import in_force, numbered, refuse_outsider
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import places
from core.units.catalogue.explaining import unit_words
from core.units.catalogue.limits import limit_words
from core.units.catalogue.rows import GRADE_NAMES, ORIGIN_NAMES, UNGRADED, Values
from core.units.queries import directory

DEED = "查看职责清单"
MOST_FOUND = 200
"""Items that one search shows; whoever finds more says more."""


class ItemNotListed(Refused):
    """The list in force has no item of this code any more, or never had."""

    code = "duty-item-not-listed"


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with how many items it has, and how many of them are urgent or major ones."""

    code: str
    name: str
    items: int
    grave: int


@dataclass(frozen=True, slots=True)
class Lead:
    """A unit that leads items, with how many; whoever is at home there is one of them."""

    code: str
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade of events 事件等级 with how many items are of it."""

    code: str
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item as a list of them shows it, with what holds in the whole district; empty = the list says nothing."""

    code: str
    category: str
    name: str
    lead: str
    limit: str
    on_site: str
    origin: str
    grade: str


@dataclass(frozen=True, slots=True)
class Browsed:
    """The list in force, number 0 = there is none: its categories and units, and what was asked for.

    `found` counts all items that were found, `items` holds the first of them. `proposed`, `grades`, and what is without
    unit or limit count those of the whole list.
    """

    number: int
    total: int
    proposed: int
    without_unit: int
    without_limit: int
    grades: tuple[Graded, ...]
    branches: tuple[Branch, ...]
    leads: tuple[Lead, ...]
    found: int
    items: tuple[FoundItem, ...]


@dataclass(frozen=True, slots=True)
class ItemTold:
    """One item whole: what holds in the whole district, who leads in which areas, and how its limits changed.

    `leads` are names of units with the areas in which they lead, where it is not everywhere the same one.
    """

    number: int
    code: str
    category: str
    name: str
    lead: str
    co: tuple[str, ...]
    limit: str
    on_site: str
    after_arrival: str
    legal_basis: str
    standard: str
    guide: str
    keywords: tuple[str, ...]
    origin: str
    grade: str
    leads: Mapping[str, tuple[str, ...]]
    history: tuple[LimitEntry, ...]


def browse(
    scope: Scope,
    *,
    words: str = "",
    under: str = "",
    unit: str = "",
    grade: str = "",
    gap: str = "",
    number: int | None = None,
    actor: Actor,
) -> Browsed:
    """Return the list in force, or version `number`, with the items under a category, of a lead unit, of a grade, and with
    all the words; with `gap` those that have no `unit`, or no `limit`.

    A word is found in an item's code, names, keywords and lead unit; so are items whose keywords are in the words as a
    whole. Raises `NotPermitted`, `NoSuchDutyList`.
    """
    refuse_outsider(actor, DEED)
    version = in_force(scope) if number is None else numbered(scope, number)
    catalogue, names = version.catalogue, unit_names(scope)
    listed = {item.code: catalogue.written(item.code) for item in catalogue.matters.leaves}
    tops = {code: catalogue.matters.line(code)[-1] for code in listed}
    by_lead: dict[str, int] = {}
    for values in listed.values():
        by_lead[values.lead or ""] = by_lead.get(values.lead or "", 0) + 1
    meant = directory(scope).keywords.found_in(words) if words else {}
    found = [
        code
        for code, values in listed.items()
        if (not under or tops[code] == under)
        and (not unit or values.lead == unit)
        and (not grade or (values.grade or UNGRADED) == grade)
        and (not gap or (values.lead is None if gap == "unit" else values.limit is None))
        and (not words or code in meant or _says(catalogue, code, values, words, names))
    ]
    return Browsed(
        number=version.number,
        total=len(listed),
        proposed=sum(values.origin == "proposed" for values in listed.values()),
        without_unit=sum(values.lead is None for values in listed.values()),
        without_limit=sum(values.limit is None for values in listed.values()),
        grades=tuple(
            Graded(each, name, sum((values.grade or UNGRADED) == each for values in listed.values()))
            for each, name in GRADE_NAMES.items()
        ),
        branches=tuple(
            Branch(
                top,
                catalogue.matters.names(top)[-1],
                list(tops.values()).count(top),
                sum(tops[code] == top and (values.grade or UNGRADED) != UNGRADED for code, values in listed.items()),
            )
            for top in dict.fromkeys(tops.values())
        ),
        leads=tuple(
            Lead(lead, unit_words(lead, names), items)
            for lead, items in sorted(by_lead.items(), key=lambda each: -each[1])
            if lead
        ),
        found=len(found),
        items=tuple(_found(catalogue, code, listed[code], names) for code in found[:MOST_FOUND]),
    )


def item_told(scope: Scope, code: str, *, actor: Actor) -> ItemTold:
    """Return one item of the list in force whole. Raises `NotPermitted`, `ItemNotListed`."""
    refuse_outsider(actor, DEED)
    version = in_force(scope)
    catalogue, names = version.catalogue, unit_names(scope)
    if code not in {item.code for item in catalogue.matters.leaves}:
        raise ItemNotListed(said("现行的职责清单里没有事项 {code}，可能已合并或删去。请从清单中查找。", code=code[:40]))
    values = catalogue.written(code)
    *upper, name = catalogue.matters.names(code)
    return ItemTold(
        number=version.number,
        code=code,
        category=" / ".join(upper),
        name=name,
        lead=unit_words(values.lead, names) if values.lead else "",
        co=tuple(unit_words(unit, names) for unit in values.co or ()),
        limit=limit_words(values.limit) if values.limit else "",
        on_site=limit_words(values.on_site) if values.on_site else "",
        after_arrival=limit_words(values.after_arrival) if values.after_arrival else "",
        legal_basis=values.legal_basis or "",
        standard=values.standard or "",
        guide=values.guide or "",
        keywords=values.keywords or (),
        origin=ORIGIN_NAMES[values.origin] if values.origin else "",
        grade=GRADE_NAMES[values.grade or UNGRADED],
        leads=_leads(catalogue, code, names),
        history=limits_told(scope, code, actor=actor),
    )


def _says(catalogue: Catalogue, code: str, values: Values, words: str, names: Mapping[str, str]) -> bool:
    lead = unit_words(values.lead, names) if values.lead else ""
    said = "\n".join((code, *catalogue.matters.names(code), *(values.keywords or ()), lead, values.lead or ""))
    return all(word.casefold() in said.casefold() for word in words.split())


def _found(catalogue: Catalogue, code: str, values: Values, names: Mapping[str, str]) -> FoundItem:
    *upper, name = catalogue.matters.names(code)
    return FoundItem(
        code,
        " / ".join(upper),
        name,
        unit_words(values.lead, names) if values.lead else "",
        limit_words(values.limit) if values.limit else "",
        limit_words(values.on_site) if values.on_site else "",
        ORIGIN_NAMES[values.origin] if values.origin else "",
        GRADE_NAMES[values.grade or UNGRADED],
    )


def _leads(catalogue: Catalogue, code: str, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the areas of each lead unit, nothing where one and the same leads everywhere."""
    found: dict[str, list[str]] = {}
    for lead, area in _by_area(catalogue, code):
        found.setdefault(names.get(lead, lead) if lead else "没有主办单位", []).append(area)
    is_local = (catalogue.written(code).lead or "").startswith(LOCAL)
    return {lead: tuple(areas) for lead, areas in found.items()} if is_local or len(found) > 1 else {}


def _by_area(catalogue: Catalogue, code: str) -> Iterator[tuple[str, str]]:
    for area in places(catalogue):
        yield catalogue.resolve(code, area).lead or "", catalogue.area_words(area)
