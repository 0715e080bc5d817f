"""Taking a list out as Excel 导出: short ones at once, long ones as a task, contacts only for a purpose."""

from flask import Blueprint, Response, g, render_template, request

from core.journey.bulk import Selection
from core.journey.list_export import AT_ONCE, MOST, Exported, Wish, count_rows, export_list
from core.journey.tasks import XLSX
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.reveals import A_DAY, PURPOSE_LABELS
from core.web.desk.bulk import desk_selection, fields_of, list_of, unit_selection
from core.web.desk.lanes import Wanted
from core.web.downloads import offer_as
from core.web.input import required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("list_export", __name__)


@pages.get("/desk/export")
@allows(Permission.SEE_TICKETS)
def show_export(visit: Visit) -> Answer:
    """Say how long the list is, and ask whether contacts are wanted; after a refusal with why."""
    if request.method == "POST":
        return _page(visit, desk_selection(all_of=True), "/desk/export")
    wanted = Wanted.read(visit)
    return _page(visit, Selection(visit.now, lane=wanted.lane, filters=wanted.filters), "/desk/export")


@pages.post("/desk/export")
@allows(Permission.SEE_TICKETS, again=show_export)
def export_at_desk(visit: Visit) -> Answer:
    """Answer with the workbook, or begin the task that makes it."""
    wish = None
    if request.form.get("contacts") == "yes":
        purpose = required("purpose", ask="请选择查看联系方式的用途。", longest=50)
        wish = Wish(purpose, text("words", longest=2000))
    return _export(visit, desk_selection(all_of=True), wish)


@pages.post("/unit/export")
@allows(Permission.HANDLE)
def export_for_unit(visit: Visit) -> Answer:
    """Answer with a list of the unit as a workbook, without contacts."""
    return _export(visit, unit_selection(all_of=True), None)


def _page(visit: Visit, selection: Selection, at: str) -> Answer:
    refusal = g.get("refusal")
    page = render_template(
        "desk/list_export.html",
        count=count_rows(visit.scope, selection, actor=visit.actor, now=visit.now),
        most=MOST,
        at_once=AT_ONCE,
        a_day=A_DAY,
        purposes=PURPOSE_LABELS,
        at=at,
        selection=fields_of(selection),
        back=list_of(selection),
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _export(visit: Visit, selection: Selection, wish: Wish | None) -> Answer:
    made = export_list(
        visit.scope,
        selection,
        wish=wish,
        actor=visit.actor,
        request=required("command_id", ask="页面不完整。请刷新后重试。", longest=64),
        address=request.remote_addr or "",
        href=list_of(selection),
        now=visit.now,
    )
    if not isinstance(made, Exported):
        return Done(said("{what}，在后台进行，可以离开这一页", what=made.what), f"/tasks/{made.id}")
    response = Response(made.content, mimetype=XLSX)
    offer_as(response, made.name)
    response.headers["Cache-Control"] = "no-store"
    return response
