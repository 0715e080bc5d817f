"""The centre's own tickets: those that it took in for people."""

from flask import Blueprint, render_template

from core.people.roles import Permission
from core.web.visit import Answer, Visit, allows

pages = Blueprint("center", __name__)


@pages.get("/center")
@allows(Permission.TAKE_IN)
def show_entries(visit: Visit) -> Answer:
    """Show the tickets that the visitor's centre took in."""
    return render_template("center/list.html")
