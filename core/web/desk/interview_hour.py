"""The hour of a live interview 现场: what comes in, gathered; answered, set aside or shown by few keys; and the time that is left.

The list looks for what is new by itself; without JavaScript the page is loaded again.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request

from core.journey import interviews as journey
from core.journey.interview_questions import ANSWERS, answer_live, may_answer_for
from core.journey.queries.interviews import LIVE_TABS, READS, Group, HostLine, Hour, the_hour
from core.journey.queries.lights import Light
from core.kit.saying import said, word
from core.people.roles import Permission
from core.web.desk.inbound import number_of
from core.web.input import InputUnusable, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("interview_hour", __name__)
AT = "/interviews/<slug>"
SOON_MINUTES = 10
"""From so many minutes before the end the dot is yellow."""
DAY = 86_400
ENOUGH = "提问踊跃，继续答复"


@pages.get(f"{AT}/hour")
@allows(READS)
def show_hour(visit: Visit, slug: str) -> Answer:
    """Show the hour whole, or for htmx the part that changes; after a refusal with what was typed."""
    refusal = g.get("refusal")
    wanted = request.form.get("tab") or request.args.get("tab", "new")
    tab = wanted if wanted in LIVE_TABS else "new"
    hour = the_hour(visit.scope, slug, tab=tab, actor=visit.actor)
    part = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") and not refusal else ""
    group = _group(hour, request.form.get("number") or request.args.get("at", ""))
    rules = journey.interview_rules_of(visit.scope)
    facts: dict[str, Any] = {
        "hour": hour,
        "tabs": LIVE_TABS,
        "light": light_of(hour, zone=visit.scope.tenant.zone, now=visit.now),
        "group": group,
        "minutes": rules.extension_minutes if rules else 0,
        "enough": ENOUGH,
        "hosts": _hosts(visit, hour),
        "answers": not ANSWERS.isdisjoint(visit.permissions),
        "is_open": hour.line.state in ("open", "closed"),
        "typed": request.form,
        "refusal": words_of(refusal) if refusal else None,
    }
    if part == "pane":
        return render_template("interviews/hour_pane.html", **facts)
    if part == "list":
        return _only_if_changed(make_response(render_template("interviews/hour_list.html", **facts)), facts)
    page = render_template("interviews/hour.html", **facts)
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{AT}/question/<number>/answer")
@allows(ANSWERS, again=lambda slug, number: show_hour(slug=slug))
def answer(visit: Visit, slug: str, number: str) -> Answer:
    """Keep what a host answered, for the question and for those like it that were ticked."""
    host = text("host", longest=4)
    if not (host.isascii() and host.isdecimal()):
        raise InputUnusable("请选择是哪位领导答复的。")
    others = [chosen_number(each) for each in texts("also", longest=20)]
    words, numbers = text("text"), list(dict.fromkeys([number_of(number), *others]))
    for each in numbers:
        answer_live(visit.scope, slug, each, text=words, host=int(host), actor=visit.actor, now=visit.now)
    told = (
        said("第 {number} 条已答复", number=number)
        if len(numbers) == 1
        else said("第 {number} 条和同类的 {number_2} 条已一并答复", number=number, number_2=len(numbers) - 1)
    )
    return Done(told, _hour_of(slug))


@pages.post(f"{AT}/extend")
@allows(Permission.ACCEPT, again=show_hour)
def extend(visit: Visit, slug: str) -> Answer:
    """Extend the interview by what the district's rules say."""
    extended = journey.extend_interview(
        visit.scope, slug, reason=text("reason", longest=200), actor=visit.actor, now=visit.now
    )
    until = extended.until.astimezone(visit.scope.tenant.zone)
    return Done(said("已延长到 {until:%H:%M}", until=until), _hour_of(slug))


def chosen_number(typed: str) -> int:
    """Return a number that a form carries. Raises `InputUnusable`."""
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 18):
        raise InputUnusable("页面不完整，没有办成。请刷新后重试。")
    return int(typed)


def light_of(hour: Hour, *, zone: tzinfo, now: datetime) -> Light:
    """Return the dot of the time that is left."""
    seconds = int(hour.left(now).total_seconds())
    if hour.line.state != "open":
        return Light("grey", "none", hour.line.state_label, "不在进行中，不计时")
    tone = "red" if seconds < 0 else "yellow" if seconds <= SOON_MINUTES * 60 else "green"
    minutes = max(1, abs(seconds) // 60)
    amount = (
        said("{minutes}时{minutes_2:02d}分", minutes=minutes // 60, minutes_2=minutes % 60)
        if minutes >= 60
        else said("{minutes}分", minutes=minutes)
    )
    return Light(
        tone,
        tone,
        said("超 {amount}", amount=amount) if seconds < 0 else said("剩 {amount}", amount=amount),
        said(
            "{seconds}于 {until:%H:%M} 结束",
            seconds=word("应已") if seconds < 0 else word("将"),
            until=hour.line.until.astimezone(zone),
        ),
        ticking=True,
        seconds_left=seconds,
        day_seconds=DAY,
    )


def _hosts(visit: Visit, hour: Hour) -> list[HostLine]:
    """Return the hosts for whom the visitor may write an answer down."""
    return [host for host in hour.line.hosts if may_answer_for(visit.actor, host.unit_id)]


def _group(hour: Hour, at: str) -> Group | None:
    """Return the group that is open: the one with this question, else the first."""
    chosen = next((each for each in hour.groups if at in _numbers(each)), None)
    return chosen or (hour.groups[0] if hour.groups else None)


def _numbers(group: Group) -> set[str]:
    return {str(each.number) for each in (group.first, *group.same, *group.like)}


def _hour_of(slug: str) -> str:
    tab = text("tab", longest=10)
    return f"/interviews/{slug}/hour{f'?tab={tab}' if tab in LIVE_TABS and tab != 'new' else ''}"


def _only_if_changed(response: Response, facts: Mapping[str, Any]) -> Answer:
    """Answer 304 when the list reads as it did before: the page asks every few seconds."""
    hour: Hour = facts["hour"]
    read = (hour.groups, hour.line.counts, hour.line.state, hour.line.until, facts["light"].words)
    response.set_etag(hashlib.sha256(repr(read).encode()).hexdigest()[:16], weak=True)
    return response.make_conditional(request)
