"""Importing appeals 批量导入: choose a file, say which column is which, look at what it comes to, have it taken in, undo it."""

from flask import Blueprint, Response, g, render_template, request

from core.journey.import_task import (
    OFFERED,
    channels_for,
    confirm_import,
    count_dispatched,
    hand_in,
    look_at_import,
    say_columns,
    template_file,
    undo_import,
)
from core.journey.tasks import XLSX
from core.kit.saying import said
from core.people.roles import Permission
from core.web.downloads import offer_as
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.uploads import takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("importing", __name__)
AT = "/desk/import"
MOST_COLUMNS = 200


@pages.get(AT)
@allows(Permission.ACCEPT)
def show_form(visit: Visit) -> Answer:
    """Show the form that takes a file; after a refusal with why."""
    return _page("desk/import.html")


@pages.post(AT)
@takes_files
@allows(Permission.ACCEPT, again=show_form)
def take_file(visit: Visit) -> Answer:
    """Keep the file until it is confirmed, and show what is in it."""
    given = uploads()
    if len(given) != 1:
        raise InputUnusable("请选一个 Excel 或 CSV 文件。" if not given else "一次只导入一个文件。请只选一个。")
    key = required("command_id", ask="页面不完整。请刷新后重试。", longest=64)
    task = hand_in(visit.scope, given[0].name, given[0].content, actor=visit.actor, request=key, now=visit.now)
    return Done("文件已收下，还没有导入。请核对后确认", f"{AT}/{task.id}")


@pages.get(f"{AT}/<int:task>")
@allows(Permission.ACCEPT)
def show_import(visit: Visit, task: int) -> Answer:
    """Show what is in the file, or once it is imported, what came of it and whether it can be undone."""
    found, seen = look_at_import(visit.scope, task, actor=visit.actor)
    return _page(
        "desk/import_file.html",
        task=found,
        seen=seen,
        fields=OFFERED,
        channels=channels_for(visit.scope),
        dispatched=count_dispatched(visit.scope, found) if found.has_ended else 0,
        may_undo=found.has_ended and found.done > 0 and Permission.DISPATCH in visit.permissions,
    )


@pages.post(f"{AT}/<int:task>")
@allows(Permission.ACCEPT, again=show_import)
def go_on(visit: Visit, task: int) -> Answer:
    """Look at the file again with other columns; with `act` "take" have it imported."""
    columns = {
        place: request.form[f"column-{place}"] for place in range(MOST_COLUMNS) if f"column-{place}" in request.form
    }
    say_columns(visit.scope, task, columns, channel=text("channel", longest=50), actor=visit.actor)
    if text("act", longest=10) != "take":
        return Done("已按所选的列重新核对", f"{AT}/{task}")
    taken = confirm_import(visit.scope, task, actor=visit.actor, now=visit.now)
    return Done(said("{what}，在后台进行，可以离开这一页", what=taken.what), f"/tasks/{task}")


@pages.post(f"{AT}/<int:task>/undo")
@allows(Permission.DISPATCH, again=show_import)
def undo(visit: Visit, task: int) -> Answer:
    """Void all tickets of an import, as long as none was dispatched."""
    key = required("command_id", ask="页面不完整。请刷新后重试。", longest=64)
    undoing = undo_import(visit.scope, task, actor=visit.actor, request=key, now=visit.now)
    return Done(said("{what}，在后台进行", what=undoing.what), f"/tasks/{undoing.id}")


@pages.get(f"{AT}-template")
@allows(Permission.ACCEPT)
def download_template(visit: Visit) -> Answer:
    """Answer with an empty table of appeals."""
    response = Response(template_file(now=visit.now), mimetype=XLSX)
    offer_as(response, "诉求导入模板.xlsx")
    return response


def _page(template: str, **facts: object) -> Answer:
    refusal = g.get("refusal")
    page = render_template(template, refusal=words_of(refusal) if refusal else "", **facts)
    return (page, status_of(refusal)) if refusal else page
