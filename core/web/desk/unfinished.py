"""What is not finished 烂尾: by holder and age for those who supervise, a unit's own for the unit, with the tickets behind each number."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request

from core.journey.queries.unfinished import (
    BANDS,
    MEANINGS,
    MOST,
    WHAT_LABELS,
    HolderLine,
    Wanted,
    holder_name,
    is_in,
    unfinished_counts,
    unfinished_tickets,
)
from core.journey.unfinished_document import unfinished_document
from core.people.roles import Permission
from core.web.bulletins import file_of
from core.web.desk.unit import unit_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("unfinished", __name__)
HOUSE, OWN = "/desk/unfinished", "/unit/unfinished"


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the report, with its holders."""

    label: str
    meaning: str
    what: str
    lines: tuple[HolderLine, ...]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)


@pages.get(HOUSE)
@allows(Permission.SUPERVISE)
def show_unfinished(visit: Visit) -> Answer:
    """Show what is unfinished in the whole house, or with `?what=` the tickets behind a number."""
    return _shown(visit, HOUSE, None, "")


@pages.get(OWN)
@allows(Permission.HANDLE)
def show_own(visit: Visit) -> Answer:
    """Show a unit what of its own is unfinished."""
    unit = unit_of(visit)
    return _shown(visit, OWN, unit.id, unit.name)


@pages.get(f"{HOUSE}.xlsx")
@allows(Permission.SUPERVISE)
def save_unfinished(visit: Visit) -> Answer:
    """Give the report as a spreadsheet."""
    return file_of(unfinished_document(visit.scope, now=visit.now), _day(visit), "xlsx", kind="unfinished")


@pages.get(f"{OWN}.xlsx")
@allows(Permission.HANDLE)
def save_own(visit: Visit) -> Answer:
    """Give a unit's report as a spreadsheet."""
    unit = unit_of(visit)
    document = unfinished_document(visit.scope, now=visit.now, unit_id=unit.id, unit=unit.name)
    return file_of(document, _day(visit), "xlsx", kind="unfinished")


def _shown(visit: Visit, base: str, unit_id: int | None, unit: str) -> Answer:
    if what := request.args.get("what", ""):
        return _listed(visit, base, what, unit_id)
    lines = unfinished_counts(visit.scope, now=visit.now, unit_id=unit_id)
    return render_template(
        "desk/unfinished.html",
        base=base,
        unit=unit,
        bands=[label for _, label in BANDS],
        parts=[
            Part(label, MEANINGS[what], what, tuple(line for line in lines if line.what == what))
            for what, label in WHAT_LABELS.items()
        ],
        href=lambda what, holder, band: _href(base, what, holder, band),
    )


def _listed(visit: Visit, base: str, what: str, unit_id: int | None) -> Answer:
    holder, band = request.args.get("holder", "")[:100], request.args.get("band", "")
    if band and (not band.isascii() or not band.isdigit() or int(band[:3]) >= len(BANDS)):
        abort(404)
    wanted = Wanted(is_in(what), holder, int(band) if band else None, unit_id)
    return render_template(
        "desk/unfinished_list.html",
        base=base,
        label=WHAT_LABELS[wanted.what],
        meaning=MEANINGS[wanted.what],
        holder=holder_name(visit.scope, holder) if holder else "",
        band=BANDS[wanted.band][1] if wanted.band is not None else "",
        listing=unfinished_tickets(visit.scope, wanted, now=visit.now),
        most=MOST,
        ticket_at="/unit" if base == OWN else "/t",
    )


def _href(base: str, what: str, holder: str, band: int | None) -> str:
    asked = {"what": what, "holder": holder} | ({"band": str(band)} if band is not None else {})
    return f"{base}?{urlencode(asked)}"


def _day(visit: Visit) -> str:
    return f"{visit.now.astimezone(visit.scope.tenant.zone):%Y-%m-%d}"
