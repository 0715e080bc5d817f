"""Reading all units as the database has them at this moment, closed ones too: for those who change them."""

from collections.abc import Mapping

from sqlalchemy import select

from core.tenancy.scope import Scope
from core.units.editing import UnitEntry
from core.units.models import Unit


def unit_rows(scope: Scope, *, lock: bool = False) -> dict[str, Unit]:
    """Return all units by code, closed ones too, as the database has them."""
    query = select(Unit).where(Unit.tenant_id == scope.tenant.id).order_by(Unit.code)
    if lock:
        query = query.with_for_update(key_share=True)
    rows = scope.session.scalars(query.execution_options(populate_existing=True))
    return {row.code: row for row in rows}


def entries_of(rows: Mapping[str, Unit]) -> dict[str, UnitEntry]:
    """Return units as values, with the codes of those above them."""
    codes = {row.id: row.code for row in rows.values()}
    return {
        code: UnitEntry(
            row.name,
            row.kind,
            codes.get(row.parent_id) if row.parent_id is not None else None,
            row.phone,
            row.mail,
            row.refers_to,
            row.member,
            row.active,
        )
        for code, row in rows.items()
    }
