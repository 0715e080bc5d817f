"""Pinyin initials 拼音首字母, by which a unit is picked with few keys."""

from pypinyin import Style, lazy_pinyin


def initials_of(name: str) -> str:
    """Return the pinyin initials of a name: 石羊街道 = syjd."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")).lower()
