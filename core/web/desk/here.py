"""Who else has the ticket open, asked by its page every 15 seconds."""

from flask import Blueprint, jsonify, request

from core.journey.presence import look_in
from core.kit.saying import joined, said
from core.people.roles import Permission
from core.web.language.speaking import t
from core.web.visit import Answer, Visit, allows, is_poll

pages = Blueprint("here", __name__)
LONGEST = 40


@pages.get("/t/<serial_no>/here")
@allows(frozenset({Permission.SEE_TICKETS, Permission.HANDLE}))
def show_others(visit: Visit, serial_no: str) -> Answer:
    """Say that the visitor is here, and tell who else is; `fills` is empty unless one of them fills in a form.

    Nothing is said of whoever only came by the address, as no other site can send what the page asks with.
    """
    form = "".join(filter(str.isprintable, request.args.get("filling", "")))[:LONGEST]
    others = look_in(visit.scope, serial_no, visit.staff, form=form if is_poll() else None, now=visit.now)
    filling = [said("{name} 正在填写{form}", name=each.name, form=each.form) for each in others if each.form]
    reading = [each.name for each in others if not each.form]
    words = [*filling, *([said("{names} 也开着这件工单", names=joined("、", reading))] if reading else [])]
    response = jsonify(words=t(joined("；", words)), fills=t(joined("；", filling)))
    response.add_etag(weak=True)
    return response.make_conditional(request)
