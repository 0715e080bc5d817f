"""Saved lists 常用列表: the list at hand under a name, one's own or shared, in the menu and as the page one starts from."""

from typing import Any

from flask import Blueprint, g, render_template, request

from core.journey.queries.lanes import LANES, Filters, LaneName
from core.journey.saved_lists import change_list, lists_for, remove_list, save_list, start_with
from core.kit.saying import said
from core.people.roles import Permission
from core.web.input import InputUnusable, text
from core.web.menu import LANE_LABELS, lanes_of
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("saved_lists", __name__)
AT = "/desk/lists"


@pages.get(AT)
@allows(Permission.SEE_TICKETS)
def show_lists(visit: Visit, list_no: int = 0) -> Answer:
    """Show the lists that somebody has, and the form to save the one they come from; after a refusal with why."""
    refusal = g.get("refusal")
    lane, filters = _given()
    page = render_template(
        "desk/saved_lists.html",
        lists=[
            {"line": line, "lane": LANE_LABELS[line.lane]}
            for line in lists_for(visit.scope, actor=visit.actor, lanes=lanes_of(visit.permissions), now=visit.now)
        ],
        new=_new(lane, filters) if filters.any or "lane" in request.values else None,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(AT)
@allows(Permission.SEE_TICKETS, again=show_lists)
def save(visit: Visit) -> Answer:
    """Save a list under a name."""
    lane, filters = _given()
    shared = request.form.get("shared") == "yes"
    number = save_list(
        visit.scope, text("name", longest=100), lane, filters, shared=shared, actor=visit.actor, now=visit.now
    )
    return Done("已存为常用列表，在左边的菜单里", f"/desk?list={number}")


@pages.post(f"{AT}/<int:list_no>")
@allows(Permission.SEE_TICKETS, again=show_lists)
def change(visit: Visit, list_no: int) -> Answer:
    """Rename a list of one's own, share it or keep it for oneself."""
    change_list(
        visit.scope,
        list_no,
        name=text("name", longest=100),
        shared=request.form.get("shared") == "yes",
        actor=visit.actor,
    )
    return Done("已修改", AT)


@pages.post(f"{AT}/<int:list_no>/remove")
@allows(Permission.SEE_TICKETS, again=show_lists)
def remove(visit: Visit, list_no: int) -> Answer:
    """Remove a list."""
    return Done(said("已删去常用列表“{name}”", name=remove_list(visit.scope, list_no, actor=visit.actor)), AT)


@pages.post(f"{AT}/start")
@allows(Permission.SEE_TICKETS, again=show_lists)
def start(visit: Visit) -> Answer:
    """Start with a list after signing in, or with the page of one's role again."""
    chosen = text("number", longest=9)
    if chosen and not chosen.isdecimal():
        raise InputUnusable("请从列表中选择首页。")
    number = int(chosen) if chosen else None
    start_with(visit.scope, number, actor=visit.actor, lanes=lanes_of(visit.permissions))
    return Done("登录后从这个列表开始" if number else "登录后从本岗位的首页开始", AT)


def _given() -> tuple[LaneName, Filters]:
    lane: LaneName = next((lane for lane in LANES if lane == request.values.get("lane")), "dispatch")
    given = {name: request.values.get(name, "").replace("\x00", "").strip()[:200] for name in Filters.__annotations__}
    return lane, Filters(**given)


def _new(lane: LaneName, filters: Filters) -> dict[str, Any]:
    return {"lane": lane, "label": LANE_LABELS[lane], "given": filters.given, "name": request.form.get("name", "")}
