"""The centre's own tickets: those that it took in for people, one of them, and what the centre does for its resident."""

from typing import get_args

from flask import Blueprint, g, render_template, request

from core.files.queries import files_of
from core.intake.counters.labels import VISIT_LABELS
from core.journey.center import center_of
from core.journey.center_acts import Addressed, VisitOutcome, follow_at_center, urge_at_center, visit_at_home
from core.journey.files import add_files, judge_all
from core.journey.queries.case import get_case
from core.journey.queries.center import (
    TAB_LABELS,
    CenterTab,
    center_counts,
    center_rows,
    entry_line,
    fallback,
    steps_at_center,
    visits_of,
)
from core.journey.reveal import reveal_contact
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.input import sent, text
from core.web.refusals import status_of, words_of
from core.web.uploads import id_beside, takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("center", __name__)
ADDRESSED = {"unit": "承办单位（未派单时是派单台）", "resident": "诉求人"}


@pages.get("/center")
@allows(Permission.TAKE_IN)
def show_entries(visit: Visit) -> Answer:
    """Show the tickets that the visitor's centre took in."""
    center = center_of(visit.scope, visit.actor)
    wanted = request.args.get("tab", "open")
    tab: CenterTab = next((each for each in get_args(CenterTab) if each == wanted), "open")
    return render_template(
        "center/list.html",
        center=center,
        tab=tab,
        tabs=TAB_LABELS,
        counts=center_counts(visit.scope, center.id),
        rows=center_rows(visit.scope, center.id, tab, now=visit.now),
    )


@pages.get("/center/<serial_no>")
@allows(Permission.TAKE_IN)
def show_entry(visit: Visit, serial_no: str) -> Answer:
    """Show one of them with what the centre may do about it; after a refusal with what was typed."""
    refusal = g.get("refusal")
    case = get_case(visit.scope, serial_no, now=visit.now)
    page = render_template(
        "center/entry.html",
        case=case,
        entry=entry_line(visit.scope, case.id),
        progress=steps_at_center(visit.scope, serial_no, now=visit.now),
        visits=visits_of(visit.scope, case.id),
        files=files_of(visit.scope, case.id),
        addressed=ADDRESSED,
        outcomes=VISIT_LABELS,
        reveal_at=f"/center/{serial_no}/reveal",
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/center/<serial_no>/follow")
@allows(Permission.TAKE_IN, again=show_entry)
def follow(visit: Visit, serial_no: str) -> Answer:
    """Tell the unit or the resident something about it."""
    wanted = text("to", longest=20)
    to: Addressed = next((each for each in get_args(Addressed) if each == wanted), "unit")
    follow_at_center(visit.scope, serial_no, _order(visit, serial_no), to=to, text=text("text"))
    return Done(
        said(
            "{serial_no} 的跟进已送达{to}",
            serial_no=serial_no,
            to=word("诉求人") if to == "resident" else word("承办单位"),
        ),
        f"/center/{serial_no}",
    )


@pages.post("/center/<serial_no>/urge")
@allows(Permission.TAKE_IN, again=show_entry)
def urge(visit: Visit, serial_no: str) -> Answer:
    """Urge on behalf of the resident."""
    urge_at_center(visit.scope, serial_no, _order(visit, serial_no), words=text("words"))
    return Done(said("{serial_no} 已代诉求人催办", serial_no=serial_no), f"/center/{serial_no}")


@pages.post("/center/<serial_no>/visit")
@takes_files
@allows(Permission.TAKE_IN, again=show_entry)
def visit_home(visit: Visit, serial_no: str) -> Answer:
    """Keep what was found at the resident's home, with photos."""
    order, photos, came_of_it = _order(visit, serial_no), judge_all(uploads()), text("outcome", longest=20)
    outcome: VisitOutcome | None = next((each for each in get_args(VisitOutcome) if each == came_of_it), None)
    visit_at_home(visit.scope, serial_no, order, outcome=outcome, found=text("found"))
    if photos:
        beside = Order(visit.actor, visit.now, command_id=id_beside(order.command_id))
        add_files(visit.scope, serial_no, beside, photos)
    return Done(said("{serial_no} 的上门回访已登记", serial_no=serial_no), f"/center/{serial_no}")


@pages.post("/center/<serial_no>/reveal")
@allows(Permission.TAKE_IN, again=show_entry)
def reveal(visit: Visit, serial_no: str) -> Answer:
    """Show the contact once, for a purpose."""
    revealed = reveal_contact(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, command_id=sent(serial_no).command_id),
        purpose=text("purpose", longest=50),
        words=text("words", longest=2000),
        address=request.remote_addr or "",
    )
    return render_template("desk/revealed.html", revealed=revealed, back=f"/center/{serial_no}")


@pages.get("/desk/community")
@allows(Permission.SUPERVISE)
def show_fallback(visit: Visit) -> Answer:
    """Show whether anything falls back on the community, and who or what wanted it to."""
    return render_template("center/fallback.html", fallback=fallback(visit.scope))


def _order(visit: Visit, serial_no: str) -> Order:
    given = sent(serial_no)
    return Order(visit.actor, visit.now, given.version, given.command_id)
