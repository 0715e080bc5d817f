"""What a tenant shows to everybody: its start page `/public/<tenant>` has three doors and the rest, and a colour of its own."""

from collections.abc import Sequence

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from core.web.headers import may_be_kept
from core.web.public import (
    activities,
    answers,
    bulletins,
    cases,
    exposures,
    figures,
    flows,
    interviews,
    own,
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
    own.ENTRY,
)
"""In the order in which they are offered where the tenant says no other; every page without sign-in adds its own here."""
DOORS: Sequence[Entry] = (
    Entry("我要反映", "report", "写下来、说出来、拍下来都行，不用注册", report.ENTRY.is_there),
    Entry("查进度", "progress", "到哪一步了、谁在办、什么时候答复", progress.ENTRY.is_there),
    Entry("办理公开", "figures", "受理了多少、办得怎么样、大家满不满意", figures.ENTRY.is_there),
)
"""The three that stand first and large."""
YEAR = 365 * 24 * 3600


@public.get("")
@public_page
def show_index(guest: Guest) -> ResponseReturnValue:
    """Offer the public pages that the tenant has: the doors, then the rest as the tenant orders it."""
    doors = [door for door in DOORS if door.is_there(guest.scope)]
    entries = [entry for entry in _ordered(guest.face.entries) if entry.is_there(guest.scope)]
    return render_template("public/index.html", doors=doors, entries=entries)


@public.get("/face.css")
@public_page
def show_colours(guest: Guest) -> ResponseReturnValue:
    """Give the stylesheet of the tenant's own colour; kept for long under the address that names the colour."""
    answer = make_response(render_template("public/face.css", shades=guest.face.shades))
    answer.mimetype = "text/css"
    if request.args.get("v") == guest.face.colour.removeprefix("#"):
        may_be_kept(answer, seconds=YEAR)
    return answer


def _ordered(chosen: Sequence[str]) -> list[Entry]:
    """Return what the tenant lists, in its order; everything as the product has it where it says nothing. No door again."""
    first = {door.path for door in DOORS}
    rest = [entry for entry in ENTRIES if entry.path not in first]
    if not chosen:
        return rest
    by_path = {entry.path: entry for entry in rest}
    return [by_path[path] for path in chosen if path in by_path]
