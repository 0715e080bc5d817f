"""A unit's own results 本单位成绩: its figures beside the median of its peers, each with the tickets behind it, and as a file."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from core.people.roles import Permission
from core.routing.rules_in_force import rules_of
from core.statistics.behind import LISTED, MOST, tickets_behind
from core.statistics.own import own_results, year_to
from core.statistics.own_document import PEERS_NOTE, own_document
from core.statistics.performance.scoring import scorers_of
from core.statistics.periods import Month
from core.statistics.words import change_words, grade_words, parts_words, points_words, remark_words, value_words
from core.web.bulletins import file_of
from core.web.desk.figures import month_asked
from core.web.desk.unit import unit_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("results", __name__)
OWN = "/unit/stats"


@pages.get(OWN)
@allows(Permission.HANDLE)
def show_own(visit: Visit) -> Answer:
    """Show a unit its results of a month, `?month=2026-03`, and of the twelve that end with it; the present one where none is named."""
    month = month_asked(visit)
    return render_template(
        "figures/own.html",
        told=own_results(visit.scope, unit_of(visit), month),
        month=month,
        peers_note=PEERS_NOTE,
        href=lambda what, is_year=False: _href(month, what, is_year=is_year),
        value=value_words,
        parts=parts_words,
        change=change_words,
        remark=remark_words,
        points=points_words,
        grade=grade_words,
        is_scored=bool(scorers_of(visit.scope)),
        dispute_days=rules_of(visit.scope).dispute_days,
    )


@pages.get(f"{OWN}.xlsx")
@allows(Permission.HANDLE)
def save_own(visit: Visit) -> Answer:
    """Give a unit its results as a spreadsheet."""
    unit, month = unit_of(visit), month_asked(visit)
    document = own_document(visit.scope, own_results(visit.scope, unit, month), made_at=visit.now)
    return file_of(document, f"{unit.code}-{month}", "xlsx", kind="results")


@pages.get(f"{OWN}/tickets")
@allows(Permission.HANDLE)
def show_behind(visit: Visit) -> Answer:
    """List the tickets of the unit behind a number: `?what=` is what was counted, with `year=1` in twelve months."""
    unit, month, what = unit_of(visit), month_asked(visit), request.args.get("what", "")
    is_year = request.args.get("year") == "1"
    span = year_to(month) if is_year else month.span
    return render_template(
        "figures/tickets.html",
        month=month,
        is_year=is_year,
        unit=unit,
        listing=tickets_behind(visit.scope, what if what in LISTED else "due", span, unit_id=unit.id),
        most=MOST,
        back=f"{OWN}?month={month}",
        ticket_at="/unit",
    )


def _href(month: Month, what: str, *, is_year: bool) -> str:
    asked = {"month": str(month), "what": what} | ({"year": "1"} if is_year else {})
    return f"{OWN}/tickets?{urlencode(asked)}"
