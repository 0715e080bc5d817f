"""Putting another list of sources in place of the one before: the only writer of the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from core.intake.sources.changes import SourceChange, SourcesPut
from core.intake.sources.models import Source
from core.intake.sources.queries import kept_sources
from core.intake.sources.reading import COLUMNS, WrittenSource
from core.intake.sources.words import CLOSED
from core.kit.lists import ListPut
from core.kit.saying import joined, said
from core.tenancy.revisions import bump_epoch
from core.tenancy.scope import Scope


def put_sources(
    scope: Scope, written: Sequence[WrittenSource], *, unit_ids: Mapping[str, int], today: date
) -> SourcesPut:
    """Let these be the sources. One that is missing is closed from today and keeps its row; the same list changes nothing."""
    wanted = {each.code: _values(each, unit_ids) for each in written}
    kept = {row.code: row for row in kept_sources(scope)}
    changes, same = dict[str, list[SourceChange]](opened=[], changed=[], closed=[]), 0
    for code, row in kept.items():
        values = wanted.get(code)
        if values is None and row.state != CLOSED:
            row.state, row.since = CLOSED, today
            changes["closed"].append(SourceChange(code, row.name, "停用"))
        elif values and (differ := [name for name, value in values.items() if getattr(row, name) != value]):
            became = "closed" if values["state"] == CLOSED != row.state else "changed"
            became = "opened" if values["state"] != CLOSED == row.state else became
            for name in differ:
                setattr(row, name, values[name])
            labels = dict.fromkeys(COLUMNS["owner" if name == "owner_id" else name][0] for name in differ)
            changes[became].append(SourceChange(code, row.name, said("更改{labels}", labels=joined("、", labels))))
        else:
            same += values is not None
    new = {code: values for code, values in wanted.items() if code not in kept}
    scope.session.add_all(Source(tenant_id=scope.tenant.id, id=scope.new_id(), **values) for values in new.values())
    changes["opened"] += [SourceChange(code, values["name"], "新增") for code, values in new.items()]
    put = ListPut(len(changes["opened"]), len(changes["changed"]), len(changes["closed"]), same)
    if put.is_change:
        bump_epoch(scope)
    return SourcesPut(put, [each for kind in changes.values() for each in kind])


def _values(written: WrittenSource, unit_ids: Mapping[str, int]) -> dict[str, Any]:
    values = asdict(written)
    unit = values.pop("unit")
    return {**values, "aliases": list(written.aliases), "owner_id": unit_ids[unit] if unit else None}
