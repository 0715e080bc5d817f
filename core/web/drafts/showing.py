"""Pages with the drafts of whoever looks at them: each form named, and filled in where something was typed before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, g, render_template, request
from markupsafe import escape

from core.journey.drafts import drop_draft, is_typed, keep_draft
from core.journey.presence import note_sent
from core.kit.errors import Refused
from core.people.drafts.models import LONGEST_NAME
from core.people.drafts.service import Head, Kept, drafts_of, heads_of, rename
from core.tenancy.scope import Scope
from core.web.drafts.forms import Form, filled, forms_in, opened, with_limits_said
from core.web.input import own_path

LONGEST_VERSION = 9
"""Digits of a draft's version."""


def my_heads(scope: Scope, account_id: int, now: datetime) -> Sequence[Head]:
    """Return the drafts of whoever looks at the page, asked once per request."""
    if "draft_heads" not in g:
        g.draft_heads = heads_of(scope, account_id, now=now)
    heads: Sequence[Head] = g.draft_heads
    return heads


def with_drafts(answer: Any, scope: Scope, account_id: int, *, now: datetime) -> Any:
    """Return a view's answer with its forms named and filled; anything that is no page stays as it is."""
    if isinstance(answer, str):
        return drawn(answer, scope, account_id, now=now)
    if isinstance(answer, tuple) and answer and isinstance(answer[0], str):
        return (drawn(answer[0], scope, account_id, now=now), *answer[1:])
    if isinstance(answer, Response) and answer.mimetype == "text/html" and not answer.is_streamed:
        page = answer.get_data(as_text=True)
        if 'method="post"' in page:
            answer.set_data(drawn(page, scope, account_id, now=now))
    return answer


def drawn(page: str, scope: Scope, account_id: int, *, now: datetime) -> str:
    """Name the forms of a page and fill in the drafts that its reader has of them."""
    if 'method="post"' not in page:
        return page
    forms = list(forms_in(page, here=request.path))
    if not forms:
        return with_limits_said(page)
    known = {head.name for head in my_heads(scope, account_id, now)}
    names = [form.name for form in forms if form.name in known]
    drafts = {each.name: each for each in drafts_of(scope, account_id, names, now=now)} if names else {}
    just_typed: Mapping[str, Sequence[tuple[str, str]]] = g.get("draft_typed", {})
    parts, at = [], 0
    for form in forms:
        before, draft = page[at : form.begin], drafts.get(form.name)
        parts.append(opened(before) if draft else before)
        parts.append(_shown(form, draft, just_typed=just_typed.get(form.name)))
        at = form.end
    return with_limits_said("".join(parts) + page[at:])


def settle(answer: Any, scope: Scope, account_id: int, *, now: datetime) -> Any:
    """Return a view's answer with its forms filled; the draft of a form that was sent goes in the same transaction."""
    name = draft_named("draft")
    if request.method == "POST" and "refusal" not in g and _was_done(answer, name):
        drop_draft(scope, account_id, name)
        note_sent(scope, account_id)
        g.pop("draft_heads", None)
    return with_drafts(answer, scope, account_id, now=now)


def keep_refused(scope: Scope, account_id: int, *, now: datetime) -> None:
    """Keep what was sent with a form that was refused, so that it is there again wherever the form is opened next.

    What another window saved meanwhile is kept beside it, under a name of its own.
    """
    name, typed = draft_named("draft"), typed_in()
    if request.method != "POST" or not name or request.path.startswith("/drafts"):
        return
    try:
        with scope.session.begin_nested():
            told = keep_draft(
                scope,
                account_id,
                name,
                typed,
                page=page_of_form(),
                title="",
                base=version_of_form(),
                window=window_of_form(),
                now=now,
            )
            if told is not None and told.newer is not None:
                rename(scope, account_id, name, f"{name[:180]}&other={told.newer.version}")
                keep_draft(scope, account_id, name, typed, page=page_of_form(), title="", base=None, now=now)
    except Refused:
        return
    g.pop("draft_heads", None)
    g.draft_typed = {name: typed}


def typed_in() -> list[tuple[str, str]]:
    """Return what stands in the form that was sent, as far as it can be kept."""
    return [
        (field, value.replace("\r\n", "\n").encode("utf-8", "replace").decode())
        for field, value in request.form.items(multi=True)
        if is_typed(field)
    ]


def draft_named(field: str) -> str:
    """Return the name of a draft that a request carries, empty when it is none."""
    name = request.form.get(field, "")[:LONGEST_NAME]
    return name if name.startswith("/") and name.isprintable() else ""


def version_of_form() -> int:
    """Return the version of the draft that the form was shown with, 0 = none."""
    given = request.form.get("draft_version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= LONGEST_VERSION else 0


def window_of_form() -> str:
    """Return the mark of the window in which the form was filled in, empty without script."""
    mark = request.form.get("draft_window", "")
    return mark if mark.isascii() and mark.isalnum() else ""


def page_of_form() -> str:
    """Return the page on which the form stood, as the browser says."""
    whence = request.referrer or ""
    return own_path(whence.removeprefix(request.host_url.rstrip("/")), otherwise=request.path)


def _shown(form: Form, draft: Kept | None, *, just_typed: Sequence[tuple[str, str]] | None) -> str:
    is_filled = draft is not None and just_typed is None and not _is_replaced(form)
    inside = filled(form.inside, draft.typed) if draft is not None and is_filled else form.inside
    version = draft.version if draft else 0
    tag = f'<form{form.attributes} data-draft="{escape(form.name)}" data-draft-version="{version}">'
    carried = f'<input type="hidden" name="draft" value="{escape(form.name)}">'
    carried += f'<input type="hidden" name="draft_version" value="{version}">'
    told = ""
    if draft is not None:
        how = "restored" if is_filled else "beside" if just_typed is None else "kept"
        told = render_template("drafts/told.html", draft=draft, how=how)
    return f"{told}{tag}{carried}{inside}</form>"


def _is_replaced(form: Form) -> bool:
    """Tell whether the reader has asked for other words in the form: a template, or an article of the knowledge base."""
    if request.args.get("template"):
        return form.name.endswith("/reply")
    return bool(request.args.get("article")) and 'name="article"' in form.inside


def _was_done(answer: Any, name: str) -> bool:
    """Tell whether the form of this draft was sent and taken, and nothing else looked up by one of its buttons."""
    if isinstance(answer, tuple) and len(answer) > 1 and isinstance(answer[1], int):
        return answer[1] < 400
    if hasattr(answer, "to") or getattr(answer, "status_code", 200) in (302, 303):
        return True
    return name.partition("?")[0] == request.path
