"""Class-wide checks 举一反三: opened with an errand for each unit, closed when all have answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.coordination.errands import give_errand
from core.coordination.models import ClassCheck, Errand
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit


def open_check(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    units: Sequence[DirectoryUnit],
    *,
    alike: str,
    areas: str,
    demand: str,
    due: datetime,
    instruction_id: int | None,
) -> ClassCheck:
    """Order a check of all that is like the ticket, and give each unit its errand."""
    check = ClassCheck(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        instruction_id=instruction_id,
        matter=ticket.matter or "",
        alike=alike,
        areas=areas,
        due_at=due,
        ordered_by=order.actor.name,
        ordered_at=order.now,
    )
    scope.session.add(check)
    scope.session.flush()
    where = said("（{areas}）", areas=areas) if areas else ""
    summary = said(
        "举一反三：{alike}{where}，{number} 个单位在 {due:%Y-%m-%d %H:%M} 前排查",
        alike=alike,
        where=where,
        number=len(units),
        due=due.astimezone(scope.tenant.zone),
    )
    detail = {"check": check.id, "instruction": instruction_id, "units": [unit.code for unit in units]}
    note(scope, ticket, "class_check", order, summary=summary, detail=detail)
    for unit in units:
        give_errand(
            scope,
            ticket,
            order,
            unit,
            kind="check",
            what=said("排查{alike}{where}：{demand}", alike=alike, where=where, demand=demand),
            due=due,
            check=check,
        )
    return check


def close_if_answered(scope: Scope, ticket: Ticket, errand: Errand, order: Order) -> None:
    """Close the check that the errand belongs to once no unit of it is left to answer, with what all have found."""
    if errand.check_id is None:
        return
    check = scope.session.get_one(ClassCheck, (scope.tenant.id, errand.check_id))
    scope.session.flush()
    errands = scope.session.scalars(
        select(Errand).where(Errand.tenant_id == scope.tenant.id, Errand.check_id == check.id)
    ).all()
    if any(each.is_open for each in errands):
        return
    check.state, check.closed_at = "closed", order.now
    found, mended = (sum(getattr(each, name) or 0 for each in errands) for name in ("found", "mended"))
    summary = said(
        "举一反三完成：{alike}，{number} 个单位查出 {found} 处，整改 {mended} 处",
        alike=check.alike,
        number=len(errands),
        found=found,
        mended=mended,
    )
    note(
        scope,
        ticket,
        "class_check",
        order,
        summary=summary,
        detail={"check": check.id, "found": found, "mended": mended},
    )
