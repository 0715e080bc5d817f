"""Putting another list of merged hotlines in place of the one before: the only writer of the table."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from core.intake.hotlines.models import MergedHotline
from core.intake.hotlines.queries import kept_hotlines
from core.intake.hotlines.reading import WrittenHotline
from core.kit.lists import ListPut
from core.tenancy.revisions import bump_epoch
from core.tenancy.scope import Scope


def put_hotlines(scope: Scope, written: Sequence[WrittenHotline], *, now: datetime) -> ListPut:
    """Let these be the merged hotlines. One that is missing is closed and keeps its row; the same list changes nothing."""
    wanted = {each.number: asdict(each) for each in written}
    kept = {row.number: row for row in kept_hotlines(scope)}
    opened = changed = closed = 0
    for number, row in kept.items():
        values = wanted.get(number)
        if values is None:
            closed += row.closed_at is None
            row.closed_at = row.closed_at or now
        elif row.closed_at is not None or any(getattr(row, name) != value for name, value in values.items()):
            opened += row.closed_at is not None
            changed += row.closed_at is None
            for name, value in values.items():
                setattr(row, name, value)
            row.closed_at = None
    new = [values for number, values in wanted.items() if number not in kept]
    scope.session.add_all(
        MergedHotline(tenant_id=scope.tenant.id, id=scope.new_id(), closed_at=None, **values) for values in new
    )
    put = ListPut(opened + len(new), changed, closed, len(wanted) - len(new) - opened - changed)
    if put.is_change:
        bump_epoch(scope)
    return put
