"""The working calendar for administrators: the year drawn, a notice brought in, days of one's own, hours, and the draft."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, g, render_template, request

from core.journey.calendar_drafts import (
    SHOWN,
    Seen,
    calendar_held,
    draft_calendar,
    get_draft,
    needs_second_person,
    open_draft,
    shifts_of,
    spec_of,
    trial_mark,
    versions_of,
    withdraw_draft,
)
from core.journey.calendar_publishing import move_on_clocks, publish_draft, try_draft
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.sla.labels import CLOCK_LABELS
from core.tasks.models import Task
from core.web.admin.calendar_forms import (
    described,
    empty_rows,
    pasted_notice,
    removed_days,
    rows_of,
    typed_days,
    typed_hours,
    typed_notices,
    typed_rows,
)
from core.web.admin.calendar_year import hours_of_week, year_shown
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows
from core.workdays.comparison import changed_days, in_spans
from core.workdays.editing import (
    FARTHEST_YEARS,
    KIND_WORDS,
    horizon_of,
    with_days,
    with_hours,
    with_notice,
    without_days,
    without_hours,
)
from core.workdays.notices import missing_festivals
from core.workdays.rules import ONE_DAY, Timetable
from core.workdays.specification import WEEKDAYS, CalendarSpec, Hours

pages = Blueprint("admin_calendar", __name__)
AT = "/admin/calendar"
ONE = "<int(max=2147483647):number>"
MOST_SPANS = 60
HEADS = ("一", "二", "三", "四", "五", "六", "日")


@pages.get(AT)
@allows(Permission.ADMINISTER)
def show_calendar(visit: Visit) -> Answer:
    """Show a year of the calendar, as the open draft would have it where there is one; after a refusal with what was typed."""
    return _calendar_page(visit)


@pages.post(f"{AT}/notice")
@allows(Permission.ADMINISTER, again=show_calendar)
def bring_in_notice(visit: Visit) -> Answer:
    """Draft the calendar with a notice; with `act` "read" only fill the rows of the form from what was pasted."""
    if text("act", longest=10) == "read":
        g.read_notice = pasted_notice()
        return _calendar_page(visit)
    notices = typed_notices()
    years = joined("、", (str(notice.year) for notice in notices))
    missing = joined("、", (name for notice in notices for name in missing_festivals(notice)))
    done = _drafted(
        visit,
        lambda spec: with_notice(spec, notices),
        what=said("收进 {years} 年放假安排", years=years),
        reason=notices[-1].source,
    )
    if not missing:
        return done
    return Done(
        said("{said}。通知里没有写到{missing}，请核对是否漏了", said=done.said, missing=missing), done.to, "soon"
    )


@pages.post(f"{AT}/days")
@allows(Permission.ADMINISTER, again=show_calendar)
def add_days(visit: Visit) -> Answer:
    """Draft the calendar with days of the district's own."""
    days = typed_days()
    what = said(
        "{days} {kind}：{label}",
        days=described([each.day for each in days]),
        kind=KIND_WORDS[days[0].kind],
        label=days[0].reason,
    )
    return _drafted(visit, lambda spec: with_days(spec, days), what=what, reason=days[0].source or days[0].reason)


@pages.post(f"{AT}/days/remove")
@allows(Permission.ADMINISTER, again=show_calendar)
def remove_days(visit: Visit) -> Answer:
    """Draft the calendar without what the district itself said of some days."""
    days = removed_days()
    what = said("撤下本区安排：{days}", days=described(days))
    return _drafted(visit, lambda spec: without_days(spec, days), what=what, reason=text("reason", longest=500))


@pages.post(f"{AT}/hours")
@allows(Permission.ADMINISTER, again=show_calendar)
def add_hours(visit: Visit) -> Answer:
    """Draft the calendar with hours that hold from a day on."""
    hours = typed_hours()
    what = said("作息：{words}", words=_hours_words(hours[0]))
    return _drafted(visit, lambda spec: with_hours(spec, hours), what=what, reason=text("reason", longest=500))


@pages.post(f"{AT}/hours/remove")
@allows(Permission.ADMINISTER, again=show_calendar)
def remove_hours(visit: Visit) -> Answer:
    """Draft the calendar without some hours that have not begun."""
    place = text("place", longest=3)
    if not place.isdecimal():
        raise InputUnusable("请从列表里选要撤下的作息。")
    return _drafted(
        visit,
        lambda spec: without_hours(spec, int(place)),
        what=said("撤下第 {place} 条作息", place=int(place) + 1),
        reason=text("reason", longest=500),
    )


@pages.get(f"{AT}/drafts/{ONE}")
@allows(Permission.ADMINISTER)
def show_draft(visit: Visit, number: int) -> Answer:
    """Show a draft: what changes day by day, which due times move, and what can be done with it."""
    draft = get_draft(visit.scope, number)
    held = calendar_held(visit.scope)
    page = _page_number()
    shifts, total = shifts_of(visit.scope, number, page=page)
    refusal = g.get("refusal")
    needs = needs_second_person(visit.scope, now=visit.now)
    task = _task(visit, draft.moving_task if draft.state == "published" else draft.trial_task)
    facts = {
        "draft": draft,
        "spans": _spans(visit, held.spec, spec_of(draft)) if draft.state == "open" else [],
        "most": MOST_SPANS,
        "held": held,
        "task": task,
        "is_running": task is not None and not task.has_ended,
        "shifts": shifts,
        "total": total,
        "page": page,
        "pages": (total + SHOWN - 1) // SHOWN,
        "clocks": CLOCK_LABELS,
        "mark": trial_mark(draft),
        "trial_at": datetime.fromisoformat(draft.trial["at"]) if draft.trial else None,
        "is_own": needs and draft.author_id == visit.staff.account_id,
        "needs_second": needs,
        "refusal": words_of(refusal) if refusal else "",
    }
    if request.headers.get("HX-Request") and not refusal:
        return render_template("admin/calendar_trial.html", **facts)
    page_shown = render_template("admin/calendar_draft.html", **facts)
    return (page_shown, status_of(refusal)) if refusal else page_shown


@pages.post(f"{AT}/drafts/{ONE}/try")
@allows(Permission.ADMINISTER, again=show_draft)
def try_again(visit: Visit, number: int) -> Answer:
    """Count anew which due times the draft would move."""
    try_draft(visit.scope, number, actor=visit.actor, request=_request(), now=visit.now)
    return Done(said("正在重新试算"), f"{AT}/drafts/{number}")


@pages.post(f"{AT}/drafts/{ONE}/publish")
@allows(Permission.ADMINISTER, again=show_draft)
def publish(visit: Visit, number: int) -> Answer:
    """Let the draft hold."""
    draft = publish_draft(
        visit.scope,
        number,
        mark=text("mark", longest=64),
        actor=visit.actor,
        address=request.remote_addr or "",
        request=_request(),
        now=visit.now,
    )
    return Done(
        said("已发布工作日历第 {version} 版，受影响的时限正在变动", version=draft.version), f"{AT}/drafts/{number}"
    )


@pages.post(f"{AT}/drafts/{ONE}/go-on")
@allows(Permission.ADMINISTER, again=show_draft)
def go_on(visit: Visit, number: int) -> Answer:
    """Let the clocks go by the calendar in force, where that was interrupted."""
    move_on_clocks(visit.scope, number, actor=visit.actor, request=_request(), now=visit.now)
    return Done(said("正在接着变动时限"), f"{AT}/drafts/{number}")


@pages.post(f"{AT}/drafts/{ONE}/withdraw")
@allows(Permission.ADMINISTER, again=show_draft)
def withdraw(visit: Visit, number: int) -> Answer:
    """Put the draft aside."""
    withdraw_draft(visit.scope, number, actor=visit.actor, now=visit.now)
    return Done(said("已撤回第 {number} 份草稿，工作日历没有改动", number=number), AT)


def _drafted(visit: Visit, change: Callable[[CalendarSpec], CalendarSpec], *, what: str, reason: str) -> Done:
    seen = Seen(_number("base"), _number("drafted"))
    key = _request()
    draft = draft_calendar(visit.scope, change, what=what, seen=seen, reason=reason, actor=visit.actor, now=visit.now)
    try_draft(visit.scope, draft.number, actor=visit.actor, request=key, now=visit.now)
    return Done(said("已起草：{what}。还没有生效，正在试算", what=what), f"{AT}/drafts/{draft.number}")


def _calendar_page(visit: Visit) -> Answer:
    held, draft = calendar_held(visit.scope), open_draft(visit.scope)
    spec = spec_of(draft) if draft else held.spec
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    read = g.get("read_notice")
    year = _year(today.year, horizon_of(held.spec, spec, today=today).year)
    refusal = g.get("refusal")
    typed = request.form
    page = render_template(
        "admin/calendar.html",
        held=held,
        draft=draft,
        spec=spec,
        shown=year_shown(year, spec, before=held.spec if draft else None, today=today),
        today=today,
        years=range(today.year - 1, today.year + 2),
        heads=HEADS,
        week=[
            (WEEKDAYS[place], words) for place, words in hours_of_week(spec, monday=today - today.weekday() * ONE_DAY)
        ],
        hours=[(place, _hours_words(each), _may_go(each, today)) for place, each in enumerate(spec.hours)],
        own=[each for each in spec.days if each.day >= today],
        own_past=sum(each.day < today for each in spec.days),
        kinds={str(kind): words for kind, words in KIND_WORDS.items()},
        weekdays=(*WEEKDAYS, "调休上班日"),
        versions=versions_of(visit.scope),
        rows=rows_of(read) if read else typed_rows() if typed.getlist("festival") else empty_rows(),
        read=read,
        typed={"year": str(read.year), "source": read.source, "pasted": typed.get("pasted", "")} if read else typed,
        form=request.path.removeprefix(f"{AT}/") if request.method == "POST" else "",
        next_year=next((each for each in range(today.year, today.year + 3) if _lacks(spec, each)), today.year + 1),
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _spans(visit: Visit, before: CalendarSpec, after: CalendarSpec) -> list[Any]:
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    until = horizon_of(before, after, today=today)
    return in_spans(changed_days(Timetable(before), Timetable(after), since=today, until=until))


def _hours_words(hours: Hours) -> str:
    days = joined("、", (word((*WEEKDAYS, "调休上班日")[each]) for each in sorted(hours.days)))
    worked = joined("、", (str(segment) for segment in hours.segments)) or word("休息")
    since = said("，{day} 起", day=hours.valid_from) if hours.valid_from else ""
    until = said("，到 {day} 止", day=hours.valid_until) if hours.valid_until else ""
    return said("{days} {worked}", days=days, worked=worked) + since + until


def _may_go(hours: Hours, today: date) -> bool:
    return hours.valid_from is not None and hours.valid_from >= today


def _lacks(spec: CalendarSpec, year: int) -> bool:
    return spec.follows_national and all(notice.year != year for notice in spec.notices_in_force)


def _task(visit: Visit, task_id: int | None) -> Task | None:
    return visit.scope.session.get(Task, (visit.scope.tenant.id, task_id)) if task_id else None


def _request() -> str:
    return required("command_id", ask="页面不完整。请刷新后重试。", longest=64)


def _number(name: str) -> int:
    words = text(name, longest=9)
    if not words.isdecimal():
        raise InputUnusable("页面不完整，缺少日历的版本。请刷新后重试。")
    return int(words)


def _page_number() -> int:
    words = request.args.get("page", "1")
    return max(1, int(words)) if words.isascii() and words.isdecimal() and len(words) < 7 else 1


def _year(present: int, last: int) -> int:
    words = request.args.get("year", "")
    if not words:
        return present
    if (
        not words.isascii()
        or not words.isdecimal()
        or not present - 5 <= int(words[:5]) <= max(last, present + FARTHEST_YEARS)
    ):
        raise InputUnusable(
            said(
                "没有 {words} 年的日历可看。可看 {first} 至 {last} 年。",
                words=words[:20],
                first=present - 5,
                last=present + FARTHEST_YEARS,
            )
        )
    return int(words)
