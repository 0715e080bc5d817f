"""Charts in the language of the page: what the code says in them is translated, names that people gave say that they are Chinese."""

import re
from dataclasses import replace

from markupsafe import Markup

from core.documents.drawing import drawn
from core.documents.model import Bars, Chart, Dots, Heat
from core.web.language.speaking import language, t

IN_CHINESE = re.compile("<(text|title)(?=[^>]*>[^<]*[\u3400-\u9fff])")


def chart_shown(chart: Chart) -> Markup:
    """Return the chart as SVG within the page at hand."""
    return drawing_shown(drawn(chart_said(chart)))


def chart_said(chart: Chart) -> Chart:
    """Return the chart with what the code says in it in the language of the page at hand."""
    if isinstance(chart, Bars | Dots):
        marks = [replace(mark, label=t(mark.label), words=t(mark.words)) for mark in chart.marks]
        return replace(chart, title=t(chart.title), marks=marks)
    series = [replace(line, label=t(line.label)) for line in chart.series]
    return replace(chart, title=t(chart.title), series=series, labels=[t(label) for label in chart.labels])


def drawing_shown(drawing: Markup) -> Markup:
    """Return a drawing whose words `t` has said with what is still Chinese in it, which people wrote, marked as such."""
    if language() == "zh-CN":
        return drawing
    return Markup(IN_CHINESE.sub(r'<\1 lang="zh-CN"', drawing))  # noqa: S704 -- only an attribute is put into our own drawing  # nosec B704


def heat_said(heat: Heat) -> Heat:
    """Return the squares with the names that the code gave to rows and columns in the language of the page at hand."""
    rows, columns = ([(key, t(name)) for key, name in each] for each in (heat.rows, heat.columns))
    return replace(heat, title=t(heat.title), rows=rows, columns=columns)
