"""Escalation and accountability 升级与问责: the ladder as a line, what else is pressed for, and a past ticket played by it."""

from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request
from markupsafe import Markup

from core.hooks import specs
from core.hooks.values import Budget
from core.journey.ladder import Ladder, ladder_of
from core.journey.played import Played, play, worth_playing
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.sla.labels import CLOCK_LABELS
from core.tickets.hours import hours_of
from core.web.admin.cases import chosen_case, query
from core.web.admin.drawn import Rules, rules_asked
from core.web.admin.ladder_drawing import ladder_drawn
from core.web.admin.limit_drawing import Lane, Point, drawn
from core.web.input import usable_input
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable

pages = Blueprint("admin_escalation", __name__)
HERE = "/admin/escalation"
DRAWN = (specs.time_limits, specs.clock_marks, specs.escalation_steps, specs.accountability_rules, specs.exemptions)
SIDES = {"really": "当时", "held": "现行规则", "drafted": "草稿"}
LIGHTS = {"yellow": "黄", "red": "红", "green": "绿"}


@pages.get("/admin/escalation")
@allows(Permission.ADMINISTER)
def show_escalation(visit: Visit) -> Answer:
    """Show the ladder of a chosen case, with a draft beside what holds, and where one is named a past ticket played by both."""
    scope, rules = visit.scope, rules_asked(visit, *DRAWN)
    timetable, zone = current_calendar(scope).timetable, scope.tenant.zone
    chosen = chosen_case(visit, rules, timetable)
    held = ladder_of(rules.held, chosen.case, timetable, start=chosen.start)
    drafted = ladder_of(rules.drafted, chosen.case, timetable, start=chosen.start) if rules.drafted else None
    played, refusal = _played(visit, rules)
    page = render_template(
        "admin/escalation.html",
        rules=rules,
        chosen=chosen,
        here=HERE,
        query=query(),
        ladder=drafted or held,
        held=held,
        drafted=drafted,
        drawings=_drawings(held, zone),
        drafted_drawings=_drawings(drafted, zone, css="draft") if drafted else [],
        differs=drafted is not None and drafted != held,
        hours=hours_of(rules.shown.table),
        labels=rules.shown.label_of,
        offered=worth_playing(scope),
        played=played,
        step=_step(played),
        course=_course(played, timetable) if played else "",
        sides=SIDES,
        lights=LIGHTS,
        clock_labels=CLOCK_LABELS,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _drawings(ladder: Ladder, zone: ZoneInfo, *, css: str = "") -> list[tuple[str, Markup]]:
    return [(name, ladder_drawn(stations, zone, title=name, css=css)) for name, stations in ladder.lines]


def _played(visit: Visit, rules: Rules) -> tuple[Played | None, Refused | None]:
    """Return the ticket that the address names, played; or why it cannot be."""
    serial_no = usable_input(request.args.get("serial", ""), 60)
    if not serial_no:
        return None, g.get("refusal")
    try:
        return play(visit.scope, serial_no, rules.held, rules.drafted, now=visit.now), None
    except Refused as refusal:
        return None, refusal


def _step(played: Played | None) -> int:
    """Return up to which moment the ticket is shown, counted from 1; 0 = to its end."""
    typed = request.args.get("step", "")
    step = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0
    return min(step, len(played.moments)) if played else 0


def _course(played: Played, timetable: Timetable) -> Markup:
    """Draw the resident's clocks by each side over the calendar."""
    lanes = [
        Lane(
            CLOCK_LABELS[each.name],
            SIDES[each.side],
            Budget("ws", 0),
            each.start,
            max(each.due, each.start),
            tuple(Point(at, light, words) for at, light, words in each.marks if light != "red"),
            is_draft=each.side == "drafted",
        )
        for each in played.courses
    ]
    if not lanes:
        return Markup("")
    start = min(lane.start for lane in lanes)
    return drawn(lanes, timetable, start=start, title=said("{serial_no} 的答复时限", serial_no=played.serial_no))
