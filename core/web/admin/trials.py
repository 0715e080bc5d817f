"""Trying a revision from its panel 试算: begun with the tickets that are chosen, followed while it goes on, read and exported."""

from flask import Blueprint, Response, abort, make_response, render_template, request

from core.journey.dry_run import Sample, exported
from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.trying import ask_trial, newest_trial, show_trial
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.drafting import REVISION_NUMBER, revision_path
from core.web.admin.steps import steps_shown
from core.web.admin.trial_panel import Panel, panel_of
from core.web.downloads import offer_as
from core.web.input import InputUnusable, day, text
from core.web.visit import Answer, Done, Visit, allows, installation, is_sent_by_script

__all__ = ["Panel", "pages", "panel_of"]

pages = Blueprint("admin_trials", __name__)
AT = f"/admin/features/<feature>/revisions/{REVISION_NUMBER}/trial"
PER_PAGE = 50
STOP_ASKING = 286
"""Status at which htmx takes the answer and asks no more."""
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@pages.get(AT)
@allows(READS_CHANGES)
def show_panel(visit: Visit, feature: str, number: int) -> Answer:
    """Show the panel alone: what the page asks for again while the try goes on, with the next steps beside it."""
    panel = panel_of(visit, feature, number, on_revision="steps" in request.args)
    if not is_sent_by_script():
        return render_template("admin/trial.html", panel=panel)
    steps = steps_shown(visit, feature, number) if "steps" in request.args and not panel.is_under_way else {}
    answer = make_response(render_template("admin/trial_again.html", panel=panel, **steps))
    if not panel.is_under_way:
        answer.status_code = STOP_ASKING
    return answer


@pages.post(AT)
@allows(Permission.ADMINISTER)
def ask(visit: Visit, feature: str, number: int) -> Answer:
    """Begin a try with the tickets that were chosen; a job does it."""
    run = ask_trial(
        visit.scope, installation().roster, feature, number, sample=_sample(), actor=visit.actor, now=visit.now
    )
    if is_sent_by_script():
        panel = panel_of(visit, feature, number, on_revision="steps" in request.args)
        return render_template("admin/trial_again.html", panel=panel, focused=True)
    return Done(said("试算已开始，共 {total:,} 件。", total=run.total), f"{revision_path(feature, number)}#trial-panel")


@pages.get(f"{AT}/changed")
@allows(READS_CHANGES)
def show_changed(visit: Visit, feature: str, number: int) -> Answer:
    """List all tickets that would be decided otherwise, page by page."""
    run = newest_trial(visit.scope, feature, number)
    panel = panel_of(visit, feature, number)
    page = _page()
    result = (
        show_trial(visit.scope, run.id, offset=(page - 1) * PER_PAGE, most=PER_PAGE, actor=visit.actor) if run else None
    )
    total = result.totals.changed if result else 0
    return render_template(
        "admin/trial_changed.html",
        panel=panel,
        result=result,
        page=page,
        pages=max(1, -(-total // PER_PAGE)),
    )


@pages.get(f"{AT}/file.xlsx")
@allows(READS_CHANGES)
def give_workbook(visit: Visit, feature: str, number: int) -> Answer:
    """Answer with all that the try found, as a workbook."""
    return _file(visit, feature, number, "xlsx")


@pages.get(f"{AT}/file.csv")
@allows(READS_CHANGES)
def give_table(visit: Visit, feature: str, number: int) -> Answer:
    """Answer with all tickets that would be decided otherwise, as text that any spreadsheet opens."""
    return _file(visit, feature, number, "csv")


def _file(visit: Visit, feature: str, number: int, form: str) -> Response:
    """Return the file; who took it out stands in it. Aborts with 404 where nothing was tried."""
    run = newest_trial(visit.scope, feature, number)
    if run is None:
        abort(404)
    result = show_trial(visit.scope, run.id, most=None, actor=visit.actor)
    at = visit.now.astimezone(visit.scope.tenant.zone)
    mark = said(
        "{name}@{slug} 于 {at:%Y-%m-%d %H:%M} 导出", name=visit.staff.login, slug=visit.scope.tenant.slug, at=at
    )
    response = Response(exported(result, form, mark=mark), mimetype=FORMS[form])
    offer_as(response, f"试算-{feature}-第{number}次修订.{form}")
    response.headers["Cache-Control"] = "no-store"
    return response


def _sample() -> Sample:
    """Read which tickets are tried: those of a period, else the last ones. Raises `InputUnusable`."""
    since, until, last = (text(name, longest=20) for name in ("since", "until", "last"))
    if text("which", longest=10) == "period":
        return Sample(since=day(since), until=day(until))
    if not last:
        return Sample()
    if not (last.isascii() and last.isdecimal()) or len(last) > 9:
        raise InputUnusable(said("试算件数“{last}”不是数字。请写成如 500。", last=last))
    return Sample(newest=int(last))


def _page() -> int:
    wanted = request.args.get("page", "1")
    return max(1, int(wanted)) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 6 else 1


WORDS: dict[str, object] = {}
"""Nothing more than the panel itself is needed to show it."""
