"""A list as an Excel workbook 导出: what is seen there with its filters, numbers and moments as what they are.

Contacts are in it only for those who may look at them, each one looked at for a purpose and put on record as one by one.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from core.documents.excel import Columns, Value, rows_to_excel
from core.hooks.values.words import NATURE_LABELS
from core.intake.channels import channels_of
from core.journey.bulk.selecting import Selection, count_selected, refuse_nothing, selected, selection_from
from core.journey.reveal import reveal_contact
from core.journey.tasks import XLSX, TaskKind
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import NotPermitted, Permission
from core.tasks.models import Task
from core.tasks.queries import next_lines
from core.tasks.service import Asked, add_lines, ask_for, cells_of, given_of, keep_file, move_on
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.contact import Contact
from core.tickets.models import Ticket
from core.tickets.reveals import A_DAY, PURPOSE_LABELS, TooManyReveals
from core.tickets.states import OPEN, STATE_LABELS, State
from core.tickets.timeline import Actor, Order
from core.units.queries import directory

AT_ONCE = 2_000
"""Rows that a page waits for; more is a task."""
MOST = 200_000
"""Rows of one workbook."""
PART = 1_000
"""Rows of one transaction of a task."""
WORD = "行"
SHEET = "工单"
LIGHTS = {"green": "正常", "yellow": "临期", "red": "超期"}
COLUMNS = Columns(
    (
        "编号",
        "诉求",
        "类型",
        "渠道",
        "事项",
        "地点",
        "承办单位",
        "状态",
        "紧急",
        "退回次数",
        "时限",
        "到期",
        "受理",
        "办结",
    ),
    widths=(22, 48, 8, 12, 24, 28, 22, 12, 6, 8, 8, 17, 17, 17),
)
WITH_CONTACTS = Columns((*COLUMNS.head, "姓名", "电话", "住址"), (*COLUMNS.widths, 12, 16, 32))
_FIELDS = (
    Ticket.id,
    Ticket.serial_no,
    Ticket.title,
    Ticket.nature,
    Ticket.channel,
    Ticket.matter,
    Ticket.place,
    Ticket.suggested_unit_id,
    Ticket.lead_unit_id,
    Ticket.state,
    Ticket.urgency,
    Ticket.bounce_count,
    Ticket.light,
    Ticket.next_due_at,
    Ticket.accepted_at,
    Ticket.concluded_at,
)


class TooManyRows(Refused):
    """The list is longer than a workbook is made of."""

    code = "too-many-rows"


@dataclass(frozen=True, slots=True)
class Wish:
    """For what the contacts are wanted: the purpose, and in words why."""

    purpose: str
    words: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A workbook that was made at once."""

    name: str
    content: bytes


def count_rows(scope: Scope, selection: Selection, *, actor: Actor, now: datetime) -> int:
    """Count the rows that an export would have, up to one more than it may."""
    return count_selected(scope, selection, actor=actor, most=MOST + 1, now=now)


def export_list(
    scope: Scope,
    selection: Selection,
    *,
    wish: Wish | None,
    actor: Actor,
    request: str,
    address: str,
    href: str,
    now: datetime,
) -> Exported | Task:
    """Make a workbook of a list: at once while it is short, else ask for a task; who took it out is put on record.

    With a `wish` the contacts are in it, at most as many as somebody may look at in a day, and every page bears who took it.
    Raises `NotPermitted`, `NothingSelected`, `TooManyRows`, `TooManyReveals`, `PurposeUnknown`, `ReasonMissing`, `TooManyTasks`.
    """
    count = count_rows(scope, selection, actor=actor, now=now)
    refuse_nothing(count)
    if count > MOST:
        raise TooManyRows(said("这个列表超过 {most:,} 行，没有导出。请用筛选缩小范围，分几次导出。", most=MOST))
    if wish is not None:
        return _with_contacts(scope, selection, wish, count, actor=actor, request=request, address=address, now=now)
    if count > AT_ONCE:
        asked = Asked(EXPORT.name, said("导出列表：{count:,} 行", count=count), WORD, selection.plain(), count, href)
        task, _ = ask_for(scope, asked, by=actor, request=request, now=now)
        return task
    rows = (_cells(scope, row) for row in _rows(scope, selected(scope, selection, actor=actor, now=now)))
    lead = (_made(scope, actor, now), said("{count:,} 行", count=count))
    content = rows_to_excel(SHEET, COLUMNS, rows, lead=lead, made_at=now)
    _note(scope, content, count, "", actor=actor, address=address, now=now)
    return Exported(_name(scope, now), content)


def _with_contacts(
    scope: Scope,
    selection: Selection,
    wish: Wish,
    count: int,
    *,
    actor: Actor,
    request: str,
    address: str,
    now: datetime,
) -> Exported:
    if Permission.REVEAL not in actor.permissions:
        raise NotPermitted("您的账号不能查看诉求人的联系方式，没有导出。请不带联系方式导出，或联系安全管理员开通。")
    if count > A_DAY:
        raise TooManyReveals(
            said(
                "每人每天最多查看 {most} 位诉求人的联系方式，这个列表有 {count:,} 件，没有导出。"
                "请缩小范围，或不带联系方式导出。",
                most=A_DAY,
                count=count,
            )
        )
    rows = list(_rows(scope, selected(scope, selection, actor=actor, now=now)))
    told = [
        (*_cells(scope, row), *_contact(scope, row.serial_no, wish, actor, f"{request}/{row.id}", address, now))
        for row in rows
    ]
    mark = f"{actor.name} {now.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M} {PURPOSE_LABELS[wish.purpose]}"
    lead = (
        _made(scope, actor, now),
        said("含诉求人的联系方式，用途：{purpose}。仅供此用途。", purpose=PURPOSE_LABELS[wish.purpose]),
    )
    content = rows_to_excel(SHEET, WITH_CONTACTS, told, lead=lead, mark=mark, made_at=now)
    _note(scope, content, count, wish.purpose, actor=actor, address=address, now=now)
    return Exported(_name(scope, now), content)


def _contact(
    scope: Scope, serial_no: str, wish: Wish, actor: Actor, command_id: str, address: str, now: datetime
) -> tuple[str, str, str]:
    """Look at one contact, which is put on record; where there is none to be shown, say why in its place."""
    order = Order(actor, now, command_id=command_id)
    try:
        shown: Contact = reveal_contact(
            scope, serial_no, order, purpose=wish.purpose, words=wish.words, address=address
        ).contact
    except Refused as refusal:
        if refusal.code in ("no-contact", "revealed-already"):
            return (said("没有可以提供的"), "", "")
        raise
    return (shown.name, shown.phone, shown.address)


def _do_part(scope: Scope, task: Task, actor: Actor, now: datetime) -> bool:
    """Read the next rows and keep them, encrypted, until the workbook is written; tell whether more are left."""
    selection = selection_from(given_of(scope, task))
    after = int(task.place.get("after", 0))
    conditions = [*selected(scope, selection, actor=actor, now=now), Ticket.id > after]
    rows = scope.session.execute(select(*_FIELDS).where(*conditions).order_by(Ticket.id).limit(PART)).all()
    if not rows:
        return False
    part = int(task.place.get("parts", 0)) + 1
    told = [[_kept(value) for value in _cells(scope, row)] for row in rows]
    add_lines(scope, task, [{"number": part, "cells": told, "state": "done"}])
    task.place = {"after": rows[-1].id, "parts": part}
    move_on(task, done=len(rows), now=now)
    return len(rows) == PART


def _finish(scope: Scope, task: Task, now: datetime) -> str:
    """Write the workbook of all rows that were read."""
    if not task.done:
        return said("没有导出任何一行。")
    lead = (
        said("{tenant}，{who} 导出", tenant=scope.tenant.name, who=task.asked_by),
        said("{count:,} 行", count=task.done),
    )
    content = rows_to_excel(SHEET, COLUMNS, _read_back(scope, task), lead=lead, made_at=now)
    keep_file(scope, task, "result", name=_name(scope, now), media_type=XLSX, content=content, personal=False, now=now)
    return said("已导出 {done:,} 行。", done=task.done)


def _read_back(scope: Scope, task: Task) -> Iterator[Sequence[Value]]:
    """Yield the rows that parts kept, and let go of each part behind it."""
    after = 0
    while lines := next_lines(scope, task.id, "done", after=after, most=1):
        [line] = lines
        after = line.number
        rows: Any = cells_of(scope, line)
        for row in rows:
            yield [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in row]
        line.sealed = None
        scope.session.flush()
        scope.session.expunge(line)


EXPORT = TaskKind(name="export", label="导出", do_part=_do_part, finish=_finish, lists_failures=True)


def _rows(scope: Scope, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Any]:
    query = select(*_FIELDS).where(*conditions).order_by(Ticket.next_due_at.nulls_last(), Ticket.id)
    yield from scope.session.execute(query, execution_options={"yield_per": PART})


def _cells(scope: Scope, row: Any) -> tuple[Value, ...]:
    """Return a ticket as the cells of a row; moments in the zone of the tenant."""
    units, channels, zone = directory(scope), channels_of(scope), scope.tenant.zone
    channel, state = channels.get(row.channel), State(row.state)
    unit = (
        units.unit_of_id(row.lead_unit_id or row.suggested_unit_id)
        if row.lead_unit_id or row.suggested_unit_id
        else None
    )
    duty = units.duties.get(row.matter) if row.matter else None
    local = [at.astimezone(zone) if at else None for at in (row.next_due_at, row.accepted_at, row.concluded_at)]
    return (
        row.serial_no,
        row.title,
        NATURE_LABELS[row.nature],
        channel.label if channel else row.channel,
        duty.subcategory if duty else row.matter or "",
        row.place,
        (unit.name if row.lead_unit_id else said("（建议）{name}", name=unit.name)) if unit else "",
        STATE_LABELS[state],
        "急" if row.urgency == "urgent" else "",
        row.bounce_count,
        LIGHTS[row.light] if state in OPEN else "",
        *local,
    )


def _kept(value: Value) -> Any:
    """Return a cell as JSON can hold it."""
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _made(scope: Scope, actor: Actor, now: datetime) -> str:
    at = f"{now.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    return said("{tenant}，{who} 于 {at} 导出", tenant=scope.tenant.name, who=actor.name, at=at)


def _name(scope: Scope, now: datetime) -> str:
    return said("工单-{now:%Y%m%d-%H%M}.xlsx", now=now.astimezone(scope.tenant.zone))


def _note(scope: Scope, content: bytes, rows: int, purpose: str, *, actor: Actor, address: str, now: datetime) -> None:
    detail = {"rows": rows, "sha256": hashlib.sha256(content).hexdigest(), "contacts": purpose}
    note_done(scope, "exported", By(actor.name, actor.id, address), subject="工单列表", detail=detail, now=now)
