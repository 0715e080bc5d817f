"""What a tenant shows to everybody: `/public/<tenant>` offers what is there."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from core.web.public import (
    activities,
    answers,
    bulletins,
    cases,
    exposures,
    figures,
    flows,
    interviews,
    panels,
    progress,
    report,
)
from core.web.public.site import Entry, Guest, public, public_page

ENTRIES: Sequence[Entry] = (
    report.ENTRY,
    report.FOR_ENTERPRISES,
    report.MAILBOXES,
    progress.ENTRY,
    interviews.ENTRY,
    answers.ENTRY,
    bulletins.ENTRY,
    panels.ENTRY,
    figures.ENTRY,
    cases.ENTRY,
    flows.ENTRY,
    exposures.ENTRY,
    activities.ENTRY,
)
"""In the order in which they are offered; every page without sign-in adds its own here."""


@public.get("")
@public_page
def show_index(guest: Guest) -> ResponseReturnValue:
    """Offer the public pages that the tenant has."""
    entries = [entry for entry in ENTRIES if entry.is_there(guest.scope)]
    return render_template("public/index.html", entries=entries)
