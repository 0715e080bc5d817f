"""The due time explained line by line, in the words in which a clerk would defend it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from core.hooks.values import Budget
from core.kit.saying import joined, said, word
from core.sla.budgets import MODE_WORDS, budget_words, duration_words
from core.sla.ledger import Cap, Extension, Pause, Tightening
from core.sla.rules import CUSTOMARY, Adjustment, Reading, Reckoning, Step, reckon
from core.workdays.days import Day
from core.workdays.rules import NO_TIME, ONE_DAY, Timetable
from core.workdays.specification import WEEKDAYS


def explain(
    timetable: Timetable,
    budget: Budget,
    start: datetime,
    *,
    pauses: Iterable[Pause] = (),
    adjustments: Iterable[Adjustment] = (),
    cap: Cap | None = None,
    reading: Reading = CUSTOMARY,
) -> tuple[str, ...]:
    """Return the computation of `reckon` as sentences: hours counted, days left out, pauses, adjustments, the cap."""
    reckoning = reckon(timetable, budget, start, pauses=pauses, adjustments=adjustments, cap=cap, reading=reading)
    return tuple(_Account(timetable, budget, start, reading).lines(reckoning))


def instant_words(timetable: Timetable, instant: datetime) -> str:
    """Say an instant in the calendar's zone: `2025-09-28（周日）18:00`; seconds only where there are any."""
    local = instant.astimezone(timetable.zone)
    return said(
        "{local:%Y-%m-%d}（{weekdays}）{clock}",
        local=local,
        weekdays=word(WEEKDAYS[local.weekday()]),
        clock=_clock(local),
    )


class _Account:
    """One limit being told; knows what every line has in common."""

    def __init__(self, timetable: Timetable, budget: Budget, start: datetime, reading: Reading) -> None:
        self.timetable = timetable
        self.budget = budget
        self.start = start
        self.reading = reading

    def lines(self, reckoning: Reckoning) -> Iterator[str]:
        yield said(
            "时限：{budget}（{mode}）", budget=word(budget_words(self.budget)), mode=word(MODE_WORDS[self.budget.mode])
        )
        yield said("起点：{say}", say=self._say(self.start))
        yield from self._base(reckoning.base)
        if reckoning.steps:
            yield said("原截止：{say}", say=self._say(reckoning.base))
        for step in reckoning.steps:
            yield from self._step(step)
        if reckoning.is_provisional:
            yield "注意：所涉年份尚无放假安排通知，暂按周末和法定节假日计算，通知公布后截止可能变动"
        yield said("截止：{say}", say=self._say(reckoning.due))

    def _base(self, base: datetime) -> Iterator[str]:
        tell: dict[str, Callable[[datetime], Iterator[str]]] = {
            "ws": self._hours_counted,
            "wd_eod": self._days_to_close,
            "wd_same": self._days_to_same_time,
            "natural": self._natural_days,
        }
        if self.budget.mode in tell:
            yield from tell[self.budget.mode](base)

    def _hours_counted(self, base: datetime) -> Iterator[str]:
        counted, reached = NO_TIME, self.start
        while reached < base:
            stretch = self.timetable.next_stretch(reached)
            begun, ended = max(reached, stretch.start), min(stretch.end, base)
            previous, current = self.timetable.date_of(reached), self.timetable.date_of(begun)
            yield from self._days_left_out(previous, current)
            counted += ended - begun
            span = f"{self._say(begun)}–{self._end(begun, ended)}"
            yield said(
                "{span}：计 {length}，累计 {counted}",
                span=span,
                length=_length(ended - begun),
                counted=_length(counted),
            )
            reached = ended

    def _days_to_close(self, base: datetime) -> Iterator[str]:
        last = self.timetable.day_ending_at(base)
        yield from self._days_counted(self.timetable.date_of(self.start), last)

    def _days_to_same_time(self, base: datetime) -> Iterator[str]:
        begun = self.timetable.next_opening(self.start)
        if begun > self.start:
            yield said("起点不在工作时间内，从 {say} 起算", say=self._say(begun))
        yield from self._days_counted(self.timetable.next_stretch(self.start).day, self.timetable.day_ending_at(base))

    def _natural_days(self, base: datetime) -> Iterator[str]:
        last = self.timetable.date_of(self.start) + self.budget.amount * ONE_DAY
        yield said(
            "{amount}：{day}",
            amount=said("第 {amount} 个自然日", amount=self.budget.amount) if self.budget.amount else word("当日"),
            day=str(self.timetable.day(last)),
        )
        ended = self.timetable.day_ending_at(base)
        if ended > last:
            yield from self._days_left_out(last - ONE_DAY, ended)
            yield said("末日不上班，顺延至 {day}", day=str(self.timetable.day(ended)))

    def _days_counted(self, after: date, last: date) -> Iterator[str]:
        """Tell the days after a date until the last one: working days with their number, the others with a reason."""
        days = [self.timetable.day(day) for day in _dates(after + ONE_DAY, last)]
        number = 0
        for (is_working, reason), group in groupby(days, key=lambda day: (day.is_working, day.reason)):
            run = list(group)
            if not is_working:
                yield said("{span}：{reason}，不计", span=_span(run), reason=reason)
                continue
            first, number = number + 1, number + len(run)
            which = (
                said("第 {first} 个", first=first)
                if first == number
                else said("第 {first} 至 {number} 个", first=first, number=number)
            )
            hours = joined("、", map(str, run[0].segments))
            yield said("{which}工作日：{span}", which=which, span=_span(run)) + (
                said("，{reason}，{hours}", reason=reason, hours=hours) if reason else ""
            )

    def _days_left_out(self, after: date, before: date) -> Iterator[str]:
        """Tell the days between two dates that are not worked."""
        days = [self.timetable.day(day) for day in _dates(after + ONE_DAY, before - ONE_DAY)]
        for reason, group in groupby((day for day in days if not day.is_working), key=lambda day: day.reason):
            yield said("{span}：{reason}，不计", span=_span(list(group)), reason=reason)

    def _step(self, step: Step) -> Iterator[str]:
        match step.event:
            case Pause() as pause:
                yield said("挂起：{say} 至 {end}，", say=self._say(pause.start), end=self._say(pause.end)) + self._held(
                    pause, step
                )
            case Extension() as extension:
                yield said(
                    "延期：{say} 准予延期 {days} 个工作日{because}",
                    say=self._say(extension.at),
                    days=extension.days,
                    because=_because(extension.reason),
                )
                yield from self._days_counted(
                    self.timetable.day_ending_at(step.before), self.timetable.day_ending_at(step.due)
                )
                yield said("延至 {say}", say=self._say(step.due))
            case Tightening() as tightening:
                moved = step.due < step.before
                outcome = said("截止提前至 {say}", say=self._say(step.due)) if moved else "不早于现截止，不变"
                yield said(
                    "限定：不得晚于 {say}{because}，{outcome}",
                    say=self._say(tightening.until),
                    because=_because(tightening.reason),
                    outcome=word(outcome),
                )
            case Cap() as cap:
                held = "届时正在挂起，恢复计时即满，" if step.due > cap.until else ""
                outcome = (
                    said("{held}截止提前至 {say}", held=word(held), say=self._say(step.due))
                    if step.due < step.before
                    else "本身不超过，不变"
                )
                yield said(
                    "封顶：不晚于{whose} {say}，{outcome}",
                    whose=cap.whose,
                    say=self._say(cap.until),
                    outcome=word(outcome),
                )

    def _held(self, pause: Pause, step: Step) -> str:
        if pause.start > step.before:
            return "开始时时限已满，不再顺延"
        if self.budget.mode in ("wall", "natural"):
            lost = said("共 {length}", length=_length(pause.end - pause.start))
        else:
            lost = said("其间工作时间 {length}", length=_length(self.timetable.between(pause.start, pause.end)))
        return said(
            "{lost}，截止{due}",
            lost=lost,
            due=word("不变") if step.due == step.before else said("顺延至 {say}", say=self._say(step.due)),
        )

    def _say(self, instant: datetime) -> str:
        return instant_words(self.timetable, instant)

    def _end(self, begun: datetime, ended: datetime) -> str:
        """Say the end of a stretch: the clock alone within the same date."""
        zone = self.timetable.zone
        first, last = begun.astimezone(zone), ended.astimezone(zone)
        return _clock(last) if first.date() == last.date() else self._say(ended)


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second or local.microsecond else f"{local:%H:%M}"


def _dates(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))


def _span(days: list[Day]) -> str:
    return str(days[0]) if len(days) == 1 else said("{days} 至 {days_2}", days=str(days[0]), days_2=str(days[-1]))


def _length(span: timedelta) -> str:
    return duration_words(span.total_seconds())


def _because(reason: str) -> str:
    return said("（{reason}）", reason=reason) if reason else ""
