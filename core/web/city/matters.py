"""Common problems 共性问题 of a city: what most districts are asked about, and one category beside each other in all of them."""

from flask import Blueprint, render_template, request

from core.people.roles import Permission
from core.statistics.city_problems import common_problems
from core.statistics.periods import Month
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city_matters", __name__)
LONGEST_NAME = 100


@pages.get("/city/matters")
@allows(Permission.SEE_CITY)
def show_matters(visit: Visit) -> Answer:
    """Show the categories of a month, the last whole one unless another is asked for; `?category=` opens one."""
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    wanted = request.args.get("month")
    month = Month.parse(wanted) if wanted else Month.of(today).previous
    problems = common_problems(installation(), visit.scope.tenant.slug, month)
    category = request.args.get("category", "")[:LONGEST_NAME]
    opened = next((each for each in problems if each.category == category), None)
    return render_template("city/matters.html", month=month, problems=problems, opened=opened)
