"""The one search of the staff pages."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from core.journey.queries.queue import find_serial
from core.journey.queries.search import SearchUnusable, search
from core.people.roles import Permission
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("search", __name__)
SEARCHES = frozenset({Permission.SEE_TICKETS, Permission.HANDLE})


@pages.get("/search")
@allows(SEARCHES)
def show_found(visit: Visit) -> Answer:
    """Show what is found; the whole number of a ticket opens it."""
    words = request.args.get("q", "")
    sees_all = Permission.SEE_TICKETS in visit.permissions
    facts: dict[str, Any] = {"search": words[:200], "groups": (), "refused": "", "at": "/t" if sees_all else "/unit"}
    if sees_all and words.isprintable() and len(words) < 100 and (serial_no := find_serial(visit.scope, words)):
        return redirect(f"/t/{serial_no}", 303)
    try:
        facts["groups"] = search(visit.scope, words, visit.actor, now=visit.now, address=request.remote_addr or "")
    except SearchUnusable as refusal:
        page = render_template("desk/search.html", **facts | {"refused": words_of(refusal)})
        return page, status_of(refusal)
    return render_template("desk/search.html", **facts)
