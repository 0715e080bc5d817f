"""What needs the leader on one short page; each ticket with its brief, and what a leader does with it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, request

from core.escalation.rules import listed
from core.journey import lead, press
from core.journey.command import Carried
from core.journey.queries.case import get_case
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.journey.queries.compared import candidates_beside
from core.journey.queries.leader import leader_brief, leader_items, level_of, level_words, own_instructions
from core.journey.queries.timeline import timeline_of
from core.journey.sign_in import NotSignedIn, sign_by_code
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.queries import accounts_with
from core.people.roles import Permission
from core.people.second_factor.queries import find_bound
from core.tickets.timeline import Order
from core.units.queries import directory
from core.web.account import PROBLEMS
from core.web.held import give, is_being_decided
from core.web.input import required, sent, text
from core.web.refusals import status_of, words_of
from core.web.second_step import LONGEST_CODE
from core.web.visit import Answer, Done, Visit, allows
from core.workdays.queries import timetable

pages = Blueprint("leader", __name__)
PHRASES = ("请立即整改，举一反三", "请牵头会商，三日内报结果", "请核实情况，依法依规办理，及时回复群众")
"""What leaders write most, as beginnings to pick from."""
LONGEST_LOGIN = 100
DEADLINES = {"": "不另提要求", "1": "1 个工作日内", "3": "3 个工作日内", "5": "5 个工作日内", "10": "10 个工作日内"}


class NotSigned(Refused):
    """The code with which something is to be signed is wrong, was used before, or too many were wrong."""

    code = "not-signed"


@pages.get("/leader")
@allows(Permission.INSTRUCT)
def show_items(visit: Visit) -> Answer:
    """Show the tickets that need the leader, the gravest first."""
    return render_template(
        "leader/items.html",
        items=leader_items(visit.scope, visit.actor, now=visit.now),
        brief=leader_brief(visit.scope, visit.actor, now=visit.now),
        level=level_words(level_of(visit.scope, visit.actor)),
        hands_on=bool(_other_leaders(visit)),
    )


@pages.get("/leader/instructions")
@allows(Permission.INSTRUCT)
def show_instructions(visit: Visit) -> Answer:
    """Show what became of the leader's instructions."""
    return render_template(
        "leader/instructions.html", instructions=own_instructions(visit.scope, visit.actor, now=visit.now)
    )


@pages.get("/leader/<serial_no>")
@allows(Permission.INSTRUCT)
def show_one(visit: Visit, serial_no: str) -> Answer:
    """Show one ticket with its brief and the forms of a leader; after a refusal with what was typed."""
    return _one(visit, serial_no)


def _one(visit: Visit, serial_no: str) -> Answer:
    refusal = g.get("refusal")
    case = get_case(visit.scope, serial_no, now=visit.now)
    page = render_template(
        "leader/one.html",
        case=case,
        file=case_file(visit.scope, case.id),
        timeline=timeline_of(visit.scope, case.id),
        choices=choices(visit.scope),
        level=level_words(level_of(visit.scope, visit.actor)),
        may_act=not is_being_decided(visit, case.id),
        may_instruct=case.state in press.PRESSABLE and not is_being_decided(visit, case.id),
        alike=candidates_beside(visit.scope, serial_no, now=visit.now),
        others=_other_leaders(visit),
        signs_by_code=find_bound(visit.scope, visit.staff.account_id) is not None,
        phrases=PHRASES,
        deadlines=DEADLINES,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/leader/<serial_no>/instruct")
@allows(Permission.INSTRUCT, again=show_one)
def instruct(visit: Visit, serial_no: str) -> Answer:
    """Give an instruction in the leader's own name, on the level of their account, signed by a code where one is bound.

    A wrong code is counted, so it raises nothing: the page shows it with what was typed.
    """
    code, address = text("code", longest=LONGEST_CODE), request.remote_addr or ""
    unsigned = sign_by_code(visit.scope, visit.staff, code=code, address=address, now=visit.now)
    if unsigned is not None:
        g.refusal = _unsigned(unsigned)
        return _one(visit, serial_no)
    days = text("days", longest=2)
    listed(days, DEADLINES, "要求时间")
    written = text("text", longest=5000) or text("phrase", longest=200)
    deadline = _in_workdays(visit, int(days)) if days else None
    return give(
        visit,
        press.instruct,
        sent(serial_no),
        doing="下达批示",
        done=lambda _ticket: Done(said("{serial_no} 的批示已下达", serial_no=serial_no), "/leader"),
        to="/leader",
        leader=visit.staff.name,
        level=level_of(visit.scope, visit.actor),
        text=written,
        deadline=deadline,
        unit=text("unit", longest=100),
    )


@pages.post("/leader/<serial_no>/read")
@allows(Permission.INSTRUCT, again=show_one)
def read(visit: Visit, serial_no: str) -> Answer:
    """Say 阅 in one tap."""
    _do(visit, lead.read_ticket, serial_no)
    return Done(said("{serial_no} 已阅", serial_no=serial_no), "/leader")


@pages.post("/leader/<serial_no>/hand-on")
@allows(Permission.INSTRUCT, again=show_one)
def hand_on(visit: Visit, serial_no: str) -> Answer:
    """Hand the ticket on to another leader."""
    to = required("to", ask="请选择要转给的领导。", longest=LONGEST_LOGIN)
    _do(visit, lead.hand_on, serial_no, to=to, words=text("words", longest=2000))
    return Done(said("{serial_no} 已转阅", serial_no=serial_no), "/leader")


@pages.post("/leader/<serial_no>/answer")
@allows(Permission.INSTRUCT, again=show_one)
def answer(visit: Visit, serial_no: str) -> Answer:
    """Answer the resident directly, while the ticket is with no unit."""
    return give(
        visit,
        lead.answer_as_leader,
        sent(serial_no),
        doing="直接答复并办结",
        done=lambda _ticket: Done(said("{serial_no} 已直接答复", serial_no=serial_no), "/leader"),
        to="/leader",
        text=required("text", ask="请写下答复群众的话。", longest=5000),
    )


def _do(visit: Visit, command: Carried[Any], serial_no: str, **arguments: Any) -> None:
    given = sent(serial_no)
    order = Order(visit.actor, visit.now, given.version, given.command_id)
    command(visit.scope, serial_no, order, **arguments)


def _other_leaders(visit: Visit) -> list[tuple[str, str]]:
    """Return login and name, with the unit, of those to whom a ticket can be handed on."""
    units = directory(visit.scope)
    found = accounts_with(visit.scope, Permission.INSTRUCT, now=visit.now)
    return [
        (each.login, f"{each.name}（{units.name_of(each.unit_id)}）" if each.unit_id else each.name)
        for each in found
        if each.id != visit.staff.account_id
    ]


def _unsigned(problem: NotSignedIn) -> NotSigned:
    if problem.reason == "throttled":
        return NotSigned(PROBLEMS["throttled"])
    return NotSigned("动态口令不对，或已经用过，批示没有下达。请等手机上出现下一个六位数再试。")


def _in_workdays(visit: Visit, days: int) -> datetime:
    """Return the end of working hours of the day that many working days ahead."""
    return timetable(visit.scope).close_after(visit.now, days)
