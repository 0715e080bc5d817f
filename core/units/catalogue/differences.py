"""What is different between two versions of the duty list, in words; and how many matters in how many areas it moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.kit import saying
from core.kit.saying import joined, said, word
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import places
from core.units.catalogue.explaining import value_words
from core.units.catalogue.rows import FIELD_WORDS, VALUES, Key, Row


@dataclass(frozen=True, slots=True)
class Effect:
    """What a new version means where tickets are: matters in areas for which another value comes out.

    `matters` counts the lowest matters concerned, `moved` tells for the lead unit how many cells go from whom to whom;
    `gone` counts the lowest matters that there are no longer.
    """

    cells: int
    matters: int
    changed: Mapping[str, int]
    moved: Mapping[tuple[str | None, str | None], int]
    gone: int = 0


def differences(before: Catalogue, after: Catalogue, unit_names: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each difference, matters before rows; nothing when the two say the same."""
    return (
        *_of_matters(before, after),
        *(sentence for key in _keys(before, after) for sentence in _of_rows(before, after, key, unit_names)),
    )


def effect_of(before: Catalogue, after: Catalogue) -> Effect:
    """Resolve every matter that both versions have in every area of the new one, and count what comes out otherwise."""
    changed = dict.fromkeys(VALUES, 0)
    moved: dict[tuple[str | None, str | None], int] = {}
    cells = 0
    matters = set()
    for matter in after.matters.leaves:
        if matter.code not in before.matters:
            continue
        for area in places(after):
            was, will = before.resolve(matter.code, area).values, after.resolve(matter.code, area).values
            if was == will:
                continue
            cells += 1
            matters.add(matter.code)
            for name in VALUES:
                changed[name] += getattr(was, name) != getattr(will, name)
            if was.lead != will.lead:
                moved[was.lead, will.lead] = moved.get((was.lead, will.lead), 0) + 1
    gone = sum(matter.code not in after.matters for matter in before.matters.leaves)
    return Effect(cells, len(matters), {name: count for name, count in changed.items() if count}, moved, gone)


def effect_words(effect: Effect, unit_names: Mapping[str, str]) -> Iterator[str]:
    """Say what a new version means, the largest moves between units first."""
    if effect.gone:
        yield said("删去 {gone:,} 个事项：新工单选不到它们，已有的工单仍按原名显示。", gone=effect.gone)
    if not effect.cells:
        yield "对保留的事项没有影响。" if effect.gone else "对现有事项没有影响。"
        return
    what = joined(
        "、",
        (
            said("{field} {count:,} 种", field=word(FIELD_WORDS[name]), count=count)
            for name, count in effect.changed.items()
        ),
    )
    yield said(
        "{matters:,} 个事项、{cells:,} 种事项与区域的组合结果不同：{what}。",
        matters=effect.matters,
        cells=effect.cells,
        what=what,
    )
    for (was, will), count in sorted(effect.moved.items(), key=lambda move: -move[1]):
        names = (value_words("lead", unit, unit_names) if unit else "派单台" for unit in (was, will))
        yield said("主办单位 {names}：{count:,} 种。", names=" → ".join(names), count=count)


def _of_matters(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for node in after.matters.nodes:
        was = before.matters.find(node.code)
        if was is None:
            yield said("新增事项 {matter}", matter=after.matter_words(node.code))
            continue
        if was.name != node.name:
            yield said("事项 {code} {name} 更名为 {node_name}", code=node.code, name=was.name, node_name=node.name)
        if was.parent != node.parent:
            yield said(
                "事项 {code} {name} 改上级：{above} → {after}",
                code=node.code,
                name=node.name,
                above=word(_above(before, was)),
                after=word(_above(after, node)),
            )
    for node in before.matters.nodes:
        if node.code not in after.matters:
            yield said("删去事项 {matter}", matter=before.matter_words(node.code))


def _above(catalogue: Catalogue, node: Node) -> str:
    return catalogue.matter_words(node.parent) if node.parent else "无"


def _keys(before: Catalogue, after: Catalogue) -> Iterator[Key]:
    """Yield the keys of all rows, those of the new version in its order, then those that are gone."""
    yield from dict.fromkeys(row.key for row in (*after.rows, *before.rows))


def _of_rows(before: Catalogue, after: Catalogue, key: Key, unit_names: Mapping[str, str]) -> Iterator[str]:
    was, will = before.row(key), after.row(key)
    where = (after if key[0] in after.matters else before).key_words(key)
    if was is None and will is not None:
        yield said("新增一行 {where}：{all}", where=where, all=_all_of(will, unit_names))
    elif will is None and was is not None:
        if key[0] in after.matters:
            yield said("删去一行 {where}：{all}", where=where, all=_all_of(was, unit_names))
    elif was is not None and will is not None:
        for name in VALUES:
            if getattr(was, name) != getattr(will, name):
                words = (_words(catalogue, key, name, unit_names) for catalogue in (before, after))
                yield said(
                    "改{field} {where}：{words}", field=word(FIELD_WORDS[name]), where=where, words=" → ".join(words)
                )


def _all_of(row: Row, unit_names: Mapping[str, str]) -> str:
    said = ((name, getattr(row, name)) for name in VALUES)
    return joined(
        "，",
        (
            saying.said(
                "{field} {value}",
                field=saying.word(FIELD_WORDS[name]),
                value=saying.word(value_words(name, value, unit_names)),
            )
            for name, value in said
            if value is not None
        ),
    )


def _words(catalogue: Catalogue, key: Key, name: str, unit_names: Mapping[str, str]) -> str:
    """Say what a row says; what it leaves open, with what it inherits."""
    row = catalogue.row(key)
    value = getattr(row, name)
    if value is not None:
        return value_words(name, value, unit_names)
    inherited = getattr(catalogue.resolve(*key).values, name)
    return (
        said("沿用（{value}）", value=word(value_words(name, inherited, unit_names)))
        if inherited is not None
        else "未写"
    )
