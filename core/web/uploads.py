"""Files on their way in and out over HTTP: larger bodies where files may come, and what is said to browsers with a file."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

from core.files.judging import Upload
from core.files.limits import LARGEST_OF_STRANGERS, LARGEST_UPLOAD
from core.journey.files import Given
from core.journey.sign_in import call_in, resume
from core.tenancy.scope import Scope, UnknownTenant
from core.web.downloads import disposition_of
from core.web.visit import clock, in_tenant, session_in_cookie

View = TypeVar("View", bound=Callable[..., Any])
FIELD = "files"
TAKING = re.compile(
    rb"POST (?:/desk/new|/desk/import|/admin/areas/import|/center/new|/center/[^ /?]+/visit|/center/meeting/[^ /?]+/file|/interviews/[^ /?]+/file|/t/[^ /?]+/files|/unit/[^ /?]+/(?:files|reply|check)|/(?:discipline|unit/cases)/[^ /?]+/upload|/api/v1/tickets/[^ /?]+/files|(?:/public/[^ /?]+)?/(?:report(?:/files)?|progress/supplement))(?:\?[^ ]*)? HTTP/"
)
"""How a request begins that may bring files: the server collects it before anything else knows of it."""
OF_STRANGERS = re.compile(rb"POST (?:/public/[^ /?]+)?/(?:report(?:/files)?|progress/supplement)(?:\?[^ ]*)? HTTP/")
"""The same of those that anybody may send."""
ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""A file that a browser shows by itself runs nothing, loads nothing, and is no page of this site."""


def takes_files(view: View) -> View:
    """Let the view's requests be as large as files are, for those who are signed in; all others stay as small as ever."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_files_of_strangers(view: View) -> View:
    """Let the view's requests be larger than forms are for everybody, and not as large as for those who are signed in."""
    view.takes_files = view.of_strangers = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Have the bound decided before anything reads the body: the check of forms does."""
    app.before_request(_bound_body)


def uploads() -> list[Upload]:
    """Return the files of a form, again when the transaction is tried again; a field that was left empty is none."""
    found = []
    for file in request.files.getlist(FIELD):
        if file.filename:
            file.stream.seek(0)
            found.append(Upload(file.filename, file.stream.read()))
    return found


def id_beside(command_id: str | None) -> str | None:
    """Return the id under which files are added that come with another command."""
    return f"{command_id}/files" if command_id else None


def answer(given: Given) -> Response:
    """Answer with a file: images are shown, all else is saved; nothing of it is kept on the way or run."""
    is_shown = given.kind.nature == "image"
    response = current_app.response_class(given.content, mimetype=given.kind.media_type)
    response.headers.update(
        {
            "Content-Disposition": disposition_of(given.name, is_shown=is_shown),
            "Content-Security-Policy": ALONE,
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    return response


def _bound_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method == "POST" and getattr(view, "of_strangers", False):
        request.max_content_length = LARGEST_OF_STRANGERS
    elif request.method == "POST" and getattr(view, "takes_files", False) and _is_known():
        request.max_content_length = LARGEST_UPLOAD


def _is_known() -> bool:
    """Tell whether whoever sends this is signed in: nobody else may make us take in so much before we look at it."""
    carried = request.authorization
    if carried is not None and carried.type == "bearer" and carried.token:
        called = carried.token
        slug = called.split("_")[1] if called.count("_") >= 2 else ""
        return _finds(slug, lambda scope: call_in(scope, called, now=clock()) is not None)
    slug, token = session_in_cookie() or ("", "")
    return _finds(slug, lambda scope: resume(scope, token, now=clock()) is not None)


def _finds(slug: str, work: Callable[[Scope], bool]) -> bool:
    if not slug.isascii() or not slug.isprintable() or not slug:
        return False
    try:
        return in_tenant(slug, work)
    except UnknownTenant:
        return False
