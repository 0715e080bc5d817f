"""Challenges of rules 质疑, for whoever keeps the rules: what was said of which rule on which ticket, and the answer."""

from flask import Blueprint, g, render_template, request

from core.journey.challenge import answer_challenge, challenges
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.input import InputUnusable, sent, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("challenges", __name__)
LIST = "/challenges"
LONGEST_ID = 18


@pages.get(LIST)
@allows(Permission.ADMINISTER)
def show_challenges(visit: Visit) -> Answer:
    """Show the challenges that wait for an answer, and those that were answered lately."""
    refusal = g.get("refusal")
    page = render_template(
        "stewards/challenges.html",
        waiting=challenges(visit.scope),
        answered=challenges(visit.scope, is_open=False),
        refusal=words_of(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(LIST)
@allows(Permission.ADMINISTER, again=show_challenges)
def answer(visit: Visit) -> Answer:
    """Answer one of them; the answer stands on the ticket."""
    given, which = sent(), text("challenge_id", longest=LONGEST_ID)
    if not which.isascii() or not which.isdecimal():
        raise InputUnusable("页面不完整，缺少质疑的编号。请刷新后重试。")
    order = Order(visit.actor, visit.now, None, given.command_id)
    answer_challenge(visit.scope, given.serial_no, order, challenge_id=int(which), answer=text("answer", longest=2000))
    return Done(said("{serial_no} 的质疑已答复", serial_no=given.serial_no), LIST)
