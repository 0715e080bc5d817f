"""Mapping a district's items to the city's list one by one 逐项对照: what has no place there, most asked first, and what is chosen for it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import pairwise
from typing import Literal

from core.hooks.core_features import ROUTING
from core.journey.duties.mapping import DEED, OTHERS, CityList
from core.journey.duties.versions import Version, in_force, newest_number, refuse_outsider, version_of
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.trees import Node, Tree
from core.statistics.days import ONE_DAY, Span
from core.statistics.queries import Cube, counts_by_matter
from core.tenancy.revisions import feature_row
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.mapping import OTHER, MatterMapping, suggest_mapping
from core.units.catalogue.queries import MappingEntry, mapping_entries
from core.units.catalogue.service import map_matters

Kind = Literal["open", "named", "other", "mapped"]
KINDS: Mapping[Kind, str] = {
    "open": "没有对应",
    "named": "暂按同名大类",
    "other": "写明不属于",
    "mapped": "有对应",
}
"""How an item stands to the city's list, those first about which there is most to do."""
LATELY = timedelta(days=90)
"""Over how many days appeals are counted."""
PER_PAGE = 25
MOST_OFFERED = 250
"""A city's list of up to so many items is offered whole to choose from: a page stays light."""
NEAREST = 8
"""Of a longer one, so many for each item of a page are offered: those whose names are most alike."""
MOST_NAMED = 6
"""How many of the city's items a fault names, and changes a refusal."""


class MappingOutdated(Refused):
    """Another version of the district's list, or of the city's, has come into force since the form was opened."""

    code = "mapping-outdated"


class MappedMeanwhile(Refused):
    """Somebody else has mapped the same items since the form was opened."""

    code = "mapped-meanwhile"


class ChoicesUnusable(Refused):
    """What was chosen for some items cannot be told; `faults` are sentences by the item's code."""

    code = "mapping-unusable"

    def __init__(self, message: str, faults: Mapping[str, str]) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items are asked for: with these words, under a category, of a kind; "" = all."""

    words: str = ""
    under: str = ""
    kind: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class MappedItem:
    """An item with its place in the city's list.

    `own` is what is said of itself: a code, `OTHER`, or "" where it follows the category `above` or nothing is said.
    `words` is what it counts as. `proposal` is the one of the city's that bears its name, where nothing is said.
    """

    code: str
    category: str
    name: str
    accepted: int
    kind: Kind
    own: str
    words: str
    above: str
    gone: str
    """The city's code that it is mapped to and that the city has no more; "" = none such."""
    proposal: str
    is_category: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with how many items it has, and how many of them have no place."""

    code: str
    name: str
    items: int
    open: int


@dataclass(frozen=True, slots=True)
class MappedItems:
    """A version's items beside the city's list: how many are of each kind, and the page of them that was asked for."""

    number: int
    held: int
    newest: int
    city: CityList
    names: Mapping[str, str]
    """The city's items by code, each in words that mean it alone."""
    counts: Mapping[Kind, int]
    total: int
    waiting: int
    """Appeals of the last days whose items have no place."""
    branches: tuple[Branch, ...]
    found: int
    page: int
    pages: int
    items: tuple[MappedItem, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a form says of one item: what was said of it when the form was opened, the name that stands in the field, ticks."""

    code: str
    seen: str
    typed: str
    is_other: bool = False
    proposal: str = ""
    """The city's code that was ticked as being of the same name."""

    def is_touched(self, names: Mapping[str, str]) -> bool:
        """Tell whether anything is chosen otherwise than it stood."""
        return bool(self.proposal) or self.is_other != (self.seen == OTHER) or self.typed != names.get(self.seen, "")


@dataclass(frozen=True, slots=True)
class OpenedWith:
    """What a form was opened with: the version that it shows, the one in force, and the city's."""

    number: int
    held: int
    city: int


@dataclass(frozen=True, slots=True)
class MappingChange:
    """One item that is to be mapped otherwise, in words."""

    code: str
    item: str
    before: str
    after: str
    central: str
    """The city's code; "" = none any more."""


def mapped_items(
    scope: Scope, city: CityList, number: int | None, asked: Asked, *, actor: Actor, now: datetime
) -> MappedItems:
    """Return the version of this number, else that in force or the newest, beside the city's list.

    What has no place comes first, and of that what most appeals of the last 90 days were about. Raises `NotPermitted`,
    `NoSuchDutyList`, `NoDutyListYet`.
    """
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    matters = version.catalogue.matters
    names, leaves = names_of(city), _items(scope, version, city, matters.leaves, now=now)
    tops = {item.code: matters.line(item.code)[-1] for item in leaves}
    order = {kind: place for place, kind in enumerate(KINDS)}
    wanted = [
        item
        for item in leaves
        if (not asked.under or tops[item.code] == asked.under)
        and (asked.kind not in KINDS or item.kind == asked.kind)
        and all(part in f"{item.code} {item.category} / {item.name} {item.words}" for part in asked.words.split())
    ]
    wanted.sort(key=lambda item: (order[item.kind], -item.accepted, matters.order[item.code]))
    pages = max(1, -(-len(wanted) // PER_PAGE))
    page = min(max(1, asked.page), pages)
    shown = wanted[(page - 1) * PER_PAGE : page * PER_PAGE]
    if (
        asked.under
        and page == 1
        and not asked.words
        and (top := matters.find(asked.under))
        and matters.children(top.code)
    ):
        shown = [*_items(scope, version, city, [top], now=now), *shown]
    return MappedItems(
        number=version.number,
        held=in_force(scope).number,
        newest=newest_number(scope),
        city=city,
        names=names,
        counts={kind: sum(item.kind == kind for item in leaves) for kind in KINDS},
        total=len(leaves),
        waiting=sum(item.accepted for item in leaves if item.kind == "open"),
        branches=tuple(
            Branch(
                top,
                matters.names(top)[-1],
                sum(each == top for each in tops.values()),
                sum(tops[item.code] == top and item.kind == "open" for item in leaves),
            )
            for top in dict.fromkeys(tops.values())
        ),
        found=len(wanted),
        page=page,
        pages=pages,
        items=tuple(shown),
    )


def items_again(
    scope: Scope, city: CityList, number: int, codes: Sequence[str], *, actor: Actor, now: datetime
) -> tuple[MappedItem, ...]:
    """Return these items of a version as they stand now, in this order; those that it does not have are left out."""
    refuse_outsider(actor, DEED)
    version = version_of(scope, number)
    nodes = [node for code in dict.fromkeys(codes) if (node := version.catalogue.matters.find(code))]
    return tuple(_items(scope, version, city, nodes, now=now))


def changes_chosen(
    scope: Scope, city: CityList, choices: Iterable[Choice], opened: OpenedWith, *, actor: Actor
) -> tuple[MappingChange, ...]:
    """Return what a form would change; nothing is kept.

    Raises `NotPermitted`, `MappingOutdated`, `MappedMeanwhile`, `ChoicesUnusable` with every fault, `NoSuchDutyList`.
    """
    administering(actor, DEED)
    refuse_outdated(scope, city, opened)
    matters, names, entries = version_of(scope, opened.number).catalogue.matters, names_of(city), mapping_entries(scope)
    faults: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for choice in choices:
        if choice.code not in matters or not choice.is_touched(names):
            continue
        meant = _meant(choice, city, names)
        if isinstance(meant, _Fault):
            faults[choice.code] = meant.words
        else:
            wanted[choice.code] = meant.central
    now_said = {code: entry.central for code, entry in entries.items()}
    seen = {choice.code: choice.seen for choice in choices}
    changed = {code: central for code, central in wanted.items() if central != now_said.get(code, "")}
    if crossed := [code for code in changed if now_said.get(code, "") != seen[code]]:
        raise MappedMeanwhile(_meanwhile(scope, crossed, entries, matters, names))
    if faults:
        raise ChoicesUnusable(said("有 {n} 个事项选的看不明白，没有保存。请看各行的说明。", n=len(faults)), faults)
    return tuple(
        MappingChange(
            code, matters.words(code), said_words(now_said.get(code, ""), names), said_words(central, names), central
        )
        for code, central in changed.items()
    )


def map_items(
    scope: Scope, city: CityList, choices: Sequence[Choice], opened: OpenedWith, *, actor: Actor, now: datetime
) -> tuple[MappingChange, ...]:
    """Map items as a form says, from now on; return what was changed. Raises what `changes_chosen` raises."""
    author = administering(actor, DEED)
    feature_row(scope, ROUTING.id)  # locked: whoever saves at the same time waits, and then finds this one
    changes = changes_chosen(scope, city, choices, opened, actor=actor)
    map_matters(scope, {change.code: change.central for change in changes}, author=author, now=now)
    return changes


def changes_read(
    scope: Scope, city: CityList, pairs: Mapping[str, str], *, number: int | None
) -> tuple[MappingChange, ...]:
    """Return what a table that was read would change."""
    matters, names = version_of(scope, number).catalogue.matters, names_of(city)
    now_said = {code: entry.central for code, entry in mapping_entries(scope).items()}
    return tuple(
        MappingChange(
            code, matters.words(code), said_words(now_said.get(code, ""), names), said_words(central, names), central
        )
        for code, central in pairs.items()
        if central != now_said.get(code, "")
    )


def names_of(city: CityList) -> Mapping[str, str]:
    """Return the city's items in words by code, from the top down; words that several have, with the code behind them."""
    words = {node.code: city.matters.words(node.code) for node in city.matters.nodes}
    several = Counter(words.values())
    return {code: name if several[name] == 1 else f"{name}（{code}）" for code, name in words.items()}


def names_offered(names: Mapping[str, str], alike: Iterable[str]) -> tuple[str, ...]:
    """Return the city's items that a page offers to choose from: all of a short list, of a long one those most alike to these words."""
    if len(names) <= MOST_OFFERED:
        return tuple(names.values())
    pairs = {name: _pairs(name) for name in names.values()}
    found: dict[str, None] = {}
    for words in alike:
        own = _pairs(words)
        shared = {name: len(own & each) for name, each in pairs.items() if own & each}
        found.update(dict.fromkeys(nlargest(NEAREST, shared, key=shared.__getitem__)))
    return tuple(found)


def said_words(central: str, names: Mapping[str, str]) -> str:
    """Say what is written of an item."""
    if not central:
        return word("没有写")
    return word("不属于其中任何一项") if central == OTHER else names.get(central, central)


@dataclass(frozen=True, slots=True)
class _Meant:
    central: str


@dataclass(frozen=True, slots=True)
class _Fault:
    words: str


def _items(scope: Scope, version: Version, city: CityList, nodes: Iterable[Node], *, now: datetime) -> list[MappedItem]:
    matters, names = version.catalogue.matters, names_of(city)
    entries = mapping_entries(scope)
    mapping = MatterMapping.of({code: entry.central for code, entry in entries.items() if entry.central})
    proposed = suggest_mapping(matters, city.matters)
    categories = {" / ".join(city.matters.names(leaf.code)[:-1]) for leaf in city.matters.leaves}
    today = now.astimezone(scope.tenant.zone).date()
    counted = counts_by_matter(Cube.of(scope), Span(today - LATELY + ONE_DAY, today), "accepted")
    found = []
    for node in nodes:
        by = next((code for code in matters.line(node.code) if code in mapping.central), "")
        central = mapping.central.get(by, "")
        category = " / ".join(matters.names(node.code)[:-1])
        known = central in city.matters
        kind: Kind = (
            "mapped"
            if known
            else "other"
            if central == OTHER
            else "named"
            if category and category in categories
            else "open"
        )
        below = [node.code] if not matters.children(node.code) else [each.code for each in matters.below(node.code)]
        found.append(
            MappedItem(
                code=node.code,
                category=category,
                name=node.name,
                accepted=sum(counted[code].n("accepted") for code in below if code in counted),
                kind=kind,
                own=mapping.central.get(node.code, ""),
                words=names[central] if known else category if kind == "named" else "",
                above=matters.names(by)[-1] if by and by != node.code else "",
                gone=central if central and central != OTHER and not known else "",
                proposal=proposed.get(node.code, "") if not known and central != OTHER else "",
                is_category=bool(matters.children(node.code)),
            )
        )
    return found


def refuse_outdated(scope: Scope, city: CityList, opened: OpenedWith) -> None:
    """Raise `MappingOutdated` where another version holds than when a form was opened, here or in the city."""
    if (held := in_force(scope).number) != opened.held:
        raise MappingOutdated(
            said(
                "您打开之后，本区职责清单第 {number} 版已经启用。您填的还在下面，没有保存；核对以后再次保存。",
                number=held,
            )
        )
    if city.number != opened.city:
        raise MappingOutdated(
            said(
                "您打开之后，{city}启用了职责清单第 {number} 版。您填的还在下面，没有保存；核对以后再次保存。",
                city=city.name,
                number=city.number,
            )
        )


def _meanwhile(
    scope: Scope,
    codes: Sequence[str],
    entries: Mapping[str, MappingEntry],
    matters: Tree[Node],
    names: Mapping[str, str],
) -> str:
    told = [
        said(
            "{author} {at:%m-%d %H:%M} 把“{item}”对照为“{central}”",
            author=entries[code].author,
            at=entries[code].set_at.astimezone(scope.tenant.zone),
            item=matters.words(code),
            central=said_words(entries[code].central, names),
        )
        for code in codes[:MOST_NAMED]
    ]
    return said(
        "您打开之后有人改过同样的事项：{told}。您填的还在下面，没有保存；核对以后再次保存，即按您填的。",
        told=joined("；", told),
    )


def _meant(choice: Choice, city: CityList, names: Mapping[str, str]) -> _Meant | _Fault:
    """Return what is chosen for an item that was touched: the one thing that is otherwise than it stood."""
    shown = names.get(choice.seen, "")
    chosen: list[str] = []
    if choice.typed and choice.typed != shown:
        found = _named(choice.typed, city, names)
        if isinstance(found, _Fault):
            return found
        chosen.append(found.central)
    if choice.is_other and choice.seen != OTHER:
        chosen.append(OTHER)
    if choice.proposal:
        if choice.proposal not in city.matters:
            return _Fault(said("同名的市级事项已经没有了。请另选。"))
        chosen.append(choice.proposal)
    if len(set(chosen)) > 1:
        return _Fault(said("选了不止一样。请只留一样：填名称、勾同名的，或勾不属于。"))
    if chosen:
        return _Meant(chosen[0])
    return _Meant(OTHER if choice.is_other else choice.seen if choice.typed else "")


def _named(typed: str, city: CityList, names: Mapping[str, str]) -> _Meant | _Fault:
    """Find the one of the city's items that is meant by its words, its own name, or a part of them."""
    if typed in OTHERS:
        return _Meant(OTHER)
    if typed in city.matters:
        return _Meant(typed)
    plain = _plain(typed)
    own = {node.code: _plain(node.name) for node in city.matters.nodes}
    whole = {code: _plain(name) for code, name in names.items()}
    found: list[str] = []
    for fits in (
        [code for code, name in whole.items() if name == plain],
        [code for code, name in own.items() if name == plain],
        [leaf.code for leaf in city.matters.leaves if plain in whole[leaf.code]],
    ):
        found = found or fits
    if len(found) == 1:
        return _Meant(found[0])
    if not found:
        return _Fault(said("{city}的目录里没有“{typed}”。请换个说法，或勾不属于。", city=city.name, typed=typed))
    return _Fault(
        said(
            "“{typed}”在{city}的目录里有 {n} 项：{found}。请写全是哪一项。",
            typed=typed,
            city=city.name,
            n=len(found),
            found=joined("、", (names[code] for code in found[:MOST_NAMED])),
        )
    )


def _pairs(words: str) -> frozenset[str]:
    plain = _plain(words)
    return frozenset(map("".join, pairwise(plain)))


def _plain(words: str) -> str:
    return "".join(words.split()).casefold()
