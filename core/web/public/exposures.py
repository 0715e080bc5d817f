"""Who was exposed 曝光: the unit, what it did, the facts of the records, and its own answer beside."""

from flask import render_template
from flask.typing import ResponseReturnValue

from core.journey.queries.disclosures import public_exposures
from core.tenancy.scope import Scope
from core.web.public.site import Entry, Guest, public, public_page


def _has_some(scope: Scope) -> bool:
    return bool(public_exposures(scope, limit=1))


ENTRY = Entry("曝光台", "exposures", "推诿扯皮、久拖不决、敷衍群众的单位和事实", _has_some)


@public.get("/exposures")
@public_page
def list_exposures(guest: Guest) -> ResponseReturnValue:
    """List what stands exposed, the newest first."""
    return render_template("public/exposures.html", exposures=public_exposures(guest.scope))
