"""The duty list 职责清单 to read: its categories, items found by words, code or unit, and one item with its history."""

from flask import Blueprint, render_template, request

from core.journey.duties.browsing import MOST_FOUND, browse, item_told
from core.people.access import HOUSE
from core.web.visit import Answer, Visit, allows

pages = Blueprint("duties", __name__)
LIST = "/duties"
LONGEST = 60


@pages.get("/duties")
@allows(HOUSE)
def show_duties(visit: Visit) -> Answer:
    """Show the list in force: its categories, or with `?q=`, `?under=`, `?unit=` and `?grade=` the items that are asked for."""
    words, under, unit, grade = (_asked(name) for name in ("q", "under", "unit", "grade"))
    browsed = browse(visit.scope, words=words, under=under, unit=unit, grade=grade, actor=visit.actor)
    return render_template(
        "duties/list.html",
        browsed=browsed,
        words=words,
        under=under,
        unit=unit,
        grade=grade,
        asked=bool(words or under or unit or grade),
        most=MOST_FOUND,
        branch=next((each for each in browsed.branches if each.code == under), None),
    )


@pages.get("/duties/<path:matter>")
@allows(HOUSE)
def show_duty(visit: Visit, matter: str) -> Answer:
    """Show one item of the list in force whole."""
    return render_template("duties/item.html", item=item_told(visit.scope, matter, actor=visit.actor))


def _asked(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\x00", "")[:LONGEST].split())
