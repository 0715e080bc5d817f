"""Hand-over of shifts 交接班 and the shifts of the desk 坐席班次: what is open, who leaves and who comes, who sits there when."""

from datetime import timedelta

from flask import Blueprint, g, render_template

from core.journey.desk_shifts import show_shifts
from core.journey.handover import COUNTED, LONGEST_WORDS, handovers, take_handover, what_matters, write_handover
from core.journey.queries.lanes import lane_counts
from core.journey.rota import gap_words, watch_of
from core.kit.saying import said
from core.people.roles import Permission
from core.web.desk.inbound import number_of
from core.web.input import text
from core.web.menu import LANE_LABELS
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("handover", __name__)
PAGE = "/desk/handover"
DAYS_SHOWN = 7


@pages.get("/desk/handover")
@allows(Permission.ACCEPT)
def show_handover(visit: Visit) -> Answer:
    """Show what waits to be taken, what is open now, the shifts of the week and the hand-overs before."""
    refusal = g.get("refusal")
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    page = render_template(
        "desk/handover.html",
        lines=handovers(visit.scope),
        items=what_matters(visit.scope, now=visit.now),
        counts=[(LANE_LABELS[lane], number) for lane, number in lane_counts(visit.scope, COUNTED).items()],
        lanes=[(lane, LANE_LABELS[lane]) for lane in COUNTED],
        shifts=show_shifts(visit.scope, today, today + timedelta(days=DAYS_SHOWN - 1), now=visit.now),
        watch=(watch := watch_of(visit.scope, now=visit.now)),
        uncovered=gap_words(watch.gaps, visit.scope.tenant.zone) if watch.is_declared else "",
        own=visit.staff.account_id,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/desk/handover")
@allows(Permission.ACCEPT, again=show_handover)
def write(visit: Visit) -> Answer:
    """Write the hand-over of the shift that ends."""
    write_handover(visit.scope, words=text("words", longest=LONGEST_WORDS), actor=visit.actor, now=visit.now)
    return Done("已写好交班，等接班的同事来接", PAGE)


@pages.post("/desk/handover/<number>/take")
@allows(Permission.ACCEPT)
def take(visit: Visit, number: str) -> Answer:
    """Take a hand-over."""
    remark = text("remark", longest=LONGEST_WORDS)
    taken = take_handover(visit.scope, number_of(number), remark=remark, actor=visit.actor, now=visit.now)
    return Done(said("已从{written_by}手里接班", written_by=taken.written_by), PAGE)
