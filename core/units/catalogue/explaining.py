"""Why the duty list says what it says: from which row each value came, in the words of clerks."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.areas.tree import LOCAL_NAMES
from core.hooks.values import Budget
from core.kit.saying import joined, said, word
from core.units.catalogue.catalogue import Catalogue, Resolved
from core.units.catalogue.limits import limit_words
from core.units.catalogue.rows import FIELD_WORDS, GRADE_NAMES, ORIGIN_NAMES, VALUES, Key
from core.units.levels import LEVEL_NAMES

SHOWN = 60
"""Letters of a long text that are shown where it is only named."""


def trace(resolved: Resolved, unit_names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what was looked for, what each value is and which row it comes from, sentence by sentence."""
    return (
        *_asked(resolved.catalogue, resolved.matter, resolved.area),
        *(_said(resolved, name, unit_names) for name in VALUES if name in resolved.sources),
        *_unled(resolved),
    )


def value_words(name: str, value: Any, unit_names: Mapping[str, str]) -> str:
    """Say a value of a row as people do."""
    if value is None:
        return "未写"
    if isinstance(value, Budget):
        return limit_words(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "min_level":
        return LEVEL_NAMES[value]
    if name == "origin":
        return ORIGIN_NAMES[value]
    if name == "grade":
        return GRADE_NAMES[value]
    if name in ("lead", "co"):
        units = (value,) if isinstance(value, str) else value
        return joined("、", (word(unit_words(unit, unit_names)) for unit in units)) or "无"
    text = joined("、", value) if isinstance(value, tuple) else str(value)
    return (f"{text[:SHOWN]}…" if len(text) > SHOWN else text) or "无"


def unit_words(unit: str, unit_names: Mapping[str, str]) -> str:
    """Say the name of a unit, or that it is whoever is at home there."""
    return LOCAL_NAMES.get(unit) or unit_names.get(unit, unit)


def _asked(catalogue: Catalogue, matter: str, area: str | None) -> Iterator[str]:
    if matter not in catalogue.matters:
        yield said("职责清单中没有事项 {matter}", matter=matter)
        return
    where = "区域未知，按全区" if area is None else said("区域 {area}", area=catalogue.area_words(area))
    if area is not None and area not in catalogue.areas:
        where = said("区域 {area} 不在清单的区域表中，按全区", area=area)
    yield said("事项 {matter}，{where}", matter=catalogue.matter_words(matter), where=word(where))


def _said(resolved: Resolved, name: str, unit_names: Mapping[str, str]) -> str:
    key = resolved.sources[name]
    written = resolved.catalogue.row(key)
    value = getattr(resolved.values, name)
    wanted = getattr(written, name)
    words = value_words(name, value, unit_names)
    if value != wanted:
        words = said(
            "{value}，即{words}",
            value=word(value_words(name, wanted, unit_names)),
            words=words if value else word("未知"),
        )
    return said(
        "{field}：{words}（{origin}）", field=word(FIELD_WORDS[name]), words=words, origin=word(_origin(resolved, key))
    )


def _origin(resolved: Resolved, key: Key) -> str:
    return (
        "本行写明"
        if key == (resolved.matter, resolved.area)
        else said("沿用 {key}", key=resolved.catalogue.key_words(key))
    )


def _unled(resolved: Resolved) -> Iterator[str]:
    if resolved.lead is None:
        why = "属地不明" if "lead" in resolved.sources else "没有一行写明"
        yield said("主办单位：{why}，由派单台判定", why=word(why))
