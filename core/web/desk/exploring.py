"""Where appeals come from 源头治理: matters by area, what grows, what comes again, and marking it as a topic."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from io import StringIO
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request

from core.documents.charts import Mark
from core.documents.model import Bars
from core.hooks.values.words import NATURE_LABELS
from core.intake.channels import channels_of
from core.intake.tabular.rejects import harmless
from core.journey import warnings
from core.journey.queries.choices import choices
from core.kit.saying import said
from core.statistics.exploring import (
    BY_LABELS,
    ENOUGH,
    LONGEST_WITHIN,
    REST,
    WITHIN_DAYS,
    Asked,
    By,
    Explored,
    Ranked,
    explore,
    periods,
)
from core.statistics.exploring_document import COUNTED, explored_document, heads, matrix
from core.statistics.periods import Month
from core.statistics.places import area_label
from core.statistics.queries import Cube, matter_names
from core.statistics.repeats import MEANING
from core.statistics.report import matter_label
from core.statistics.warnings.topics import followed_topics
from core.units.queries import directory
from core.web.bulletins import file_of
from core.web.input import text
from core.web.language.charts import chart_shown
from core.web.menu import EXPLORES
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("exploring", __name__)
SHADES = 4
LONGEST = 100
RETURNED_SHOWN = 20
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Address:
    """Where a question leads: to its page, its files, and the tickets behind it."""

    asked: Asked

    def href(self, path: str = "/explore", **changes: object) -> str:
        """Return the address of the page, or another one, with some of the question changed."""
        parts = {**asdict(self.asked), **changes}
        if parts["within_days"] == WITHIN_DAYS:
            del parts["within_days"]
        return f"{path}?" + urlencode({name: value for name, value in parts.items() if value})

    def tickets(self, found: Explored) -> str:
        """Return the address of the list of tickets that were counted; a category has none of its own."""
        asked, span = self.asked, found.period.span
        parts = {
            "lane": "all",
            "matter": asked.matter,
            "area": asked.area,
            "unit": asked.unit,
            "channel": asked.channel,
            "nature": asked.nature,
            "since": str(span.first),
            "until": str(span.last),
        }
        return "/desk?" + urlencode({name: value for name, value in parts.items() if value})


@pages.get("/explore")
@allows(EXPLORES)
def show(visit: Visit) -> Answer:
    """Show matters by area in a period, narrowed as the address says; after a refusal with why."""
    found, refusal = explore(visit.scope, asked_for(visit), today=_today(visit)), g.get("refusal")
    address = Address(found.asked)
    page = render_template(
        "exploring/show.html",
        found=found,
        asked=found.asked,
        at=address,
        words=_words(visit, found.asked),
        crumbs=_crumbs(visit, address),
        by_labels=BY_LABELS,
        periods=periods(found.asked.by, _today(visit)),
        shade=lambda count: -(-count * SHADES // found.most) if found.most else 0,
        rest=REST,
        enough=ENOUGH,
        counted=COUNTED,
        repeated=MEANING,
        trend=chart_shown(found.trend),
        growing=_bars("增长最多的（件）", found.growing, address, growth=True),
        returning=_bars("反复最多的（件）", found.returning, address, growth=False),
        returned_shown=RETURNED_SHOWN,
        longest_within=LONGEST_WITHIN,
        row_asks="matter" if found.asked.category or found.asked.matter else "category",
        topics=followed_topics(visit.scope, Month.of(_today(visit))),
        settles=not visit.permissions.isdisjoint(warnings.SETTLES),
        choices=choices(visit.scope),
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get("/explore/file/<form>")
@allows(EXPLORES)
def download(visit: Visit, form: str) -> Answer:
    """Answer with what was found as a file: a document, or the matrix alone as CSV."""
    asked = asked_for(visit)
    found = explore(visit.scope, asked, today=_today(visit))
    name = f"{visit.scope.tenant.slug}-{found.period.span.first}"
    if form == "csv":
        return _csv(found, name)
    document = explored_document(found, visit.scope.tenant.name, _words(visit, asked), made_at=visit.now)
    return file_of(document, name, form, kind="explore")


@pages.post("/explore/topic")
@allows(warnings.SETTLES, again=lambda: show())
def mark(visit: Visit) -> Answer:
    """Mark what is looked at as a topic of source governance, which is followed from now on."""
    topic = warnings.follow_topic(
        visit.scope,
        name=text("name", longest=100),
        matters=[text("matter", longest=LONGEST)],
        areas=[text("area", longest=LONGEST)],
        why=text("why", longest=LONGEST_REASON),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("开始跟踪“{name}”", name=topic.name), "/topics")


def asked_for(visit: Visit) -> Asked:
    """Read the question; what makes no sense in it is passed over, and the last whole month is asked about."""
    by: By = "week" if _argument("by") == "week" else "month"
    offered = periods(by, _today(visit))
    usual = next((each for each in offered if each.is_over), offered[0])
    days = _argument("within_days")
    within = int(days) if days.isdecimal() and 1 <= int(days) <= LONGEST_WITHIN else WITHIN_DAYS
    return Asked(
        by,
        _first(_argument("first"), offered[-1].span.first, offered[0].span.last) or usual.span.first,
        category=_argument("category"),
        matter=_argument("matter"),
        area=_argument("area"),
        unit=_argument("unit"),
        channel=_argument("channel"),
        nature=_argument("nature"),
        within_days=within,
    )


def _first(words: str, earliest: date, latest: date) -> date | None:
    try:
        first = date.fromisoformat(words)
    except ValueError:
        return None
    return first if earliest <= first <= latest else None


def _argument(name: str) -> str:
    return request.values.get(name, "").replace("\x00", "").strip()[:LONGEST]


def _words(visit: Visit, asked: Asked) -> list[str]:
    """Say by what the question is narrowed."""
    scope = visit.scope
    channel = channels_of(scope).get(asked.channel)
    unit = directory(scope).find_unit(asked.unit) if asked.unit else None
    said = [
        matter_label(matter_names(Cube.of(scope)), asked.matter) if asked.matter else asked.category,
        area_label(scope, asked.area) if asked.area else "",
        (unit.name if unit else asked.unit) if asked.unit else "",
        (channel.label if channel else asked.channel) if asked.channel else "",
        NATURE_LABELS.get(asked.nature, asked.nature) if asked.nature else "",
    ]
    return [each for each in said if each]


def _crumbs(visit: Visit, address: Address) -> list[tuple[str, str]]:
    """Return the way back up, step by step: what is dropped, and the address without it."""
    asked = address.asked
    steps = []
    if asked.category or asked.matter:
        steps.append(("全部事项", address.href(category="", matter="")))
    if asked.matter:
        name = matter_names(Cube.of(visit.scope)).get(asked.matter)
        if name:
            steps.append((name.category, address.href(category=name.category, matter="")))
    if asked.area:
        steps.append(("全部区域", address.href(area="")))
    return steps


def _bars(title: str, ranked: Sequence[Ranked], address: Address, *, growth: bool) -> str:
    marks = [
        Mark(
            each.what,
            each.cell.growth if growth else each.cell.again,
            f"+{each.cell.growth:,}" if growth else f"{each.cell.again:,}/{each.cell.now:,}",
            address.href(matter=each.matter, area=each.area, category=""),
        )
        for each in ranked
    ]
    return chart_shown(Bars(title, marks)) if marks else ""


def _csv(found: Explored, name: str) -> Response:
    written = StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([harmless(each) for each in heads(found)])
    lines.writerows([harmless(label), *counts] for label, counts in matrix(found))
    headers = {"Content-Disposition": f'attachment; filename="explore-{name}.csv"'}
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()
