"""Live interviews 微访谈: a leader answers residents' questions online, and what is not answered there goes to the units.

The first round of the article: 1804 questions came in, 36 were answered on the spot, 1768 went to the service centre.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Alike, DuplicateHint, InterviewRules, hookimpl, said, word
from core.hooks.settings import Minutes, Percent, Settings, UnitChoice

CHANNEL = "live-session"
"""Channel of `nanhai.channels` by which what was not answered live comes in."""
FEWEST = 4
"""Fewer pairs of characters than that are like too many others."""


class InterviewSettings(Settings):
    """How long an interview lasts, who can be asked, and when two questions are taken for the same."""

    minutes = Minutes(
        load_default=90,
        min=10,
        max=720,
        title="一场多长时间",
        help="预告时按开始时间算出结束时间，可以改",
        group="场次",
        affects="new",
    )
    extension_minutes = Minutes(
        load_default=10,
        min=1,
        max=120,
        title="一次延长多少分钟",
        help="提问踊跃时现场延长",
        group="场次",
    )
    units = UnitChoice(
        many=True,
        kind="street",
        load_default=[
            "street-guicheng",
            "town-jiujiang",
            "town-xiqiao",
            "town-danzao",
            "town-shishan",
            "town-dali",
            "town-lishui",
            "luocun",
        ],
        title="可以提问的镇街",
        help="七个镇街和罗村社会管理处；预告时默认可向这些单位提问，每场可以改",
        group="场次",
        affects="new",
    )
    alike_percent = Percent(
        load_default=85,  # the article names no number
        min=50,
        max=100,
        title="文字相似到百分之几并为一件",
        help="不同网友向同一单位提出、地点相同（没有写地点的，事项相同）、文字相似到这个程度的提问，并单办理；每人都有自己的编号和答复",
        group="并单",
        affects="new",
    )


@hookimpl
def interview_rules(settings: Mapping[str, Any]) -> Sequence[InterviewRules]:
    """Hold interviews as the article tells of them: an hour and a half, and ten minutes longer when many ask."""
    return [
        InterviewRules(
            channel=CHANNEL,
            minutes=settings["minutes"],
            extension_minutes=settings["extension_minutes"],
            units=tuple(settings["units"]),
            alike_from=settings["alike_percent"],
        )
    ]


@hookimpl
def find_duplicates(settings: Mapping[str, Any], appeal: Alike, candidates: Sequence[Alike]) -> Sequence[DuplicateHint]:
    """Point out what was said in nearly the same words 归纳汇总: of the same place, or where one names none on the same matter."""
    pairs = _pairs(appeal.text)
    hints = []
    for candidate in candidates:
        likeness = _likeness(pairs, _pairs(candidate.text))
        same_place = bool(appeal.place) and appeal.place == candidate.place
        names_both = bool(appeal.place) and bool(candidate.place)
        same_matter = appeal.matter is not None and appeal.matter == candidate.matter
        is_same = same_place or (same_matter and not names_both)
        if is_same and likeness >= settings["alike_percent"]:
            hints.append(
                DuplicateHint(
                    serial_no=candidate.serial_no,
                    rule_id="nanhai.interview/alike",
                    reason=said(
                        "{same_place}相同，文字相似 {likeness}%",
                        same_place=word("地点") if same_place else word("事项"),
                        likeness=likeness,
                    ),
                    score=likeness,
                )
            )
    return hints


def _pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring characters, without blanks, punctuation and emoji."""
    words = re.sub(r"[\W_]+", "", text)
    return {words[place : place + 2] for place in range(len(words) - 1)}


def _likeness(one: set[str], other: set[str]) -> int:
    """Return how many of the pairs both have, in percent of all that either has."""
    if min(len(one), len(other)) < FEWEST:
        return 0
    return 100 * len(one & other) // len(one | other)
