"""What is suggested while a call is written down, in one part: who calls, what rules would do, what is known, what is the same."""

from typing import get_args

from flask import Blueprint, render_template, request

from core.hooks.values import Nature
from core.journey.queries.alike import alike_to_draft, token_of
from core.journey.queries.caller import find_caller
from core.journey.queries.guessing import guess
from core.knowledge.queries import answers_to
from core.people.roles import Permission
from core.web.desk.alike import CHOSEN, written_so_far
from core.web.desk.inbound import number_of
from core.web.input import text
from core.web.visit import Answer, Visit, allows

pages = Blueprint("suggesting", __name__)
SHORTEST = 4
"""Characters of an appeal from which on something is suggested."""


@pages.post("/desk/new/suggest")
@allows(Permission.ACCEPT)
def suggest(visit: Visit) -> Answer:
    """Show what is suggested for the form as far as it is filled in: beside it for htmx, else as a page of its own.

    Who calls is looked up for those alone who see tickets.
    """
    written, sees = written_so_far(), Permission.SEE_TICKETS in visit.permissions
    call = text("call", longest=18)
    caller = None
    if sees:
        phone = text("phone", longest=30)
        caller = find_caller(visit.scope, phone, call_id=number_of(call) if call else None, now=visit.now)
    has_words = len(written.text.strip()) >= SHORTEST
    nature = next((each for each in get_args(Nature) if each == request.form.get("nature")), None)
    made_of_it = (
        guess(
            visit.scope,
            text=written.text,
            title=written.title,
            place=written.place,
            matter=written.matter,
            nature=nature,
            channel=text("channel", longest=64) or "desk",
            point=written.point,
            now=visit.now,
        )
        if has_words
        else None
    )
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    return render_template(
        "desk/suggested.html" if request.headers.get("HX-Request") else "desk/suggested_page.html",
        caller=caller,
        same_caller="same_caller" in request.form,
        guess=made_of_it,
        answers=answers_to(visit.scope, written.title, written.text, matter=written.matter or None, today=today)
        if has_words
        else (),
        found=[
            (token_of(visit.scope, each.serial_no), each)
            for each in alike_to_draft(visit.scope, written, now=visit.now)
        ]
        if has_words and not request.form.get("inbound") and not call
        else [],
        chosen_article=text("article", longest=40),
        chosen_alike=text(CHOSEN, longest=64),
        sees=sees,
    )
