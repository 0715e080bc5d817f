"""A chart of a document as a drawing: within a page, or standing by itself."""

import re

from markupsafe import Markup

from core.documents.charts import bars, dot_plot, lines
from core.documents.fonts import FAMILY
from core.documents.model import Bars, Chart, Dots

NAMESPACE = "http://www.w3.org/2000/svg"


LINK = re.compile(r"<a href=[^>]*>|</a>")


def drawn(chart: Chart) -> Markup:
    """Return the chart as SVG within a page, whose stylesheet colours it and whose places its marks lead to."""
    match chart:
        case Bars():
            return bars(chart.marks, title=chart.title)
        case Dots():
            return dot_plot(chart.marks, title=chart.title, hold=chart.hold, low=chart.low)
        case _:
            return lines(chart.series, chart.labels, title=chart.title, percent_from=chart.percent_from)


def svg_of(chart: Chart) -> str:
    """Return the chart as SVG that stands by itself, with name space and type face, leading nowhere."""
    unlinked = LINK.sub("", str(drawn(chart)))
    return unlinked.replace("<svg ", f'<svg xmlns="{NAMESPACE}" font-family="{FAMILY}" ', 1)
