"""What differs for one ticket between two sets of rules, in words: what, before, after, and why each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.classification.service import URGENCY_LABELS
from core.escalation.labels import LETTER_LABELS, SUPERVISION_LABELS
from core.escalation.service import STEP_LABELS
from core.hooks.specs import HOOKS
from core.hooks.values import StepKind
from core.journey.dry_run.outcome import Act, Ground, Known, Marked, Outcome, Refusal, Route, Timed
from core.journey.dry_run.past import Place
from core.kit.saying import joined, said, word
from core.sla.labels import CLOCK_LABELS

MESSAGES: tuple[StepKind, ...] = ("sms", "mail", "inbox")
WHAT_LABELS = {
    "matter": "事项",
    "area": "区域",
    "urgency": "紧急程度",
    "route": "承办单位",
    "dispatch": "派单方式",
    "watchers": "知会单位",
    "scope": "受理范围提示",
    "receipt": "受理回执",
    "clock": "时限",
    "due": "到期",
    "yellow": "变黄",
    "overdue": "超期",
    "case": "问责",
    "supervise": "督办",
    "letter": "函件",
    "message": "提醒消息",
    "refusal": "不准办理",
    "consultation": "会商",
    "error": "出错",
}
"""What may change, by the name that results use."""
EFFECT_LABELS = {
    "other": "改变",
    "new": "新增",
    "gone": "不再",
    "earlier": "提前",
    "later": "推迟",
    "more": "增加",
    "fewer": "减少",
}


REPLACED = ("matter", "area", "urgency", "route", "dispatch", "receipt")
"""What there always is: it is another one, whichever way that counts."""


@dataclass(frozen=True, slots=True)
class Side:
    """How it is under one set of rules: a value for machines, the same in words, and why. Empty = nothing."""

    value: str = ""
    words: str = "无"
    rule_id: str = ""
    reason: str = ""
    by: str = ""


NOTHING = Side()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a ticket that is decided otherwise; `subject` says which one of several it is."""

    what: str
    effect: str
    subject: str
    before: Side
    after: Side

    @property
    def effect_words(self) -> str:
        """Say how it changes."""
        return EFFECT_LABELS["other" if self.what in REPLACED else self.effect]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values; `change_from` undoes it."""
        return asdict(self)


def change_from(plain: Mapping[str, Any]) -> Change:
    """Return the change that `plain` wrote down."""
    sides = {name: Side(**plain[name]) for name in ("before", "after")}
    return Change(plain["what"], plain["effect"], plain["subject"], **sides)


def changes_between(before: Outcome, after: Outcome, place: Place) -> list[Change]:
    """Return what differs, in the order of the ticket's life; nothing where both decide the same."""
    told = _Teller(place)
    return [
        *told.known(before.known, after.known),
        *told.urgency(before, after),
        *told.grounds("scope", before.issues, after.issues),
        *told.receipt(before, after),
        *told.watchers(before, after),
        *told.route(before.route, after.route),
        *told.clocks(before.clocks, after.clocks),
        *told.cases(before, after),
        *told.acts("supervise", before.of_kind("supervise"), after.of_kind("supervise")),
        *told.acts("letter", before.of_kind("letter"), after.of_kind("letter")),
        *told.acts("message", before.of_kind(*MESSAGES), after.of_kind(*MESSAGES)),
        *told.consultations(before.consultations, after.consultations),
        *told.refusals(before.refusals, after.refusals),
        *told.errors(before.failures, after.failures),
    ]


class _Teller:
    """Tells differences in the words of a tenant: its units, its local time."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def known(self, before: Known, after: Known) -> Iterator[Change]:
        """Tell where words point to another matter, or another gazetteer to another area."""
        if before.matter != after.matter:
            sides = [
                Side(each.matter, each.matter_name or each.matter or "待判定", reason=each.because)
                for each in (before, after)
            ]
            yield Change("matter", "other", "", *sides)
        if before.area != after.area:
            sides = [
                Side(each.area, each.area_name or each.area or "未知", reason=each.where) for each in (before, after)
            ]
            yield Change("area", "other", "", *sides)

    def urgency(self, before: Outcome, after: Outcome) -> Iterator[Change]:
        if before.urgency != after.urgency:
            sides = [
                _side(each.urgency, URGENCY_LABELS[each.urgency], each.urgent[0] if each.urgent else None)
                for each in (before, after)
            ]
            yield Change("urgency", "new" if after.urgency == "urgent" else "gone", "", *sides)

    def grounds(self, what: str, before: Sequence[Ground], after: Sequence[Ground]) -> Iterator[Change]:
        old, new = ({ground.rule_id: ground for ground in grounds} for grounds in (before, after))
        for rule_id in _either(old, new):
            if (rule_id in old) != (rule_id in new):
                sides = [
                    _side(rule_id, side[rule_id].reason, side[rule_id]) if rule_id in side else NOTHING
                    for side in (old, new)
                ]
                yield Change(what, "new" if rule_id in new else "gone", "", *sides)

    def receipt(self, before: Outcome, after: Outcome) -> Iterator[Change]:
        if before.receipt != after.receipt:
            sides = [_side(each.receipt, each.receipt or "通用的文字", each.receipt_ground) for each in (before, after)]
            yield Change("receipt", "other", "", *sides)

    def watchers(self, before: Outcome, after: Outcome) -> Iterator[Change]:
        for code in _either(before.watchers, after.watchers):
            sides = [each.watchers.get(code) for each in (before, after)]
            if (sides[0] is None) != (sides[1] is None):
                effect = "new" if sides[1] else "gone"
                told = [_side(code, self._unit(code), ground) if ground else NOTHING for ground in sides]
                yield Change("watchers", effect, "", *told)

    def route(self, before: Route | None, after: Route | None) -> Iterator[Change]:
        if before is None or after is None:
            return
        if (before.unit, before.co) != (after.unit, after.co):
            sides = [_side(route.unit, self._route_words(route), route.ground) for route in (before, after)]
            yield Change("route", "other", "", *sides)
        if before.is_direct != after.is_direct:
            sides = [
                _side(
                    "direct" if route.is_direct else "desk",
                    "直接派出" if route.is_direct else "由受理席派单",
                    route.ground,
                )
                for route in (before, after)
            ]
            yield Change("dispatch", "new" if after.is_direct else "gone", "", *sides)

    def clocks(self, before: Sequence[Timed], after: Sequence[Timed]) -> Iterator[Change]:
        old, new = ({clock.key: clock for clock in clocks} for clocks in (before, after))
        for key in _either(old, new):
            yield from self._clock(old.get(key), new.get(key))

    def cases(self, before: Outcome, after: Outcome) -> Iterator[Change]:
        """Tell whether the ticket enters accountability or leaves it, and who would answer for it where."""
        old, new = before.of_kind("case"), after.of_kind("case")
        if bool(old) != bool(new):
            sides = [
                self._act_side(acts[0])
                if acts
                else _side("", "先核免责，暂不通知单位", exempted[0])
                if exempted
                else _side("", "不启动问责", None)
                for acts, exempted in ((old, before.exempted), (new, after.exempted))
            ]
            yield Change("case", "new" if new else "gone", "", *sides)
        else:
            yield from self.acts("case", old, new)

    def acts(self, what: str, before: Sequence[Act], after: Sequence[Act]) -> Iterator[Change]:
        """Tell whether more or fewer are sent, or as many otherwise: to others, of another level."""
        if len(before) != len(after):
            yield self._number_of(what, before, after)
            return
        old, new = (Counter((act.kind, act.unit, act.level) for act in acts) for acts in (before, after))
        if old != new:
            sides = [
                self._act_side(next(act for act in acts if (act.kind, act.unit, act.level) in only))
                for acts, only in ((before, old - new), (after, new - old))
            ]
            yield Change(what, "other", "", *sides)

    def consultations(self, before: Sequence[int], after: Sequence[int]) -> Iterator[Change]:
        if before != after:
            sides = [
                Side(str(each[0]), said("第 {each} 次退单起会商", each=each[0])) if each else Side("", "不会商")
                for each in (before, after)
            ]
            yield Change("consultation", "new" if len(after) > len(before) else "gone", "", *sides)

    def refusals(self, before: Sequence[Refusal], after: Sequence[Refusal]) -> Iterator[Change]:
        old, new = ({refusal.deed: refusal for refusal in each} for each in (before, after))
        for deed in _either(old, new):
            if (deed in old) != (deed in new):
                one = old.get(deed) or new[deed]
                sides = [
                    _side("refused", side[deed].words, side[deed].ground) if deed in side else Side("", "准许")
                    for side in (old, new)
                ]
                yield Change(
                    "refusal",
                    "new" if deed in new else "gone",
                    said("{label}（{local}）", label=word(one.label), local=self._local(one.at)),
                    *sides,
                )

    def errors(self, before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> Iterator[Change]:
        for key in _either(before, after):
            if (key in before) != (key in after):
                feature, hook = key
                subject = said(
                    "{feature} {label}", feature=feature, label=word(HOOKS[hook].label) if hook in HOOKS else hook
                )
                sides = [Side("error", side[key]) if key in side else NOTHING for side in (before, after)]
                yield Change("error", "new" if key in after else "gone", subject, *sides)

    def _clock(self, before: Timed | None, after: Timed | None) -> Iterator[Change]:
        one = after or before
        assert one is not None
        unit = self._unit(one.unit) if one.unit else ""
        subject = said(
            "{unit}{clock}时限（{local} 起）",
            unit=unit,
            clock=word(CLOCK_LABELS[one.name]),
            local=self._local(one.started_at),
        )
        if before is None or after is None:
            sides = [self._due_side(clock) if clock else NOTHING for clock in (before, after)]
            yield Change("clock", "new" if after else "gone", subject, *sides)
        elif before.due_at != after.due_at:
            effect = _direction(before.due_at, after.due_at)
            yield Change("due", effect, subject, self._due_side(before), self._due_side(after))
        yellow, overdue = (
            [getattr(clock, name) if clock else None for clock in (before, after)] for name in ("yellow", "overdue")
        )
        yield from self._mark("yellow", subject, *yellow)
        if not all(overdue):  # late by both: by how much is told by the due time
            yield from self._mark("overdue", subject, *overdue)

    def _mark(self, what: str, subject: str, before: Marked | None, after: Marked | None) -> Iterator[Change]:
        if (before and before.at) == (after and after.at):
            return
        effect = "gone" if after is None else "new" if before is None else _direction(before.at, after.at)
        sides = [
            _side(mark.at.isoformat(), self._local(mark.at), mark.ground)
            if mark
            else Side("", said("办结前没有{what}", what=word(WHAT_LABELS[what])))
            for mark in (before, after)
        ]
        yield Change(what, effect, subject, *sides)

    def _due_side(self, clock: Timed) -> Side:
        if clock.due_at is None:
            return _side("", "挂起中", clock.ground)
        return _side(clock.due_at.isoformat(), self._local(clock.due_at), clock.ground)

    def _act_side(self, act: Act) -> Side:
        label = {**STEP_LABELS, **SUPERVISION_LABELS, **LETTER_LABELS}[act.level or act.kind]
        return _side(
            act.unit,
            said(
                "{label} → {unit}（{local}）", label=word(label), unit=self._unit(act.unit), local=self._local(act.at)
            ),
            act.ground,
        )

    def _number_of(self, what: str, before: Sequence[Act], after: Sequence[Act]) -> Change:
        # The first one that the other side does not have tells the reason.
        sides = []
        for acts, others in ((before, after), (after, before)):
            known = {(act.occasion, act.kind, act.unit) for act in others}
            extra = next((act for act in acts if (act.occasion, act.kind, act.unit) not in known), None)
            sides.append(_side(str(len(acts)), said("{number} 次", number=len(acts)), extra.ground if extra else None))
        return Change(what, "more" if len(after) > len(before) else "fewer", "", *sides)

    def _route_words(self, route: Route) -> str:
        if not route.unit:
            return "由受理席判定"
        co = said("，协办 {co}", co=joined("、", map(self._unit, route.co))) if route.co else ""
        return f"{self._unit(route.unit)}{co}"

    def _unit(self, code: str) -> str:
        unit = self._place.units.find_unit(code)
        return unit.name if unit else code

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._place.tenant.zone):%Y-%m-%d %H:%M}"


def _side(value: str, words: str, ground: Ground | None) -> Side:
    if ground is None:
        return Side(value, words)
    return Side(value, words, ground.rule_id, ground.reason, ground.by)


def _direction(before: datetime | None, after: datetime | None) -> str:
    """Tell whether an instant moved; one that stands still has none, and is later than any."""
    if before is None or after is None:
        return "later" if after is None else "earlier"
    return "earlier" if after < before else "later"


def _either(before: Iterable[Any], after: Iterable[Any]) -> list[Any]:
    """Return what one or the other has, each once, in their order."""
    return list(dict.fromkeys([*before, *after]))
