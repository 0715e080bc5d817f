"""What figures are sent by mail, to whom, and whether they arrived 定期发送: of a city's pages, or of a district's month."""

from flask import Blueprint, g, render_template, request

from core.documents.data import ALL_FORMS
from core.journey import deliveries as journey
from core.journey.deliveries import MOST_ADDRESSES, SETS, NoSuchDelivery
from core.kit.saying import said
from core.statistics.asked import NARROWINGS
from core.statistics.city_documents import CHOSEN, PAGE_LABELS, pages_of
from core.statistics.deliveries.periods import EVERY_LABELS
from core.web.input import text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("city_deliveries", __name__)
PAGE = "/city/deliveries"
LONGEST_NAME, LONGEST_VALUE, LONGEST_ADDRESSES = 60, 100, 6000
LONGEST_NUMBER, LONGEST_ID = 9, 19
STATES = {"waiting": ("等待发送", "waits"), "sent": ("已发出", ""), "failed": ("没有发出", "urgent")}


@pages.get(PAGE)
@allows(SETS)
def show(visit: Visit) -> Answer:
    """List what is sent, with the last sendings; the form takes what a page's address hands over. After a refusal with why."""
    refusal = g.get("refusal")
    offered = pages_of(visit.scope)
    page = render_template(
        "city/deliveries.html",
        deliveries=journey.deliveries(visit.scope),
        offered=offered,
        labels={**PAGE_LABELS, **offered},
        forms={name: form.label for name, form in ALL_FORMS.items()},
        every=EVERY_LABELS if visit.scope.tenant.kind == "city" else {"month": EVERY_LABELS["month"]},
        states=STATES,
        narrowed=_narrowed(),
        narrowings={**NARROWINGS, "metric": "指标", "by": "分到"},
        typed=request.form or request.args,
        most=MOST_ADDRESSES,
        is_city=visit.scope.tenant.kind == "city",
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(PAGE)
@allows(SETS, again=show)
def add(visit: Visit) -> Answer:
    """Have something sent from the next whole period on."""
    delivery = journey.set_delivery(
        visit.scope,
        name=text("name", longest=LONGEST_NAME),
        page=text("page", longest=LONGEST_VALUE),
        arguments=_narrowed(),
        form=text("form", longest=LONGEST_VALUE),
        every=text("every", longest=LONGEST_VALUE),
        addresses=text("addresses", longest=LONGEST_ADDRESSES),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(
        said("第 {number} 项已保存，从下一个完整的周期开始发送。", number=delivery.number),
        f"{PAGE}#d-{delivery.number}",
    )


@pages.post(f"{PAGE}/<number>/on")
@allows(SETS, again=lambda **_: show())
def go_on(visit: Visit, number: str) -> Answer:
    """Have one go on that was stopped."""
    return _switched(visit, number, is_on=True)


@pages.post(f"{PAGE}/<number>/off")
@allows(SETS, again=lambda **_: show())
def stop(visit: Visit, number: str) -> Answer:
    """Stop one."""
    return _switched(visit, number, is_on=False)


def _switched(visit: Visit, number: str, *, is_on: bool) -> Done:
    delivery = journey.switch_delivery(
        visit.scope,
        _number(number, LONGEST_NUMBER),
        is_on=is_on,
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    told = "第 {number} 项继续发送。" if delivery.is_on else "第 {number} 项已停用，不再发送。"
    return Done(said(told, number=delivery.number), f"{PAGE}#d-{delivery.number}")


@pages.post(f"{PAGE}/<number>/now")
@allows(SETS, again=lambda **_: show())
def send_now(visit: Visit, number: str) -> Answer:
    """Send the last whole period to all who have not got it."""
    wanted = _number(number, LONGEST_NUMBER)
    ordered = journey.send_now(visit.scope, wanted, actor=visit.actor, now=visit.now)
    if not ordered:
        return Done("上一个周期已经发过，每个邮箱一个周期只发一次。没有发出的可以重试。", f"{PAGE}#d-{wanted}", "soon")
    return Done(said("正在发给 {n} 个邮箱。", n=ordered), f"{PAGE}#d-{wanted}")


@pages.post(f"{PAGE}/sendings/<number>/retry")
@allows(SETS, again=lambda **_: show())
def retry(visit: Visit, number: str) -> Answer:
    """Send once more what failed."""
    sending = journey.retry(visit.scope, _number(number, LONGEST_ID), actor=visit.actor, now=visit.now)
    return Done(said("正在重新发给 {address}。", address=sending.address), PAGE)


def _narrowed() -> dict[str, str]:
    """Return what of the form, or of the address that led here, narrows the page."""
    found = {name: text(name, longest=LONGEST_VALUE) if request.form else _argument(name) for name in _NARROWED}
    return {name: value for name, value in found.items() if value}


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:LONGEST_VALUE]


def _number(words: str, longest: int) -> int:
    if not words.isascii() or not words.isdecimal() or len(words) > longest or int(words) >= 2**63:
        raise NoSuchDelivery("没有这一项。请刷新后查看。")
    return int(words)


_NARROWED = (*NARROWINGS, *CHOSEN)
