"""Publishing the duty list and mapping its matters: the only writer of their tables. Flushes, never commits."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.areas.queries import gazetteer_of, gazetteer_versions
from core.kit.db import Base, insert_rows
from core.kit.errors import Refused
from core.kit.versions import number_at, refuse_unfounded
from core.tenancy.revisions import Author, bump_epoch
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import refuse_faults
from core.units.catalogue.limit_history import LimitChange, limit_changes, refuse_loosening
from core.units.catalogue.models import (
    WHOLE,
    DutyLimitChange,
    DutyListMatter,
    DutyListRow,
    DutyListVersion,
    MappedMatter,
)
from core.units.catalogue.queries import duty_list_of, duty_list_versions, known_units
from core.units.catalogue.rows import Key, Row


class AreasChanged(Refused):
    """The list speaks of other areas than the gazetteer that will be in force with it."""

    code = "duty-list-areas-changed"


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing came to: the number of the version, whether it is a new one, and what it changed for limits."""

    number: int
    is_new: bool
    limit_changes: tuple[LimitChange, ...] = ()


def publish(
    scope: Scope,
    catalogue: Catalogue,
    *,
    reason: str,
    author: Author,
    now: datetime,
    effective_from: datetime | None = None,
    loosened: Collection[Key] = (),
    restored_from: int | None = None,
) -> Publication:
    """Add a version that is in force from `effective_from`, or now; one that says nothing new is not added.

    Limits may only get longer where `loosened` says so. Raises `CatalogueUnusable` with every fault, `AreasChanged`,
    `LimitsLoosened`, `NoReasonGiven`, `EffectiveInThePast`, and `Collision` when another one is published at the same
    moment.
    """
    since = effective_from or now
    refuse_unfounded(reason, effective_from=since, now=now)
    refuse_faults(catalogue, known_units(scope))
    gazetteer = number_at(gazetteer_versions(scope), since)
    if Catalogue.of((), gazetteer_of(scope, gazetteer).areas.nodes).areas != catalogue.areas:
        raise AreasChanged(
            "清单所用的区域表与届时生效的地名库不同，按区域写的行可能落空。请按新的区域表重新检查后再发布。"
        )
    former = number_at(duty_list_versions(scope), since)
    before = duty_list_of(scope, former)
    if former and before.digest == catalogue.digest:
        return Publication(former, is_new=False)
    changes = limit_changes(before, catalogue, on=since.astimezone(scope.tenant.zone).date(), reason=reason)
    refuse_loosening(changes, catalogue, allowed=loosened)
    newest = select(func.max(DutyListVersion.number)).where(DutyListVersion.tenant_id == scope.tenant.id)
    number = 1 + (scope.session.scalar(newest) or 0)
    version = DutyListVersion(
        tenant_id=scope.tenant.id,
        number=number,
        gazetteer=gazetteer or None,
        sha256=catalogue.digest,
        reason=reason,
        author_id=author.account_id,
        author=author.name,
        created_at=now,
        effective_from=since,
        restored_from=restored_from,
    )
    insert_rows(
        scope.session,
        [
            version,
            *_matters(scope, catalogue, number),
            *_rows(scope, catalogue, number),
            *_history(scope, changes, number),
        ],
    )
    bump_epoch(scope)
    return Publication(number, is_new=True, limit_changes=changes)


def map_matters(scope: Scope, pairs: Mapping[str, str], *, author: Author, now: datetime) -> None:
    """Say which of the central city's matters these local ones are from now on; an empty code = none any more."""
    insert_rows(
        scope.session,
        [
            MappedMatter(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                matter=matter,
                central=central,
                set_at=now,
                author_id=author.account_id,
                author=author.name,
            )
            for matter, central in pairs.items()
        ],
    )


def _matters(scope: Scope, catalogue: Catalogue, number: int) -> Iterator[Base]:
    for node in catalogue.matters.nodes:
        yield DutyListMatter(
            tenant_id=scope.tenant.id, version=number, code=node.code, name=node.name, parent=node.parent
        )


def _rows(scope: Scope, catalogue: Catalogue, number: int) -> Iterator[Base]:
    for row in catalogue.rows:
        yield _stored(scope, row, number)


def _stored(scope: Scope, row: Row, number: int) -> DutyListRow:
    return DutyListRow(
        tenant_id=scope.tenant.id,
        version=number,
        matter=row.matter,
        area=WHOLE if row.area is None else row.area,
        lead=row.lead,
        co=list(row.co) if row.co is not None else None,
        keywords=list(row.keywords) if row.keywords is not None else None,
        limit_mode=row.limit.mode if row.limit else None,
        limit_amount=row.limit.amount if row.limit else None,
        on_site_seconds=row.on_site.amount if row.on_site else None,
        legal_basis=row.legal_basis,
        standard=row.standard,
        guide=row.guide,
        min_level=row.min_level,
        department_function=row.department_function,
    )


def _history(scope: Scope, changes: Collection[LimitChange], number: int) -> Iterator[Base]:
    for change in changes:
        yield DutyLimitChange(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            version=number,
            matter=change.matter,
            area=WHOLE if change.area is None else change.area,
            field=change.field,
            before_mode=change.before.mode if change.before else None,
            before_amount=change.before.amount if change.before else None,
            after_mode=change.after.mode if change.after else None,
            after_amount=change.after.amount if change.after else None,
            effective_on=change.on,
            reason=change.reason,
        )
