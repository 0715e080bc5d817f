"""The knowledge base 知识库: what is offered, what units are asked, writing, approving, and what is offered while a call is written."""

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request

from core.journey import knowledge
from core.journey.queries.choices import choices
from core.kit.saying import said
from core.knowledge.drafts import LONGEST_TEXT, LONGEST_TITLE, Draft
from core.knowledge.instant import instant_rules
from core.knowledge.instant_figures import DAYS, instant_figures
from core.knowledge.queries import (
    STEP_LABELS,
    answers_to,
    article_lines,
    missing_articles,
    question_lines,
    whole_article,
)
from core.people.roles import Permission
from core.web.desk.lanes import Tab
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("knowledge", __name__)
LIST = "/knowledge"
TABS = {
    "offered": "在用",
    "waiting": "待审和退回",
    "ending": "快到期",
    "over": "已到期和撤下",
    "questions": "请单位解读",
    "instant": "秒回",
}
AT_ONCE = "instant"
LONGEST_REASON = 500


@pages.get("/knowledge")
@allows(knowledge.READS)
def show_list(visit: Visit) -> Answer:
    """List articles by what stands with them, the questions that units are asked, or what was answered at once; after a
    refusal with why.
    """
    wanted, words = request.args.get("tab", ""), " ".join(request.args.get("q", "").replace("\x00", "")[:60].split())
    tabs = _tabs(visit)
    tab, unit_id, refusal = wanted if wanted in tabs else "offered", _only_unit(visit), g.get("refusal")
    is_questions = tab == "questions"
    page = render_template(
        "knowledge/list.html",
        tabs=[Tab(label, f"{LIST}?tab={name}", name == tab, None) for name, label in tabs.items()],
        tab=tab,
        words=words,
        lines=[] if is_questions or tab == AT_ONCE else _lines(visit, tab, words, unit_id),
        at_once=instant_figures(visit.scope, now=visit.now) if tab == AT_ONCE else None,
        days=DAYS,
        questions=question_lines(visit.scope, unit_id=unit_id) if is_questions else [],
        missing=missing_articles(visit.scope, now=visit.now) if is_questions and _asks(visit) else [],
        choices=choices(visit.scope),
        asks=_asks(visit),
        writes=not visit.permissions.isdisjoint(knowledge.WRITES),
        refusal=words_of(refusal) if refusal else None,
        typed=request.form,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/knowledge/questions")
@allows(Permission.DISPATCH, again=show_list)
def ask_unit(visit: Visit) -> Answer:
    """Ask a unit to interpret a question."""
    unit = required("unit", ask="请选择由哪个单位解读。", longest=100)
    asked = required("question", ask="请写明要请单位解读什么问题。", longest=LONGEST_TEXT)
    matter = text("matter", longest=100)
    knowledge.ask_unit(visit.scope, unit=unit, question=asked, matter=matter, actor=visit.actor, now=visit.now)
    return Done("已请单位解读", f"{LIST}?tab=questions")


@pages.post("/knowledge/questions/<int(max=9223372036854775807):question>/drop")
@allows(Permission.DISPATCH, again=lambda question: show_list())
def drop_question(visit: Visit, question: int) -> Answer:
    """Need an answer no more."""
    reason = required("reason", ask="请写明为什么不再需要。", longest=LONGEST_REASON)
    knowledge.drop_question(visit.scope, question, reason=reason, actor=visit.actor, now=visit.now)
    return Done("已撤回，不再请单位解读", f"{LIST}?tab=questions")


@pages.get("/knowledge/new")
@allows(knowledge.WRITES)
def new_article(visit: Visit) -> Answer:
    """Show the form for an article, begun with the question that is asked; after a refusal with what was typed."""
    refusal = g.get("refusal")
    wanted = request.args.get("question", "") or request.form.get("question_id", "")
    asked = next(
        (each for each in question_lines(visit.scope, unit_id=_only_unit(visit)) if str(each.id) == wanted), None
    )
    begun: dict[str, Any] = {"question": asked.question, "matter": asked.matter} if asked else {}
    page = render_template(
        "knowledge/write.html",
        asked=asked,
        article=None,
        form=request.form if refusal else begun,
        names_unit=asked is None and _asks(visit),
        choices=choices(visit.scope),
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/knowledge/new")
@allows(knowledge.WRITES, again=new_article)
def write_article(visit: Visit) -> Answer:
    """Hand in an article for approval."""
    question = text("question_id", longest=18)
    article = knowledge.write_article(
        visit.scope,
        _draft(),
        unit=_unit_named(visit) if not question else "",
        question_id=int(question) if question.isascii() and question.isdecimal() else None,
        actor=visit.actor,
        now=visit.now,
    )
    return Done("已提交，等待另一人审核", f"{LIST}/{article.id}")


@pages.get("/knowledge/<int(max=9223372036854775807):article>")
@allows(knowledge.READS)
def show_article(visit: Visit, article: int) -> Answer:
    """Show an article with all its versions; after a refusal with why."""
    whole, refusal = whole_article(visit.scope, article), g.get("refusal")
    newest = whole.newest
    is_own = _asks(visit) or visit.actor.unit_id == whole.article.unit_id
    page = render_template(
        "knowledge/article.html",
        whole=whole,
        is_own=is_own,
        may_approve=Permission.REVIEW in visit.permissions,
        is_author=newest.by_id == visit.actor.id,
        step_labels=STEP_LABELS,
        form=request.form if refusal else _as_form(newest),
        article=whole.article,
        choices=choices(visit.scope),
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/knowledge/<int(max=9223372036854775807):article>/revise")
@allows(knowledge.WRITES, again=show_article)
def revise_article(visit: Visit, article: int) -> Answer:
    """Hand in a new version for approval."""
    knowledge.revise_article(visit.scope, article, _draft(), actor=visit.actor, now=visit.now)
    return Done("新的一版已提交，等待另一人审核；审核通过之前仍用现在这一版", f"{LIST}/{article}")


@pages.post("/knowledge/<int(max=9223372036854775807):article>/approve")
@allows(Permission.REVIEW, again=show_article)
def approve_article(visit: Visit, article: int) -> Answer:
    """Let the newest version hold."""
    kept = knowledge.approve_article(visit.scope, article, _number(), actor=visit.actor, now=visit.now)
    return Done(
        said("“{title}”已启用，到 {expires_on} 为止", title=kept.title, expires_on=kept.expires_on), f"{LIST}/{article}"
    )


@pages.post("/knowledge/<int(max=9223372036854775807):article>/return")
@allows(Permission.REVIEW, again=show_article)
def return_article(visit: Visit, article: int) -> Answer:
    """Give the newest version back to its author."""
    reason = required("reason", ask="请写明要改什么，作者会看到。", longest=LONGEST_REASON)
    knowledge.return_article(visit.scope, article, _number(), reason=reason, actor=visit.actor, now=visit.now)
    return Done("已退回作者修改", f"{LIST}?tab=waiting")


@pages.post("/knowledge/<int(max=9223372036854775807):article>/withdraw")
@allows(Permission.REVIEW, again=show_article)
def withdraw_article(visit: Visit, article: int) -> Answer:
    """Offer an article no more."""
    reason = required("reason", ask="请写明为什么撤下。", longest=LONGEST_REASON)
    kept = knowledge.withdraw_article(visit.scope, article, reason=reason, actor=visit.actor, now=visit.now)
    return Done(said("“{title}”已撤下，不再提供", title=kept.title), f"{LIST}/{article}")


@pages.post("/knowledge/offered")
@allows(Permission.ACCEPT)
def offer(visit: Visit) -> Answer:
    """Show which articles answer what is being written: as a part of the form for htmx, else as a page of its own."""
    found = answers_to(
        visit.scope,
        text("title", longest=200),
        text("text"),
        matter=text("matter", longest=100) or None,
        today=_today(visit),
    )
    template = "knowledge/offered.html" if request.headers.get("HX-Request") else "knowledge/offered_page.html"
    return render_template(template, answers=found, chosen=text("article", longest=40))


def _draft() -> Draft:
    ends = text("expires_on", longest=10)
    try:
        expires_on = date.fromisoformat(ends) if ends else None
    except ValueError:
        raise InputUnusable("失效日期要写成 2026-12-31 这样。") from None
    return Draft(
        title=text("title", longest=LONGEST_TITLE),
        question=text("question", longest=LONGEST_TEXT),
        answer=text("answer", longest=LONGEST_TEXT),
        also_asked=text("also_asked", longest=LONGEST_TEXT),
        policy=text("policy", longest=200),
        matter=text("matter", longest=100),
        is_public=text("reach", longest=20) != "internal",
        expires_on=expires_on,
    )


def _as_form(version: Any) -> dict[str, str]:
    names = ("title", "question", "also_asked", "answer", "policy", "reach")
    return {name: getattr(version, name) for name in names} | {"expires_on": ""}


def _number() -> int:
    given = text("number", longest=6)
    if not (given.isascii() and given.isdecimal()):
        raise InputUnusable("页面不完整，缺少版本。请刷新后重试。")
    return int(given)


def _lines(visit: Visit, tab: str, words: str, unit_id: int | None) -> list[Any]:
    own_only = unit_id if tab != "offered" else None
    return article_lines(visit.scope, tab=tab, words=words, unit_id=own_only, today=_today(visit))


def _tabs(visit: Visit) -> dict[str, str]:
    """Return the tabs that the visitor has: answers at once are for the house, where the district gives any."""
    has_all = Permission.SEE_TICKETS in visit.permissions and instant_rules(visit.scope) is not None
    return {name: label for name, label in TABS.items() if has_all or name != AT_ONCE}


def _unit_named(visit: Visit) -> str:
    """Return the unit that the desk names; units write for themselves. Raises `InputUnusable`."""
    return required("unit", ask="请选择由哪个单位解读。", longest=100) if _asks(visit) else ""


def _asks(visit: Visit) -> bool:
    return Permission.DISPATCH in visit.permissions


def _only_unit(visit: Visit) -> int | None:
    """Return the unit of somebody who sees no more than what is theirs; None for the house. 0 = of no unit at all."""
    return None if Permission.SEE_TICKETS in visit.permissions else (visit.actor.unit_id or 0)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()
