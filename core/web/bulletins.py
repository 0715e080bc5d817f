"""Bulletins 公开通报 for those who make them: drafted, looked at, decided by a second person, published, corrected."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypedDict

from flask import Blueprint, Response, abort, g, render_template, request
from markupsafe import Markup

from core.documents.forms import FORMS
from core.documents.frozen import from_text
from core.documents.model import Block, Document, Table, Words, words_of
from core.journey import bulletins as journey
from core.kit.saying import said, word
from core.people.roles import Permission
from core.statistics.bulletins.in_force import EDITION_LABELS, rules_of
from core.statistics.bulletins.queries import STATE_LABELS, copy_for_all, name_of
from core.statistics.periods import Month
from core.statistics.words import value_words
from core.tickets.timeline import Actor, Order
from core.web.downloads import disposition_of
from core.web.input import required, text
from core.web.language.charts import chart_shown
from core.web.refusals import status_of
from core.web.refusals import words_of as refusal_words
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("bulletins", __name__)
FOR_ALL = "for-all"
LIST = "/bulletins"
MONTHS_OFFERED = 13
LONGEST_REASON = 500
READERS = frozenset({Permission.BULLETIN, Permission.SUPERVISE})
"""Who makes bulletins, and who summons the units that are named in them."""
STATE_TONES = {"draft": "waits", "approved": "", "published": ""}


class Who(TypedDict):
    """Who acts, from where, and when."""

    actor: Actor
    address: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a section as the page shows it: words, or a table with its numeric columns, or a drawing."""

    words: str = ""
    table: Table | None = None
    drawing: Markup | None = None


@pages.get(LIST)
@allows(READERS)
def show_bulletins(visit: Visit) -> Answer:
    """List all bulletins; after a refusal with why it was refused."""
    month = Month.of(visit.now.astimezone(visit.scope.tenant.zone).date()).previous
    months = [month]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    refusal = g.get("refusal")
    page = render_template(
        "bulletins/list.html",
        bulletins=journey.list_bulletins(visit.scope),
        name_of=name_of,
        months=months,
        editions={name: EDITION_LABELS[name] for name in rules_of(visit.scope).editions},
        states=STATE_LABELS,
        tones=STATE_TONES,
        refusal=refusal_words(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(LIST)
@allows(Permission.BULLETIN, again=show_bulletins)
def draft(visit: Visit) -> Answer:
    """Draft the bulletin of a month."""
    month = Month.parse(required("month", ask="请选择月份。", longest=7))
    edition = journey.edition_named(required("edition", ask="请选择版别。", longest=20))
    bulletin = journey.draft_bulletin(visit.scope, installation(), month, edition, **_who(visit))
    return Done(said("已生成{name}的草稿。请另一人核准。", name=name_of(bulletin)), _at(bulletin.number))


@pages.get(f"{LIST}/<number>")
@allows(READERS)
def show_bulletin(visit: Visit, number: str, naming: str = "") -> Answer:
    """Show one bulletin with what can be done with it; after a refusal, be it of one `naming`, with why it was refused."""
    shown, refusal = journey.show_bulletin(visit.scope, journey.read_number(number)), g.get("refusal")
    page = render_template(
        "bulletins/one.html",
        shown=shown,
        bulletin=shown.bulletin,
        name=name_of(shown.bulletin),
        sections=[(section.heading, [_part(block) for block in section.blocks]) for section in shown.document.sections],
        states=STATE_LABELS,
        tones=STATE_TONES,
        forms={name: form.label for name, form in FORMS.items()},
        words_of=words_of,
        rate=_rate,
        is_own=shown.bulletin.made_by_id == visit.staff.account_id,
        refusal=refusal_words(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get(f"{LIST}/<number>/file/<form>")
@allows(READERS)
def download(visit: Visit, number: str, form: str) -> Answer:
    """Answer with the bulletin as a file; `for-all` is the PDF of the copy that everybody reads."""
    shown = journey.show_bulletin(visit.scope, journey.read_number(number))
    name = f"{visit.scope.tenant.slug}-{shown.bulletin.month}-{shown.bulletin.edition}"
    if form == FOR_ALL:
        return file_of(from_text(copy_for_all(shown.bulletin)), f"{name}-{FOR_ALL}", "pdf")
    return file_of(shown.document, name, form)


@pages.post(f"{LIST}/<number>/recount")
@allows(Permission.BULLETIN, again=show_bulletin)
def recount(visit: Visit, number: str) -> Answer:
    """Count a draft anew."""
    bulletin = journey.recount_bulletin(visit.scope, installation(), journey.read_number(number), **_who(visit))
    return Done(said("{name}的草稿已重新统计，拟点名的单位也重新列出。", name=name_of(bulletin)), _at(bulletin.number))


@pages.post(f"{LIST}/<number>/approve")
@allows(Permission.BULLETIN, again=show_bulletin)
def approve(visit: Visit, number: str) -> Answer:
    """Approve a draft."""
    bulletin = journey.approve_bulletin(visit.scope, journey.read_number(number), **_who(visit))
    return Done(said("{name}已核准，内容不再变动。", name=name_of(bulletin)), _at(bulletin.number))


@pages.post(f"{LIST}/<number>/publish")
@allows(Permission.BULLETIN, again=show_bulletin)
def publish(visit: Visit, number: str) -> Answer:
    """Publish what was approved."""
    bulletin = journey.publish_bulletin(visit.scope, journey.read_number(number), **_who(visit))
    return Done(said("{name}已发布，公开页面上可以下载。", name=name_of(bulletin)), _at(bulletin.number))


@pages.post(f"{LIST}/<number>/correct")
@allows(Permission.BULLETIN, again=show_bulletin)
def correct(visit: Visit, number: str) -> Answer:
    """Draft an erratum of what was published."""
    journey.refuse_unknown(visit.scope, number)
    reason = required("reason", ask="请写明为什么更正，更正上会印出来。", longest=LONGEST_REASON)
    bulletin = journey.correct_bulletin(
        visit.scope, installation(), journey.read_number(number), reason=reason, **_who(visit)
    )
    return Done(said("已生成更正{name}的草稿。请另一人核准。", name=name_of(bulletin)), _at(bulletin.number))


@pages.post(f"{LIST}/<number>/cases")
@allows(Permission.BULLETIN, again=show_bulletin)
def put_case(visit: Visit, number: str) -> Answer:
    """Take a public ticket as a case, or take it out again."""
    journey.refuse_unknown(visit.scope, number)
    public_no = required("public_no", ask="请选择一件已公开的诉求。", longest=40)
    wanted = text("decision", longest=10) != "drop"
    bulletin = journey.put_case(visit.scope, journey.read_number(number), public_no, wanted=wanted, **_who(visit))
    return Done(
        said("案例 {public_no}{wanted}。", public_no=public_no, wanted=word("已选用") if wanted else word("已移除")),
        f"{_at(bulletin.number)}#cases",
    )


@pages.post(f"{LIST}/<number>/namings/<naming>")
@allows(Permission.BULLETIN, again=show_bulletin)
def decide(visit: Visit, number: str, naming: str) -> Answer:
    """Decide whether somebody is named."""
    journey.refuse_unknown(visit.scope, number, naming)
    reason = required("reason", ask="请写明点名或不点名的理由。", longest=LONGEST_REASON)
    names = required("decision", ask="请选择点名或不点名。", longest=10) == "name"
    decided = journey.decide_naming(
        visit.scope, journey.read_number(number), journey.read_number(naming), names=names, reason=reason, **_who(visit)
    )
    return Done(
        said("{name}：{names}。", name=decided.name, names=word("点名") if names else word("不点名")),
        f"{_at(journey.read_number(number))}#naming",
    )


@pages.post(f"{LIST}/<number>/namings/<naming>/summons")
@allows(Permission.SUPERVISE, again=show_bulletin)
def summon(visit: Visit, number: str, naming: str) -> Answer:
    """Summon a unit that was named by a letter."""
    journey.refuse_unknown(visit.scope, number, naming)
    letter = journey.summon(
        visit.scope,
        journey.read_number(number),
        journey.read_number(naming),
        serial_no=required("serial_no", ask="请选择一件工单。", longest=40),
        text=required("text", ask="请写明约谈的时间、地点和事由。", longest=2000),
        order=Order(visit.actor, visit.now, command_id=text("command_id", longest=64) or None),
    )
    return Done(said("已发出{letter}。", letter=letter), f"{_at(journey.read_number(number))}#naming")


def file_of(document: Document, name: str, form: str, *, kind: str = "bulletin") -> Response:
    """Return a document as a file to be saved, its name beginning with its `kind`; 404 for a form that there is not."""
    if form not in FORMS:
        abort(404)
    content, headers = FORMS[form].write(document), {"Content-Disposition": disposition_of(f"{kind}-{name}.{form}")}
    return Response(content, mimetype=FORMS[form].media_type, headers=headers)


def _part(block: Block) -> Part:
    if isinstance(block, Words):
        return Part(words=block.text)
    return Part(table=block) if isinstance(block, Table) else Part(drawing=chart_shown(block))


def _rate(satisfied: int, rated: int) -> str:
    return value_words(Fraction(satisfied, rated) if rated else None, "percent")


def _who(visit: Visit) -> Who:
    return {"actor": visit.actor, "address": request.remote_addr or "", "now": visit.now}


def _at(number: int) -> str:
    return f"{LIST}/{number}"
