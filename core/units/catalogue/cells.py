"""Single cells of a table of duties: lists, texts, levels, yes and no; read, and written so that they read the same."""

import re
import unicodedata

from core.hooks.values import Budget, EventGrade
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.units.catalogue.limits import LimitUnclear, flaw_on_site, read_limit
from core.units.catalogue.rows import GRADE_NAMES, ORIGIN_NAMES, Origin
from core.units.levels import LEVEL_NAMES, Level

NOTHING = "无"
"""Written where nothing holds; an empty cell leaves it open."""
BLANKS = frozenset({"-", "—", "——", "/", "--"})
"""What people write into a cell that they leave empty."""
SEPARATOR = "、"
_SEPARATORS = re.compile(r"[、，,;；|\n]+")
LEVEL_WORDS: dict[str, Level] = {
    "社区": "community",
    "社区级": "community",
    "村居": "community",
    "街道": "street",
    "街道级": "street",
    "镇街": "street",
    "镇街级": "street",
    "区": "district",
    "区级": "district",
    "区县": "district",
    "区级部门": "district",
    "市": "city",
    "市级": "city",
    "市级部门": "city",
}
ORIGIN_WORDS: dict[str, Origin] = {
    **{name: origin for origin, name in ORIGIN_NAMES.items()},
    "已公布": "published",
    "published": "published",
    "建议": "proposed",
    "proposed": "proposed",
}
GRADE_WORDS: dict[str, EventGrade] = {
    **{
        word: grade
        for grade, name in GRADE_NAMES.items()
        for word in (name, said("{name}事件", name=name), said("{name}事项", name=name), grade)
    },
    "普通": "general",
}
YES = frozenset({"是", "√", "✓", "y", "yes", "true", "1", "有"})
NO = frozenset({"否", "×", "n", "no", "false", "0", "无"})


class CellUnclear(Refused):
    """A cell holds nothing that its column can mean."""

    code = "cell-unclear"


def part_of(cell: str) -> list[str]:
    """Return the parts of a cell that lists several things, each once."""
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(cell) if part.strip()))


def several(cell: str) -> tuple[str, ...]:
    """Read a list; 无 is an empty one."""
    return () if cell == NOTHING else tuple(part_of(cell))


def text_or_none(cell: str) -> str:
    """Read a text; 无 is an empty one."""
    return "" if cell == NOTHING else cell


def level(cell: str) -> Level:
    """Read a level of units. Raises `CellUnclear`."""
    found = LEVEL_WORDS.get(_plain(cell))
    if found is None:
        raise CellUnclear(
            said(
                "最低层级“{cell}”不存在；请写 {values} 之一",
                cell=cell[:20],
                values=joined("、", map(word, LEVEL_NAMES.values())),
            )
        )
    return found


def flag(cell: str) -> bool:
    """Read yes or no. Raises `CellUnclear`."""
    word = _plain(cell)
    if word not in YES | NO:
        raise CellUnclear(said("“{cell}”不知道是“是”还是“否”；请写 是 或 否", cell=cell[:20]))
    return word in YES


def origin(cell: str) -> Origin:
    """Read whether an item is published or proposed. Raises `CellUnclear`."""
    found = ORIGIN_WORDS.get(_plain(cell))
    if found is None:
        raise CellUnclear(
            said(
                "出处“{cell}”不存在；请写 {values}",
                cell=cell[:20],
                values=joined(" 或 ", map(word, ORIGIN_NAMES.values())),
            )
        )
    return found


def grade(cell: str) -> EventGrade:
    """Read how grave an event is. Raises `CellUnclear`."""
    found = GRADE_WORDS.get(_plain(cell))
    if found is None:
        raise CellUnclear(
            said(
                "事件等级“{cell}”不存在；请写 {values} 之一",
                cell=cell[:20],
                values=joined("、", map(word, GRADE_NAMES.values())),
            )
        )
    return found


def read_on_site(cell: str, *, unit: str, at_once: Budget, what: str = "到场时限") -> Budget:
    """Read a limit for being on site, or for what follows. Raises `LimitUnclear`."""
    budget = read_limit(cell, unit=unit, at_once=at_once)
    if flaw := flaw_on_site(budget):
        raise LimitUnclear(said("{what}“{cell}”{flaw}", what=what, cell=cell[:40], flaw=flaw))
    return budget


def written(parts: tuple[str, ...]) -> str:
    """Write a list so that `several` reads the same."""
    return SEPARATOR.join(parts) or NOTHING


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split()).casefold()
