"""The ladder of pressing 升级 as a line: what happens to a ticket that nobody answers, from its acceptance to beyond the due time.

Compiled by asking the rules at every mark that a case would reach, so it is true of whatever features are on.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.escalation.accountability.labels import RUNG_LABELS
from core.escalation.accountability.rules import proposed_rung
from core.escalation.labels import LETTER_LABELS, SUPERVISION_LABELS
from core.escalation.service import STEP_LABELS, steps_from
from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.table import HookTable
from core.hooks.values import (
    AccountabilityRules,
    ClockName,
    DutyView,
    EscalationStep,
    Light,
    TicketView,
    Trigger,
    TriggerKind,
)
from core.journey.administration_limits import Case, Laid, Source, duty_of, imagined, laid_out
from core.journey.asked_rules import Asked, Setting, settings_that_decide
from core.kit.blanks import filled
from core.kit.saying import joined, said, word
from core.sla.labels import CLOCK_LABELS
from core.sla.limits import OVERDUE
from core.tickets.states import MOVES
from core.workdays.rules import Timetable

STEP_WORDS: Mapping[str, str] = {**STEP_LABELS, **SUPERVISION_LABELS, **LETTER_LABELS}
BESIDE: Mapping[TriggerKind, str] = {
    "urgent": "来了紧急诉求，或派给单位时",
    "redo": "第二次重办起",
    "bounces": "多次退单，须会商时",
    "instruction_overdue": "领导批示逾期未反馈",
}
"""What calls for pressing at no fixed point of the line."""
WAITING = ("accept", "dispatch")
"""Clocks of a ticket that no unit has yet."""
BLANKS: Mapping[str, str] = {
    "serial_no": "〔工单编号〕",
    "title": "〔标题〕",
    "unit": "〔承办单位〕",
    "due": "〔到期时间〕",
}
"""What stands in a message for what a ticket will have there."""
QUIET = ("sms", "mail")
"""Steps that wait for the day."""
MOST_EARLIER = 8
"""So many earlier cases are told apart on the ladder of accountability, if that many matter."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """One step of a station: what is done, to whom, in which words, and by whose rule; `is_missing`: no such unit."""

    kind: str
    what: str
    to: str
    is_missing: bool
    text: str
    waits_for_day: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Station:
    """A point of the line: when it is reached, on which clock, what lights up, what is done; `settings` place the mark.

    `clock` is empty where a ticket only comes in.
    """

    at: datetime
    clock: str
    words: str
    light: Light
    placed_by: Source | None
    steps: tuple[Pressed, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether it is only reached while the ticket waits, undispatched."""
        return self.clock in WAITING


@dataclass(frozen=True, slots=True)
class Occasion:
    """What calls for pressing at no fixed point, and what is done then."""

    words: str
    steps: tuple[Pressed, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of accountability, and how many times a unit was held responsible in the year before it is proposed."""

    label: str
    earlier: int


@dataclass(frozen=True, slots=True)
class Accountability:
    """How units are held to account: whose rules, days to state and to appeal, rungs, and who may exempt by which ground."""

    source: Source
    statement_days: int
    appeal_days: int
    rungs: tuple[Rung, ...]
    substitute: str
    exempting: tuple[str, ...]
    settings: Mapping[str, Sequence[Setting]]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The line of a case, what else calls for pressing, and what a case of accountability leads to.

    `stops` tells by clock which deeds end it.
    """

    stations: tuple[Station, ...]
    beside: tuple[Occasion, ...]
    accountability: Accountability
    stops: Mapping[str, str]

    @property
    def lines(self) -> list[tuple[str, list[Station]]]:
        """The stations in two lines, each with its name: of a ticket that nobody dispatches, of one that no unit answers."""
        waiting = [each for each in self.stations if each.is_waiting or not each.clock]
        handling = [each for each in self.stations if not each.is_waiting]
        lines = [("一直没有派出", waiting)] if len(waiting) > 1 else []
        return [*lines, ("派出以后没有人办", handling)]


def ladder_of(asked: Asked, case: Case, timetable: Timetable, *, start: datetime) -> Ladder:
    """Return the ladder of a case of which nobody takes care, beginning at `start`."""
    laid = [each for each in laid_out(asked, case, timetable, start=start) if each.start and each.is_pressed]
    view, duty = imagined(asked, case, at=start), duty_of(asked, case)
    stations = [Station(start, "", "受理", "green", None, _urgent(asked, view, duty))]
    for each in laid:
        stations += _stations(asked, each, _as_of(view, each.clock), duty)
    ordered = tuple(sorted(stations, key=lambda each: each.at))
    return Ladder(
        ordered,
        tuple(
            Occasion(words, _steps(asked, view, Trigger(kind), duty))
            for kind, words in BESIDE.items()
            if kind != "urgent" or case.urgency != "urgent"
        ),
        _accountability(asked, view),
        {each.clock: stops_of(each.clock) for each in laid},
    )


def stops_of(clock: ClockName) -> str:
    """Return in words what ends a clock, so that nobody is pressed any more."""
    deeds = [move.label for move in MOVES.values() if clock in move.clocks.stops]
    others = {"on_site": "到场", "first_contact": "联系上诉求人", "follow_up": "回访有结果", "respond": "答复督办"}
    return joined("、", dict.fromkeys([*deeds, *([others[clock]] if clock in others else [])]))


def _stations(asked: Asked, laid: Laid, view: TicketView, duty: DutyView | None) -> list[Station]:
    assert laid.due is not None
    marks = [
        Station(
            each.at,
            laid.clock,
            said("{clock}：{name}", clock=word(laid.label), name=word(_named(each.light))),
            each.light,
            each.source,
            _steps(asked, view, Trigger("mark", clock=laid.clock, mark=each.name), duty),
        )
        for each in laid.marks
    ]
    over = Trigger("mark", clock=laid.clock, mark=OVERDUE)
    words = said("{clock}：到期，变红", clock=word(laid.label))
    return [*marks, Station(laid.due, laid.clock, words, "red", laid.source, _steps(asked, view, over, duty))]


def _urgent(asked: Asked, view: TicketView, duty: DutyView | None) -> tuple[Pressed, ...]:
    return _steps(asked, view, Trigger("urgent"), duty) if view.urgency == "urgent" else ()


def _steps(asked: Asked, view: TicketView, trigger: Trigger, duty: DutyView | None) -> tuple[Pressed, ...]:
    def answered(table: HookTable) -> list[tuple[str, EscalationStep]]:
        return steps_from(table.ask(specs.escalation_steps, ticket=view, trigger=trigger, duty=duty), trigger)

    def plain(table: HookTable) -> dict[str, Hashable]:
        return {
            f"{place}": (step.kind, step.to, step.text, step.letter, step.level)
            for place, (_, step) in enumerate(answered(table))
        }

    steps = answered(asked.table)
    decide = settings_that_decide(asked, [feature for feature, _ in steps if feature != CORE], plain)
    return tuple(
        _pressed(asked, view, trigger, feature, step, decide.get(f"{place}", ()))
        for place, (feature, step) in enumerate(steps)
    )


def _pressed(
    asked: Asked, view: TicketView, trigger: Trigger, feature: str, step: EscalationStep, settings: Sequence[Setting]
) -> Pressed:
    level = {"supervise": step.level, "letter": step.letter}.get(step.kind, step.kind)
    is_urgent = trigger.kind == "urgent" or view.urgency == "urgent"
    name, is_missing = _receiver(asked, view, step)
    own = [each for each in settings if each.feature == feature]
    return Pressed(
        kind=step.kind,
        what=STEP_WORDS[level],
        to=name,
        is_missing=is_missing,
        text=filled(step.text, BLANKS),
        waits_for_day=step.kind in QUIET and not (step.at_night or is_urgent),
        source=Source(
            feature=feature if feature != CORE else "",
            label=asked.label_of(feature) if feature != CORE else "通用规则",
            revision=asked.revision_of(feature),
            rule_id=step.rule_id,
            reason=step.reason,
            settings=tuple(own),
        ),
    )


def _receiver(asked: Asked, view: TicketView, step: EscalationStep) -> tuple[str, bool]:
    """Return to whom a step goes, and whether the unit it names is not there: then the desk gets it, and no case is opened."""
    units = asked.book.units
    if step.to == "lead" and view.lead_unit:
        return "承办单位", False
    if step.to in ("desk", "lead"):
        return units.desk.name, False
    found = units.find_unit(step.to)
    return (found.name, False) if found else (step.to, True)


def _accountability(asked: Asked, view: TicketView) -> Accountability:
    def answered(table: HookTable) -> tuple[str, AccountabilityRules]:
        return next(iter(table.ask(specs.accountability_rules)), (CORE, AccountabilityRules()))

    def plain(table: HookTable) -> dict[str, Hashable]:
        rules = answered(table)[1]
        return {name: getattr(rules, name) for name in AccountabilityRules.__slots__}

    feature, rules = answered(asked.table)
    features = [feature] if feature != CORE else []
    rungs: dict[str, int] = {}
    for earlier in range(max(MOST_EARLIER, rules.referral_from) + 1):
        rungs.setdefault(proposed_rung(rules, earlier), earlier)
    units = asked.book.units
    substitute = units.find_unit(rules.substitute) if rules.substitute else None
    return Accountability(
        source=Source(
            feature=feature if feature != CORE else "",
            label=asked.label_of(feature) if feature != CORE else "通用规则",
            revision=asked.revision_of(feature),
            rule_id=feature,
            reason="",
        ),
        statement_days=rules.statement_days,
        appeal_days=rules.appeal_days,
        rungs=tuple(Rung(RUNG_LABELS[name], earlier) for name, earlier in rungs.items()),
        substitute=substitute.name if substitute else "",
        exempting=tuple(asked.table.answerers_of(specs.exemptions)),
        settings=settings_that_decide(asked, features, plain),
    )


def _as_of(view: TicketView, clock: ClockName) -> TicketView:
    """Return the ticket as it stands while a clock runs: before it is accepted or dispatched nobody has it in hand."""
    if clock == "accept":
        return replace(view, state="registered", lead_unit=None)
    if clock == "dispatch":
        return replace(view, state="accepted", lead_unit=None)
    return view


def _named(light: Light) -> str:
    return {"yellow": "变黄", "red": "变红", "green": "提示"}[light]


def clock_words(clock: str) -> str:
    """Return what a clock is called."""
    return CLOCK_LABELS.get(clock, clock)
