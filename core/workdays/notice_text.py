"""Reading the State Council's notice of rest days as it is printed, so that nobody types what one can paste."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from core.kit.saying import said
from core.workdays.notices import Festival, notice_of
from core.workdays.specification import CalendarUnusable, Notice

_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
_ITEM = re.compile(r"(?<![一二三四五六七八九十])[一二三四五六七八九十]{1,3}、[ \t]{0,9}([^：:\s]{2,12})[：:]([^\n]*)")
_SPAN = re.compile(
    r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:\s*[至到-]\s*(?:(\d{1,2})月)?(\d{1,2})日)?[^。；，,\d]*放假"
)
_SENTENCE_END = re.compile(r"[。；]")
_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(\d{4})年[^\n]{0,12}节假日安排")
_SOURCE = re.compile(r"国办[^\s，。〔\[（(]{0,8}[〔\[（(]\d{4}[〕\])）]\s*\d+\s*号")
LONGEST = 20_000


def read_notice(text: str, *, year: int | None = None) -> Notice:
    """Return the notice that a printed text says. The year is read from its title where none is given.

    Raises `CalendarUnusable` in words where it is not understood, or contradicts itself.
    """
    if len(text) > LONGEST:
        raise CalendarUnusable("通知太长，不像放假安排。请只粘贴通知的正文。")
    titled = _YEAR.search(text)
    of = year or (int(titled[1]) if titled else None)
    if of is None or not 2000 <= of <= 2100:
        raise CalendarUnusable("通知里没有认出是哪一年的。请填写年份，或连标题一起粘贴。")
    number = _SOURCE.search(text)
    source = number[0].replace(" ", "") if number else said("国务院办公厅关于{year}年部分节假日安排的通知", year=of)
    plain = _BRACKETS.sub("", text)
    festivals = [_festival(item[1], item[2], of) for item in _ITEM.finditer(plain)]
    if not festivals:
        raise CalendarUnusable(
            "没有认出放假安排。通知的每一条应写作“一、元旦：1月1日至3日放假，共3天。1月4日上班。”。也可以逐行填写。"
        )
    return notice_of(of, source, festivals)


def written_days(words: str, *, year: int) -> tuple[date, ...]:
    """Return the days that somebody wrote into one field, as `2027-02-06、2月20日`. Raises `CalendarUnusable`."""
    return tuple(_written(each, year) for each in re.split(r"[、，,;；\s]+", words.strip()) if each)


def _written(words: str, year: int) -> date:
    try:
        if (short := _DAY.fullmatch(words)) is not None:
            return _date(short[1] or year, short[2], short[3])
        return date.fromisoformat(words)
    except ValueError:
        raise CalendarUnusable(
            said("日期“{words}”看不懂。请写成 2027-02-06 或 2月6日，几天之间用顿号隔开。", words=words[:40])
        ) from None


def _festival(name: str, words: str, year: int) -> Festival:
    span = _SPAN.search(words)
    if span is None:
        raise CalendarUnusable(
            said("“{name}”一条没有认出放假的起止：{words}。请改为逐行填写。", name=name, words=words.strip()[:60])
        )
    first = _date(span[1] or year, span[2], span[3])
    last = _date(first.year, span[4] or first.month, span[5]) if span[5] else first
    if last < first:
        last = _date(first.year + 1, last.month, last.day)
    return Festival(name, tuple(_days(first, last)), tuple(_work(words[span.end() :], year)))


def _work(words: str, year: int) -> Iterator[date]:
    for sentence in _SENTENCE_END.split(words):
        for found in _DAY.finditer(sentence.rpartition("上班")[0]):
            yield _date(found[1] or year, found[2], found[3])


def _date(year: int | str, month: int | str, day: int | str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CalendarUnusable(
            said("通知里的 {year}年{month}月{day}日 没有这一天。请核对。", year=year, month=month, day=day)
        ) from None


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
