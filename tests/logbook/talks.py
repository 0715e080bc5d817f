"""Talks 座谈会 of a leader with residents: how many questions came in, and how many were answered there and then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import (
    Block,
    CommandSpec,
    Context,
    FactsBlock,
    NotPossible,
    PageSpec,
    Store,
    TableBlock,
    Visitor,
    hookimpl,
)
from core.hooks.settings import Day, Line, Paragraph, Settings, Whole, cross_check
from core.hooks.store import RowsNotAccepted
from core.hooks.tables import select
from tests.logbook.tables import TALK

SHOWN_BESIDE_FORM = 5
COLUMNS = ("日期", "主政官", "主题", "提问", "当场答复", "转交办理", "当场答复率")


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk that was held."""

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


def record_talk(store: Store, talk: Talk) -> int:
    """Keep a talk that was held and return its id.

    Raises `RowsNotAccepted` when this guest's talk of that day is already there, or the numbers cannot be.
    """
    return store.add(
        TALK,
        held_on=talk.held_on,
        guest=talk.guest,
        topic=talk.topic,
        questions=talk.questions,
        answered_live=talk.answered_live,
        note=talk.note,
    )


def talks_held(store: Store, *, most: int = 100) -> list[Talk]:
    """Return the talks, the latest first."""
    table = TALK.c
    columns = (table.held_on, table.guest, table.topic, table.questions, table.answered_live, table.note)
    latest = select(*columns).order_by(table.held_on.desc(), table.guest).limit(most)
    return [Talk(**row) for row in store.rows(latest)]


class TalkForm(Settings):
    """What is written down of a talk that was held."""

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
    """Which talks the command line lists."""

    most = Whole(load_default=20, min=1, max=100, unit="场", title="最多列出多少场")


@hookimpl
def pages() -> Sequence[PageSpec]:
    """Show the talks to everybody at the desk; those who take in appeals write them down."""
    return [
        PageSpec("talks", "座谈会", "see-tickets", show="show_talks"),
        PageSpec("talks/new", "登记座谈会", "accept", show="show_latest", submit="take_talk", form="TalkForm"),
    ]


@hookimpl
def commands() -> Sequence[CommandSpec]:
    """List the talks on the command line, for whoever reports on them."""
    return [CommandSpec("talks", "列出座谈会和答复情况", run="list_talks", form="ListForm")]


def show_talks(store: Store) -> list[Block]:
    """Show all talks, and above them what they came to together."""
    held = talks_held(store)
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
    return [_table(talks_held(store, most=SHOWN_BESIDE_FORM), "最近的访谈")]


def take_talk(ctx: Context, visitor: Visitor, store: Store, values: Mapping[str, Any]) -> str:
    """Keep what was typed, unless the talk is not held yet or there already."""
    talk = Talk(
        held_on=date.fromisoformat(values["held_on"]),
        guest=values["guest"],
        topic=values["topic"],
        questions=values["questions"],
        answered_live=values["answered_live"],
        note=values["note"],
    )
    day = f"{talk.held_on.month} 月 {talk.held_on.day} 日"
    if talk.held_on > visitor.now.astimezone(ZoneInfo(ctx.zone)).date():
        raise NotPossible(f"{day}还没有到。访谈结束后再登记。")
    try:
        record_talk(store, talk)
    except RowsNotAccepted:
        raise NotPossible(f"{day}{talk.guest}的座谈会已经登记过，没有重复登记。") from None
    return f"已登记{day}的座谈会，{talk.handed_on:,} 条提问转交办理"


def list_talks(store: Store, values: Mapping[str, Any]) -> list[str]:
    """Return one line for each talk."""
    lines = [
        f"{each.held_on}  {each.guest}  {each.topic}  提问 {each.questions:,} 条，当场答复 {each.answered_live:,} 条"
        for each in talks_held(store, most=values["most"])
    ]
    return lines or ["还没有登记过座谈会。"]


def _table(held: Sequence[Talk], heading: str) -> TableBlock:
    return TableBlock(COLUMNS, tuple(map(_row, held)), heading, empty="还没有登记过座谈会。")


def _row(each: Talk) -> tuple[str, ...]:
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
