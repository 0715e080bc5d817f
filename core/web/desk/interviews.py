"""Live interviews 微访谈: the list with its figures, the announcement, and one session with what became of its questions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.hooks.values import InterviewRules
from core.intake.channels import open_channels_of
from core.intake.interviews.labels import QUESTION_STATES
from core.intake.interviews.rules import MOST_HOSTS, Announcement, Host
from core.intake.interviews.service import interviews
from core.journey import interviews as journey
from core.journey.interview_handover import BATCH, hand_over
from core.journey.interview_publicity import show_question
from core.journey.interview_questions import set_aside
from core.journey.interview_reminders import press_units
from core.journey.queries.interviews import PAGE, READS, interview_case, interview_lines, question_lines
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.units.queries import directory
from core.web.desk.inbound import number_of
from core.web.desk.interview_hour import chosen_number, show_hour
from core.web.input import InputUnusable, required, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("interviews", __name__)
LIST = "/interviews"
TABS = {"": "全部", **QUESTION_STATES, "failed": "没有转成"}
LONGEST_WORDS = 50
FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class HostTyped:
    """A row of the form in which a host is written."""

    name: str = ""
    post: str = ""
    unit: str = ""


@pages.get(LIST)
@allows(READS)
def show_interviews(visit: Visit) -> Answer:
    """Show the interviews, the latest first, and to the desk the form by which one is announced."""
    return _list(visit)


@pages.post(LIST)
@allows(Permission.ACCEPT, again=show_interviews)
def announce(visit: Visit) -> Answer:
    """Announce an interview; with `more` only show the form again, with one more row for a host."""
    if text("act", longest=10) == "more":
        return _list(visit)
    rules, opens_at = journey.get_interview_rules(visit.scope), _moment(visit, "opens_at", "开始时间")
    ends_at = _moment(visit, "ends_at", "结束时间") if text("ends_at", longest=40) else None
    said = Announcement(
        slug=text("slug", longest=60) or _free_slug(visit, opens_at),
        topic=required("topic", ask="请写明主题。", longest=200),
        opens_at=opens_at,
        ends_at=ends_at or opens_at + timedelta(minutes=rules.minutes),
        hosts=[Host(row.name, row.post, row.unit) for row in _hosts_typed() if row.name or row.post or row.unit],
        units=texts("units", longest=64),
        note=text("note", longest=2000),
    )
    announced = journey.announce_interview(visit.scope, said, actor=visit.actor, now=visit.now)
    return Done("已预告，网友现在就可以提问", f"{LIST}/{announced.slug}")


@pages.get(f"{LIST}/<slug>")
@allows(READS)
def show_interview(visit: Visit, slug: str) -> Answer:
    """Show one interview: its figures by unit, what is to be done next, and its questions by state and unit."""
    refusal = g.get("refusal")
    case = interview_case(visit.scope, slug, actor=visit.actor)
    state = request.args.get("state", "")
    state = state if state in TABS else ""
    unit, words, after = (_argument(name) for name in ("unit", "q", "after"))
    lines = question_lines(
        visit.scope,
        slug,
        state=state,
        unit=number_of(unit) if unit else None,
        words=words,
        after=number_of(after) if after else 0,
        actor=visit.actor,
    )
    waiting = case.counts.waiting - case.failures
    page = render_template(
        "interviews/one.html",
        case=case,
        tabs=TABS,
        state=state,
        unit=unit,
        words=words,
        lines=lines[:PAGE],
        more=lines[PAGE - 1].number if len(lines) > PAGE else None,
        channel=_channel(visit, case.channel),
        goes_on="go" in request.args and waiting > 0,
        to_hand_over=waiting,
        batch=BATCH,
        successors=[(each.code, each.name) for each in directory(visit.scope).units],
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{LIST}/<slug>/open")
@allows(Permission.ACCEPT, again=show_interview)
def open_interview(visit: Visit, slug: str) -> Answer:
    """Open the interview."""
    journey.open_interview(visit.scope, slug, actor=visit.actor, now=visit.now)
    return Done("已开始，可以当场答复", f"{LIST}/{slug}/hour")


@pages.post(f"{LIST}/<slug>/close")
@allows(Permission.ACCEPT, again=show_interview)
def close_interview(visit: Visit, slug: str) -> Answer:
    """Close the interview."""
    journey.close_interview(visit.scope, slug, actor=visit.actor, now=visit.now)
    return Done("已结束。没有答复的提问等待转办", f"{LIST}/{slug}")


@pages.post(f"{LIST}/<slug>/hand-over")
@allows(Permission.ACCEPT, again=show_interview)
def hand_over_questions(visit: Visit, slug: str) -> Answer:
    """Make tickets of what waits, so many at a time; the page goes on by itself while there are more."""
    afresh = text("go", longest=3) != "on"
    done = hand_over(visit.scope, slug, afresh=afresh, actor=visit.actor, now=visit.now)
    if done.left:
        return Done(
            said("这一批转了 {filed} 条，还有 {left} 条，正在继续", filed=done.filed, left=done.left),
            f"{LIST}/{slug}?go=1",
        )
    if done.failed:
        return Done(
            said("有 {failed} 条没有转成，原因写在各条下面，其余已转办", failed=done.failed),
            f"{LIST}/{slug}?state=failed",
            "soon",
        )
    return Done("已全部转办", f"{LIST}/{slug}")


@pages.post(f"{LIST}/<slug>/follow")
@allows(Permission.ACCEPT, again=show_interview)
def follow_unit(visit: Visit, slug: str) -> Answer:
    """Name the successor of a unit that left."""
    journey.follow_unit(
        visit.scope,
        slug,
        chosen_number(text("unit", longest=20)),
        to=required("to", ask="请选择承接单位。", longest=64),
        reason=text("reason", longest=500),
        actor=visit.actor,
        now=visit.now,
    )
    return Done("已指定承接单位", f"{LIST}/{slug}")


@pages.post(f"{LIST}/<slug>/press")
@allows(Permission.DISPATCH, again=show_interview)
def press(visit: Visit, slug: str) -> Answer:
    """Send a reminder letter to each unit that has something left."""
    words = text("words", longest=1000)
    pressed = press_units(visit.scope, slug, words=words, actor=visit.actor, now=visit.now)
    sent = [each for each in pressed if each.number]
    if not sent:
        told = "有余件的单位今天都收到过提醒函，没有重复发" if pressed else "没有单位还有余件，没有发提醒函"
        return Done(told, f"{LIST}/{slug}", "soon")
    return Done(
        said("已向 {number} 个单位发提醒函：{sent}", number=len(sent), sent=joined("、", (each.unit for each in sent))),
        f"{LIST}/{slug}",
    )


def show_again(slug: str, number: str) -> ResponseReturnValue:
    """Show the page again from which something was wanted of a question: the hour's screen, or the interview."""
    assert number
    return show_hour(slug=slug) if "tab" in request.form else show_interview(slug=slug)


@pages.post(f"{LIST}/<slug>/question/<number>/aside")
@allows(Permission.ACCEPT, again=show_again)
def set_question_aside(visit: Visit, slug: str, number: str) -> Answer:
    """Set a question aside: it becomes no ticket."""
    reason = text("reason", longest=500)
    set_aside(visit.scope, slug, number_of(number), reason=reason, actor=visit.actor, now=visit.now)
    return Done(said("第 {number} 条不转办", number=number), _back(slug))


@pages.post(f"{LIST}/<slug>/question/<number>/show")
@allows(Permission.ACCEPT, again=show_again)
def show_to_all(visit: Visit, slug: str, number: str) -> Answer:
    """Let everybody read a question, or withhold it."""
    shown = text("shown", longest=3) == "yes"
    show_question(visit.scope, slug, number_of(number), shown=shown, actor=visit.actor, now=visit.now)
    return Done(
        said(
            "第 {number} 条{shown}",
            number=number,
            shown=word("已公开，姓名、电话、门牌已隐去") if shown else word("不再公开"),
        ),
        _back(slug),
    )


def _list(visit: Visit) -> Answer:
    refusal = g.get("refusal")
    rows = _hosts_typed()
    wanted = max(FEWEST_ROWS, len(rows) + (1 if text("act", longest=10) == "more" else 0))
    rules = _rules(visit)
    page = render_template(
        "interviews/list.html",
        lines=interview_lines(visit.scope, actor=visit.actor),
        rules=rules,
        channel=_channel(visit, rules.channel) if rules else "",
        typed=request.form,
        hosts=[*rows, *[HostTyped()] * (wanted - len(rows))][:MOST_HOSTS],
        most_hosts=MOST_HOSTS,
        units=[(each.code, each.name) for each in directory(visit.scope).units],
        chosen=texts("units", longest=64) if request.form else list(rules.units) if rules else [],
        is_open=bool(request.form),
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


def _rules(visit: Visit) -> InterviewRules | None:
    return journey.interview_rules_of(visit.scope)


def _channel(visit: Visit, id_: str) -> str:
    channel = open_channels_of(visit.scope).get(id_)
    return channel.label if channel else id_


def _hosts_typed() -> list[HostTyped]:
    columns = [texts(f"host_{name}", longest=100) for name in ("name", "post", "unit")]
    return [HostTyped(*row) for row in zip(*columns, strict=False)][:MOST_HOSTS]


def _free_slug(visit: Visit, opens_at: datetime) -> str:
    """Return a name for addresses that no interview has: the day, and a number where there are several."""
    taken = {each.slug for each in interviews(visit.scope)}
    day = opens_at.astimezone(visit.scope.tenant.zone).strftime("%Y%m%d")
    return next(name for name in (day, *(f"{day}-{n}" for n in range(2, 1000))) if name not in taken)


def _moment(visit: Visit, name: str, label: str) -> datetime:
    try:
        written = datetime.fromisoformat(text(name, longest=40))
    except ValueError as error:
        raise InputUnusable(said("请填写{label}，如 2026-03-12 15:00。", label=word(label))) from error
    return written if written.tzinfo else written.replace(tzinfo=visit.scope.tenant.zone)


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:LONGEST_WORDS]


def _back(slug: str) -> str:
    """Return to the hour's screen when it was done there, with the same tab."""
    tab = text("tab", longest=10)
    return f"{LIST}/{slug}/hour?tab={tab}" if tab.isalpha() and tab.isascii() else f"{LIST}/{slug}"
