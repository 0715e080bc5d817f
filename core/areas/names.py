"""Names of places in running text: how they are written, and when a word is part of another one."""

import re
import unicodedata

SHORTEST = 2
"""Letters of a name; one alone is found in every text."""
LARGER = (
    "街道",
    "社区",
    "居委会",
    "村委会",
    "小区",
    "花园",
    "新村",
    "工业区",
    "街道办",
    "办事处",
    "镇",
    "乡",
    "区",
    "县",
    "市",
)
ROAD_ENDS = ("大道", "大街", "大桥", "公路", "高速", "隧道", "立交", "路", "街", "巷", "弄", "道", "桥")
GOES_ON = re.compile(r"大道|大街|大桥|高速|隧道|立交|快速|水库|路|街(?!道|办)|巷|弄|桥|河")
"""After a bare name: then it is only the first part of another name, as 柳塘 is of 柳塘路."""
QUALIFIERS = frozenset("东西南北新老旧")
"""Before a name: then it is the second part of another one, as 长桥路 is of 东长桥路."""
MORE_QUALIFIERS = frozenset("上下大小")
"""The same before a road or a bare name; before others they end a word of their own, as in 广大柳塘社区居民."""
LEADS_IN = frozenset("在的到去来过是于住近靠旁往由从向至沿位与和跟及区道市镇乡村社巷路街口号园")
"""Letters after which a name of two letters may begin; anywhere else it may be part of a word, as 万达 is of 百万达标."""
NUMBER = re.compile(r"(\d{1,5})(?:(?:号(?!线|楼|栋|院))|(?:[-—~至之]\d{1,5}号)|(?=$|[^\w-]))")
_BLANKS = re.compile(r"[^\S\n]+")


def normalised(text: str) -> str:
    """Return the text as names are looked for in it: width, case and blanks do not count."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _BLANKS.sub("", folded).strip("\n")


def is_bare(name: str) -> bool:
    """Tell whether a name says nothing of what it names, as 柳塘 does and 柳塘街道 does not."""
    return not name.endswith((*LARGER, *ROAD_ENDS))


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether the name at this place of a normalised text seems to be no part of another word."""
    name, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if (_is_latin(before) and _is_latin(name[0])) or (_is_latin(after) and _is_latin(name[-1])):
        return False
    if before in QUALIFIERS:
        return False
    if name.endswith(LARGER):
        return True
    if before in MORE_QUALIFIERS or (is_bare(name) and GOES_ON.match(text, end)):
        return False
    return len(name) > SHORTEST or not before.isalpha() or before in LEADS_IN


def number_after(text: str, end: int) -> int | None:
    """Return the house number that follows a road's name, or None."""
    match = NUMBER.match(text, end)
    return int(match[1]) if match else None


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
