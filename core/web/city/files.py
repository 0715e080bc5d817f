"""Pages of the city as files: what the page shows, whole, with what was asked and as of when."""

from dataclasses import replace

from flask import Blueprint, Response, abort

from core.documents.data import ALL_FORMS
from core.documents.model import Document
from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.central.registry import PAGES
from core.statistics.city_documents import figures_document
from core.web.city.asking import arguments
from core.web.downloads import disposition_of
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city_files", __name__)
FORM_LABELS = {name: form.label for name, form in ALL_FORMS.items()}


@pages.get("/city/<page>/file/<form>")
@allows(Permission.SEE_CITY)
def download(visit: Visit, page: str, form: str) -> Answer:
    """Answer with a page as a file; 404 for a page or a form that there is not."""
    if page not in PAGES or form not in ALL_FORMS:
        abort(404)
    document = figures_document(installation(), visit.scope, page, arguments(), now=visit.now)
    return data_file(taken_out(visit, document), f"{visit.scope.tenant.slug}-{page}-{visit.now:%Y%m%d}", form)


def taken_out(visit: Visit, document: Document) -> Document:
    """Return the document with who took it out, and when, at the foot of every page."""
    at = visit.now.astimezone(visit.scope.tenant.zone)
    taken = said("{name} {at:%Y-%m-%d %H:%M} 导出", name=visit.staff.name, at=at)
    footer = said("{footer}；{taken}", footer=document.footer, taken=taken) if document.footer else taken
    return replace(document, footer=footer)


def data_file(document: Document, name: str, form: str) -> Response:
    """Return a document as a file to be saved, in one of the forms for people or for programs."""
    content, headers = ALL_FORMS[form].write(document), {"Content-Disposition": disposition_of(f"{name}.{form}")}
    return Response(content, mimetype=ALL_FORMS[form].media_type, headers=headers)
