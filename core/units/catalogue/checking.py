"""What is wrong with a duty list, all at once, in sentences; with any fault the published version stays in force."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from core.areas.tree import LOCAL, LOCAL_NAMES, UNIT_KINDS
from core.hooks.values import Budget
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.tree_faults import faults_of
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue, Resolved
from core.units.catalogue.limits import compare, flaw_of, flaw_on_site
from core.units.catalogue.rows import Row
from core.units.levels import LEVEL_NAMES, KnownUnits, Level, is_below, level_of

SHOWN = 50
LEAST_LEVELS = 2
AREAS_NAMED = 3
LOCAL_LEVELS: dict[str, Level] = {"local:street": "street", "local:community_center": "community"}


class CatalogueUnusable(Refused):
    """The duty list has faults. `faults` holds every sentence, the message the first fifty."""

    code = "duty-list-unusable"

    def __init__(self, faults: Sequence[str]) -> None:
        more = [said("另有 {number} 处问题没有列出。", number=len(faults) - SHOWN)] if len(faults) > SHOWN else []
        super().__init__("\n".join([*faults[:SHOWN], *more]))
        self.faults = tuple(faults)


def check(catalogue: Catalogue, units: KnownUnits) -> tuple[str, ...]:
    """Return every fault as a sentence: what, why not, what to do. Nothing when the list can be published."""
    if not catalogue.matters.nodes:
        return ("职责清单里一个事项也没有，工单无处可派；请至少写一个大类和一个小类",)
    return (
        *faults_of(catalogue.matters, noun="事项"),
        *faults_of(catalogue.areas, noun="区域"),
        *_flat(catalogue),
        *_repeated(catalogue),
        *(fault for row in catalogue.rows for fault in _of_row(catalogue, row, units)),
        *(fault for matter in catalogue.matters.leaves for fault in _of_matter(catalogue, matter, units)),
    )


def refuse_faults(catalogue: Catalogue, units: KnownUnits) -> None:
    """Raise `CatalogueUnusable` if there is any fault."""
    if faults := check(catalogue, units):
        raise CatalogueUnusable(faults)


def places(catalogue: Catalogue) -> tuple[str | None, ...]:
    """Return the areas in which every matter must be somebody's: the lowest ones, or the whole where there are none."""
    return tuple(area.code for area in catalogue.areas.leaves) or (None,)


def _flat(catalogue: Catalogue) -> Iterator[str]:
    for matter in catalogue.matters.leaves:
        if len(catalogue.matters.line(matter.code)) < LEAST_LEVELS and matter.parent is None:
            yield said(
                "大类“{code} {name}”下没有小类，工单选不到事项；请补上小类或删去这个大类",
                code=matter.code,
                name=matter.name,
            )


def _repeated(catalogue: Catalogue) -> Iterator[str]:
    for key, count in Counter(row.key for row in catalogue.rows).items():
        if count > 1:
            yield said(
                "{key}写了 {count} 行，不知道以哪一行为准；请合并成一行", key=catalogue.key_words(key), count=count
            )


def _of_row(catalogue: Catalogue, row: Row, units: KnownUnits) -> Iterator[str]:
    where = catalogue.key_words(row.key)
    if row.matter not in catalogue.matters:
        yield said("有一行写的事项“{matter}”不在事项表中；请先添加事项，或改成已有的代码", matter=row.matter)
    if row.area is not None and row.area not in catalogue.areas:
        yield said("{where}写的区域“{area}”不在区域表中；请改成已有的区域，全区通用的留空", where=where, area=row.area)
    elif row.area is not None and (row.area,) == tuple(area.code for area in catalogue.areas.children(None)):
        yield said("{where}写的区域就是全区，区域未知的工单会用不上这一行；请把区域留空", where=where)
    for unit in dict.fromkeys((row.lead or "", *(row.co or ()))):
        if fault := _of_unit(unit, units):
            yield said("{where}写的单位{fault}", where=where, fault=fault)
    flaw = flaw_of(row.limit) if row.limit else ""
    flaw_there = flaw_on_site(row.on_site) if row.on_site else ""
    if flaw:
        yield said("{where}的时限{flaw}", where=where, flaw=flaw)
    if flaw_there:
        yield said("{where}的到场时限{flaw_there}", where=where, flaw_there=flaw_there)
    if row.on_site and row.limit and not (flaw or flaw_there) and compare(row.on_site, row.limit) == "tighter":
        yield said("{where}的到场时限比时限还长，到场之前就超期了；请改短到场时限", where=where)
    flaw_after = flaw_on_site(row.after_arrival) if row.after_arrival else ""
    if flaw_after:
        yield said("{where}的到场后时限{flaw_after}", where=where, flaw_after=flaw_after)
    if row.after_arrival and row.on_site and row.limit and not (flaw or flaw_there or flaw_after):
        both = Budget("wall", row.on_site.amount + row.after_arrival.amount)
        if compare(row.on_site, row.limit) != "tighter" and compare(both, row.limit) == "tighter":
            yield said("{where}的到场时限加到场后时限比时限还长，按时到场也会超期；请改短其中一个", where=where)


def _of_unit(unit: str, units: KnownUnits) -> str:
    if not unit:
        return ""
    if unit in LOCAL_NAMES:
        kind = unit.removeprefix(LOCAL)
        why = next((each.takes_in_only for each in units.values() if each.kind == kind and each.takes_in_only), "")
        return said("“{local}”{only}", local=word(LOCAL_NAMES[unit]), only=_only(why)) if why else ""
    if unit.startswith(LOCAL):
        return said("“{unit}”不是属地单位的写法；可用的有 {local}", unit=unit, local=joined("、", LOCAL_NAMES))
    known = units.get(unit)
    if known is None:
        return said("“{unit}”不存在，工单会无处可派；请改成已有的单位代码", unit=unit)
    if not known.active:
        return said("“{name}”（{unit}）已停用，工单会无处可派；请改成承接其职责的单位", name=known.name, unit=unit)
    return (
        said("“{name}”（{unit}）{only}", name=known.name, unit=unit, only=_only(known.takes_in_only))
        if known.takes_in_only
        else ""
    )


def _only(why: str) -> str:
    return said("只受理不承办（{why}）；请改成对这件事负责的部门或街道", why=why)


def _of_matter(catalogue: Catalogue, matter: Node, units: KnownUnits) -> Iterator[str]:
    """Yield what is wrong with a matter in any area, each thing once with the areas it is wrong in."""
    wanted = places(catalogue)
    everywhere = (None, *(area.code for area in catalogue.areas.nodes))
    found = {area: catalogue.resolve(matter.code, area) for area in everywhere}
    words = catalogue.matter_words(matter.code)
    if unled := [area for area in wanted if found[area].lead is None]:
        where = "没有一个区域有" if len(unled) == len(wanted) else said("在{named}没有", named=_named(catalogue, unled))
        yield said(
            "事项“{words}”{where}主办单位，工单无处可派；请补上主办单位，或写“属地街道”并给区域指定单位",
            words=words,
            where=word(where),
        )
    wrong: dict[str, list[str | None]] = defaultdict(list)
    for area, resolved in found.items():
        for fault in _of_cell(resolved, units):
            wrong[fault].append(area)
    for fault, areas in wrong.items():
        yield said("事项“{words}”在{named}：{fault}", words=words, named=_named(catalogue, areas), fault=fault)


def _of_cell(resolved: Resolved, units: KnownUnits) -> Iterator[str]:
    values = resolved.values
    if values.after_arrival and values.on_site is None:
        yield "有到场后时限而没有到场时限，单位不到场就一直不计时；请补上到场时限"
    lead, level = _leader(resolved, units)
    if lead is None or level is None:
        return
    name = units[lead].name if lead in units else LOCAL_NAMES.get(lead, lead)
    if values.department_function and is_below(level, "district"):
        yield (
            said(
                "属于职能部门职责，而主办单位“{name}”是{level}单位；应由职能部门办理的不得分派给基层（国办函〔2025"
                "〕66号），请改由职能部门主办、基层协办",
                name=word(name),
                level=word(LEVEL_NAMES[level]),
            )
        )
    elif values.min_level and is_below(level, values.min_level):
        least = LEVEL_NAMES[values.min_level]
        yield said(
            "主办单位“{name}”是{level}单位，低于最低层级{least}；请改主办单位或最低层级",
            name=word(name),
            level=word(LEVEL_NAMES[level]),
            least=word(least),
        )
    if lead in (values.co or ()):
        yield said("“{name}”既是主办又是协办；请从协办中删去", name=word(name))


def _leader(resolved: Resolved, units: KnownUnits) -> tuple[str | None, Level | None]:
    """Return who leads and how high it stands; whoever is at home there also where nobody is known to be."""
    if resolved.lead is not None:
        known = resolved.lead in units
        return resolved.lead, level_of(resolved.lead, units) if known else None
    written = resolved.catalogue.row(resolved.sources["lead"]) if "lead" in resolved.sources else None
    lead = written.lead if written else None
    return lead, LOCAL_LEVELS.get(lead or "")


def _named(catalogue: Catalogue, areas: Iterable[str | None]) -> str:
    several = list(areas)
    words = joined("、", (catalogue.area_words(area) for area in several[:AREAS_NAMED]))
    return said("{words} 等 {number} 个区域", words=words, number=len(several)) if len(several) > AREAS_NAMED else words


assert set(LOCAL_LEVELS) == {f"{LOCAL}{kind}" for kind in UNIT_KINDS.values()}
