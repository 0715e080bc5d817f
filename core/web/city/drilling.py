"""From a city's number to the tickets behind it: asked for with a reason, shown masked where the district lets the city look."""

from flask import Blueprint, g, render_template, request

from core.journey.drilling import MOST, Cell, Looked, Standing, look, measure_named, member_of, standing_of
from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.asked import Asked, asked_of
from core.statistics.figures import CORE_METRICS
from core.web.city.asking import arguments
from core.web.input import InputUnusable, required
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city_drilling", __name__)
TICKETS = "/city/tickets"
LONGEST_WHY = 200
LARGEST = 2**63 - 1


def cells_href(measure: str, asked: Asked) -> str:
    """Return where the numbers by unit stand in which a measure is read."""
    of = next((each.id for each in CORE_METRICS if measure in (each.numerator, each.denominator)), "accepted")
    by = "day" if asked.narrowed.keys() - {"district"} else "unit"
    return f"/city/cells?{asked.query_with(metric=of, by=by)}"


@pages.get(TICKETS)
@allows(Permission.SEE_CITY)
def show_question(visit: Visit) -> Answer:
    """Show which tickets would be looked at, and whether the district lets the city; no ticket is read yet."""
    asked, cell = _asked(visit)
    refusal = g.get("refusal")
    standing = standing_of(installation(), visit.scope.tenant.slug, asked.district, now=visit.now)
    page = _page(
        visit,
        asked,
        cell,
        standing=standing,
        why=request.form.get("why", "")[:LONGEST_WHY],
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(TICKETS)
@allows(Permission.SEE_CITY, again=show_question)
def show_tickets(visit: Visit) -> Answer:
    """Show the tickets, masked; both security logs keep that they were looked at."""
    asked, cell = _asked(visit)
    why = required("why", ask="请写明为什么要看这些工单；区里也会看到。", longest=LONGEST_WHY)
    looked = look(
        visit.scope,
        installation(),
        asked.district,
        cell,
        why=why,
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return _page(visit, asked, cell, looked=looked, why=why)


def _page(
    visit: Visit,
    asked: Asked,
    cell: Cell,
    *,
    why: str,
    standing: Standing | None = None,
    looked: Looked | None = None,
    refusal: str | None = None,
) -> str:
    return render_template(
        "city/drilled.html",
        asked=asked,
        cell=cell,
        measure=measure_named(cell.measure),
        back=cells_href(cell.measure, asked),
        district=member_of(installation(), visit.scope.tenant.slug, asked.district),
        standing=standing,
        looked=looked,
        most=MOST,
        why=why,
        at=request.full_path.rstrip("?"),
        refusal=refusal,
    )


def _asked(visit: Visit) -> tuple[Asked, Cell]:
    """Read the question from the address. Raises as `asked_of`, `UnknownMeasure` and `InputUnusable`."""
    given = arguments()
    asked = asked_of(given, today=visit.now.astimezone(visit.scope.tenant.zone).date())
    asked.only("district", "nature", "channel", "category", of="单件工单")
    unit = given.get("unit", "")
    if unit and not (unit.isascii() and unit.isdecimal() and len(unit) < 20 and int(unit) <= LARGEST):
        raise InputUnusable(said("单位“{unit}”看不懂。请从数字旁的链接进入。", unit=unit[:LONGEST_WHY]))
    cell = Cell(
        measure_named(given.get("measure", "")).key,
        asked.span,
        unit_id=int(unit) if unit else None,
        nature=asked.nature,
        channel=asked.channel,
        category=asked.category,
    )
    return asked, cell
