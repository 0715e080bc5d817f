"""Bulletins for everybody 公开通报: those that were published, to be read as PDF; a corrected one says so."""

from functools import lru_cache

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from core.documents.frozen import from_text
from core.documents.typeset import to_pdf
from core.journey.bulletins import get_published, list_published
from core.statistics.bulletins.queries import copy_for_all, has_published, name_of
from core.web.public.site import Entry, Guest, public, public_page

ENTRY = Entry("公开通报", "bulletins", "每月诉求办理情况：各级各单位办得怎样，大家反映最多的是什么", has_published)
KEPT = 8
"""PDFs that a process keeps: typesetting one takes about a second, and anybody may ask."""


@public.get("/bulletins")
@public_page
def show_bulletins_to_all(guest: Guest) -> ResponseReturnValue:
    """List the published bulletins, the newest first."""
    return render_template("public/bulletins.html", lines=list_published(guest.scope), name_of=name_of)


@public.get("/bulletins/<number>/pdf")
@public_page
def download_bulletin(guest: Guest, number: str) -> ResponseReturnValue:
    """Answer with a published bulletin as PDF."""
    bulletin = get_published(guest.scope, number)
    disposition = f'attachment; filename="{guest.scope.tenant.slug}-{bulletin.month}-{bulletin.number}.pdf"'
    return Response(
        _pdf(copy_for_all(bulletin)), mimetype="application/pdf", headers={"Content-Disposition": disposition}
    )


@lru_cache(maxsize=KEPT)
def _pdf(document: str) -> bytes:
    return to_pdf(from_text(document))
