"""Pure suggestions from an appeal's words. They suggest; the operator disposes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.hooks.values import MatterHint, Nature
from core.units.catalogue.keywords import GAP, Keywords

NATURE_WORDS: tuple[tuple[Nature, tuple[str, ...]], ...] = (
    ("praise", ("表扬", "点赞", "锦旗")),
    ("inquiry", ("咨询", "请问", "想问", "怎么办理", "如何办理", "是否可以", "什么时候")),
    ("suggestion", ("建议", "希望增设", "能否增加")),
    ("complaint", ("投诉", "举报", "违规", "扰民", "不作为", "乱收费", "欠薪", "拖欠")),
)
"""In order of precedence: whoever praises may also suggest; whoever inquires often complains a little."""
TITLE_WEIGHT = 3


@dataclass(frozen=True, slots=True)
class MatterSuggestion:
    """A duty-list item that the words point to, and the words."""

    matter: str
    words: tuple[str, ...]


def matter_from(answers: Iterable[tuple[str, MatterHint]], *, known: Collection[str]) -> tuple[str, MatterHint] | None:
    """Return the hint with the best score among items of the duty list, of equal ones the first, with who gave it."""
    listed = [(feature, hint) for feature, hint in answers if hint.matter in known]
    return max(listed, key=lambda each: each[1].score, default=None)


def suggest_nature(title: str, text: str) -> Nature:
    """Return the nature that the words point to; the title decides before the text. No word: help 求助."""
    for words_in in (title, text):
        for nature, words in NATURE_WORDS:
            if any(word in words_in for word in words):
                return nature
    return "help"


def suggest_matter(title: str, text: str, keywords: Keywords) -> MatterSuggestion | None:
    """Return the duty-list item whose keywords weigh most, or None when no word is there or two weigh the same.

    A keyword weighs its length, three times as much in the title: long words say more than short ones.
    """
    in_title, in_text = keywords.found_in(title), keywords.found_in(text)
    weights: dict[str, int] = {}
    for matter in in_title.keys() | in_text.keys():
        titled = in_title.get(matter, ())
        weights[matter] = TITLE_WEIGHT * _weight(titled) + _weight(set(in_text.get(matter, ())) - set(titled))
    if not weights:
        return None
    best = max(weights.values())
    winners = [matter for matter, weight in weights.items() if weight == best]
    if len(winners) > 1:
        return None
    words = dict.fromkeys((*in_title.get(winners[0], ()), *in_text.get(winners[0], ())))
    return MatterSuggestion(winners[0], tuple(words))


def _weight(words: Iterable[str]) -> int:
    return sum(len(word.replace(GAP, "")) for word in words)
