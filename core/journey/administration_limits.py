"""How long the clocks of a case run at a district, as an administrator looks at it: which, how long, by whose word.

Nothing is read out of settings: the rules are asked about an imagined ticket, so it is true of whatever features are on.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import cast, get_args

from core.classification.service import URGENCY_LABELS
from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.core_features import ROUTING
from core.hooks.table import HookTable
from core.hooks.values import (
    Budget,
    ClockName,
    ClockView,
    Complexity,
    DutyView,
    Light,
    Mark,
    Medium,
    Nature,
    TicketView,
    TimeLimit,
    Urgency,
)
from core.hooks.values.words import NATURE_LABELS
from core.journey.asked_rules import Asked, Setting, settings_that_decide
from core.kit.saying import joined, said, word
from core.routing.ruleset.fields import COMPLEXITIES as COMPLEXITY_LABELS
from core.sla.budgets import budget_words
from core.sla.labels import CLOCK_LABELS
from core.sla.ledger import Cap
from core.sla.limits import OVERDUE, UNPRESSED, Ruled, limits_from, marks_from, waited_for
from core.sla.rules import mark_at, reckon
from core.tickets.states import UNIT_CLOCKS
from core.workdays.rules import Timetable

NATURES: tuple[Nature, ...] = get_args(Nature)
URGENCIES: tuple[Urgency, ...] = ("normal", "urgent")
COMPLEXITIES: tuple[Complexity, ...] = ("simple", "complex")
MEDIA: tuple[Medium, ...] = get_args(Medium)
ORDER: tuple[ClockName, ...] = (
    *("accept", "dispatch", "sign", "return_window", "first_contact", "on_site", "handle", "reply"),
    *("follow_up", "progress", "respond"),
)
"""Clocks in the order of a ticket's way."""
LATER = ("follow_up", "progress", "respond")
"""Clocks that begin long after a ticket came in, so nobody can say when they end."""
BEGINS: Mapping[str, str] = {
    "accept": "提交起",
    "dispatch": "受理起",
    "reply": "受理起",
    "follow_up": "答复后",
    "progress": "办结后，每次",
    "sign": "派单起",
    "return_window": "派单起",
    "first_contact": "派单起",
    "on_site": "派单起",
    "handle": "派单起",
    "respond": "督办起",
}
PROMISED = "planned"
"""A result with which every clock that there is has a limit."""
OF_DUTY = ("limit", "on_site", "after_arrival")
"""What an item of the duty list says of time."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a ticket is like, as far as rules look at it; `matter` is an item of the duty list, empty = none."""

    nature: Nature = "complaint"
    urgency: Urgency = "normal"
    complexity: Complexity = "simple"
    medium: Medium = "web"
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Who gives a limit or a mark: the feature (empty = the core), its rule, and the settings that decide it.

    `duty` is the item of the duty list that says how long, empty = none does.
    """

    feature: str
    label: str
    revision: int
    rule_id: str
    reason: str
    settings: tuple[Setting, ...] = ()
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A mark of a clock: which light it lights, and when it is reached."""

    name: str
    light: Light
    at: datetime
    source: Source


@dataclass(frozen=True, slots=True)
class Laid:
    """One clock of a case, laid over the calendar: when it is due if it begins at `start`, None = it begins later.

    `marks` are in their order, without the due time itself.
    """

    clock: ClockName
    label: str
    budget: Budget
    words: str
    begins: str
    start: datetime | None
    due: datetime | None
    is_provisional: bool
    is_capped: bool
    marks: tuple[Pointed, ...]
    source: Source

    @property
    def is_pressed(self) -> bool:
        """Whether anybody is late when it runs out."""
        return self.clock not in UNPRESSED


@dataclass(frozen=True, slots=True)
class Row:
    """Cases that have the same limits, in words, and these limits by clock."""

    words: str
    case: Case
    limits: Mapping[ClockName, TimeLimit]


@dataclass(frozen=True, slots=True)
class ItemLimits:
    """An item of the duty list, what it says of time, and the clocks that really follow from it."""

    duty: DutyView
    says: Mapping[str, str]
    follows: str


def imagined(asked: Asked, case: Case, *, at: datetime) -> TicketView:
    """Return a ticket of this kind as a feature sees it, with nothing in its words, in the hands of a unit."""
    duty = duty_of(asked, case)
    units = asked.book.units
    lead = duty.lead if duty and duty.lead else next((u.code for u in units.units if u.id != units.desk.id), None)
    return TicketView(
        id=0,
        serial_no="",
        state="dispatched",
        channel="desk",
        medium=case.medium,
        mailbox="",
        title="",
        text="",
        place="",
        nature=case.nature,
        urgency=case.urgency,
        complexity=case.complexity,
        matter=case.matter or None,
        affected_count=1,
        submitted_at=at,
        lead_unit=lead,
        cycle_no=1,
        bounce_count=0,
    )


def duty_of(asked: Asked, case: Case) -> DutyView | None:
    """Return the item of the duty list that a case is about."""
    return asked.book.units.find_duty(case.matter or None)


def limits_of(asked: Asked, case: Case, *, at: datetime) -> dict[ClockName, Ruled]:
    """Return the limit of each clock that may run for such a ticket, in the order of its way."""
    return _limits(asked.table, imagined(asked, case, at=at), duty_of(asked, case))


def laid_out(asked: Asked, case: Case, timetable: Timetable, *, start: datetime) -> list[Laid]:
    """Return every clock of a case with its marks and where it comes from, for a ticket that is dispatched as it comes in."""
    view, duty = imagined(asked, case, at=start), duty_of(asked, case)
    ruled = _limits(asked.table, view, duty)
    decide = settings_that_decide(
        asked, asked.table.answerers_of(specs.time_limits), lambda table: _plain(_limits(table, view, duty))
    )
    by_duty = _decided_by_duty(asked, view, duty)
    reply = reckon(timetable, ruled["reply"].limit.budget, start).due
    arrival = start
    found = []
    for clock, each in ruled.items():
        limit, source = each.limit, _source(asked, each.feature, each.limit, decide.get(clock, ()))
        if duty is not None and clock in by_duty:
            source = replace(source, duty=duty.code)
        begun = None if clock in LATER else arrival if limit.from_arrival else start
        cap = Cap(reply, "") if clock in UNIT_CLOCKS else None
        reckoned = reckon(timetable, limit.budget, begun, cap=cap) if begun else None
        if clock == "on_site" and reckoned:
            arrival = reckoned.due
        found.append(
            Laid(
                clock=clock,
                label=CLOCK_LABELS[clock],
                budget=limit.budget,
                words=budget_words(limit.budget),
                begins=_begins(limit),
                start=begun,
                due=reckoned.due if reckoned else None,
                is_provisional=bool(reckoned and reckoned.is_provisional),
                is_capped=bool(reckoned and reckoned.due < reckoned.base),
                marks=_marks(asked, view, limit, timetable, start=begun, due=reckoned.due)
                if begun and reckoned and clock not in UNPRESSED
                else (),
                source=source,
            )
        )
    return found


def overview(asked: Asked, *, at: datetime) -> list[Row]:
    """Return every kind of ticket by what its limits are, without what single items of the duty list say.

    What makes no difference at the district is not told apart.
    """
    limits = {
        case: {clock: ruled.limit for clock, ruled in limits_of(asked, case, at=at).items()}
        for case in (Case(*each, medium="web") for each in product(NATURES, URGENCIES, COMPLEXITIES))
    }
    plain = {case: _plain_limits(each) for case, each in limits.items()}
    by_urgency = any(plain[case] != plain[replace(case, urgency="normal")] for case in plain)
    by_complexity = any(plain[case] != plain[replace(case, complexity="simple")] for case in plain)
    rows: dict[tuple[str, str, Hashable], list[Case]] = {}
    for case in limits:
        if (by_urgency or case.urgency == "normal") and (by_complexity or case.complexity == "simple"):
            key = (case.urgency, case.complexity, tuple(sorted(plain[case].items())))
            rows.setdefault(key, []).append(case)
    return [
        Row(_case_words(cases, by_urgency=by_urgency, by_complexity=by_complexity), cases[0], limits[cases[0]])
        for cases in rows.values()
    ]


def items_matching(asked: Asked, words: str) -> list[DutyView]:
    """Return the items of the duty list whose code is this, or whose name has these words; all for none."""
    wanted = words.strip().lower()
    return [
        duty
        for duty in asked.book.units.duties.values()
        if wanted in (duty.code.lower(), "") or wanted in f"{duty.category} / {duty.subcategory}".lower()
    ]


def items_with_limits(asked: Asked, duties: Iterable[DutyView], *, at: datetime) -> list[ItemLimits]:
    """Return what these items say of time, and which clocks run for such a ticket because of it."""
    return [_item(asked, duty, at=at) for duty in duties]


def says_time(duty: DutyView) -> bool:
    """Tell whether an item of the duty list says anything of time."""
    return any(getattr(duty, name) is not None for name in OF_DUTY)


def _item(asked: Asked, duty: DutyView, *, at: datetime) -> ItemLimits:
    view = imagined(asked, Case(matter=duty.code), at=at)
    limits, decided = _limits(asked.table, view, duty), _decided_by_duty(asked, view, duty)
    says = {name: budget_words(budget) for name in OF_DUTY if (budget := getattr(duty, name)) is not None}
    follows = [
        said("{clock} {words}", clock=word(CLOCK_LABELS[clock]), words=word(budget_words(each.limit.budget)))
        for clock, each in limits.items()
        if clock in decided
    ]
    return ItemLimits(duty, says, joined("，", follows))


def _limits(table: HookTable, view: TicketView, duty: DutyView | None) -> dict[ClockName, Ruled]:
    answers = table.ask(specs.time_limits, ticket=view, duty=duty)
    found = waited_for(limits_from(answers, duty, disposition=PROMISED))
    return {clock: found[clock] for clock in ORDER if clock in found}


def _decided_by_duty(asked: Asked, view: TicketView, duty: DutyView | None) -> set[str]:
    """Return the clocks whose limit would be another if the item of the duty list said something else."""
    if duty is None:
        return set()
    before = _plain(_limits(asked.table, view, duty))
    found: set[str] = set()
    for other in _duties_otherwise(duty):
        after = _plain(_limits(asked.table, view, other))
        found |= {clock for clock in before if after.get(clock) != before[clock]}
    return found


def _duties_otherwise(duty: DutyView) -> Iterator[DutyView]:
    """Yield the item with each of the times that it names a little longer."""
    if duty.limit is not None:
        yield replace(duty, limit=_longer(duty.limit))
    if duty.on_site is not None:
        yield replace(duty, on_site=_longer(duty.on_site))
    if duty.after_arrival is not None:
        yield replace(duty, after_arrival=_longer(duty.after_arrival))


def _longer(budget: Budget) -> Budget:
    return replace(budget, amount=budget.amount + 1)


def _marks(
    asked: Asked, view: TicketView, limit: TimeLimit, timetable: Timetable, *, start: datetime, due: datetime
) -> tuple[Pointed, ...]:
    clock = ClockView(limit.clock, limit.budget, start, due, limit.rule_id)

    def asked_of(table: HookTable) -> list[tuple[str, Mark]]:
        return marks_from(table.ask(specs.clock_marks, ticket=view, clock=clock))

    def plain(table: HookTable) -> dict[str, Hashable]:
        return {mark.name: _where(mark) for _, mark in asked_of(table)}

    marks = asked_of(asked.table)
    decide = settings_that_decide(asked, [feature for feature, _ in marks if feature != CORE], plain)
    pointed = [
        Pointed(
            mark.name,
            mark.light,
            mark_at(timetable, mark, limit.budget, start=start, due=due),
            _source(asked, feature, mark, decide.get(mark.name, ())),
        )
        for feature, mark in marks
        if mark.name != OVERDUE
    ]
    return tuple(sorted(pointed, key=lambda each: each.at))


def _source(asked: Asked, feature: str, answer: TimeLimit | Mark, settings: Sequence[Setting]) -> Source:
    known = feature if feature in asked.table.enabled and feature != ROUTING.id else ""
    return Source(
        feature=known,
        label=asked.label_of(feature) if known else "通用规则",
        revision=asked.revision_of(feature),
        rule_id=answer.rule_id,
        reason=answer.reason,
        settings=tuple(settings) if known else (),
    )


def _begins(limit: TimeLimit) -> str:
    if limit.from_arrival:
        return "到场起"
    return "首次派单起" if limit.from_dispatch else BEGINS[limit.clock]


def _plain(limits: Mapping[ClockName, Ruled]) -> dict[str, Hashable]:
    return _plain_limits({clock: ruled.limit for clock, ruled in limits.items()})


def _plain_limits(limits: Mapping[ClockName, TimeLimit]) -> dict[str, Hashable]:
    return {
        clock: (limit.budget.mode, limit.budget.amount, limit.from_arrival, limit.from_dispatch)
        for clock, limit in limits.items()
    }


def _where(mark: Mark) -> Hashable:
    places = (mark.working_seconds_left, mark.wall_seconds_left, mark.share_used, mark.working_days_over)
    return (mark.light, places)


def _case_words(cases: Sequence[Case], *, by_urgency: bool, by_complexity: bool) -> str:
    natures = cast(Sequence[Nature], list(dict.fromkeys(case.nature for case in cases)))
    parts: list[str] = [
        word("所有诉求")
        if len(natures) == len(NATURES)
        else joined("、", (word(NATURE_LABELS[each]) for each in natures))
    ]
    if by_urgency:
        parts.append(word(URGENCY_LABELS[cases[0].urgency]))
    if by_complexity:
        parts.append(word(COMPLEXITY_LABELS[cases[0].complexity]))
    return joined("，", parts)
