"""The public entry in three steps: what happened, where, and how to reach whoever says so; then all of it once more, and sent.

Nothing typed is lost: every form carries the answers of all steps, and they are kept as a draft besides (`core.journey.begun`).
A report has a key of its own, so that a second click, or a page loaded again, is the same appeal with the same number.
"""

from collections.abc import Mapping
from dataclasses import replace

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.files.limits import LARGEST_OF_STRANGERS, MEGABYTE
from core.hooks.values.words import APPELLANT_LABELS
from core.intake.portal import find_portal
from core.journey.mailboxes import find_mailboxes
from core.journey.portal import get_portal
from core.kit.saying import said as saying
from core.residents.drafts.service import KEPT, begun_files, find_begun
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.queries import mailbox_book
from core.web.public.report_cookie import key_in_cookie
from core.web.public.report_moves import deleted, keep_page, move_on, reached, remembered, resumed, send, solved
from core.web.public.report_show import LONGEST_WORD, Offer, show_page
from core.web.public.report_typed import Typed, fields_of_too_large, key_in, new_page, read_page, step_named
from core.web.public.site import Entry, Guest, not_kept, public, public_page
from core.web.uploads import takes_files_of_strangers

ENTRY = Entry(
    "反映诉求",
    "report",
    "用自己的话写下来即可，不用注册；可以写给某位领导的信箱，也可以不选",
    lambda scope: find_portal(scope.hooks) is not None,
)
FOR_ENTERPRISES = Entry(
    "企业反映诉求",
    "report?as=enterprise",
    "企业的问题写在这里，按服务企业的渠道受理",
    lambda scope: find_portal(scope.hooks) is not None,
)
MAILBOXES = Entry(
    "领导信箱",
    "mailboxes",
    "按层级、诉求类型和区域查找领导信箱",
    lambda scope: find_portal(scope.hooks) is not None and bool(mailbox_book(scope).public),
)
ON_A_PAGE = 50
LONGEST_TEXT = 1_000
"""Characters that a link may bring along."""


@public.get("/report")
@public_page
def show_report(guest: Guest) -> ResponseReturnValue:
    """Show the first step: empty, or begun with a mailbox (`to`), for an enterprise (`as`) or with words (`text`).

    Who has begun one on this device is asked first whether to go on with it.
    """
    asked = _asked_for(guest)
    key = key_in_cookie()
    begun = find_begun(guest.scope, key, now=guest.now) if key else None
    if begun is None:
        return show_page(guest, new_page(asked))
    not_kept()
    get_portal(guest.scope)
    typed = Typed.of(begun.answers)
    return render_template(
        "public/report_begun.html",
        key=key,
        typed=typed,
        asked=asked,
        saved_at=begun.saved_at,
        files=begun_files(guest.scope, begun),
        days=KEPT.days,
        query=request.query_string.decode("ascii", "ignore") or "new=1",
    )


@public.get("/report/what", defaults={"step": "what"})
@public.get("/report/where", defaults={"step": "where"})
@public.get("/report/contact", defaults={"step": "contact"})
@public.get("/report/check", defaults={"step": "check"})
@public_page
def show_step(guest: Guest, step: str) -> ResponseReturnValue:
    """Show a step of the report that was begun on this device, or the first that lacks an answer; without one, begin."""
    key = key_in_cookie()
    begun = find_begun(guest.scope, key, now=guest.now) if key else None
    if begun is None:
        return redirect(f"{g.open_at}/report", 303)
    page = replace(
        new_page(Typed.of(begun.answers), step=step_named(step), begun=begun, key=key),
        after=request.args.get("after", "")[:5],
    )
    return show_page(guest, replace(page, step=reached(page)))


@public.post("/report")
@takes_files_of_strangers
@public_page
def go_on(guest: Guest) -> ResponseReturnValue:
    """Keep what this step was answered, and go where the button says: on, back, to a step that is to be changed, or to the end.

    Where an approved answer fits well enough it is shown first: the resident says whether that was all. So is what others
    brought that may be the same thing: one click files the resident's own ticket and has both handled together.
    """
    get_portal(guest.scope)
    is_too_large = (request.content_length or 0) > LARGEST_OF_STRANGERS
    form: Mapping[str, str] = fields_of_too_large() if is_too_large else request.form
    key = key_in(form)
    page = read_page(form, find_begun(guest.scope, key, now=guest.now, lock=True), key=key)
    if is_too_large:
        words = saying(
            "这一次传的照片和录音加起来超过 {most} MB，没有收到。文字都还在，请少选几个分几次传。",
            most=LARGEST_OF_STRANGERS // MEGABYTE,
        )
        page = keep_page(guest, page)
        return remembered(page, show_page(guest, page, Offer(words, {"files": words})))
    match request.form.get("go", ""):
        case "delete":
            return deleted(guest, page)
        case "solved":
            return solved(guest, page)
        case "resume":
            return resumed(guest, page)
        case "find":
            page = keep_page(guest, page)
            return remembered(page, show_page(guest, page, Offer(finding=True)))
        case "send":
            return send(guest, page)
    return move_on(guest, page)


@public.get("/mailboxes")
@public_page
def list_mailboxes(guest: Guest) -> ResponseReturnValue:
    """Look through the leaders' mailboxes by type, area and words; each leads to the form, addressed to it."""
    get_portal(guest.scope)
    book = mailbox_book(guest.scope)
    wanted = {name: request.args.get(name, "")[:LONGEST_WORD] for name in ("matter", "area", "words")}
    found = find_mailboxes(
        guest.scope, matter=wanted["matter"], area=wanted["area"], words=wanted["words"], most=len(book.public)
    )
    page = max(1, int(number)) if (number := request.args.get("page", "1")).isdecimal() and len(number) < 6 else 1
    return render_template(
        "public/mailboxes.html",
        typed=wanted,
        book=book,
        levels=MAILBOX_LEVELS,
        found=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        count=len(found),
        page=page,
        pages=-(-len(found) // ON_A_PAGE),
    )


def _asked_for(guest: Guest) -> Typed:
    """Return what the link that leads here says already: to whom, as whom, and with which words."""
    box = mailbox_book(guest.scope).find(request.args.get("to", ""))
    wanted = request.args.get("as", "person")
    return Typed(
        text=request.args.get("text", "")[:LONGEST_TEXT],
        mailbox=box.name if box and box.is_public else "",
        appellant=wanted if wanted in APPELLANT_LABELS else "person",
        wechat=request.args.get("wechat", "")[:500],
    )
