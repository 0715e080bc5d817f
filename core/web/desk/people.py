"""Who works in a unit 人员与值班: who is on duty, who stands in, who is away; its head keeps it, everybody there reads it."""

from datetime import date

from flask import Blueprint, g, render_template, request

from core.journey.rosters import Duty, keeps_roster, note_absence, note_return, put_roster, show_own_roster
from core.kit.saying import said
from core.people.roles import Permission
from core.people.roster.rules import EVERY_DAY
from core.web.desk.unit import unit_of
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("people", __name__)
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@pages.get("/unit/people")
@allows(Permission.HANDLE)
def show_people(visit: Visit) -> Answer:
    """Show who handles the unit's tickets, who of them is on duty and who is away; after a refusal with what was typed."""
    unit, refusal = unit_of(visit), g.get("refusal")
    roster = show_own_roster(visit.scope, unit.id, actor=visit.actor, now=visit.now)
    page = render_template(
        "desk/people.html",
        unit=unit,
        roster=roster,
        keeps=keeps_roster(visit.scope, unit, visit.actor),
        weekdays=WEEKDAYS,
        days_of={each.login: each.weekdays for each in roster.duties},
        is_plain=all(each.first is None and each.last is None for each in roster.duties)
        and len({each.login for each in roster.duties}) == len(roster.duties),
        refused=words_of(refusal) if refusal else "",
        form=request.form,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/unit/people/away")
@allows(Permission.HANDLE, again=show_people)
def note_away(visit: Visit) -> Answer:
    """Note that somebody is away; what they have goes to others at once when that is today."""
    given_on = note_absence(
        visit.scope,
        required("login", ask="请选择谁不在岗。", longest=100),
        first=_day("first", ask="请填写从哪一天起不在岗。"),
        last=_day("last", ask="") if text("last", longest=10) else None,
        reason=text("reason", longest=500),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("已登记不在岗，{count} 件工单转给了别人", count=given_on), "/unit/people")


@pages.post("/unit/people/back")
@allows(Permission.HANDLE, again=show_people)
def note_back(visit: Visit) -> Answer:
    """Note that somebody is back from today on."""
    note_return(visit.scope, required("login", ask="请选择谁回岗。", longest=100), actor=visit.actor, now=visit.now)
    return Done("已登记回岗", "/unit/people")


@pages.post("/unit/people/duty")
@allows(Permission.HANDLE, again=show_people)
def put_duty(visit: Visit) -> Answer:
    """Make the ticked weekdays the roster of the unit, and no other."""
    ticked: dict[str, set[int]] = {}
    for each in request.form.getlist("duty"):
        login, _, day = each.rpartition("/")
        if not day.isascii() or not day.isdecimal() or int(day) not in EVERY_DAY:
            raise InputUnusable("页面不完整，没有认出勾选的是哪一天。请刷新后重试。")
        ticked.setdefault(login, set()).add(int(day))
    duties = [Duty(login, weekdays=frozenset(days)) for login, days in ticked.items()]
    put_roster(visit.scope, unit_of(visit).code, duties, actor=visit.actor)
    return Done("值班表已保存，新派来的工单按它分给值班的人", "/unit/people")


def _day(name: str, *, ask: str) -> date:
    given = required(name, ask=ask, longest=10) if ask else text(name, longest=10)
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputUnusable("日期要写成 2026-03-12 这样。") from None
