"""Drafting the duty list and mapping its matters: the only writer of their tables. Flushes, never commits."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from core.areas.queries import gazetteer_of
from core.kit.db import Base, insert_rows
from core.kit.errors import Refused
from core.kit.saying import said
from core.kit.versions import refuse_unfounded
from core.tenancy.revisions import Author
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
from core.units.catalogue.queries import NO_ROUND, Round, duty_list_in_force, duty_list_of, known_units
from core.units.catalogue.rows import Key, Row


class AreasChanged(Refused):
    """The list speaks of other areas than the gazetteer that it is drafted on."""

    code = "duty-list-areas-changed"


@dataclass(frozen=True, slots=True)
class Drafted:
    """What drafting came to: the number of the version that says this, and whether it is a new one.

    `limit_changes` are those that it would bring if it came into force now.
    """

    number: int
    is_new: bool
    limit_changes: tuple[LimitChange, ...] = ()


def draft(
    scope: Scope,
    catalogue: Catalogue,
    *,
    gazetteer: int,
    reason: str,
    author: Author,
    now: datetime,
    loosened: Collection[Key] = (),
    tightening: Round = NO_ROUND,
) -> Drafted:
    """Add a version on the areas of a gazetteer, 0 = none; of what a version says already, return that one.

    It comes into force by a revision of routing that names it. Limits may only get longer than in the list in force
    where `loosened` says so. A version of a round of tightening keeps its name and rule. Raises `CatalogueUnusable` with every fault, `AreasChanged`, `LimitsLoosened`,
    `NoReasonGiven`, `NoSuchGazetteer`, and `Collision` when another one is drafted at the same moment.
    """
    refuse_unfounded(reason)
    refuse_faults(catalogue, known_units(scope))
    if Catalogue.of((), gazetteer_of(scope, gazetteer).areas.nodes).areas != catalogue.areas:
        raise AreasChanged(
            said(
                "清单所用的区域表与地名库第 {gazetteer} 版不同，按区域写的行可能落空。请按该版的区域重新检查。",
                gazetteer=gazetteer,
            )
        )
    today = now.astimezone(scope.tenant.zone).date()
    changes = limit_changes(duty_list_in_force(scope).catalogue, catalogue, on=today, reason=reason)
    refuse_loosening(changes, catalogue, allowed=loosened)
    if known := _version_that_says(scope, catalogue, gazetteer):
        return Drafted(known, is_new=False, limit_changes=changes)
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
        round=tightening.name,
        round_rule=tightening.rule,
    )
    insert_rows(scope.session, [version, *_matters(scope, catalogue, number), *_rows(scope, catalogue, number)])
    return Drafted(number, is_new=True, limit_changes=changes)


def keep_limit_changes(scope: Scope, *, before: int, after: int, on: date, reason: str) -> None:
    """Add to the history of limits what changes as a version comes into force, also when it is an earlier one again."""
    changes = limit_changes(duty_list_of(scope, before), duty_list_of(scope, after), on=on, reason=reason)
    insert_rows(scope.session, list(_history(scope, changes, after)))


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


def _version_that_says(scope: Scope, catalogue: Catalogue, gazetteer: int) -> int | None:
    return scope.session.scalar(
        select(func.min(DutyListVersion.number)).where(
            DutyListVersion.tenant_id == scope.tenant.id,
            DutyListVersion.sha256 == catalogue.digest,
            func.coalesce(DutyListVersion.gazetteer, 0) == gazetteer,
        )
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
        after_arrival_seconds=row.after_arrival.amount if row.after_arrival else None,
        legal_basis=row.legal_basis,
        standard=row.standard,
        guide=row.guide,
        min_level=row.min_level,
        department_function=row.department_function,
        origin=row.origin,
        grade=row.grade,
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
