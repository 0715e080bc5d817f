"""The month's material 月度分析报告: the analysis as Word, PDF and Excel at once, and where the month's bulletins stand."""

from flask import Blueprint, Response, abort, g, render_template, request

from core.documents.data import ALL_FORMS
from core.documents.model import Table, Words
from core.journey import bulletins as journey
from core.kit.saying import joined
from core.people.roles import Permission
from core.statistics.asked import asked_of
from core.statistics.bulletins.in_force import EDITION_LABELS, rules_of
from core.statistics.bulletins.queries import STATE_LABELS, name_of
from core.statistics.city_documents import month_analysis_of
from core.statistics.month_analysis import packed
from core.statistics.periods import Month
from core.web.bulletins import STATE_TONES
from core.web.city.files import data_file, taken_out
from core.web.downloads import disposition_of
from core.web.input import text
from core.web.language.charts import chart_shown
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city_month", __name__)
PAGE = "/city/month"
MONTHS_OFFERED = 25
LONGEST_REMARKS = 4000


@pages.get(PAGE)
@allows(Permission.SEE_CITY)
def show(visit: Visit) -> Answer:
    """Show what the analysis says of a month, the last whole one unless another is asked for; after a refusal with why."""
    month, refusal = _month(visit), g.get("refusal")
    remarks = request.form.get("remarks", "")[:LONGEST_REMARKS]
    document = month_analysis_of(installation(), visit.scope, month, now=visit.now)
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    months = [Month.of(today)]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    bulletins = [each for each in journey.list_bulletins(visit.scope) if each.month == str(month)]
    made = {each.edition for each in bulletins}
    page = render_template(
        "city/month.html",
        month=month,
        months=sorted({*months, month}, reverse=True),
        document=document,
        lead=joined("。", document.lead),
        is_over=month.span.last < today,
        remarks=remarks,
        longest=LONGEST_REMARKS,
        kind_of=lambda block: "words" if isinstance(block, Words) else "table" if isinstance(block, Table) else "chart",
        drawn=chart_shown,
        forms=ALL_FORMS,
        bulletins=bulletins,
        lacking=[(name, EDITION_LABELS[name]) for name in rules_of(visit.scope).editions if name not in made],
        name_of=name_of,
        states=STATE_LABELS,
        tones=STATE_TONES,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{PAGE}/pack")
@allows(Permission.SEE_CITY, again=show)
def pack(visit: Visit) -> Answer:
    """Answer with the analysis in all forms for people, with what was written beside it."""
    month = _month(visit)
    remarks = text("remarks", longest=LONGEST_REMARKS)
    document = month_analysis_of(installation(), visit.scope, month, remarks=remarks, now=visit.now)
    name = f"{visit.scope.tenant.slug}-month-{month}"
    content = packed(taken_out(visit, document), name)
    headers = {"Content-Disposition": disposition_of(f"{name}.zip")}
    return Response(content, mimetype="application/zip", headers=headers)


@pages.get(f"{PAGE}/file/<form>")
@allows(Permission.SEE_CITY)
def download(visit: Visit, form: str) -> Answer:
    """Answer with the analysis in one form; 404 for a form that there is not."""
    if form not in ALL_FORMS:
        abort(404)
    month = _month(visit)
    document = month_analysis_of(installation(), visit.scope, month, now=visit.now)
    return data_file(taken_out(visit, document), f"{visit.scope.tenant.slug}-month-{month}", form)


def _month(visit: Visit) -> Month:
    """Read the month. Raises `MonthUnclear` and `SpanAhead`."""
    wanted = request.values.get("month", "").replace("\x00", "?")[:10]
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    asked = asked_of({"month": wanted}, today=today)
    assert asked.month is not None, "no other days were asked for"
    return asked.month
