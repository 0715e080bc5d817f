"""Warnings 综合预警 and hot topics 热点话题: what rises, what was said of it, and what is asked about most."""

from datetime import date, timedelta

from flask import Blueprint, g, render_template, request

from core.journey import warnings
from core.journey.queries.choices import choices
from core.kit.saying import said
from core.knowledge.queries import public_on
from core.people.roles import Permission
from core.statistics.days import ONE_DAY, Span
from core.statistics.periods import Month
from core.statistics.warnings.queries import get_warning, rule_records, trend_of, warning_lines
from core.statistics.warnings.topics import (
    EFFECT_DAYS,
    fastest,
    followed_topics,
    hot_matters,
    last_days,
    places,
    weak_spots,
)
from core.statistics.warnings.watching import rules_of
from core.web.desk.lanes import Tab
from core.web.input import day, required, text, texts
from core.web.language.charts import chart_shown
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("warnings", __name__)
TABS = {"open": "待研判", "acknowledged": "已确认", "false_alarm": "误报"}
PERIOD = 30
"""Days of which hot matters are told, beside as many before."""
TOP = 10
A_YEAR = timedelta(days=365)
LONGEST_REASON = 500


@pages.get("/warnings")
@allows(Permission.SEE_TICKETS)
def show_warnings(visit: Visit) -> Answer:
    """List warnings by what was said of them, and how each rule has done."""
    wanted = request.args.get("tab", "")
    tab = wanted if wanted in TABS else "open"
    return render_template(
        "warnings/list.html",
        tabs=[Tab(label, f"/warnings?tab={name}", name == tab, None) for name, label in TABS.items()],
        lines=warning_lines(visit.scope, state=tab),
        records=rule_records(visit.scope),
        rules=rules_of(visit.scope),
    )


@pages.get("/warnings/<int(max=9223372036854775807):warning>")
@allows(Permission.SEE_TICKETS)
def show_warning(visit: Visit, warning: int) -> Answer:
    """Show a warning with its evidence and its trend; after a refusal with why."""
    line, refusal = get_warning(visit.scope, warning), g.get("refusal")
    page = render_template(
        "warnings/one.html",
        line=line,
        trend=chart_shown(trend_of(line)),
        settles=not visit.permissions.isdisjoint(warnings.SETTLES),
        choices=choices(visit.scope),
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/warnings/<int(max=9223372036854775807):warning>/acknowledge")
@allows(warnings.SETTLES, again=show_warning)
def acknowledge(visit: Visit, warning: int) -> Answer:
    """Say that a warning was right, and what follows."""
    reason = required("reason", ask="请写明研判结果：为什么增多、交给谁处理。", longest=LONGEST_REASON)
    warnings.acknowledge_warning(visit.scope, warning, reason=reason, actor=visit.actor, now=visit.now)
    return Done("已确认这一条预警", "/warnings")


@pages.post("/warnings/<int(max=9223372036854775807):warning>/false-alarm")
@allows(warnings.SETTLES, again=show_warning)
def call_false(visit: Visit, warning: int) -> Answer:
    """Say that a warning was a false alarm, and why."""
    reason = required("reason", ask="请写明为什么是误报，规则要据此调整。", longest=LONGEST_REASON)
    warnings.call_false(visit.scope, warning, reason=reason, actor=visit.actor, now=visit.now)
    return Done("已标为误报", "/warnings")


@pages.post("/warnings/<int(max=9223372036854775807):warning>/ask")
@allows(Permission.DISPATCH, again=show_warning)
def ask_unit(visit: Visit, warning: int) -> Answer:
    """Ask a unit to interpret what a warning is about."""
    unit = required("unit", ask="请选择由哪个单位解读。", longest=100)
    question = required("question", ask="请写明要请单位解读什么问题。", longest=5_000)
    warnings.ask_because(visit.scope, warning, unit=unit, question=question, actor=visit.actor, now=visit.now)
    return Done("已请单位解读", f"/warnings/{warning}")


@pages.get("/topics")
@allows(Permission.SEE_TICKETS)
def show_topics(visit: Visit) -> Answer:
    """Show what is asked about most, what grows, where answers do not hold, and the topics that are followed."""
    scope, today, refusal = visit.scope, _today(visit), g.get("refusal")
    span = last_days(today, PERIOD)
    hot = hot_matters(scope, span)
    answers = public_on(scope, [each.matter for each in hot[:TOP]], today=today)
    page = render_template(
        "warnings/topics.html",
        span=span,
        hot=hot[:TOP],
        growing=fastest(hot)[:TOP],
        weak=weak_spots(scope, span)[:TOP],
        topics=followed_topics(scope, Month.of(today)),
        programme=[(each, answers.get(each.matter, [])) for each in hot[:TOP]],
        effect_days=EFFECT_DAYS,
        settles=not visit.permissions.isdisjoint(warnings.SETTLES),
        choices=choices(scope),
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/topics")
@allows(warnings.SETTLES, again=show_topics)
def follow(visit: Visit) -> Answer:
    """Follow a topic over months."""
    topic = warnings.follow_topic(
        visit.scope,
        name=text("name", longest=100),
        matters=texts("matters", longest=100),
        areas=texts("areas", longest=100),
        why=text("why", longest=LONGEST_REASON),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("开始跟踪“{name}”", name=topic.name), "/topics")


@pages.post("/topics/<int(max=9223372036854775807):topic>/measures")
@allows(warnings.SETTLES, again=lambda topic: show_topics())
def note_measure(visit: Visit, topic: int) -> Answer:
    """Note a measure that was taken on a topic."""
    noted = warnings.note_measure(
        visit.scope,
        topic,
        on=day(required("on", ask="请填写措施从哪天开始。", longest=10)),
        text=required("text", ask="请写明采取了什么措施。", longest=LONGEST_REASON),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("已登记“{name}”的措施", name=noted.name), "/topics")


@pages.post("/topics/<int(max=9223372036854775807):topic>/end")
@allows(warnings.SETTLES, again=lambda topic: show_topics())
def end(visit: Visit, topic: int) -> Answer:
    """Follow a topic no more."""
    ended = warnings.end_topic(visit.scope, topic, actor=visit.actor, now=visit.now)
    return Done(said("不再跟踪“{name}”", name=ended.name), "/topics")


@pages.get("/topics/places")
@allows(Permission.SEE_TICKETS)
def show_places(visit: Visit) -> Answer:
    """Show matters by area over a year, for those who plan public facilities; `?category=` narrows them."""
    yesterday = _today(visit) - ONE_DAY
    category = request.args.get("category", "")[:100]
    report = places(visit.scope, Span(yesterday - A_YEAR, yesterday), category=category, most_matters=TOP)
    categories = [group for group, _ in choices(visit.scope).matters]
    return render_template("warnings/places.html", report=report, category=category, categories=categories)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()
