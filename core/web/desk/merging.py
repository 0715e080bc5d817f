"""Duplicates side by side 合并: which of two to five tickets lead the others, and which are not the same thing."""

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request

from core.intake.joining import LETS_GO_FOR
from core.journey import join
from core.journey.queries.compared import FEWEST, MOST, Column, candidates_beside, compared
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.input import InputUnusable, required, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("merging", __name__)
LONGEST_NUMBER, LONGEST_REASON = 40, 200


@pages.get("/desk/merge")
@allows(Permission.DISPATCH)
def compare(visit: Visit) -> Answer:
    """Show tickets side by side: those named by `t`, or one and what may be the same thing. `lead` leads the others."""
    refusal = g.get("refusal")
    source = request.form if request.method == "POST" else request.args
    wanted = [number.strip().upper()[:LONGEST_NUMBER] for number in source.getlist("t") if number.strip()]
    lead = source.get("lead", "")[:LONGEST_NUMBER]
    if len(wanted) == 1:
        wanted += [each.serial_no for each in candidates_beside(visit.scope, wanted[0], now=visit.now)]
    columns = compared(visit.scope, wanted, lead=lead, now=visit.now)
    page = render_template(
        "desk/merge.html",
        columns=columns,
        lead=_lead(columns, lead),
        asked=wanted[0] if wanted else "",
        most=MOST,
        refusal=words_of(refusal) if refusal else "",
        taken=request.form.getlist("take") if refusal else None,
        reason=request.form.get("reason", "") if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/desk/merge")
@allows(Permission.DISPATCH, again=compare)
def merge(visit: Visit) -> Answer:
    """Have those that are ticked handled with the one that leads; the residents of all are told."""
    lead = required("lead", ask="请选哪一件为主，其余并入它。", longest=LONGEST_NUMBER)
    taken = [number for number in texts("take", longest=LONGEST_NUMBER) if number and number != lead]
    if not taken:
        raise InputUnusable("没有勾选要并入的工单。请勾选至少一件，或选“不是同一件”。")
    orders = {number: _order(visit, number) for number in dict.fromkeys(taken)}
    join.merge(visit.scope, lead, orders, reason=text("reason", longest=LONGEST_REASON))
    told = said(
        "{count} 件已并入 {lead}，一并答复，诉求人均已告知；{days} 天内可以拆回",
        count=len(orders),
        lead=lead,
        days=LETS_GO_FOR.days,
    )
    return Done(told, f"/t/{lead}")


@pages.post("/desk/merge/apart")
@allows(Permission.DISPATCH, again=compare)
def tell_apart(visit: Visit) -> Answer:
    """Keep that a ticket is not the same thing as the one that leads; the pair is not offered again."""
    lead = required("lead", ask="请先选哪一件为主。", longest=LONGEST_NUMBER)
    other = required("other", ask="没有认出是哪一件。请重新选择。", longest=LONGEST_NUMBER)
    join.tell_apart(visit.scope, lead, Order(visit.actor, visit.now, None, _command_id(f"{other}/apart")), other=other)
    left = [number for number in texts("t", longest=LONGEST_NUMBER) if number and number != other]
    onward = f"/desk/merge?{urlencode([('t', number) for number in left])}" if len(left) >= FEWEST else f"/t/{lead}"
    return Done(said("已记下：{lead} 与 {other} 不是同一件，不再提示", lead=lead, other=other), onward)


def _order(visit: Visit, number: str) -> Order:
    version = request.form.get(f"version-{number}", "")
    seen = int(version) if version.isdecimal() and len(version) <= 9 else None
    return Order(visit.actor, visit.now, seen, _command_id(number))


def _command_id(what: str) -> str | None:
    given = text("command_id", longest=64)
    return f"{given}/{what}" if given else None


def _lead(columns: tuple[Column, ...], wanted: str) -> str:
    """Return which is chosen to lead at first: the wanted one, else the one that is furthest, else the oldest."""
    able = [column for column in columns if column.may_lead]
    if any(column.case.serial_no == wanted for column in able):
        return wanted
    best = min(able, key=lambda each: (each.may_join, -each.attached, each.case.submitted_at), default=None)
    return best.case.serial_no if best else ""
