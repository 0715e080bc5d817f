"""Live interviews 微访谈: a leader answers residents' questions online, and what is not answered there goes to the units.

The first round of the article: 1804 questions came in, 36 were answered on the spot, 1768 went to the service centre.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import (
    Alike,
    Block,
    CommandSpec,
    Context,
    DuplicateHint,
    FactsBlock,
    InterviewRules,
    NotPossible,
    PageSpec,
    Store,
    TableBlock,
    Visitor,
    hookimpl,
)
from core.hooks.settings import Day, Line, Minutes, Paragraph, Percent, Settings, UnitChoice, Whole, cross_check
from core.hooks.store import RowsNotAccepted
from core.hooks.tables import select
from plugins.nanhai.tables import INTERVIEW

CHANNEL = "live-session"
"""Channel of `nanhai.channels` by which what was not answered live comes in."""
FEWEST = 4
"""Fewer pairs of characters than that are like too many others."""
SHOWN_BESIDE_FORM = 5
COLUMNS = ("日期", "主政官", "主题", "提问", "当场答复", "转交办理", "当场答复率")


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


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview that was held."""

    held_on: date
    guest: str
    topic: str
    questions: int
    answered_live: int
    note: str

    @property
    def handed_on(self) -> int:
        """Questions that were not answered on the spot and went to the units."""
        return self.questions - self.answered_live

    @property
    def share_live(self) -> float | None:
        """Share of the questions that were answered on the spot; None when nobody asked anything."""
        return self.answered_live / self.questions if self.questions else None


def record_interview(store: Store, interview: Interview) -> int:
    """Keep an interview that was held and return its id.

    Raises `RowsNotAccepted` when this guest's interview of that day is already there, or the numbers cannot be.
    """
    return store.add(
        INTERVIEW,
        held_on=interview.held_on,
        guest=interview.guest,
        topic=interview.topic,
        questions=interview.questions,
        answered_live=interview.answered_live,
        note=interview.note,
    )


def interviews_held(store: Store, *, most: int = 100) -> list[Interview]:
    """Return the interviews, the latest first."""
    table = INTERVIEW.c
    columns = (table.held_on, table.guest, table.topic, table.questions, table.answered_live, table.note)
    latest = select(*columns).order_by(table.held_on.desc(), table.guest).limit(most)
    return [Interview(**row) for row in store.rows(latest)]


class InterviewForm(Settings):
    """What is written down of an interview that was held."""

    held_on = Day(required=True, title="访谈日期")
    guest = Line(required=True, longest=60, title="主政官", help="职务和姓名，如“南海区区长郑某”；几人同场的写在一起")
    topic = Line(required=True, longest=100, title="主题")
    questions = Whole(required=True, min=0, max=1_000_000, unit="条", title="收到提问")
    answered_live = Whole(
        required=True, min=0, max=1_000_000, unit="条", title="当场答复", help="其余的转给政务服务中心，登记成工单分发"
    )
    note = Paragraph(longest=500, shortest=0, load_default="", title="备注")

    @cross_check
    def no_more_answers_than_questions(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse numbers that cannot be."""
        if values["answered_live"] > values["questions"]:
            return {"answered_live": "当场答复不能多于收到的提问"}
        return {}


class ListForm(Settings):
    """Which interviews the command line lists."""

    most = Whole(load_default=20, min=1, max=100, unit="场", title="最多列出多少场")


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
                    reason=f"{'地点' if same_place else '事项'}相同，文字相似 {likeness}%",
                    score=likeness,
                )
            )
    return hints


@hookimpl
def pages() -> Sequence[PageSpec]:
    """Show the interviews to everybody at the desk; those who take in appeals write them down."""
    return [
        PageSpec("interviews", "微访谈", "see-tickets", show="show_interviews"),
        PageSpec(
            "interviews/new", "登记微访谈", "accept", show="show_latest", submit="take_interview", form="InterviewForm"
        ),
    ]


@hookimpl
def commands() -> Sequence[CommandSpec]:
    """List the interviews on the command line, for whoever reports on them."""
    return [CommandSpec("interviews", "列出微访谈和答复情况", run="list_interviews", form="ListForm")]


def show_interviews(store: Store) -> list[Block]:
    """Show all interviews, and above them what they came to together."""
    held = interviews_held(store)
    questions = sum(each.questions for each in held)
    answered = sum(each.answered_live for each in held)
    facts = (
        ("访谈场次", f"{len(held)} 场"),
        ("收到提问", f"{questions:,} 条"),
        ("当场答复", f"{answered:,} 条"),
        ("转交办理", f"{questions - answered:,} 条，由承办单位核实后答复提问人"),
    )
    return [*([FactsBlock(facts, "汇总")] if held else []), _table(held, "各场访谈")]


def show_latest(store: Store) -> list[Block]:
    """Show under the form what was written down last, so that nothing is written twice."""
    return [_table(interviews_held(store, most=SHOWN_BESIDE_FORM), "最近的访谈")]


def take_interview(ctx: Context, visitor: Visitor, store: Store, values: Mapping[str, Any]) -> str:
    """Keep what was typed, unless the interview is not held yet or there already."""
    interview = Interview(
        held_on=date.fromisoformat(values["held_on"]),
        guest=values["guest"],
        topic=values["topic"],
        questions=values["questions"],
        answered_live=values["answered_live"],
        note=values["note"],
    )
    day = f"{interview.held_on.month} 月 {interview.held_on.day} 日"
    if interview.held_on > visitor.now.astimezone(ZoneInfo(ctx.zone)).date():
        raise NotPossible(f"{day}还没有到。访谈结束后再登记。")
    try:
        record_interview(store, interview)
    except RowsNotAccepted:
        raise NotPossible(f"{day}{interview.guest}的微访谈已经登记过，没有重复登记。") from None
    return f"已登记{day}的微访谈，{interview.handed_on:,} 条提问转交办理"


def list_interviews(store: Store, values: Mapping[str, Any]) -> list[str]:
    """Return one line for each interview."""
    lines = [
        f"{each.held_on}  {each.guest}  {each.topic}  提问 {each.questions:,} 条，当场答复 {each.answered_live:,} 条"
        for each in interviews_held(store, most=values["most"])
    ]
    return lines or ["还没有登记过微访谈。"]


def _table(held: Sequence[Interview], heading: str) -> TableBlock:
    return TableBlock(COLUMNS, tuple(map(_row, held)), heading, empty="还没有登记过微访谈。")


def _row(each: Interview) -> tuple[str, ...]:
    share = "—" if each.share_live is None else f"{each.share_live:.1%}"
    return (
        str(each.held_on),
        each.guest,
        each.topic,
        f"{each.questions:,}",
        f"{each.answered_live:,}",
        f"{each.handed_on:,}",
        share,
    )


def _pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring characters, without blanks, punctuation and emoji."""
    words = re.sub(r"[\W_]+", "", text)
    return {words[place : place + 2] for place in range(len(words) - 1)}


def _likeness(one: set[str], other: set[str]) -> int:
    """Return how many of the pairs both have, in percent of all that either has."""
    if min(len(one), len(other)) < FEWEST:
        return 0
    return 100 * len(one & other) // len(one | other)
