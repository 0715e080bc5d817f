"""Looking for where the city's appeals come from 探索: charts that one can zoom into and step into, tables beside them."""

from flask import Blueprint

from core.documents.model import Chart, Heat
from core.documents.options import options_of
from core.people.roles import Permission
from core.statistics.central.exploring import explored
from core.statistics.central.registry import reading_of
from core.web.assets import CHARTS, find_assets
from core.web.city.asking import arguments, asked_here
from core.web.city.figures import rendered
from core.web.language.charts import chart_said, heat_said
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("city_explore", __name__)


@pages.get("/city/explore")
@allows(Permission.SEE_CITY)
def show(visit: Visit) -> Answer:
    """Show a measure by category and district, and by day. Without the library of charts the drawings and tables say the same."""
    reading = reading_of(installation(), visit.scope, asked_here(visit), now=visit.now)
    found = explored(reading, arguments())
    return rendered(
        visit,
        found.page,
        "city/explore.html",
        found=found,
        options=_options,
        library=find_assets().find_url(CHARTS),
    )


def _options(chart: Chart | Heat) -> dict[str, object]:
    return options_of(heat_said(chart) if isinstance(chart, Heat) else chart_said(chart))
