"""Redaction 遮盖: what nobody outside may read in the words of a ticket is taken out before they are made public.

Patterns find what leads to a person but for their name: phones, numbers of identity cards, accounts and plates, mail
addresses, doors. Names are found by `core.disclosure.names`; what neither finds, a person does who reads the words first,
or a district's rule.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = "＊＊"
# Digits may stand apart, as people write them; letters and digits before and after mean another kind of number.
_D, _S = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
PATTERNS: dict[str, re.Pattern[str]] = {
    "mail": re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++"),
    "id": re.compile(rf"{_D}[1-9]\d{{5}}[\s-]?(?:18|19|20)\d{{2}}[\s-]?\d{{4}}[\s-]?\d{{3}}[\dXx]{_S}"),
    "old-id": re.compile(rf"{_D}[1-9]\d{{14}}{_S}"),
    "account": re.compile(rf"{_D}\d{{4}}(?:[\s-]?\d{{4}}){{3}}(?:[\s-]?\d{{1,3}})?{_S}"),
    "mobile": re.compile(rf"{_D}(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{{4}}){{2}}{_S}"),
    "phone": re.compile(rf"{_D}(?:0\d{{2,3}}[\s-]?)?[2-8]\d{{2,3}}[\s-]?\d{{4}}{_S}"),
    "plate": re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·.\s]?[A-HJ-NP-Z0-9]{5,6}(?![0-9A-Za-z])"
    ),
    "handle": re.compile(r"(?:微信号?|QQ号?|支付宝)[:\uff1a\s]*[\w-]{5,20}", re.IGNORECASE | re.ASCII),
    "serial": re.compile(rf"{_D}[A-Z]{{2,4}}\d{{13}}{_S}"),
    "room": re.compile(
        r"(?:[\dA-Za-z一二三四五六七八九十]{1,4}\s?(?:栋|幢|号楼|座)\s?)(?:[\dA-Za-z一二三四五六七八九十]{1,3}\s?单元\s?)?"
        r"(?:[\dA-Za-z]{1,5}\s?(?:号|室|户|房)?)?"
        r"|[\dA-Za-z一二三四五六七八九十]{1,3}\s?单元\s?(?:[\dA-Za-z]{1,5}\s?(?:号|室|户|房)?)?"
        r"|\d{3,4}\s?(?:室|房|户)"
    ),
    "door": re.compile(r"(?<=[路街巷道村组弄段])\s?\d{1,5}\s?(?:附\s?\d{1,4}\s?)?号(?:附\s?\d{1,4}\s?号?)?(?!线)"),
}
"""What is looked for, by name."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without what nobody outside may read, and how many stretches were taken out."""

    text: str
    hidden: int


def redacted(text: str, spans: Iterable[tuple[int, int]] = ()) -> Redacted:
    """Return the text with all that the patterns find, and these stretches of it besides, taken out.

    Stretches that overlap or touch are one; those that lie outside of the text are cut to it.
    """
    found = [match.span() for pattern in PATTERNS.values() for match in pattern.finditer(text)]
    given = [(max(0, start), min(len(text), end)) for start, end in spans]
    parts: list[str] = []
    at = hidden = 0
    for start, end in _joined([each for each in (*found, *given) if each[0] < each[1]]):
        parts += [text[at:start], HIDDEN]
        at, hidden = end, hidden + 1
    return Redacted("".join((*parts, text[at:])), hidden)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
