"""去重、合并、拆分: what comes in by many sources is read for its topic and place, told from its like, and taken apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.hooks import Alike, Draft, DraftPatch, DuplicateHint, SplitHint, TicketView, hookimpl, joined, said, word
from core.hooks.settings import Line, OneOf, Percent, Rows, Settings, Whole, Words

TAG = re.compile(r"#\s*([^#\s]{1,10})(?=[#\s]|$)")
COMPARED = 500
"""Characters of a text that are compared: what an appeal is about stands at its beginning."""
SAME_PLACE, SAME_MATTER, BEST = 20, 10, 100
"""What the same place and the same matter add to a likeness in percent, and the most that comes of it."""
FEWEST = 4
"""Fewer pairs of characters than that are like too many others."""
NUMERALS = "一二三四五六七八九十"
BREAK = r"(?:(?<=[\n。；;：:！!？?，,\s])|^)"
STYLES = (
    re.compile(BREAK + r"([一二三四五六七八九十])、"),
    re.compile(BREAK + r"([1-9])[、.．](?!\d)"),
    re.compile(r"[（(]([一二三四五六七八九十1-9])[）)]"),
    re.compile(BREAK + r"第([一二三四五六七八九十])[、，,：:]"),
)
"""How people number the parts of a letter."""


class TagSettings(Settings):
    """A topic that residents write between hash signs, and the nature of the appeal that it means."""

    tag = Line(required=True, longest=10, title="话题", help="不带 # 号")
    nature = OneOf(
        required=True,
        choices={
            "complaint": "投诉",
            "help": "求助",
            "inquiry": "咨询",
            "suggestion": "建议",
            "praise": "表扬",
            "application": "办事申请",
        },
        title="类型",
        help="带这个话题的来件按哪一类受理",
    )


class SortingSettings(Settings):
    """How what came in is read, and when two appeals are taken for the same thing."""

    tags = Rows(
        TagSettings,
        load_default=[
            {"tag": "投诉", "nature": "complaint"},
            {"tag": "举报", "nature": "complaint"},
            {"tag": "求助", "nature": "help"},
            {"tag": "咨询", "nature": "inquiry"},
            {"tag": "建议", "nature": "suggestion"},
            {"tag": "表扬", "nature": "praise"},
        ],
        most=50,
        title="话题与类型",
        help="微信、微博来件里写的 #投诉# 这类话题",
        group="要素提取",
    )
    place_labels = Words(
        load_default=["地点", "地址", "位置"],
        longest=10,
        most=20,
        title="地点的写法",
        help="来件里“地点：……”一行读作地点",
        group="要素提取",
    )
    similar_percent = Percent(
        load_default=35,  # the article names no number
        min=10,
        max=100,
        title="文字相似到百分之几提示",
        help="事项或地点相同、文字又相似到这个程度的，提示疑似重复",
        group="去重",
    )
    within_days = Whole(
        load_default=7,  # the article names no number
        min=1,
        max=30,
        unit="天",
        title="几天之内的来件算疑似重复",
        help="比对在办工单中这些天内收到的",
        group="去重",
    )
    within_metres = Whole(
        load_default=250,  # the article names no number
        min=20,
        max=500,
        unit="米",
        title="相距多少米以内算同一处",
        help="来件和在办工单都有经纬度的，按距离比对；没有的按地点的文字",
        group="去重",
    )
    part_length = Whole(
        load_default=6,
        min=2,
        max=100,
        unit="个字",
        title="每项至少几个字",
        help="来件按“一、二、”编号分项，每项不少于这么多字的，建议拆单",
        group="拆分",
    )


@hookimpl
def normalise_draft(settings: Mapping[str, Any], draft: Draft) -> Sequence[DraftPatch]:
    """Read the nature out of a topic such as #投诉#, and the place out of a line 地点：…."""
    patches = []
    natures = {row["tag"]: row["nature"] for row in settings["tags"]}
    tag = next((tag for tag in TAG.findall(draft.text) if tag in natures), None)
    if tag is not None:
        patches.append(DraftPatch("pingshan.sorting/tag", said("话题 #{tag}#", tag=tag), nature=natures[tag]))
    place = _place(draft.text, settings["place_labels"])
    if place is not None:
        patches.append(
            DraftPatch("pingshan.sorting/place", said("来件写明“{label}”", label=word(place.label)), place=place.words)
        )
    return patches


@hookimpl
def find_duplicates(settings: Mapping[str, Any], appeal: Alike, candidates: Sequence[Alike]) -> Sequence[DuplicateHint]:
    """Point out what came in within the days of the settings, at the same place or nearby or on the same matter, in like words."""
    pairs = _pairs(appeal)
    since = appeal.submitted_at - timedelta(days=settings["within_days"])
    hints = []
    for candidate in candidates:
        likeness = _likeness(pairs, _pairs(candidate))
        same_place = bool(appeal.place) and appeal.place == candidate.place
        is_near = not same_place and candidate.metres is not None and candidate.metres <= settings["within_metres"]
        same_matter = appeal.matter is not None and appeal.matter == candidate.matter
        if candidate.submitted_at < since or likeness < settings["similar_percent"]:
            continue
        grounds = [
            words
            for words, holds in (
                ("地点相同", same_place),
                (said("相距约 {metres} 米", metres=candidate.metres), is_near),
                ("事项相同", same_matter),
            )
            if holds
        ]
        if not grounds:
            continue
        hints.append(
            DuplicateHint(
                serial_no=candidate.serial_no,
                rule_id="pingshan.sorting/alike",
                reason=said("{grounds}，文字相似 {likeness}%", grounds=joined("、", grounds), likeness=likeness),
                score=min(BEST, likeness + SAME_PLACE * (same_place or is_near) + SAME_MATTER * same_matter),
            )
        )
    return hints


@hookimpl
def suggest_split(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[SplitHint] | None:
    """Take a letter apart that numbers its own matters, by the way of numbering that finds most of them."""
    most: list[str] = []
    for style in STYLES:
        parts = _parts(ticket.text, style)
        if len(parts) > len(most) and all(len(part) >= settings["part_length"] for part in parts):
            most = parts
    if len(most) < 2:
        return None
    return [
        SplitHint(tuple(most), "pingshan.sorting/numbered", said("来件自己编号写了 {number} 件事", number=len(most)))
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    label: str
    words: str


def _place(text: str, labels: Sequence[str]) -> _Place | None:
    """Return the rest of the first line that begins with one of the labels and a colon."""
    for line in text.split("\n"):
        label, colon, rest = line.strip().replace("：", ":").partition(":")
        words = rest.strip().rstrip("。；;，,")
        if colon and label.strip() in labels and words:
            return _Place(label.strip(), words)
    return None


def _pairs(ticket: Alike) -> set[str]:
    """Return the pairs of neighbouring characters of title and beginning, without blanks and punctuation."""
    words = re.sub(r"[\W_]+", "", f"{ticket.title}{ticket.text[:COMPARED]}")
    return {words[place : place + 2] for place in range(len(words) - 1)}


def _likeness(one: set[str], other: set[str]) -> int:
    """Return how many of the pairs both have, in percent of the smaller of the two."""
    smaller = min(len(one), len(other))
    return 100 * len(one & other) // smaller if smaller >= FEWEST else 0


def _parts(text: str, style: re.Pattern[str]) -> list[str]:
    """Return the texts behind markers numbered one, two, three and so on."""
    found: list[re.Match[str]] = []
    for marker in style.finditer(text):
        if _number(marker[1]) == len(found) + 1:
            found.append(marker)
    ends = [*(marker.start() for marker in found[1:]), len(text)]
    return [text[marker.end() : end].strip().rstrip("；;") for marker, end in zip(found, ends, strict=False)]


def _number(written: str) -> int:
    return NUMERALS.index(written) + 1 if written in NUMERALS else int(written)
