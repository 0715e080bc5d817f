"""Saving a draft while somebody types, the list of one's drafts, letting go of one, and parking a call."""

import secrets
from typing import Any

from flask import Blueprint, g, jsonify, render_template, request

from core.journey.drafts import drop_draft, keep_draft
from core.kit.errors import Refused
from core.people.drafts.service import Kept, drafts_of
from core.people.roles import Permission
from core.tickets.contact import Contact, masked
from core.web.drafts.showing import draft_named, my_heads, page_of_form, typed_in, version_of_form, window_of_form
from core.web.input import InputUnusable, own_path, text
from core.web.refusals import words_of
from core.web.visit import Answer, Done, Visit, allows
from core.web.words import moment

pages = Blueprint("drafts", __name__)
NEW = "/desk/new"
"""Where calls are taken; the name of a draft of one begins with it."""
FIRST_WORDS = 40


@pages.app_context_processor
def around() -> dict[str, Any]:
    """Let every page say how many drafts its reader has, and which calls are parked."""
    visit: Visit | None = g.get("visit")
    if visit is None:
        return {}
    return {
        "draft_count": lambda: len(my_heads(visit.scope, visit.staff.account_id, visit.now)),
        "parked_calls": lambda: _parked(visit),
    }


@pages.get("/drafts")
@allows(Permission.OWN_ACCOUNT)
def show_drafts(visit: Visit) -> Answer:
    """Show one's own drafts, the newest first."""
    drafts = drafts_of(visit.scope, visit.staff.account_id, now=visit.now)
    return render_template("drafts/list.html", drafts=[_line(each) for each in drafts])


@pages.post("/drafts")
@allows(Permission.OWN_ACCOUNT)
def save_draft(visit: Visit) -> Answer:
    """Keep what stands in a form; tell when, or what another window wrote meanwhile, or that it was sent."""
    typed = typed_in()
    try:
        told = keep_draft(
            visit.scope,
            visit.staff.account_id,
            draft_named("draft"),
            typed,
            page=own_path(request.form.get("draft_page"), otherwise=page_of_form()),
            title=text("draft_title", longest=1000),
            base=version_of_form(),
            window=window_of_form(),
            command_id=text("command_id", longest=64),
            now=visit.now,
        )
    except Refused as refusal:
        return jsonify(state="refused", words=words_of(refusal)), 422
    if told is None:
        return jsonify(state="sent")
    zone = visit.scope.tenant.zone
    at = moment(told.saved_at, now=visit.now, zone=zone)
    if told.newer is not None:
        return jsonify(state="newer", version=told.version, at=at, typed=[list(each) for each in told.newer.typed])
    return jsonify(state="saved", version=told.version, at=at)


@pages.post("/drafts/discard")
@allows(Permission.OWN_ACCOUNT)
def discard_draft(visit: Visit) -> Answer:
    """Let go of a draft, and go back to where its form stands."""
    page = own_path(request.form.get("page"), otherwise="/drafts")
    is_gone = drop_draft(visit.scope, visit.staff.account_id, draft_named("name"))
    return Done("草稿已清除" if is_gone else "草稿已经不在了", page, "ok" if is_gone else "soon")


@pages.post("/drafts/park")
@allows(Permission.OWN_ACCOUNT)
def park_call(visit: Visit) -> Answer:
    """Put the call at hand aside as a draft of its own, and begin another."""
    name, typed = draft_named("draft"), typed_in()
    if not name.startswith(NEW):
        raise InputUnusable("只有新建工单可以暂存。")
    parked = name if name != NEW else f"{NEW}?slot={secrets.token_hex(3)}"
    if not any(value.strip() for field, value in typed if field in ("text", "title", "place", "name", "phone")):
        raise InputUnusable("还没有写下什么，不用暂存。")
    keep_draft(visit.scope, visit.staff.account_id, parked, typed, page=parked, title="", base=None, now=visit.now)
    if parked != name:
        drop_draft(visit.scope, visit.staff.account_id, name)
    return Done("这个来电已暂存，可以接下一个", NEW)


def _parked(visit: Visit) -> list[dict[str, Any]]:
    """Return the calls that wait aside, the newest first; without the one that the page shows."""
    here = f"{NEW}?{request.query_string.decode()}" if request.query_string else NEW
    names = [head.name for head in my_heads(visit.scope, visit.staff.account_id, visit.now)]
    calls = [name for name in names if name.startswith(NEW) and name != here]
    if not calls:
        return []
    return [_line(each) for each in drafts_of(visit.scope, visit.staff.account_id, calls, now=visit.now)]


def _line(draft: Kept) -> dict[str, Any]:
    """Return a draft as lists show it: who called masked, the first words, since when, and where it goes on."""
    who = masked(Contact(draft.value("name"), draft.value("phone"))) if draft.name.startswith(NEW) else Contact()
    longest = max((value.strip() for _, value in draft.typed), key=len, default="")
    words = " ".join((draft.value("text") or draft.value("title") or longest).split())
    return {
        "name": draft.name,
        "page": draft.name if draft.name.startswith(NEW) else own_path(draft.page, otherwise="/"),
        "title": draft.title,
        "caller": " ".join(part for part in (who.name, who.phone) if part),
        "words": words[:FIRST_WORDS] + ("…" if len(words) > FIRST_WORDS else ""),
        "saved_at": draft.saved_at,
    }
