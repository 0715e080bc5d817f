"""Correcting what a ticket is about, before it is dispatched."""

from typing import get_args

from flask import Blueprint, g, render_template, request

from core.hooks.values import Complexity, Nature
from core.journey.desk import correct
from core.journey.queries.case import get_case
from core.journey.queries.choices import choices
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.input import InputUnusable, sent, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("classification", __name__)
COMPLEXITIES = (("simple", "一般事项"), ("complex", "复杂事项"))


@pages.get("/desk/<serial_no>/classify")
@allows(Permission.DISPATCH)
def show_classification(visit: Visit, serial_no: str) -> Answer:
    """Show the form with the ticket's present classification; after a refusal, with what was chosen."""
    refusal = g.get("refusal")
    page = render_template(
        "desk/classify.html",
        case=get_case(visit.scope, serial_no, now=visit.now),
        choices=choices(visit.scope),
        complexities=COMPLEXITIES,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/desk/<serial_no>/classify")
@allows(Permission.DISPATCH, again=show_classification)
def classify(visit: Visit, serial_no: str) -> Answer:
    """Correct nature, matter, area and complexity; the clock and the suggested unit follow."""
    given = sent(serial_no)
    nature: Nature | None = next((value for value in get_args(Nature) if value == request.form.get("nature")), None)
    complexity: Complexity = "complex" if request.form.get("complexity") == "complex" else "simple"
    if nature is None:
        raise InputUnusable("请选择诉求类型。")
    correct(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, given.version, given.command_id),
        nature=nature,
        matter=text("matter", longest=64) or None,
        complexity=complexity,
        area=text("area", longest=64) if "area" in request.form else None,
    )
    return Done(
        said("{serial_no} 的分类已更正，时限和建议单位随之更新", serial_no=serial_no),
        f"/desk?lane=dispatch&at={serial_no}",
    )
