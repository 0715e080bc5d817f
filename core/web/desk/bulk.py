"""Deeds on many tickets 批量办理: choose in the list, say what, look at what it comes to, then have it done."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, abort, after_this_request, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from core.journey.bulk import DEEDS, MOST, Selection, ask_for_deed, count_selected, preview
from core.journey.queries.choices import choices
from core.journey.queries.lanes import LANES, Filters, LaneName
from core.journey.queries.unit_list import TAB_LABELS, UnitTab
from core.journey.task_kinds import TASK_KINDS
from core.journey.tasks import go_on
from core.kit.saying import said
from core.people.roles import Permission
from core.people.roster.queries import colleagues
from core.web.desk.acts import Act, DeedPermission, arguments_for_many, offered_for_many
from core.web.desk.bulk_acts import DESK_BULK_ACTS, UNIT_BULK_ACTS
from core.web.desk.unit import unit_of
from core.web.input import InputUnusable, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, clock, installation

pages = Blueprint("bulk", __name__)
MOST_TICKED = 500
AT_ONCE = 200
"""So many are done before the page answers; more as a task that one can leave."""
PATIENCE = 8.0
"""Seconds for which a page waits for them."""


@pages.post("/desk/bulk")
@allows(Permission.SEE_TICKETS)
def show_desk_deeds(visit: Visit, deed: str = "") -> Answer:
    """Show what can be done with the tickets that were chosen in a list of the desk; after a refusal with what was typed."""
    return _choose(visit, desk_selection(), DESK_BULK_ACTS, base="/desk/bulk")


@pages.post("/desk/bulk/<deed>")
@allows(DeedPermission(DESK_BULK_ACTS), again=show_desk_deeds)
def do_at_desk(visit: Visit, deed: str) -> Answer:
    """Show what the deed would come to, or have it done once somebody has seen that."""
    return _do(visit, desk_selection(), DESK_BULK_ACTS, deed, base="/desk/bulk")


@pages.post("/unit/bulk")
@allows(Permission.HANDLE)
def show_unit_deeds(visit: Visit, deed: str = "") -> Answer:
    """Show what the unit can do with the tickets that were chosen in its list; after a refusal with what was typed."""
    return _choose(visit, unit_selection(), _unit_acts(visit), base="/unit/bulk")


@pages.post("/unit/bulk/<deed>")
@allows(DeedPermission(UNIT_BULK_ACTS), again=show_unit_deeds)
def do_for_unit(visit: Visit, deed: str) -> Answer:
    """Show what the deed would come to, or have it done once somebody has seen that."""
    return _do(visit, unit_selection(), _unit_acts(visit), deed, base="/unit/bulk")


def _unit_acts(visit: Visit) -> Sequence[Act]:
    """Return the forms with the unit's own people to choose from."""
    people = tuple((each.login, each.name) for each in colleagues(visit.scope, unit_of(visit).id))
    return [
        replace(
            act,
            fields=tuple(
                replace(field, options=lambda _: people) if field.name == "person" else field for field in act.fields
            ),
        )
        for act in UNIT_BULK_ACTS
    ]


def _choose(visit: Visit, selection: Selection, acts: Sequence[Act], *, base: str) -> Answer:
    refusal = g.get("refusal")
    count = count_selected(visit.scope, selection, actor=visit.actor, most=MOST + 1, now=visit.now)
    page = render_template(
        "desk/bulk.html",
        count=count,
        most=MOST,
        selection=fields_of(selection),
        acts=offered_for_many(acts, visit.permissions, refusal=refusal),
        choices=choices(visit.scope),
        base=base,
        back=list_of(selection),
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _do(visit: Visit, selection: Selection, acts: Sequence[Act], key: str, *, base: str) -> Answer:
    found = [(act, each) for act in acts for each in act.deeds if each.key == key]
    if not found:
        abort(404)
    [(act, button)] = found
    deed, given = DEEDS[key], arguments_for_many(act, button, zone=visit.scope.tenant.zone)
    if not request.form.get("sure"):
        seen = preview(visit.scope, deed, selection, given, actor=visit.actor, now=visit.now)
        return render_template(
            "desk/bulk_preview.html",
            label=deed.label,
            seen=seen,
            said=[
                (field.label, request.form.getlist(field.name)) for field in act.fields if request.form.get(field.name)
            ],
            typed=[(field.name, value) for field in act.fields for value in request.form.getlist(field.name)],
            selection=fields_of(selection),
            before=text("before", longest=9),
            base=base,
            key=key,
            back=list_of(selection),
        )
    task, is_new = ask_for_deed(
        visit.scope,
        deed,
        selection,
        given,
        actor=visit.actor,
        request=text("command_id", longest=64) or abort(400),
        href=list_of(selection),
        now=visit.now,
    )
    if is_new and task.total <= AT_ONCE and task.starts_at <= visit.now:
        _do_at_once(visit.scope.tenant.slug, task.id)
        return Done(said("已办理：{what}，结果如下", what=task.what), f"/tasks/{task.id}")
    if task.starts_at > visit.now:
        return Done(said("{what}，马上开始；开始之前可以取消", what=task.what), f"/tasks/{task.id}", "soon")
    return Done(said("{what}，在后台办理，可以离开这一页", what=task.what), f"/tasks/{task.id}")


def _do_at_once(slug: str, task_id: int) -> None:
    """Do the task as soon as it is written, before the page answers; a worker does what is left."""

    @after_this_request
    def drive(response: BaseResponse) -> BaseResponse:
        served, until = installation(), clock().timestamp() + PATIENCE
        while (now := served.database.clock.now()).timestamp() < until:
            if go_on(served, slug, TASK_KINDS, task_id, now=now).has_ended:
                break
        return response


def desk_selection(*, all_of: bool = False) -> Selection:
    """Read which tickets of a list of the desk are meant. Raises `InputUnusable`."""
    lane: LaneName = next((lane for lane in LANES if lane == request.form.get("lane")), "dispatch")
    filters = Filters(**{name: text(name_in_form(name), longest=200) for name in Filters.__annotations__})
    return Selection(_moment(), "desk", lane=lane, filters=filters, serials=() if all_of else _ticked())


def unit_selection(*, all_of: bool = False) -> Selection:
    """Read which tickets of the list of the unit are meant. Raises `InputUnusable`."""
    tab: UnitTab = next((tab for tab in TAB_LABELS if tab == request.form.get("tab")), "in_hand")
    return Selection(
        _moment(), "unit", tab=tab, mine=request.form.get("mine") == "1", serials=() if all_of else _ticked()
    )


def name_in_form(name: str) -> str:
    """Return what a filter is called in the form of a choice: apart from the fields of the deeds in it."""
    return f"filter-{name}"


def _ticked() -> tuple[str, ...]:
    """Return the numbers that were ticked, none where all are meant that the list shows. Raises `InputUnusable`."""
    if request.form.get("all") == "1":
        return ()
    given = text("on_page").split() if request.form.get("all") == "page" else texts("pick", longest=64)
    ticked = tuple(dict.fromkeys(each for each in given if each))
    if not ticked:
        raise InputUnusable("没有选中工单。请先在列表里勾选，再批量办理。")
    if len(ticked) > MOST_TICKED:
        raise InputUnusable(said("一次最多勾选 {most} 件。更多的请用筛选后“选中全部”。", most=MOST_TICKED))
    return ticked


def _moment() -> datetime:
    """Return when the list was seen. Raises `InputUnusable`."""
    try:
        moment = datetime.fromisoformat(text("moment", longest=40))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputUnusable("页面不完整，缺少看到名单的时间。请刷新列表后重试。")
    return min(moment, clock())


def fields_of(selection: Selection) -> list[tuple[str, str]]:
    """Return the selection as fields of a form, to be carried from page to page."""
    found = [("moment", selection.moment.isoformat())]
    if selection.place == "desk":
        found += [("lane", selection.lane)]
        found += [(name_in_form(name), value) for name, value in asdict(selection.filters).items() if value]
    else:
        found += [("tab", selection.tab), ("mine", "1" if selection.mine else "")]
    found += [("pick", serial) for serial in selection.serials] or [("all", "1")]
    return found


def list_of(selection: Selection) -> str:
    """Return the address of the list in which they were chosen."""
    if selection.place == "unit":
        return f"/unit?tab={selection.tab}{'&mine=1' if selection.mine else ''}"
    parts = {"lane": selection.lane, **asdict(selection.filters)}
    return f"/desk?{urlencode({name: value for name, value in parts.items() if value})}"
