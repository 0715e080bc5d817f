"""The registry of sources 来源名册, for the desk and the administrators: to look through, the silent ones first."""

from flask import Blueprint, render_template, request

from core.intake.sources.words import SOURCE_KINDS, SOURCE_STATES
from core.journey.queries.sources import registry
from core.people.roles import Permission
from core.web.visit import Answer, Visit, allows

pages = Blueprint("sources_pages", __name__)
READERS = frozenset({Permission.ACCEPT, Permission.ADMINISTER})


@pages.get("/sources")
@allows(READERS)
def show_sources(visit: Visit) -> Answer:
    """List the sources with what came by each, and the names on appeals that the registry does not know."""
    words = " ".join(request.args.get("q", "").replace("\x00", "")[:60].split())
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    found = registry(visit.scope, now=visit.now, words=words, kind=kind, state=state)
    silent = [line for line in found.lines if line.is_silent]
    return render_template(
        "stewards/sources.html",
        lines=silent if "silent" in request.args else found.lines,
        total=len(found.lines),
        silent=len(silent),
        unknown=found.unknown,
        only_silent="silent" in request.args,
        words=words,
        kind=kind,
        state=state,
        kinds=SOURCE_KINDS,
        states=SOURCE_STATES,
        sees_tickets=Permission.SEE_TICKETS in visit.permissions,
    )
