"""Reminder letters and figures from elsewhere in a demonstration: drafted from figures, signed, answered, and judged by effect.

In a file of `tenants/institutions/`, each `[[reminder]]` is a morning so many `days` ago on which what figures called for was
drafted and signed; with `measures` the unit has answered, with a `verdict` its effect was judged. What figures call for today
waits for signature. Each `[[outside]]` is a figure that somebody else counts, of twelve months and of the same a year `before`.
"""

import csv
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from core.journey.lists import Ordered
from core.journey.outside_figures import import_figures
from core.journey.reminders import (
    acknowledge_reminder,
    answer_reminder,
    discard_reminder,
    draft_reminders,
    judge_reminder,
    keep_reminders,
    sign_reminder,
)
from core.statistics.periods import Month
from core.statistics.reminders.models import Reminder
from tenants.house import Institutions
from tenants.source import Table

COLUMNS = ("指标", "月份", "数值", "来源")


def remind(house: Institutions) -> None:
    """Sign what figures called for on past mornings, let units answer, and draft what they call for today."""
    signed = [
        (table.text("verdict", ""), table.text("finding", ""), reminder)
        for table in house.said.tables("reminder")
        for reminder in _signed(house, table)
    ]
    if not signed:
        return
    keep_reminders(house.scope, now=house.now)
    for verdict, finding, reminder in signed:
        if verdict and reminder.effect_at is not None:
            judge_reminder(
                house.scope,
                reminder.id,
                verdict=verdict,
                finding=finding,
                actor=house.people("supervisor")[0],
                address="",
                now=house.now,
            )
    draft_reminders(house.scope, now=house.now)


def _signed(house: Institutions, table: Table) -> Sequence[Reminder]:
    """Draft in the morning of a past day and sign the first for each unit; the unit acknowledges, and answers by its measures.

    What else was drafted for a unit is set aside with the reason. Return what was signed.
    """
    scope, days = house.scope, table.number("days")
    draft_reminders(scope, now=house.day(days, 6))
    scope.session.flush()
    drafts = scope.session.scalars(
        select(Reminder).where(Reminder.tenant_id == scope.tenant.id, Reminder.state == "draft").order_by(Reminder.id)
    ).all()
    supervisor, measures = house.people("supervisor")[0], table.text("measures", "")
    aside, signed = table.text("aside"), house.day(days, 9)
    chosen = dict[int, Reminder]()
    for draft in drafts:
        if chosen.setdefault(draft.unit_id, draft) is not draft:
            discard_reminder(scope, draft.id, reason=aside, actor=supervisor, address="", now=signed)
            continue
        sign_reminder(scope, draft.id, text=draft.text, actor=supervisor, address="", now=signed)
        clerk = house.of_unit(draft.unit_id)
        acknowledge_reminder(scope, draft.id, actor=clerk, now=signed + timedelta(hours=2))
        scope.session.flush()
        if measures:
            answered = house.day(table.number("answered_days"), 15)
            answer_reminder(scope, draft.id, text=measures, actor=clerk, now=answered)
    return list(chosen.values())


def import_outside(house: Institutions) -> None:
    """Import what somebody else counted, of all months of last month's year so far and of the year before."""
    last = Month.of(house.day(0, 0).date()).previous
    rows = [row for table in house.said.tables("outside") for row in _months(table, last)]
    if not rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        order = Ordered(house.people("administrator")[0], None, "演示", house.day(0, 0))
        import_figures(house.scope, path, order)


def _months(table: Table, last: Month) -> list[tuple[str, str, int, str]]:
    name, source = table.text("name"), table.text("source")
    years = ((last.year - 1, table.value("before")), (last.year, table.value("now")))
    table.refuse_others()
    return [
        (name, str(month), number, source)
        for year, numbers in years
        for place, number in enumerate(numbers, start=1)
        if (month := Month(year, place)) <= last
    ]
