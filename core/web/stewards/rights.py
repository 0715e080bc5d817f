"""What residents ask of the data about themselves 本人信息申请, for whoever erases: to answer within the time that the law gives."""

from flask import Blueprint, g, render_template, request

from core.journey.rights import answer_request, asked_tickets, requests
from core.kit.saying import said
from core.people.roles import Permission
from core.residents.rights.rules import GROUND_LABELS, KIND_LABELS, LONGEST_ANSWER, OWN_GROUNDS, STATE_LABELS
from core.web.input import text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("rights", __name__)
LIST = "/rights"
LONGEST_FIELD = 40


@pages.get(LIST)
@allows(Permission.ADMINISTER)
def show_requests(visit: Visit) -> Answer:
    """Show the requests that wait, with what speaks against erasing from each of their tickets, and those that were answered."""
    refusal = g.get("refusal")
    waiting = requests(visit.scope)
    page = render_template(
        "stewards/rights.html",
        waiting=[(each, asked_tickets(visit.scope, each)) for each in waiting],
        answered=requests(visit.scope, is_open=False),
        today=visit.now.astimezone(visit.scope.tenant.zone).date(),
        kinds=KIND_LABELS,
        states=STATE_LABELS,
        grounds=GROUND_LABELS,
        own_grounds=OWN_GROUNDS,
        longest=LONGEST_ANSWER,
        refusal=words_of(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(LIST)
@allows(Permission.ADMINISTER, again=show_requests)
def answer(visit: Visit) -> Answer:
    """Answer one of them; what is granted is erased at once and cannot be brought back."""
    line = answer_request(
        visit.scope,
        text("number", longest=LONGEST_FIELD),
        visit.actor,
        decision=text("decision", longest=LONGEST_FIELD),
        grounds=texts("ground", longest=LONGEST_FIELD),
        words=text("words"),
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(said("申请 {number} 已答复：{state}", number=line.number, state=line.state_label), LIST)
