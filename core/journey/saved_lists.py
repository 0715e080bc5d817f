"""Lists of the desk saved under a name 常用列表: one's own and shared ones, found by a short number, started with."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, literal, null, select
from sqlalchemy.dialects.postgresql import insert

from core.intake.channels import channels_of
from core.journey.queries.lanes import COUNTED, LANES, Filters, LaneName, in_lane, narrowed
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.lists.models import SEALED, SavedList, StartList
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import directory

MOST = 30
"""Lists that one person may have, and that a menu shows."""
LONGEST_NAME = 30


class NoSuchList(Refused):
    """There is no list of this number, or not for this person."""

    code = "no-such-saved-list"


class ListUnusable(Refused):
    """The list cannot be saved as it was given."""

    code = "list-unusable"


@dataclass(frozen=True, slots=True)
class ListLine:
    """A saved list as pages show it. `count` None = it is searched by words, which is not counted in passing."""

    number: int
    name: str
    lane: LaneName
    filters: Filters
    shared: bool
    is_own: bool
    by: str
    is_start: bool
    count: int | None = None


def save_list(
    scope: Scope, name: str, lane: LaneName, filters: Filters, *, shared: bool, actor: Actor, now: datetime
) -> int:
    """Save a list under a name and return its number. Raises `NotPermitted`, `ListUnusable`."""
    account_id = _allowed(actor)
    called = _usable_name(name)
    # Numbers are given out one after the other, and nobody saves more at once than one may.
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("saved-list", scope.tenant.id))))
    tenant = SavedList.tenant_id == scope.tenant.id
    own = scope.session.scalar(
        select(func.count()).select_from(SavedList).where(tenant, SavedList.account_id == account_id)
    )
    if (own or 0) >= MOST:
        raise ListUnusable(said("您已有 {most} 个常用列表，没有保存。请先删去用不到的。", most=MOST))
    number = (scope.session.scalar(select(func.max(SavedList.number)).where(tenant)) or 0) + 1
    row_id = scope.new_id()
    scope.session.add(
        SavedList(
            tenant_id=scope.tenant.id,
            id=row_id,
            number=number,
            account_id=account_id,
            by=actor.name,
            name=called,
            lane=lane,
            sealed=scope.keys.encrypt(
                json.dumps(filters.given, ensure_ascii=False), tenant_id=scope.tenant.id, field=SEALED, row_id=row_id
            ),
            shared=shared,
            saved_at=now,
        )
    )
    scope.session.flush()
    return number


def change_list(scope: Scope, number: int, *, name: str, shared: bool, actor: Actor) -> None:
    """Rename a list of one's own, share it or keep it for oneself. Raises `NoSuchList`, `ListUnusable`."""
    row = _own(scope, number, actor)
    row.name, row.shared = _usable_name(name), shared
    scope.session.flush()


def remove_list(scope: Scope, number: int, *, actor: Actor) -> str:
    """Remove a list of one's own, or as an administrator a shared one; return its name. Raises `NoSuchList`."""
    row = _own(scope, number, actor, or_shared=Permission.ADMINISTER in actor.permissions)
    name = row.name
    scope.session.execute(delete(StartList).where(StartList.tenant_id == scope.tenant.id, StartList.list_id == row.id))
    scope.session.delete(row)
    scope.session.flush()
    return name


def start_with(scope: Scope, number: int | None, *, actor: Actor, lanes: Collection[LaneName]) -> None:
    """Start with a list after signing in, None = with the page of one's role. Raises `NoSuchList`."""
    account_id = _allowed(actor)
    if number is None:
        mine = (StartList.tenant_id == scope.tenant.id, StartList.account_id == account_id)
        scope.session.execute(delete(StartList).where(*mine))
        return
    row = _seen(scope, number, actor, lanes)
    scope.session.execute(
        insert(StartList)
        .values(tenant_id=scope.tenant.id, account_id=account_id, list_id=row.id)
        .on_conflict_do_update(index_elements=["tenant_id", "account_id"], set_={"list_id": row.id})
    )


def start_of(scope: Scope, account_id: int) -> int | None:
    """Return the number of the list with which somebody starts, if they chose one and it is still for them."""
    number: int | None = scope.session.scalar(
        select(SavedList.number)
        .join(StartList, (StartList.tenant_id == SavedList.tenant_id) & (StartList.list_id == SavedList.id))
        .where(
            StartList.tenant_id == scope.tenant.id,
            StartList.account_id == account_id,
            SavedList.shared | (SavedList.account_id == account_id),
        )
    )
    return number


def open_list(scope: Scope, number: int, *, actor: Actor, lanes: Collection[LaneName]) -> ListLine:
    """Return a list of one's own, or a shared one of a lane in one's menu. Raises `NoSuchList`."""
    return _line(scope, _seen(scope, number, actor, lanes), actor, start_of(scope, _allowed(actor)))


def lists_for(
    scope: Scope, *, actor: Actor, lanes: Collection[LaneName], now: datetime, counted: bool = False
) -> list[ListLine]:
    """Return one's own lists and the shared ones of lanes in one's menu, by name; counted in one statement where asked."""
    account_id = _allowed(actor)
    rows = scope.session.scalars(
        select(SavedList)
        .where(
            SavedList.tenant_id == scope.tenant.id,
            (SavedList.account_id == account_id) | (SavedList.shared & SavedList.lane.in_(tuple(lanes))),
        )
        .order_by((SavedList.account_id == account_id).desc(), SavedList.name, SavedList.number)
        .limit(MOST)
    ).all()
    if not rows:
        return []
    start = start_of(scope, account_id)
    lines = [_line(scope, row, actor, start) for row in rows]
    if not counted:
        return lines
    counts = scope.session.execute(
        select(
            *(
                null()
                if line.filters.q
                else select(func.count())
                .select_from(
                    select(Ticket.id)
                    .where(*in_lane(scope, line.lane), *narrowed(scope, line.filters, now=now))
                    .limit(COUNTED)
                    .subquery()
                )
                .scalar_subquery()
                for line in lines
            ),
            literal(0),
        )
    ).one()
    return [replace(line, count=count) for line, count in zip(lines, counts, strict=False)]


def gone_from(scope: Scope, filters: Filters) -> Sequence[str]:
    """Say which parts of a filter no longer mean anything here: nothing can be found by them."""
    gone = []
    units = directory(scope)
    if filters.unit and units.find_unit(filters.unit) is None:
        gone.append(said("承办单位“{code}”已不在名册上", code=filters.unit))
    if filters.matter and filters.matter not in units.duties:
        gone.append(said("事项“{code}”已不在职责清单上", code=filters.matter))
    if filters.area and filters.area not in gazetteer_in_force(scope).areas:
        gone.append(said("区域“{code}”已不在地名库里", code=filters.area))
    if filters.channel and filters.channel not in channels_of(scope):
        gone.append(said("渠道“{code}”已不再使用", code=filters.channel))
    return gone


def _line(scope: Scope, row: SavedList, actor: Actor, start: int | None) -> ListLine:
    given = json.loads(scope.keys.decrypt(row.sealed, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id))
    known = {name: str(value) for name, value in given.items() if name in Filters.__annotations__}
    lane: LaneName = next((lane for lane in LANES if lane == row.lane), "all")
    is_own = row.account_id == actor.id
    return ListLine(row.number, row.name, lane, Filters(**known), row.shared, is_own, row.by, row.number == start)


def _own(scope: Scope, number: int, actor: Actor, *, or_shared: bool = False) -> SavedList:
    account_id = _allowed(actor)
    row = _find(scope, number)
    if row is None or not (row.account_id == account_id or (or_shared and row.shared)):
        raise _unknown(number)
    return row


def _seen(scope: Scope, number: int, actor: Actor, lanes: Collection[LaneName]) -> SavedList:
    account_id = _allowed(actor)
    row = _find(scope, number)
    if row is None or not (row.account_id == account_id or (row.shared and row.lane in lanes)):
        raise _unknown(number)
    return row


def _find(scope: Scope, number: int) -> SavedList | None:
    if not 0 < number < 2**31:
        return None
    return scope.session.scalar(
        select(SavedList).where(SavedList.tenant_id == scope.tenant.id, SavedList.number == number)
    )


def _allowed(actor: Actor) -> int:
    refuse_actor(actor, Permission.SEE_TICKETS, "常用列表")
    assert actor.id is not None
    return actor.id


def _usable_name(name: str) -> str:
    called = " ".join(name.split())
    if not called:
        raise ListUnusable("请给列表取个名字，例如“石羊街道临期”。")
    if len(called) > LONGEST_NAME:
        raise ListUnusable(
            said("名字有 {length} 个字，最多 {most} 字。请取短一些。", length=len(called), most=LONGEST_NAME)
        )
    return called


def _unknown(number: int) -> NoSuchList:
    return NoSuchList(said("没有编号为 {number} 的常用列表，或它没有共享给您。请从菜单里选择。", number=number))
