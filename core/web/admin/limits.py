"""Limits and warnings 时限与预警: every limit of a case laid over the working calendar, the yellow point with last month's count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from markupsafe import Markup

from core.documents.charts import Mark, bars
from core.hooks import specs
from core.hooks.values import ClockName
from core.journey.administration_limits import (
    ORDER,
    Case,
    Laid,
    Row,
    items_matching,
    items_with_limits,
    laid_out,
    overview,
    says_time,
)
from core.journey.asked_rules import Setting
from core.journey.yellow_counts import Step, past_month, ran_of, yellow_by, yellow_steps
from core.kit.saying import said, word
from core.people.roles import Permission
from core.sla.budgets import MODE_WORDS, budget_words
from core.sla.explanation import explain
from core.sla.labels import CLOCK_LABELS
from core.statistics.periods import Month
from core.units.catalogue.queries import duty_list_in_force
from core.web.admin.cases import chosen_case, query
from core.web.admin.drawn import Rules, rules_asked
from core.web.admin.limit_drawing import Lane, Point, drawn
from core.web.input import usable_input
from core.web.language.charts import drawing_shown
from core.web.language.speaking import t
from core.web.visit import Answer, Visit, allows
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable

pages = Blueprint("admin_limits", __name__)
PER_PAGE = 20
HERE = "/admin/limits"


@dataclass(frozen=True, slots=True)
class Pair:
    """A clock as it holds and as a draft has it; either may be without it."""

    held: Laid | None
    drafted: Laid | None

    @property
    def one(self) -> Laid:
        found = self.drafted or self.held
        assert found is not None
        return found

    @property
    def is_changed(self) -> bool:
        """Whether the draft would give another length, or other marks."""
        return _shape(self.held) != _shape(self.drafted)


@pages.get("/admin/limits")
@allows(Permission.ADMINISTER)
def show_limits(visit: Visit) -> Answer:
    """Show the limits of the district, those of a chosen case over the calendar, and what the duty list says of time."""
    rules = rules_asked(visit, specs.time_limits, specs.clock_marks)
    calendar = current_calendar(visit.scope)
    timetable = calendar.timetable
    chosen = chosen_case(visit, rules, timetable)
    case, start = chosen.case, chosen.start
    held = laid_out(rules.held, case, timetable, start=start)
    drafted = laid_out(rules.drafted, case, timetable, start=start) if rules.drafted else None
    pairs = _pairs(held, drafted)
    words = usable_input(request.args.get("q", ""), 100)
    items = [duty for duty in items_matching(rules.shown, words) if words or says_time(duty)]
    page, rows = _page_of(len(items)), overview(rules.shown, at=visit.now)
    return render_template(
        "admin/limits.html",
        rules=rules,
        calendar=calendar,
        chosen=chosen,
        here=HERE,
        pairs=pairs,
        drawing=_drawing(pairs, timetable, start, is_tried=drafted is not None),
        accounts=[
            (each, explain(timetable, each.budget, each.start)) for each in (pair.one for pair in pairs) if each.start
        ],
        rows=rows,
        row_clocks=_clocks_of(rows),
        named=[(code, limits) for code, limits in rules.shown.book.policy.limits.items()],
        duty_list=duty_list_in_force(visit.scope).number,
        words=words,
        items=items_with_limits(rules.shown, items[(page - 1) * PER_PAGE : page * PER_PAGE], at=visit.now),
        items_total=len(items),
        page=page,
        page_count=max(1, -(-len(items) // PER_PAGE)),
        clock_labels=CLOCK_LABELS,
        mode_words=MODE_WORDS,
        budget_words=budget_words,
        query=query(),
        last_month=Month.of(timetable.date_of(visit.now)).previous,
    )


@pages.get("/admin/limits/yellow")
@allows(Permission.ADMINISTER)
def show_yellow(visit: Visit) -> Answer:
    """Show how many clocks of the last month turn yellow by the marks that hold, by a draft, and by other numbers."""
    rules = rules_asked(visit)
    month = Month.of(visit.now.astimezone(visit.scope.tenant.zone).date()).previous
    past = past_month(visit.scope, month, now=visit.now)
    held = yellow_by(past, rules.held.table)
    drafted = {each.clock: each for each in yellow_by(past, rules.drafted.table)} if rules.drafted else {}
    reply = next(
        (each for each in laid_out(rules.shown, Case(), past.timetable, start=visit.now) if each.clock == "reply"), None
    )
    settings = [
        setting
        for point in (reply.marks if reply else ())
        if point.light == "yellow"
        for setting in point.source.settings
    ]
    steps = [(each, yellow_steps(past, rules.shown, each, "reply")) for each in settings]
    return render_template(
        "admin/limits_yellow.html" if "HX-Request" in request.headers else "admin/limits_yellow_page.html",
        rules=rules,
        month=month,
        past=past,
        held=held,
        drafted=drafted,
        steps=[(setting, _chart(rules, setting, each)) for setting, each in steps if len(each) > 1],
        tried=len(ran_of(past, "reply")),
        clock_labels=CLOCK_LABELS,
        query=query(),
    )


def _chart(rules: Rules, setting: Setting, steps: Sequence[Step]) -> Markup:
    """Draw how many would turn yellow by each value, the one that is shown named."""
    is_draft = rules.draft is not None and rules.draft.feature == setting.feature
    state = word("草稿" if is_draft else "现行")
    marks = [
        Mark(
            t(said("{words}（{state}）", words=word(each.words), state=state) if each.holds else each.words),
            each.yellow,
            t(said("{n:,} 件", n=each.yellow)),
        )
        for each in steps
    ]
    return drawing_shown(bars(marks, title=t(setting.title)))


def _drawing(pairs: Sequence[Pair], timetable: Timetable, start: datetime, *, is_tried: bool) -> Markup:
    lanes = []
    for pair in pairs:
        if pair.held:
            lanes += _lanes(pair.held, is_draft=False)
        if is_tried and pair.drafted and pair.is_changed:
            lanes += _lanes(pair.drafted, is_draft=True)
    return drawn(lanes, timetable, start=start, title="各项时限在工作日历上的位置")


def _lanes(laid: Laid, *, is_draft: bool) -> list[Lane]:
    if laid.start is None or laid.due is None:
        return []
    points = tuple(Point(each.at, each.light, each.source.reason) for each in laid.marks)
    label = said("{label}（草稿）", label=word(laid.label)) if is_draft else laid.label
    return [Lane(label, laid.words, laid.budget, laid.start, laid.due, points, laid.is_pressed, is_draft)]


def _pairs(held: Sequence[Laid], drafted: Sequence[Laid] | None) -> list[Pair]:
    """Return the clocks of both by name, in their order; without a draft each as it holds."""
    if drafted is None:
        return [Pair(each, each) for each in held]
    old, new = ({each.clock: each for each in side} for side in (held, drafted))
    order = [*(each.clock for each in held), *(each.clock for each in drafted if each.clock not in old)]
    return [Pair(old.get(clock), new.get(clock)) for clock in order]


def _shape(laid: Laid | None) -> object:
    return laid and (laid.budget, laid.begins, [(each.name, each.light, each.at) for each in laid.marks])


def _clocks_of(rows: Sequence[Row]) -> list[ClockName]:
    """Return the clocks that any row has, in their order."""
    return [clock for clock in ORDER if any(clock in row.limits for row in rows)]


def _page_of(total: int) -> int:
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 1
    return min(max(page, 1), max(1, -(-total // PER_PAGE)))
