"""Writing units: they are added, changed and closed, never deleted, since past tickets speak of them. Flushes only."""

from collections.abc import Mapping

from sqlalchemy import update

from core.tenancy.models import Tenant
from core.tenancy.scope import Scope
from core.units.editing import UnitEntry
from core.units.initials import initials_of
from core.units.models import Unit


def write_units(scope: Scope, rows: dict[str, Unit], wanted: Mapping[str, UnitEntry]) -> None:
    """Let these units be as they are wished; those that are not there are made. Parents may stand further down."""
    for code, entry in wanted.items():
        row = rows.get(code)
        if row is None:
            row = rows[code] = Unit(
                tenant_id=scope.tenant.id, id=scope.new_id(), code=code, name=entry.name, kind=entry.kind
            )
            scope.session.add(row)
        row.name, row.kind, row.active, row.member = entry.name, entry.kind, entry.active, entry.member
        row.phone, row.mail, row.refers_to = entry.phone, entry.mail, entry.tenant
        row.initials = initials_of(entry.name)
    scope.session.flush()
    for code, entry in wanted.items():
        rows[code].parent_id = rows[entry.parent].id if entry.parent else None
    scope.session.flush()


def let_others_read_anew(scope: Scope) -> None:
    """Let every process read the tenant's units anew, within seconds."""
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))
