"""What a line of a year's sheet may count: the measures, and the cases in which a unit was found responsible."""

from collections.abc import Mapping

from sqlalchemy import SQLColumnExpression, case, cast, func, literal
from sqlalchemy.types import Text

from core.escalation.accountability.models import AccountabilityCase
from core.statistics.anchors import Anchor, with_ticket
from core.statistics.behind import counted_rows
from core.statistics.days import Span
from core.statistics.measures import MEASURES, Measure
from core.tenancy.scope import Scope

ACCOUNTABLE = Measure(
    key="accountable",
    label="认定有责",
    meaning="当日作出决定、认定应当问责的案件，申诉后改变决定的以改变后的为准；计在被问责的单位",
    anchor=Anchor(
        with_ticket(AccountabilityCase),
        AccountabilityCase.tenant_id,
        AccountabilityCase.decided_at,
        AccountabilityCase.unit_id,
        AccountabilityCase.outcome == "responsible",
    ),
)
"""Few enough to be counted from the rows: it has no column in the cube."""
COUNTABLE: Mapping[str, Measure] = {**MEASURES, ACCOUNTABLE.key: ACCOUNTABLE}


def accountable_by_unit(scope: Scope, span: Span) -> dict[int, int]:
    """Return in how many cases decided in these days each unit was found responsible."""
    unit = ACCOUNTABLE.anchor.unit_id
    return dict(
        scope.session.execute(counted_rows(scope, ACCOUNTABLE, span, None, unit, func.count()).group_by(unit)).all()
    )


def case_no_of(measure: Measure) -> SQLColumnExpression[str]:
    """Return the number under which the thing counted is quoted where it is a case, else nothing."""
    if measure is not ACCOUNTABLE:
        return literal("", Text)
    number = func.concat(cast(AccountabilityCase.year, Text), "-", cast(AccountabilityCase.number, Text))
    return case((AccountabilityCase.number > 0, number), else_="")
