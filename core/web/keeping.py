"""What somebody typed on a ticket that had changed meanwhile: it can be kept as a note on the ticket, so that no word is lost."""

from dataclasses import dataclass

from flask import g, request

from core.people.roles import Permission
from core.tickets.queries import find_version
from core.web.refusals import status_of
from core.web.visit import Visit, in_tenant

MECHANICS = frozenset({"csrf_token", "command_id", "version", "serial_no", "back", "next", "article", "templates"})
LONGEST = 5000
"""As long as a note may be."""


@dataclass(frozen=True, slots=True)
class Unkept:
    """Words that were not carried out, and the form by which they become a note: its address and the version it is of."""

    words: str
    at: str
    version: int


def find_unkept(status: int) -> Unkept | None:
    """Return what was typed on the ticket, if the answer is a conflict and its visitor may write a note."""
    visit: Visit | None = g.get("visit")
    serial_no = request.form.get("serial_no") or (request.view_args or {}).get("serial_no") if status == 409 else ""
    words = "\n".join(_sentences()).strip()[:LONGEST] if serial_no else ""
    if visit is None or not words:
        return None
    if Permission.DISPATCH in visit.permissions:
        at = f"/t/{serial_no}/remark"
    elif Permission.HANDLE in visit.permissions and request.path.startswith("/unit"):
        at = f"/unit/{serial_no}/note"
    else:
        return None
    version = in_tenant(visit.scope.tenant.slug, lambda scope: find_version(scope, str(serial_no)))
    return Unkept(words, at, version) if version is not None else None


def unkept_of_refusal() -> Unkept | None:
    """Return the same where a page shows its form once more, with the refusal."""
    refusal = g.get("refusal")
    return find_unkept(status_of(refusal)) if refusal else None


def _sentences() -> list[str]:
    """Return the fields that somebody wrote rather than chose: words have a blank in them, or are no ASCII."""
    typed = [(name, value.strip()) for name, value in request.form.items(multi=True) if name not in MECHANICS]
    return [value for _, value in typed if not value.isascii() or " " in value]
