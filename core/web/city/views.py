"""Views of the city's figures: one's own and shared ones, saved from any page, opened by a link."""

from urllib.parse import parse_qsl

from flask import Blueprint, g, render_template, request

from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.asked import asked_of
from core.statistics.central.registry import TITLES, bring_up_to_date, refuse_district
from core.statistics.central.views import LONGEST_NAME, remove_view, save_view, views_for
from core.web.city.asking import LONGEST, today_of
from core.web.input import InputUnusable, text, usable_input
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("city_views", __name__)
VIEWS = "/city/views"
LONGEST_QUERY = 2000
MOST_ARGUMENTS = 20


@pages.get(VIEWS)
@allows(Permission.SEE_CITY)
def show_views(visit: Visit) -> Answer:
    """Show the views; with `page` and `query` the form that saves what was looked at."""
    bring_up_to_date(installation(), visit.scope)
    given = request.form if request.method == "POST" else request.args
    page, query = given.get("page", ""), given.get("query", "")
    refusal = g.get("refusal")
    answer = render_template(
        "city/views.html",
        views=views_for(visit.scope, actor=visit.actor, now=visit.now),
        page=page if page in TITLES else "",
        page_title=TITLES.get(page, ""),
        query=query[:LONGEST_QUERY],
        words=_words(visit, query) if page in TITLES and not refusal else "",
        name=request.form.get("name", "")[:LONGEST_NAME],
        longest_name=LONGEST_NAME,
        refusal=words_of(refusal) if refusal else None,
    )
    return (answer, status_of(refusal)) if refusal else answer


@pages.post(VIEWS)
@allows(Permission.SEE_CITY, again=show_views)
def save(visit: Visit) -> Answer:
    """Save what was looked at as a view."""
    refuse_district(installation(), visit.scope)
    name = text("name", longest=LONGEST)
    save_view(
        visit.scope,
        name,
        text("page", longest=40),
        _arguments(request.form.get("query", "")),
        moves=request.form.get("moves") == "1",
        shared=request.form.get("shared") == "1",
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("已保存视图“{name}”。", name=name), VIEWS)


@pages.post(f"{VIEWS}/remove")
@allows(Permission.SEE_CITY, again=show_views)
def remove(visit: Visit) -> Answer:
    """Remove a view of one's own."""
    refuse_district(installation(), visit.scope)
    number = text("number", longest=9)
    if not number.isdecimal() or not number.isascii():
        raise InputUnusable("视图的编号看不懂。请刷新后重试。")
    return Done(said("已删除视图“{name}”。", name=remove_view(visit.scope, int(number), actor=visit.actor)), VIEWS)


def _words(visit: Visit, query: str) -> str:
    return asked_of(_arguments(query), today=today_of(visit)).words()


def _arguments(query: str) -> dict[str, str]:
    usable_input(query, LONGEST_QUERY)
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_ARGUMENTS)
    except ValueError:
        raise InputUnusable("要保存的条件太多，看不懂。请回到那一页再点“保存为视图”。") from None
    return {name: usable_input(value, LONGEST) for name, value in pairs}
