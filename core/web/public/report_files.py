"""What the script of the report pages asks besides: to keep what is typed, and to take in, show and drop photos and recordings."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.files.limits import LARGEST_OF_STRANGERS, MEGABYTE
from core.files.models import preview_key
from core.files.refusals import NoSuchFile
from core.journey.files import Given
from core.journey.portal import get_portal
from core.journey.queries.danger import dangers_in
from core.kit.errors import Refused
from core.kit.saying import said
from core.residents.drafts.service import Begun, begun_files, find_begun, get_begun_file
from core.web.public.report_cookie import key_in_cookie, remember_report
from core.web.public.report_moves import ELSEWHERE, keep_page, number_in, with_uploads, without_file
from core.web.public.report_typed import Page, key_in, read_page
from core.web.public.site import Guest, not_kept, public, public_page
from core.web.refusals import remember_words, words_of
from core.web.uploads import answer, takes_files_of_strangers


@public.post("/report/save")
@public_page
def save_report(guest: Guest) -> ResponseReturnValue:
    """Keep what was typed so far, and tell when it was kept and whether it speaks of danger. What another page wrote stays."""
    get_portal(guest.scope)
    page, problem = _page(guest), ""
    if page.elsewhere:
        problem = ELSEWHERE
    else:
        try:
            page = keep_page(guest, page, must=True)
        except Refused as refusal:
            remember_words(refusal)
            problem = words_of(refusal)
    return _told(guest, page, said_now=problem)


@public.post("/report/files")
@takes_files_of_strangers
@public_page
def keep_files(guest: Guest) -> ResponseReturnValue:
    """Take in photos or recordings, or drop one; answer with the list of them as the page shows it, or say why not."""
    get_portal(guest.scope)
    if (request.content_length or 0) > LARGEST_OF_STRANGERS:
        words = said("这个文件超过 {most} MB，没有收到。请缩短或缩小后再传。", most=LARGEST_OF_STRANGERS // MEGABYTE)
        not_kept()
        return jsonify(problem=render_template("public/report_words.html", words=words))
    page, problem = _page(guest), ""
    try:
        if number := number_in("drop"):
            page = without_file(guest, page, number)
        page = with_uploads(guest, page)
    except Refused as refusal:
        remember_words(refusal)
        problem = words_of(refusal)
    return _told(guest, page, problem=problem)


@public.get("/report/file")
@public_page
def show_file(guest: Guest) -> ResponseReturnValue:
    """Show a photo of the report that was begun on this device, small, or play a recording. Raises `NoSuchFile`."""
    not_kept()
    key, number = key_in_cookie(), request.args.get("number", "")
    begun = find_begun(guest.scope, key, now=guest.now) if key else None
    known = number.isascii() and number.isdecimal() and len(number) < 19
    stored = get_begun_file(guest.scope, begun, int(number) if known else 0).stored
    if stored.kind.nature == "document":
        raise NoSuchFile("这个附件没有小图。提交以后可以凭受理流水号和提取码查看。")
    key = preview_key(stored.key) if stored.has_preview else stored.key
    content = guest.scope.files.get(key)
    response = answer(Given(stored.name, stored.kind, content))
    if stored.has_preview:
        response.mimetype = "image/jpeg"
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response


def _page(guest: Guest) -> Page:
    key = key_in(request.form)
    return read_page(request.form, find_begun(guest.scope, key, now=guest.now, lock=True), key=key)


def _told(guest: Guest, page: Page, *, said_now: str = "", problem: str = "") -> ResponseReturnValue:
    """Answer a script: what to show where, in the reader's language. What went wrong is said in it, not by its status."""
    not_kept()
    begun: Begun | None = page.begun
    response = jsonify(
        said=render_template("public/report_saved.html", saved_at=begun.saved_at if begun else None, words=said_now),
        is_kept=not said_now,
        problem=render_template("public/report_words.html", words=problem) if problem else "",
        dangers=render_template(
            "public/report_danger.html",
            dangers=dangers_in(guest.scope, page.typed.text, place=page.typed.place, now=guest.now),
        ),
        files=render_template("public/report_files.html", files=begun_files(guest.scope, begun)),
    )
    return remember_report(response, page.key) if begun is not None else response
