"""What is asked of the city's figures: which days, and what alone is counted; read once, the same for pages, files and commands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal
from urllib.parse import quote_plus

from core.hooks.values.words import NATURE_LABELS
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.statistics.days import ONE_DAY, Span
from core.statistics.periods import Month

Narrowing = Literal["nature", "channel", "category", "district", "group", "area"]
NARROWINGS: Mapping[Narrowing, str] = {
    "nature": "性质",
    "channel": "渠道",
    "category": "事项类别",
    "district": "区（市）县",
    "group": "同类组",
    "area": "区域",
}
"""What can be asked for alone, in the order in which addresses and words name it."""
LONGEST = 100
"""Characters of a value; longer ones are nobody's name."""
MOST_DAYS = 3 * 366
Aspect = Literal["all", "way", "matter", "place"]
"""How counts have to be divided to answer: not at all, by way in, by matter, or by everything that `cube_place` knows."""


class SpanUnclear(Refused):
    """The days cannot be read, or the last comes before the first, or they are too many."""

    code = "span-unclear"


class SpanAhead(Refused):
    """The days have not come yet."""

    code = "span-ahead"


class NotNarrowedSo(Refused):
    """What is asked for alone is unknown, or this page does not divide its counts by it."""

    code = "not-narrowed-so"


class NotCountedTogether(Refused):
    """Counts are not divided by these things at once."""

    code = "not-counted-together"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, and what alone is counted; empty = everything.

    `month` is set where the days are a calendar month; then they are held against the month before, otherwise against as
    many days before.
    """

    span: Span
    month: Month | None = None
    nature: str = ""
    channel: str = ""
    category: str = ""
    """A category of matters by its name in the city's list."""
    district: str = ""
    """Short name of one district."""
    group: str = ""
    """A group of districts that the city compares with each other, by its name."""
    area: str = ""
    """Code of an area of the one district."""

    @classmethod
    def of_month(cls, month: Month) -> "Asked":
        """Ask for everything of a month."""
        return cls(month.span, month)

    @property
    def before(self) -> Span:
        """The days that it is held against."""
        if self.month is not None:
            return self.month.previous.span
        days = self.span.last - self.span.first + ONE_DAY
        return Span(self.span.first - days, self.span.first - ONE_DAY)

    @property
    def year_before(self) -> Span:
        """The same days a year before; of 29 February the 28th."""
        if self.month is not None:
            return self.month.year_before.span
        return Span(_a_year_before(self.span.first), _a_year_before(self.span.last))

    @property
    def before_words(self) -> str:
        """What the days are held against, in words."""
        return span_words(self.before, self.month and self.month.previous)

    @property
    def narrowed(self) -> Mapping[Narrowing, str]:
        """What alone is counted, by what it is."""
        return {name: value for name in NARROWINGS if (value := getattr(self, name))}

    @property
    def aspect(self) -> Aspect:
        """How counts have to be divided so that they can be narrowed like this."""
        if self.area:
            return "place"
        if self.category:
            return "matter"
        return "way" if self.nature or self.channel else "all"

    def is_over(self, today: date) -> bool:
        """Tell whether the last of the days has passed."""
        return self.span.last < today

    @property
    def span_words(self) -> str:
        """The days in words."""
        return span_words(self.span, self.month)

    def words(self, labels: Mapping[Narrowing, str] | None = None) -> str:
        """Say what is asked in words, days first; `labels` call the values of channel, district and area by their names."""
        called = dict(self.narrowed)
        if self.nature:
            called["nature"] = NATURE_LABELS[self.nature]
        called.update(labels or {})
        parts = (
            said("{what}：{value}", what=word(NARROWINGS[name]), value=word(called[name])) for name in self.narrowed
        )
        return joined("，", (self.span_words, *parts))

    @property
    def arguments(self) -> Mapping[str, str]:
        """What an address asks for this with, in a fixed order."""
        days = (
            {"month": str(self.month)}
            if self.month is not None
            else {"from": self.span.first.isoformat(), "until": self.span.last.isoformat()}
        )
        return {**days, **{str(name): value for name, value in self.narrowed.items()}}

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return self.query_with()

    def query_with(self, **changes: str) -> str:
        """The query with other arguments besides, or in place of these; an empty one is left out."""
        return "&".join(f"{name}={_quoted(value)}" for name, value in {**self.arguments, **changes}.items() if value)

    def only(self, *allowed: Narrowing, of: str) -> "Asked":
        """Return it where nothing else is narrowed by. Raises `NotNarrowedSo`; `of` is what the figures are called."""
        if others := [name for name in self.narrowed if name not in allowed]:
            can = joined("、", (word(NARROWINGS[name]) for name in allowed)) or word("无")
            raise NotNarrowedSo(
                said(
                    "{of}没有按{others}分开统计。可以选的有：{can}；请去掉{others}再看。",
                    of=word(of),
                    others=joined("、", (word(NARROWINGS[name]) for name in others)),
                    can=can,
                )
            )
        return self

    def without(self, *names: Narrowing) -> "Asked":
        """Return the same not narrowed by these."""
        kept: dict[str, str] = dict.fromkeys(names, "")
        return replace(self, **kept)  # type: ignore[arg-type]  # all of them are text


def asked_of(arguments: Mapping[str, str], *, today: date, month: Month | None = None) -> Asked:
    """Read what an address or a command asks for: `month`, or `from` and `until`, and what alone is counted.

    Without days it is `month`, else the last whole month before `today`. Raises `MonthUnclear`, `SpanUnclear`, `SpanAhead`, `NotNarrowedSo` and
    `NotCountedTogether`.
    """
    given = {name: value.strip() for name, value in arguments.items() if value and value.strip()}
    span, of_month = _days(given, month or Month.of(today).previous)
    if span.first > today:
        raise SpanAhead(
            said(
                "{words}还没有到来，没有可看的数。最晚可以看到 {today}。",
                words=word(span_words(span, of_month)),
                today=today,
            )
        )
    asked = Asked(span, of_month, **{name: _value(given.get(name, ""), name) for name in NARROWINGS})
    if asked.nature and asked.nature not in NATURE_LABELS:
        known = joined(
            "、", (said("{id}（{label}）", id=id_, label=word(label)) for id_, label in NATURE_LABELS.items())
        )
        raise NotNarrowedSo(said("没有性质“{nature}”。可以选的有：{known}。", nature=asked.nature, known=known))
    if asked.district and asked.group:
        raise NotCountedTogether("区（市）县和同类组只能选一个：组里已经包括几个区。请去掉其中一个。")
    if asked.area and not asked.district:
        raise NotCountedTogether("区域是某一个区的区域。请先选择区（市）县，再选区域。")
    if asked.category and (asked.nature or asked.channel) and not asked.area:
        raise NotCountedTogether(
            "各区的数按事项类别分，或者按渠道和性质分，没有同时分。请去掉事项类别，或者去掉渠道和性质；"
            "要同时看的，选定一个区和区域，可以看受理量。"
        )
    return asked


_quoted = lru_cache(maxsize=4096)(quote_plus)
"""A page of a city has some thousand links, which differ in few values."""


def span_words(span: Span, month: Month | None = None) -> str:
    """Say days in words."""
    if month is not None and month.span == span:
        return month.words
    return said("{first} 至 {last}", first=span.first, last=span.last)


def _days(given: Mapping[str, str], otherwise: Month) -> tuple[Span, Month | None]:
    if "from" in given or "until" in given:
        if "from" not in given or "until" not in given:
            raise SpanUnclear("只写了开始或结束的一天。请把两天都写上，如 from=2026-03-01 和 until=2026-03-15。")
        first, last = _day(given["from"]), _day(given["until"])
        if last < first:
            raise SpanUnclear(
                said("结束的一天 {last} 早于开始的一天 {first}。请把两天换过来。", last=last, first=first)
            )
        if (last - first).days >= MOST_DAYS:
            raise SpanUnclear(said("一次最多看 {most} 天。请缩短时间段，或分几次看。", most=MOST_DAYS))
        span = Span(first, last)
        return span, month if (month := Month.of(first)).span == span else None
    month = Month.parse(given["month"]) if "month" in given else otherwise
    return month.span, month


def _day(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        raise SpanUnclear(said("日期“{words}”看不懂。请写成 年-月-日，如 2026-03-12。", words=words[:LONGEST]))
    return day


def _value(words: str, name: Narrowing) -> str:
    if len(words) > LONGEST or not words.isprintable():
        raise NotNarrowedSo(said("{what}的写法用不了。请从页面的选项里选。", what=word(NARROWINGS[name])))
    return words


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
