"""Items of the duty list that may be one and the same in other words: suggestions, a person decides."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue

FILLERS = re.compile(r"问题|情况|现象|事项|事宜|相关|有关|方面|类别|其它|其他|以及|等|类|的|及|和|与|或")
"""Words that tell one item from another as little as punctuation does."""
SAME_MEANING = (
    ("损坏", "破损", "毁坏", "受损"),
    ("投诉", "举报"),
    ("咨询", "询问"),
    ("车辆", "机动车", "汽车"),
    ("占道", "占用道路"),
    ("噪声", "噪音"),
    ("违建", "违章建筑", "违法建设", "违法建筑"),
    ("路灯", "道路照明"),
    ("乱扔", "乱丢", "乱倒", "乱抛"),
    ("不亮", "不明亮"),
)
"""Words that officials use for the same; the first of each stands for all."""
_WORDS = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Items that may be merged, and why one may think so."""

    items: tuple[str, ...]
    why: str


def suggest_duplicates(catalogue: Catalogue) -> tuple[Suggestion, ...]:
    """Return groups of lowest matters whose names say the same; each group once, by the strongest ground."""
    told: set[tuple[str, ...]] = set()
    suggestions = []
    for why, form in GROUNDS:
        for items in _grouped(catalogue, form):
            if not any(set(items) <= set(group) for group in told):
                told.add(items)
                suggestions.append(Suggestion(items, why))
    return tuple(suggestions)


def normalised(name: str) -> str:
    """Return a name without what does not tell items apart: width, case, punctuation and words that only fill."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    plain = _WORDS.sub("", folded)
    return FILLERS.sub("", plain) or plain


def _meaning(name: str) -> str:
    plain = normalised(name)
    for first, *others in SAME_MEANING:
        for other in sorted(others, key=len, reverse=True):
            plain = plain.replace(other, first)
    return plain


def _letters(name: str) -> str:
    return "".join(sorted(_meaning(name)))


GROUNDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("名称只差标点或虚词", normalised),
    ("名称用了同义词", _meaning),
    ("名称用字相同，次序不同", _letters),
)


def _grouped(catalogue: Catalogue, form: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    """Yield the items whose names take one form; what only collects the rest under each matter is no duplicate."""
    groups: dict[str, list[Node]] = defaultdict(list)
    for matter in catalogue.matters.leaves:
        if not _collects_the_rest(matter.name):
            groups[form(matter.name)].append(matter)
    for nodes in groups.values():
        if len(nodes) > 1:
            yield tuple(node.code for node in nodes)


def _collects_the_rest(name: str) -> bool:
    return name.strip().startswith(("其他", "其它"))
