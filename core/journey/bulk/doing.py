"""Doing a deed on many tickets: looked at beforehand, asked for once, done ticket by ticket, told in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal, select

from core.journey.bulk.deeds import DEEDS, BulkDeed
from core.journey.bulk.selecting import Selection, changed_since, refuse_nothing, selected
from core.journey.reach import refuse_beyond_reach
from core.journey.tasks import TaskKind
from core.kit.errors import Refused
from core.kit.saying import said
from core.tasks.models import Task, TaskLine
from core.tasks.service import Asked, add_lines, ask_for, given_of, move_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor, Order
from core.tickets.undoing import undo_time

MOST = 20_000
"""Tickets of one deed; more than that is a matter of rules, not of a list."""
SAMPLE = 20
"""Tickets that a preview names for each reason."""
CHANGED = "changed"
WORD = "件"


class TooManySelected(Refused):
    """More tickets are meant than one deed takes."""

    code = "too-many-selected"


@dataclass(frozen=True, slots=True)
class Kept:
    """Tickets with which it will not be done, and why: how many, and the first of them."""

    words: str
    count: int
    serials: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a deed would come to, by what is known of the tickets now; each one is asked again when its turn comes."""

    total: int
    will: int
    kept: Sequence[Kept]
    is_held: bool


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    serial_no: str
    version: int
    reason: str


def preview(
    scope: Scope, deed: BulkDeed, selection: Selection, given: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Preview:
    """Tell with how many tickets the deed will be done, with how many not, and why. Raises as `ask_for_deed`."""
    refuse_actor(actor, deed.command.permission, deed.label)
    found = _found(scope, deed, selection, given, actor=actor, now=now)
    words = _words(deed)
    reasons = [each.reason for each in found]
    kept = [
        Kept(
            words[code],
            reasons.count(code),
            [each.serial_no for each in found if each.reason == code][:SAMPLE],
        )
        for code in words
        if code in reasons
    ]
    return Preview(len(found), reasons.count(""), kept, deed.is_held and bool(undo_time(scope.hooks)))


def ask_for_deed(
    scope: Scope,
    deed: BulkDeed,
    selection: Selection,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    request: str,
    href: str,
    now: datetime,
) -> tuple[Task, bool]:
    """Ask for a deed on many tickets, once under one `request`; return the task, and whether it is new.

    Which tickets it is about is settled here, each with the version it has now; what somebody changed since it was seen
    in the list stays as it is, and is told. A deed that leaves the house waits until it can no longer be taken back.
    Raises `NotPermitted`, `NothingSelected`, `TooManySelected`, `TooManyTasks`.
    """
    refuse_actor(actor, deed.command.permission, deed.label)
    found = _found(scope, deed, selection, given, actor=actor, now=now)
    words = _words(deed)
    asked = Asked(
        kind=BULK.name,
        what=said("批量{label}：{count:,} 件", label=deed.label, count=len(found)),
        unit_word=WORD,
        given={"deed": deed.name, "arguments": dict(given), "selection": selection.plain()},
        total=len(found),
        href=href,
        starts_at=now + undo_time(scope.hooks) if deed.is_held else None,
    )
    task, is_new = ask_for(scope, asked, by=actor, request=request, now=now)
    if is_new:
        add_lines(scope, task, [_line(number, each, words) for number, each in enumerate(found, start=1)])
        move_on(task, failed=sum(bool(each.reason) for each in found), now=now)
        scope.session.flush()
    return task, is_new


def do_with_each(scope: Scope, task: Task, lines: Sequence[TaskLine], actor: Actor, now: datetime) -> None:
    """Do the deed with a ticket by its command, under an id of its own: done again, it changes nothing."""
    [line] = lines
    given = given_of(scope, task)
    deed = DEEDS[given["deed"]]
    refuse_beyond_reach(scope, deed.command.permission, line.serial_no, actor=actor)
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, line.ticket_id))
    arguments = deed.complete(scope, ticket, given["arguments"])
    order = Order(actor, now, line.version, f"task/{task.id}/{line.number}")
    deed.command(scope, line.serial_no, order, **arguments)


BULK = TaskKind(name="bulk", label="批量办理", do_lines=do_with_each)


def _line(number: int, found: _Found, words: Mapping[str, str]) -> dict[str, Any]:
    line = {"number": number, "ticket_id": found.id, "serial_no": found.serial_no, "version": found.version}
    if found.reason:
        line |= {"state": "failed", "code": found.reason, "words": str(words[found.reason])}
    return line


def _found(
    scope: Scope, deed: BulkDeed, selection: Selection, given: Mapping[str, Any], *, actor: Actor, now: datetime
) -> list[_Found]:
    """Return the tickets that are meant, in order of their ids, each with what keeps the deed from it, empty = nothing."""
    hindered: list[tuple[ColumnElement[bool], str]] = [
        (each.test(scope, given, actor), each.code) for each in deed.hindrances
    ]
    reason = case((changed_since(selection.moment, actor), CHANGED), *hindered, else_=literal(""))
    rows = scope.session.execute(
        select(Ticket.id, Ticket.serial_no, Ticket.version, reason)
        .where(*selected(scope, selection, actor=actor, now=now))
        .order_by(Ticket.id)
        .limit(MOST + 1)
    ).all()
    refuse_nothing(len(rows))
    if len(rows) > MOST:
        raise TooManySelected(said("选中的超过 {most:,} 件，没有办理。请用筛选缩小范围，分几次办理。", most=MOST))
    return [_Found(*row) for row in rows]


def _words(deed: BulkDeed) -> dict[str, str]:
    return {CHANGED: said("您看过名单之后有变动，没有办理"), **{each.code: each.words for each in deed.hindrances}}
