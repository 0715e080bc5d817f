"""What is done again and again from the desk: dispatch, answer directly, review a reply, record a follow-up.

Each opens the next ticket of the lane. What is done now and then is in `core.web.desk.acts`.
"""

from flask import Blueprint, request

from core.journey import conclude
from core.journey import desk as journey
from core.kit import saying
from core.people.roles import Permission
from core.tickets.models import Ticket
from core.tickets.states import State
from core.tickets.timeline import RESIDENT, Order
from core.units.queries import directory
from core.web.desk.answers import Rests
from core.web.held import give
from core.web.input import InputUnusable, Sent, own_path, required, sent, text
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("commands", __name__)


@pages.post("/desk/dispatch")
@allows(Permission.DISPATCH)
def dispatch(visit: Visit) -> Answer:
    """Give the ticket to a unit, with co-units where named, and a reason where it is not the one suggested."""
    given, lead = sent(), required("unit", ask="请先选承办单位，再派单。")
    name = directory(visit.scope).get_unit(lead).name
    return give(
        visit,
        journey.dispatch,
        given,
        doing=saying.said("派给{name}", name=name),
        done=lambda ticket: Done(
            saying.said("{serial_no} 已派给{name}", serial_no=ticket.serial_no, name=name), _next()
        ),
        to=_next(),
        lead=lead,
        co=request.form.getlist("co"),
        reason=text("reason", longest=2000),
    )


@pages.post("/desk/answer")
@allows(Permission.DISPATCH)
def answer(visit: Visit) -> Answer:
    """Answer the resident without dispatch, in one's own words or with an article of the knowledge base."""
    given, rests = sent(), Rests.read()
    return give(
        visit,
        journey.answer_directly,
        given,
        doing="直接答复并办结",
        done=lambda ticket: Done(saying.said("{serial_no} 已直接答复并办结", serial_no=ticket.serial_no), _next()),
        to=_next(),
        text=text("text"),
        article_id=rests.article_id,
        article_version=rests.article_version,
        disposition=text("disposition") or "explained",
        basis=text("basis", longest=500),
        confirmed=text("confirmed", longest=2000),
    )


@pages.post("/desk/review")
@allows(Permission.REVIEW)
def review(visit: Visit) -> Answer:
    """Pass the reply, or give it back with a reason."""
    given, verdict = sent(), request.form.get("verdict")
    if verdict == "pass":
        confirmed = text("confirmed", longest=2000)
        remark = "" if confirmed else text("note", longest=2000)  # what is filled in there is for giving it back
        return give(
            visit,
            conclude.pass_reply,
            given,
            doing="审核通过并发出答复",
            done=_passed,
            to=_next(),
            remark=remark,
            confirmed=confirmed,
        )
    remark = required("note", ask="退回时请写明理由，承办单位要据此修改。", longest=2000)
    ticket = conclude.return_reply(visit.scope, given.serial_no, _order(visit, given), remark=remark)
    return Done(saying.said("{serial_no} 已退回重写", serial_no=ticket.serial_no), _next())


def _passed(ticket: Ticket) -> Done:
    """Say what came of passing a reply: one that a second person has to look at is not sent yet."""
    if ticket.state == State.SUBMITTED:
        words = saying.said("{serial_no} 首审通过，须由另一审核员复审后送达", serial_no=ticket.serial_no)
        return Done(words, _next(), "soon")
    return Done(saying.said("{serial_no} 审核通过，答复已发出", serial_no=ticket.serial_no), _next())


@pages.post("/desk/follow-up")
@allows(Permission.FOLLOW_UP)
def follow_up(visit: Visit) -> Answer:
    """Record an attempt to ask the resident, and when they were reached what they said."""
    given, outcome = sent(), request.form.get("outcome", "")
    remark, answers = text("note", longest=2000), (text("resolved"), text("satisfaction"))
    if outcome == "reached" and not all(answers):
        raise InputUnusable("接通后请记下两项：问题是否解决、对办理是否满意。")
    ticket = conclude.follow_up(visit.scope, given.serial_no, _order(visit, given), outcome=outcome, remark=remark)
    if outcome == "reached":
        said = Order(RESIDENT, visit.now, command_id=given.command_id and f"{given.command_id}/rate")
        conclude.rate(
            visit.scope,
            given.serial_no,
            said,
            resolved=answers[0],
            satisfaction=answers[1],
            comment=remark,
            cause=text("cause"),
        )
    return Done(saying.said("{serial_no} 的回访已记录", serial_no=ticket.serial_no), _next())


def _order(visit: Visit, given: Sent) -> Order:
    return Order(visit.actor, visit.now, given.version, given.command_id)


def _next() -> str:
    """Return where the desk goes on: the ticket below the one just done."""
    return own_path(request.form.get("back"), otherwise="/desk")
