"""Pinyin initials of Chinese words: 石羊 = sy. The 3,755 common characters stand in GB 2312 in the order of their reading."""

from bisect import bisect_right

FIRST = {
    0xB0A1: "a",
    0xB0C5: "b",
    0xB2C1: "c",
    0xB4EE: "d",
    0xB6EA: "e",
    0xB7A2: "f",
    0xB8C1: "g",
    0xB9FE: "h",
    0xBBF7: "j",
    0xBFA6: "k",
    0xC0AC: "l",
    0xC2E8: "m",
    0xC4C3: "n",
    0xC5B6: "o",
    0xC5BE: "p",
    0xC6DA: "q",
    0xC8BB: "r",
    0xC8F6: "s",
    0xCBFA: "t",
    0xCDDA: "w",
    0xCEF4: "x",
    0xD1B9: "y",
    0xD4D1: "z",
}
"""The code with which each initial begins."""
_STARTS = sorted(FIRST)
_LAST = 0xD7F9


def initials(words: str) -> str:
    """Return the initials of the common characters, letters and digits as they are; of a character with two readings one."""
    return "".join(map(_initial, words.lower()))


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    return FIRST[_STARTS[bisect_right(_STARTS, code) - 1]] if _STARTS[0] <= code <= _LAST else ""
