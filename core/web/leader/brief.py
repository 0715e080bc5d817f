"""The leader's brief of a month: six figures, the ten largest matters, the units below the floor; and the report as a PDF."""

from datetime import date

from flask import Blueprint, render_template, request

from core.journey.queries.leader import leader_brief
from core.kit.saying import said, word
from core.people.roles import Permission
from core.statistics.brief import UnitBelow, month_brief
from core.statistics.documents import month_document
from core.statistics.periods import Month
from core.statistics.report import month_report
from core.statistics.words import value_words
from core.web.bulletins import file_of
from core.web.city.presentation import SHOWN, figure_card
from core.web.visit import Answer, Visit, allows

pages = Blueprint("leader_brief", __name__)
MONTHS_OFFERED = 13


@pages.get("/leader/brief")
@allows(Permission.INSTRUCT)
def show_brief(visit: Visit) -> Answer:
    """Show the brief of the month that is asked for, else of the last whole one, or the present one while there is no other."""
    today, asked = _today(visit), _asked()
    present = Month.of(today)
    brief = month_brief(visit.scope, asked or present.previous, today=today)
    if asked is None and not any(figure.now.value for figure in brief.figures):
        brief = month_brief(visit.scope, present, today=today)
    figures = {figure.id: figure for figure in brief.figures}
    return render_template(
        "leader/brief.html",
        brief=brief,
        cards=[figure_card(figures[figure_id]) for figure_id in SHOWN],
        below=[_words(unit) for unit in brief.below],
        floor=f"{float(brief.floor * 100):g}%",
        months=_months(present, brief.month),
        waiting=leader_brief(visit.scope, visit.actor, now=visit.now).total,
    )


@pages.get("/leader/brief/pdf")
@allows(Permission.INSTRUCT)
def give_brief(visit: Visit) -> Answer:
    """Answer with the whole report of the month as a PDF."""
    today = _today(visit)
    report = month_report(visit.scope, _asked() or Month.of(today).previous, today=today)
    document = month_document(report, made_at=visit.now)
    return file_of(document, f"{visit.scope.tenant.slug}-{report.month}", "pdf", kind="report")


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()


def _asked() -> Month | None:
    wanted = request.args.get("month")
    return Month.parse(wanted) if wanted else None


def _months(present: Month, shown: Month) -> list[Month]:
    """Return the months to choose from, the newest first, with the one shown among them."""
    months = [present]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    return sorted({*months, shown}, reverse=True)


def _words(unit: UnitBelow) -> str:
    return said(
        "{name} {value}（{satisfied:,}/{rated:,}）",
        name=unit.name,
        value=word(value_words(unit.value, "percent")),
        satisfied=unit.satisfied,
        rated=unit.rated,
    )
