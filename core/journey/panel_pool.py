"""Keeping the pool of panel members 评议员库: taking a file over, and noting who is away."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from core.evaluation.panels.pool import TakenOver, note_away, panel_logins, take_over
from core.evaluation.panels.reading import is_heading, read_rows
from core.intake.tabular.opening import open_table
from core.kit.saying import said
from core.people.roles import NotPermitted, Permission
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.timeline import Actor
from core.units.queries import directory


def import_pool(scope: Scope, path: Path, *, actor: Actor, now: datetime) -> TakenOver:
    """Take over the members of a CSV file or workbook, all of them or none.

    Raises `NotPermitted`, `TableUnusable`, `PoolUnreadable` with every faulty row.
    """
    _refuse_stranger(actor)
    table = open_table(path, is_header=is_heading)
    rows = read_rows(
        table.columns,
        ((row.number, row.cells) for row in table.rows()),
        units={unit.code for unit in directory(scope).units},
        logins=panel_logins(scope),
    )
    taken = take_over(scope, rows, by=actor.name, now=now)
    _tell(scope, actor, said("名册 {name}", name=path.name), {"added": taken.added, "changed": taken.changed}, now=now)
    return taken


def note_member_away(
    scope: Scope, number: str, *, first: date | None, last: date | None, actor: Actor, now: datetime
) -> None:
    """Note from when to when a member is away; `first` None = they are back.

    Raises `NotPermitted`, `NoSuchMember`, `PoolUnreadable`.
    """
    _refuse_stranger(actor)
    member = note_away(scope, number, first=first, last=last)
    days = {"first": str(first) if first else None, "last": str(last) if last else None}
    _tell(scope, actor, member.number, days, now=now)


def _refuse_stranger(actor: Actor) -> None:
    if Permission.SUPERVISE not in actor.permissions and Permission.ADMINISTER not in actor.permissions:
        raise NotPermitted(said("评议员库由督办席和系统管理员维护，{name}没有这项权限。", name=actor.name))


def _tell(scope: Scope, actor: Actor, subject: str, detail: Mapping[str, object], *, now: datetime) -> None:
    note_security(scope, "panel_pool", actor=actor.name, actor_id=actor.id, subject=subject, detail=detail, now=now)
