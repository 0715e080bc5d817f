"""Pages of the members of third-party panels 评议员: what they are to judge, the redacted file, and what came of it."""

from flask import Blueprint, g, render_template, request

from core.evaluation.panels.voting import SCORES
from core.journey.panel_votes import accept_seat, recuse_from_panel, vote_on_panel
from core.journey.queries.panel_file import panel_file
from core.journey.queries.panels import my_panels, result_for, ticket_of_panel
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.input import required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("panel", __name__)
RESULTS = frozenset({Permission.JUDGE, Permission.SUPERVISE})
"""Who may read a result: a member of that panel, and whoever supervises."""


@pages.get("/panel")
@allows(Permission.JUDGE)
def show_list(visit: Visit) -> Answer:
    """Show the panels on which the visitor sits, those to be voted on first."""
    return render_template("panel/list.html", panels=my_panels(visit.scope, visit.actor, now=visit.now))


@pages.get("/panel/<number>")
@allows(Permission.JUDGE)
def show_file(visit: Visit, number: str) -> Answer:
    """Show the redacted file, and the form that is due: to accept or recuse, then to vote; after a refusal as typed."""
    refusal = g.get("refusal")
    file = panel_file(visit.scope, number, actor=visit.actor, now=visit.now)
    page = render_template(
        "panel/file.html",
        file=file,
        scores=SCORES,
        typed=request.form,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/panel/<number>/accept")
@allows(Permission.JUDGE, again=show_file)
def accept(visit: Visit, number: str) -> Answer:
    """Say that nothing keeps the visitor from judging."""
    serial = ticket_of_panel(visit.scope, number).serial_no
    accept_seat(visit.scope, serial, _order(visit), panel=number)
    return Done("已接受评议，请阅读材料后投票", f"/panel/{number}")


@pages.post("/panel/<number>/recuse")
@allows(Permission.JUDGE, again=show_file)
def recuse(visit: Visit, number: str) -> Answer:
    """Recuse oneself, with a reason."""
    serial, why = (
        ticket_of_panel(visit.scope, number).serial_no,
        required("reason", ask="请写明回避的理由。", longest=500),
    )
    recuse_from_panel(visit.scope, serial, _order(visit), panel=number, reason=why)
    return Done(said("您已回避评议 {number}，由他人接替", number=number), "/panel")


@pages.post("/panel/<number>/vote")
@allows(Permission.JUDGE, again=show_file)
def vote(visit: Visit, number: str) -> Answer:
    """Vote: a score for each criterion, a verdict, and why."""
    serial = ticket_of_panel(visit.scope, number).serial_no
    scores = [text(f"score-{place}", longest=1) for place in range(len(_criteria(visit, number)))]
    vote_on_panel(
        visit.scope,
        serial,
        _order(visit),
        panel=number,
        verdict=text("verdict", longest=20),
        scores=scores,
        reason=required("reason", ask="请写明理由。", longest=2000),
    )
    return Done("已投票。全部投出或期限届满后，可看到结果", "/panel")


@pages.get("/panel/<number>/result")
@allows(RESULTS)
def show_result(visit: Visit, number: str) -> Answer:
    """Show the count, the reasons and what became of them; as long as votes are taken, how many are in and no more."""
    supervises = Permission.SUPERVISE in visit.permissions
    line = result_for(visit.scope, number, actor=visit.actor, sees_all=supervises, now=visit.now)
    serial = ticket_of_panel(visit.scope, number).serial_no if supervises else ""
    return render_template("panel/result.html", panel=line, serial_no=serial)


def _criteria(visit: Visit, number: str) -> tuple[str, ...]:
    return panel_file(visit.scope, number, actor=visit.actor, now=visit.now).criteria


def _order(visit: Visit) -> Order:
    return Order(visit.actor, visit.now, command_id=text("command_id", longest=64) or None)
