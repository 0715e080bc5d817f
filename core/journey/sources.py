"""The registry of sources 来源名册 in an administrator's hands: put from a file as a whole, tried before, and looked through."""

from pathlib import Path

from core.intake.channels import open_channels_of
from core.intake.sources.changes import SourcesPut
from core.intake.sources.reading import COLUMNS, NEEDED, read_sources
from core.intake.sources.service import put_sources
from core.journey.lists import Ordered, note_put, refuse_faults, rows_of
from core.tenancy.scope import Scope
from core.units.catalogue.lookup import UnitLookup
from core.units.catalogue.queries import known_units
from core.units.queries import directory

WHAT = "来源名册"
DEED = "更换来源名册"
MOST = 5_000
"""Rows; the published districts merged 81 hotlines, and 151 online channels."""


def import_sources(scope: Scope, path: Path, order: Ordered) -> SourcesPut:
    """Let the sources of a file be the tenant's, all or nothing; those that are missing are closed.

    Raises `TableUnusable`, `ListUnusable` with every row that has a fault, names that stand for two sources among them.
    """
    done, rows = _put(scope, path, order)
    note_put(scope, WHAT, done.put, order, rows=rows)
    return done


def try_sources(scope: Scope, path: Path, order: Ordered) -> SourcesPut:
    """Say what `import_sources` would change, and change nothing. Raises as it does."""
    with scope.session.begin_nested() as trial:
        done, _ = _put(scope, path, order)
        trial.rollback()
    return done


def _put(scope: Scope, path: Path, order: Ordered) -> tuple[SourcesPut, int]:
    rows = rows_of(path, COLUMNS, needed=NEEDED, most=MOST, what=WHAT)
    channels = open_channels_of(scope).values()
    units = known_units(scope)
    written, faults = read_sources(
        rows,
        units=UnitLookup(units),
        channels={word: channel.id for channel in channels for word in (channel.label, channel.id)},
    )
    refuse_faults(faults, WHAT)
    unit_ids = {each.unit: directory(scope).get_unit(each.unit).id for each in written if each.unit}
    today = order.now.astimezone(scope.tenant.zone).date()
    return put_sources(scope, written, unit_ids=unit_ids, today=today), len(written)
