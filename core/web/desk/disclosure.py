"""What waits before it is public: words that somebody has to read, and exposures that another has to decide on."""

from flask import Blueprint, render_template

from core.journey.queries.disclosures import proposed_exposures, waiting_for_public
from core.people.roles import Permission
from core.web.visit import Answer, Visit, allows

pages = Blueprint("disclosure", __name__)
EITHER = frozenset({Permission.REVIEW, Permission.SUPERVISE})


@pages.get("/desk/openness")
@allows(EITHER)
def show_waiting(visit: Visit) -> Answer:
    """List both, the longest waiting first; each leads to its ticket, where it is done."""
    return render_template(
        "desk/openness_list.html",
        waiting=waiting_for_public(visit.scope),
        exposures=proposed_exposures(visit.scope),
    )
