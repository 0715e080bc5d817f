"""Answers for everybody 回应解读: search, one article, and whether it was useful; where nothing is found, the way to report it."""

import re
from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.knowledge import say_useful
from core.knowledge.queries import answers_to, get_public, has_public, newest_public, public_by_initials
from core.web.hosts import page_address
from core.web.public import report
from core.web.public.site import Entry, Guest, not_kept, public, public_page, said

LONGEST_SEARCH = 200
MOST_FOUND = 20
_INITIALS = re.compile(r"[A-Za-z]{2,20}")


ENTRY = Entry("回应解读", "answers", "大家常问的问题，责任单位的解读和政策依据", has_public)


@public.get("/answers")
@public_page
def show_answers(guest: Guest) -> ResponseReturnValue:
    """Show what answers the words that are searched for, by initials where they are letters; without any what was published last."""
    words, today = " ".join(request.args.get("q", "")[:LONGEST_SEARCH].split()), _today(guest)
    found = (
        answers_to(guest.scope, words, today=today, limit=MOST_FOUND, is_public=True)
        if words
        else newest_public(guest.scope, today=today, limit=MOST_FOUND)
    )
    if not found and _INITIALS.fullmatch(words):
        found = public_by_initials(guest.scope, words, today=today, limit=MOST_FOUND)
    return render_template(
        "public/answers.html", answers=found, words=words, may_report=report.ENTRY.is_there(guest.scope)
    )


@public.get("/answers/feed")
@public_page
def feed(guest: Guest) -> ResponseReturnValue:
    """Give what was published last as an Atom feed, from which papers, broadcasters and accounts take it."""
    found = newest_public(guest.scope, today=_today(guest), limit=MOST_FOUND)
    page = render_template("public/answers.xml", answers=found, base=page_address(guest.scope, ""))
    return Response(page, mimetype="application/atom+xml")


@public.get("/answers/<int(max=9223372036854775807):article>")
@public_page
def show_answer(guest: Guest, article: int) -> ResponseReturnValue:
    """Show one article."""
    return render_template("public/answer.html", answer=get_public(guest.scope, article, today=_today(guest)))


@public.post("/answers/<int(max=9223372036854775807):article>/useful")
@public_page
def count_useful(guest: Guest, article: int) -> ResponseReturnValue:
    """Count whether it was useful, and say thanks."""
    not_kept()
    is_useful = request.form.get("useful") == "yes"
    say_useful(guest.scope, article, is_useful=is_useful, now=guest.now)
    words = "谢谢，我们记下了。" if is_useful else "谢谢，我们记下了，会请责任单位写得更清楚。要办理的事请直接反映。"
    return said("已记下", words)


def _today(guest: Guest) -> date:
    return guest.now.astimezone(guest.scope.tenant.zone).date()
