"""Which texts are refused wherever they are typed: what a database, a page or a reader cannot take."""

import re
import unicodedata

TAG = re.compile(r"<(?:[/?]?[A-Za-z][^<>]*|!--[^<>]*|![A-Za-z][^<>]*)>")
UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing, so that a reader sees another order than is stored."""


def flaw_of(text: str, *, allowed: str = "", may_have_tags: bool = False) -> str:
    """Return why the text is refused, in words, or nothing. `allowed` are control characters it may have."""
    if any(_is_unprintable(character) for character in text if character not in allowed):
        return "不能含有控制字符或残缺的字符" if allowed else "不能含有换行、控制字符或残缺的字符"
    return "" if may_have_tags or not TAG.search(text) else "不能含有 HTML 标记"


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in UNPRINTABLE or character in TURNING
