"""The pages of the city's figures: one document each, shown with what is behind every number and what it can be narrowed by."""

from flask import Blueprint, render_template

from core.documents.model import Bars, Dots, Lines, Table
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.statistics.central.pages import CityPage
from core.statistics.central.registry import TITLES, page_of
from core.web.city.asking import arguments, asked_here, months, offered, today_of
from core.web.city.tables import cell_shown, rows_shown
from core.web.language.charts import chart_shown
from core.web.visit import Answer, Guarded, Visit, allows, installation

pages = Blueprint("city_figures", __name__)
pages.add_app_template_filter(rows_shown)
pages.add_app_template_filter(cell_shown)
NAMES = ("districts", "units", "matters", "warnings", "instructions", "quality", "definitions", "cells")


def shown(visit: Visit, name: str) -> Answer:
    """Show a page of the registry for what the address asks."""
    asked = asked_here(visit)
    told = page_of(installation(), visit.scope, name, asked, arguments(), now=visit.now)
    return rendered(visit, told, "city/figures.html")


def rendered(visit: Visit, told: CityPage, template: str, **more: object) -> str:
    """Render a page of the city with its form, its links to files, and what must be known first."""
    return render_template(
        template,
        told=told,
        name=told.name,
        title=TITLES[told.name],
        heading=said("{span}{title}", span=told.asked.span_words, title=word(TITLES[told.name])),
        lead=joined("。", told.document.lead),
        lead_below=joined("。", told.document.lead if told.asked.narrowed else told.document.lead[1:]),
        asked=told.asked,
        offered=offered(visit, told.asked, told.membership, told.narrowings, told.choices),
        months=months(today_of(visit), told.asked),
        kind_of=kind_of,
        drawn=chart_shown,
        query=told.asked.query_with(**{each.name: each.value for each in told.choices}),
        **more,
    )


def kind_of(block: object) -> str:
    """Return what a block is, for the template: `table`, `chart` or `words`."""
    if isinstance(block, Table):
        return "table"
    return "chart" if isinstance(block, Bars | Dots | Lines) else "words"


def _view(name: str) -> Guarded:
    @allows(Permission.SEE_CITY)
    def view(visit: Visit) -> Answer:
        return shown(visit, name)

    return view


for _name in NAMES:
    pages.add_url_rule(f"/city/{_name}", f"show_{_name}", _view(_name))
