"""Evaluation 评价与评议: weights and thresholds with last month before and after a draft, reasons for panels, exemptions."""

from collections.abc import Sequence
from fractions import Fraction

from flask import Blueprint, render_template
from markupsafe import Markup

from core.documents.charts import Mark, dot_plot
from core.evaluation.panels.words import GROUP_LABELS
from core.hooks import specs
from core.journey.evaluation_rules import (
    WHOLE_SHEET,
    Weighing,
    excluding_of,
    panel_of,
    reasons_of,
    thresholds_of,
    total_of,
    weighing_of,
)
from core.journey.settings.naming import settings_choices
from core.people.roles import Permission
from core.statistics.figures import SMALL_SAMPLE
from core.statistics.grades import Band
from core.statistics.performance.rules import points_words
from core.statistics.periods import Month
from core.statistics.weighing import Line, lines_to_hold, sample_of, units_of_month, weighed
from core.statistics.words import value_words
from core.web.admin.cases import query
from core.web.admin.drawn import rules_asked
from core.web.language.charts import drawing_shown
from core.web.language.speaking import t
from core.web.visit import Answer, Visit, allows

pages = Blueprint("admin_evaluation", __name__)
HERE = "/admin/evaluation"
DRAWN = (specs.score_lines, specs.grade_bands, specs.review_triggers, specs.panel_rules, specs.exemptions)
PERCENT = 100
APART = 5
"""The axis of a line begins at a multiple of this many percent."""


@pages.get("/admin/evaluation")
@allows(Permission.ADMINISTER)
def show_evaluation(visit: Visit) -> Answer:
    """Show weights, thresholds, reasons for panels and exemptions, with last month as it was and as a draft would have it."""
    scope, rules = visit.scope, rules_asked(visit, *DRAWN)
    month = Month.of(visit.now.astimezone(scope.tenant.zone).date()).previous
    units = units_of_month(scope, month)
    held, drafted = rules.held.table, rules.drafted.table if rules.drafted else None
    weighing, weighing_held = weighing_of(rules.shown), weighing_of(rules.held)
    lines = lines_to_hold(scope, units, held, drafted)
    return render_template(
        "admin/evaluation.html",
        rules=rules,
        here=HERE,
        query=query(),
        month=month,
        weighing=weighing,
        before={each.rule_id: each for each in weighing_held},
        total=total_of(weighing),
        total_held=total_of(weighing_held),
        whole=WHOLE_SHEET,
        sides=weighed(units, month, held, drafted) if weighing else [],
        points=points_words,
        bar=_bar(weighing),
        thresholds=thresholds_of(rules.shown),
        metric_labels={each.metric.id: each.metric.label for each in lines},
        lines=[(each, _plot(each)) for each in lines],
        value=lambda line, figure: value_words(figure.now.value, line.metric.unit),
        threshold=_threshold,
        sample=sample_of(rules.shown.table),
        small=SMALL_SAMPLE,
        reasons=reasons_of(rules.shown, at=visit.now),
        panel=panel_of(rules.shown, at=visit.now),
        groups=GROUP_LABELS,
        excluding=excluding_of(rules.shown, settings_choices(scope)),
    )


def _bar(weighing: Sequence[Weighing]) -> Markup:
    """Draw the weights side by side in one bar as wide as a whole sheet, or as what they come to if that is more.

    Its parts are shares of whatever width there is, so that their words keep their size on a phone.
    """
    weights = [each for each in weighing if each.is_weight]
    whole, parts, left = max(total_of(weights), WHOLE_SHEET), [], 0.0
    for number, each in enumerate(weights):
        parts.append(
            Markup(
                '<svg x="{:.2f}%" width="{:.2f}%" height="28"><rect class="w{}" width="100%" height="28"/>'
                '<text x="8" y="19">{} {:g}</text></svg>'
            ).format(PERCENT * left / whole, PERCENT * each.full / whole, number % 2, t(each.label), each.full)
        )
        left += each.full
    bar = Markup('<svg width="100%" height="28" font-size="13" aria-hidden="true">{}</svg>')
    return drawing_shown(bar.format(Markup("").join(parts)))


def _plot(line: Line) -> Markup:
    """Draw the units against the line that is shown: the draft's where there is one; empty where it cannot be drawn."""
    hold = _hold(line.after or line.before)
    if not line.units or hold is None or line.metric.unit != "percent" or line.metric.better != "up":
        return Markup("")
    marks = [Mark(each.name, float(each.value * PERCENT), f"{float(each.value * PERCENT):.1f}%") for each in line.units]
    lowest = min(float(hold), *(mark.value for mark in marks))
    low = max(lowest // APART * APART - APART, 0)
    return drawing_shown(dot_plot(marks, title=t(line.metric.label), hold=float(hold), low=low))


def _hold(bands: Sequence[Band]) -> Fraction | None:
    return max((band.threshold * PERCENT for band in bands), default=None)


def _threshold(line: Line, bands: Sequence[Band]) -> str:
    """Return the thresholds of one side in words."""
    return "、".join(value_words(band.threshold, line.metric.unit) for band in bands) or "没有"
