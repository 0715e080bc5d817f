"""Weighing all ways to cut a text into words and names, and telling what is surely a name from what may be one."""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from core.disclosure.names.lexicon import (
    LONGEST_SURNAME,
    LONGEST_WORD,
    UNKNOWN_GIVEN,
    UNKNOWN_WORD,
    Lexicon,
    lexicon,
)
from core.disclosure.names.signs import (
    AFTER_NAME,
    ANNOUNCING,
    CALLED,
    CHILD,
    CLAUSE_ENDS,
    COURTESY,
    NAMED,
    NOT_GIVEN,
    OFFICE,
    PARTICLES,
    SAYS,
    SPOKEN_SURNAMES,
    TITLE,
    weight,
)

SURE, DOUBTFUL = 0.93, 0.2
"""From which likelihood on a stretch is masked by itself, and from which a person has to look at it."""
PRIOR = 5.0
"""Cost of there being a name at all."""
SAME_AGAIN = 0.05
"""What is surely a name in one place is one in another as well, from this likelihood on."""
SHORT_GIVEN, LONG_GIVEN = 2.2, 0.1
"""Costs of a given name of one character and of two."""
SOMEBODY = "某"
RARE_SURNAME = 8.5
"""Cost of a seldom character as a surname, where a word announces a name."""
SELDOM = 10.5
"""From which cost on a character is met seldom."""
SHORTEST_DOTTED = 4
"""Characters of a name with a dot, the dot among them."""
COMMON_SURNAME = 6.0
"""Up to which cost a surname is one of the hundred that most people have."""
FAMILIAR = "老小"
"""Before a surname, in place of a given name."""
_VARIANTS = str.maketrans(
    "黃陳張劉楊趙吳孫馬許馮鄧蕭蔣葉蘇呂盧鍾鐘譚陸範賈韋鄒龔顧錢嚴湯龍羅鄭謝韓傅壽國華偉麗紅軍強東曉龍鳳蓮蘭芳榮貴慶雲霞萬雙飛麥紀歐陽聶閻關鄺莊樂齊賴賀",
    "黄陈张刘杨赵吴孙马许冯邓萧蒋叶苏吕卢钟钟谭陆范贾韦邹龚顾钱严汤龙罗郑谢韩傅寿国华伟丽红军强东晓龙凤莲兰芳荣贵庆云霞万双飞麦纪欧阳聂阎关邝庄乐齐赖贺",
)
"""Characters that are written in names in another way; a text keeps its length."""
_NOT_ALONE = PARTICLES - SPOKEN_SURNAMES
_HAN = re.compile(r"[\u3007\u4e00-\u9fff]+")
_STARRED = re.compile(r"[\u4e00-\u9fff](?:[*×]{1,2}|[xX]{1,2}(?![A-Za-z0-9]))(?=[^\d*×栋幢号楼年月日]|$)")
_SURNAME_ALONE = re.compile(r"(?<=[位名个其]姓)[\u4e00-\u9fff](?=[的某])")
_SOUNDS = (
    "阿艾安奥巴白班贝比彼别宾波伯博布不查茨达大丹德迪蒂丁顿多都恩尔法菲费弗夫盖甘戈格古姑哈海汉汗翰赫亨华霍基吉加贾杰金卡凯坎康科克肯库昆拉莱赖兰劳"
    "勒雷里利力丽莉列林琳龙卢鲁伦罗洛玛马迈买麦曼梅门蒙米密敏莫姆木穆纳娜南内尼努诺欧帕潘佩皮普奇齐契恰乔切琴让热仁日荣肉瑞萨塞桑沙莎山舍圣施史士斯"
    "丝松苏索塔泰坦汤特提铁廷图托瓦威韦维温沃乌吾西希夏谢辛休许雅亚延扬耶叶伊依因英尤约泽扎詹兹孜佐合江吐逊迪孙逊"
)
"""Characters that foreign and minority names are written with, by their sound."""
_DOTTED = re.compile(rf"[{_SOUNDS}]{{1,8}}(?:[·•・][{_SOUNDS}]{{1,10}})+")
_LATIN = re.compile(
    r"(?<![A-Za-z.@/])(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?\s?)?[A-Z][a-z]+(?:\s[A-Z][a-z]*\.?)*\s[A-Z][a-z]+(?![A-Za-z@.])"
)
_NO_PERSON = re.compile(
    r"\b(?:Windows|App|Store|Server|Office|Android|Apple|Google|Microsoft|Internet|Explorer|Chrome|China|Mobile|Unicom|Telecom|City|Park"
    r"|Street|Road|Center|Hotel|Bank|Wi|Fi|Word|Excel|Adobe|Reader|Play|Pro|Plus|Max)\b"
)
"""Words in letters that stand in names of things."""
_TRANSLITERATED = re.compile("[阿巴卡买提古丽尔依麦艾吐热孜努尼亚娜吾拜汗帕姑]{4,}")


@dataclass(frozen=True, slots=True)
class Name:
    """A stretch of a text that is a name, surely or perhaps."""

    start: int
    end: int
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Edge:
    end: int
    cost: float
    is_name: bool = False
    is_seldom: bool = False
    """Of a name: it begins with no surname that a list holds, so it is never sure."""


def find_names(text: str, no_names: Collection[str] = ()) -> tuple[Name, ...]:
    """Return the names in a text in their order, none of them overlapping. `no_names` are words that are no names here."""
    known, text = lexicon(), text.translate(_VARIANTS)
    covered = _places_of(text, no_names)
    likely: dict[tuple[int, int], float] = {}
    for match in _HAN.finditer(text):
        for start, end, chance in _weighed(known, text, match.start(), match.end()):
            if not any(start < till and end > since for since, till in covered):
                likely[start, end] = chance
    found = _chosen(likely)
    sure = {text[start:end] for start, end, chance in found if chance >= SURE and end - start > 1}
    names = [
        Name(start, end, chance >= SURE or text[start:end] in sure)
        for start, end, chance in found
        if chance >= DOUBTFUL or (chance >= SAME_AGAIN and text[start:end] in sure)
    ]
    for start, end, is_sure in _written_otherwise(known, text):
        if not any(start < till and end > since for since, till in covered):
            names.append(Name(start, end, is_sure))
    return _apart(_again(text, sure, names, covered))


def _weighed(known: Lexicon, text: str, since: int, until: int) -> Iterator[tuple[int, int, float]]:
    """Yield each stretch that could be a name with its likelihood among all ways to cut this run of characters."""
    size = until - since
    edges = [list(_edges(known, text, since + at, until)) for at in range(size)]
    ahead: list[list[float]] = [[0.0], *([] for _ in range(size))]
    before = [0.0] * (size + 1)
    for at in range(size):
        before[at] = _together(ahead[at])
        for edge in edges[at]:
            ahead[edge.end - since].append(before[at] + edge.cost)
    whole = _together(ahead[size])
    after = [0.0] * (size + 1)
    for at in range(size - 1, -1, -1):
        after[at] = _together([edge.cost + after[edge.end - since] for edge in edges[at]])
        for edge in edges[at]:
            if edge.is_name:
                chance = math.exp(min(0.0, whole - (before[at] + edge.cost + after[edge.end - since])))
                if edge.is_seldom:
                    chance = min(chance, SURE * 0.9)
                if chance >= SAME_AGAIN / 2:
                    yield since + at, edge.end, chance


def _edges(known: Lexicon, text: str, at: int, until: int) -> Iterator[_Edge]:
    yield _Edge(at + 1, known.words.get(text[at], UNKNOWN_WORD))
    for end in range(at + 2, min(until, at + LONGEST_WORD) + 1):
        if (cost := known.words.get(text[at:end])) is not None:
            yield _Edge(end, cost)
    if (
        text[at] in FAMILIAR
        and at + 1 < until
        and text[at + 1] not in _NOT_ALONE
        and (familiar := known.surnames.get(text[at + 1], UNKNOWN_WORD)) < COMMON_SURNAME
    ):
        ends = CLAUSE_ENDS.match(text, at + 2) or AFTER_NAME.match(text, at + 2) or SAYS.match(text, at + 2)
        cost = familiar + PRIOR + 2.0 - weight(text, at, at + 2)
        yield _Edge(at + 2, cost, is_name=True, is_seldom=not ends)
    for middle in range(at + 1, min(until, at + LONGEST_SURNAME) + 1):
        surname = known.surnames.get(text[at:middle])
        is_seldom = surname is None and middle == at + 1 and known.words.get(text[at], UNKNOWN_WORD) >= SELDOM
        if is_seldom and ANNOUNCING.search(text, max(0, at - 12), at):
            surname = RARE_SURNAME
        if surname is None:
            continue
        for end in range(middle + 1, min(until, middle + 2) + 1):
            given = text[middle:end]
            if not NOT_GIVEN.intersection(given):
                cost = surname + _given(known, given) + PRIOR - weight(text, at, end)
                yield _Edge(end, cost, is_name=True, is_seldom=is_seldom)
        if TITLE.match(text, middle, until) and not (middle == at + 1 and text[at] in _NOT_ALONE):
            bonus = 2.0 if COURTESY.match(text, middle, until) else 0.0
            yield _Edge(middle, surname + PRIOR - bonus - weight(text, at, middle), is_name=True)


def _given(known: Lexicon, given: str) -> float:
    if SOMEBODY in given:
        return sum(-1.0 if each == SOMEBODY else 4.0 for each in given) - 1.0
    return sum(known.given.get(each, UNKNOWN_GIVEN) for each in given) + (
        SHORT_GIVEN if len(given) == 1 else LONG_GIVEN
    )


def _chosen(likely: dict[tuple[int, int], float]) -> list[tuple[int, int, float]]:
    """Return one stretch for each place: where it is unclear how far a name goes, the longer, with the likelihood of both."""
    found = []
    for start in sorted({start for start, _ in likely}):
        ends = {end: chance for (at, end), chance in likely.items() if at == start}
        best = max(ends, key=lambda end: ends[end])
        longest = max(end for end, chance in ends.items() if chance >= ends[best] / 3)
        found.append((start, longest, min(1.0, sum(ends.values()))))
    return found


def _written_otherwise(known: Lexicon, text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield names that are not written as most are: starred, with a dot, in letters, or announced by a word."""
    for match in _STARRED.finditer(text):
        if known.surnames.get(match[0][0], UNKNOWN_WORD) < COMMON_SURNAME:
            more = (
                len(match[0]) == 2 and bool(_HAN.match(text, match.end())) and not AFTER_NAME.match(text, match.end())
            )
            yield match.start(), match.end() + more, True
    for match in _SURNAME_ALONE.finditer(text):
        yield match.start(), match.end(), True
    for match in _DOTTED.finditer(text):
        if len(match[0]) > SHORTEST_DOTTED:
            yield match.start(), match.end(), bool(ANNOUNCING.search(text, max(0, match.start() - 12), match.start()))
    for match in CHILD.finditer(text):
        yield match.start(1), match.end(1), False
    for pattern in (_LATIN, _TRANSLITERATED):
        for match in pattern.finditer(text):
            if not _NO_PERSON.search(match[0]):
                yield match.start(), match.end(), False
    for match in CALLED.finditer(text):
        if not any(match[1][at : at + 2] in known.words for at in range(len(match[1]) - 1)):
            yield match.start(1), match.end(1), True
    for match in NAMED.finditer(text):
        if not OFFICE.search(match[1]) and match[1] not in known.words:
            yield match.start(1), match.end(1), len(match[1]) <= 4 or "·" in match[1]


def _again(text: str, sure: Collection[str], names: Sequence[Name], covered: Sequence[tuple[int, int]]) -> list[Name]:
    """Return the names with every other place where one of three characters or more, surely a name, stands again."""
    found = list(names)
    for word in sure:
        if len(word) >= 3:
            for start, end in _places_of(text, (word,)):
                if not any(start < till and end > since for since, till in covered):
                    found.append(Name(start, end, is_sure=True))
    return found


def _apart(names: Sequence[Name]) -> tuple[Name, ...]:
    """Return the names without overlaps: of those that overlap the longest, surely a name where one of them is."""
    kept: list[Name] = []
    for name in sorted(set(names), key=lambda each: (each.start - each.end, each.start, not each.is_sure)):
        over = [each for each in kept if name.start < each.end and name.end > each.start]
        if not over:
            kept.append(name)
        elif name.is_sure:
            kept = [replace(each, is_sure=True) if each in over else each for each in kept]
    return tuple(sorted(kept, key=lambda each: each.start))


def _places_of(text: str, words: Collection[str]) -> list[tuple[int, int]]:
    return [
        (at.start(), at.end()) for word in words if word and word in text for at in re.finditer(re.escape(word), text)
    ]


def _together(costs: Sequence[float]) -> float:
    if not costs:
        return math.inf
    least = min(costs)
    if len(costs) == 1 or least == math.inf:
        return least
    return least - math.log(sum(math.exp(least - each) for each in costs))
