"""Holding a deed for some seconds 暂缓: it can be taken back until it is carried out, in the name of who gave it.

Nothing is done and then reversed: until its time a held deed is a row and nothing else, so nothing left the house.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.journey.acting import actor_of
from core.journey.command import COMMANDS, Carried
from core.journey.drafts import keep_draft
from core.journey.queries.timeline import refusal_in_words
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.people.drafts.service import Typed
from core.people.queries import find_staff_of
from core.tenancy.scope import Scope
from core.tickets.held import GRACE, HeldDeed, pending
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import lock_ticket, lock_ticket_of_id
from core.tickets.timeline import Order
from core.tickets.undoing import undo_time

HELD_DEED = "held-deed"
"""Kind of the job."""
SEALED = "held_deed.sealed"
"""The field under which arguments and typed text are encrypted."""
AT = "$at"
"""Key under which an instant stands among the arguments."""


class NoSuchHeldDeed(Refused):
    """There is no deed of this number, or it is somebody else's."""

    code = "no-such-held-deed"


class CarriedOut(Refused):
    """The deed was carried out, or ended otherwise: it cannot be taken back any more."""

    code = "carried-out"


@dataclass(frozen=True, slots=True)
class Form:
    """The form by which a deed was given: its draft's name, where it stands and what was typed, to have it all again."""

    name: str = ""
    page: str = ""
    title: str = ""
    typed: Typed = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A deed of one's own that is held, or failed and was not read: what it was, and what was typed."""

    id: int
    serial_no: str
    title: str
    doing: str
    seconds_left: int
    is_late: bool
    failed_because: str
    ordered_at: datetime
    page: str
    typed: Typed


def hold(
    scope: Scope,
    command: Carried[...],
    serial_no: str,
    order: Order,
    *,
    doing: str,
    form: Form | None = None,
    **arguments: Any,
) -> HeldDeed | Ticket:
    """Hold a command until the tenant's time for taking it back is over; where that is 0, carry it out and return the ticket.

    It is tried first and leaves nothing: what it would refuse now, it refuses now. The same command id is held once.
    Raises what the command raises.
    """
    wait, account_id = undo_time(scope.hooks), order.actor.id
    if not wait or account_id is None:
        return command(scope, serial_no, order, **arguments)
    ticket = lock_ticket(scope, serial_no)
    order = Order(order.actor, order.now, order.seen_version, order.command_id or uuid.uuid4().hex)
    if (before := _given_before(scope, order.command_id)) is not None:
        return before
    _try(scope, command, serial_no, order, arguments)
    form = form or Form()
    deed = HeldDeed(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        account_id=account_id,
        ordered_by=order.actor.name,
        ticket_id=ticket.id,
        command=command.name,
        command_id=str(order.command_id),
        seen_version=ticket.version,
        doing=doing,
        sealed=None,
        ordered_at=order.now,
        due_at=order.now + wait,
    )
    said = {"arguments": _plain(arguments), "form": [form.name, form.page, form.title, [list(x) for x in form.typed]]}
    deed.sealed = scope.keys.encrypt(
        json.dumps(said, ensure_ascii=False), tenant_id=scope.tenant.id, field=SEALED, row_id=deed.id
    )
    scope.session.add(deed)
    enqueue(
        scope.session,
        HELD_DEED,
        dedup_key=f"{HELD_DEED}/{deed.id}",
        payload={"deed": deed.id},
        now=order.now,
        run_after=deed.due_at,
    )
    scope.session.flush()
    return deed


def take_back(scope: Scope, deed_id: int, *, account_id: int, now: datetime) -> Own:
    """Undo a deed of one's own that is held; what was typed is a draft again. Raises `NoSuchHeldDeed`, `CarriedOut`."""
    deed = _locked(scope, deed_id)
    if deed.account_id != account_id:
        raise _no_such(deed_id)
    if deed.state != "held":
        raise CarriedOut("已经执行，不能再撤销。需要更正的，请在工单上改派、撤回或另行说明。")
    own = _own(scope, deed, now=now)
    _keep_typed(scope, deed, now=now)
    _end(deed, "undone", now=now)
    scope.session.flush()
    return own


def carry_out(scope: Scope, deed_id: int, *, now: datetime) -> None:
    """Do what was held, in the name of who gave it and with what they may do now, at the moment when they gave it.

    Where it is refused by now, the deed says why and its author has what was typed back as a draft. Done again, or after
    it was taken back, it changes nothing.
    """
    deed = _locked(scope, deed_id)
    if deed.state != "held":
        return
    staff = find_staff_of(scope, deed.account_id, now=now)
    if staff is None:
        _fail(scope, deed, "账号已经停用，没有执行。", now=now)
        return
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, deed.ticket_id))
    order = Order(actor_of(scope, staff), _moment(scope, ticket, deed), deed.seen_version, deed.command_id)
    arguments = _read(scope, deed)["arguments"]
    try:
        with scope.session.begin_nested():
            COMMANDS[deed.command](scope, ticket.serial_no, order, **{k: _back(v) for k, v in arguments.items()})
            scope.session.flush()
    except Refused as refusal:
        _fail(scope, deed, refusal_in_words(refusal), now=now)
        return
    _end(deed, "done", now=now)
    scope.session.flush()


def give_up(scope: Scope, deed_id: int, why: str, *, now: datetime) -> None:
    """Say of a deed that could not be carried out, after all tries, that it was not."""
    deed = _locked(scope, deed_id)
    if deed.state == "held":
        _fail(scope, deed, why, now=now)


def own_deeds(scope: Scope, account_id: int, *, now: datetime) -> Sequence[Own]:
    """Return the deeds of an account that are held, or failed and were not read; the newest first."""
    deeds = scope.session.scalars(
        select(HeldDeed)
        .where(
            HeldDeed.tenant_id == scope.tenant.id,
            HeldDeed.account_id == account_id,
            (HeldDeed.state == "held") | ((HeldDeed.state == "failed") & HeldDeed.read_at.is_(None)),
        )
        .order_by(HeldDeed.ordered_at.desc(), HeldDeed.id.desc())
    ).all()
    return [_own(scope, deed, now=now) for deed in deeds]


def note_read(scope: Scope, deed_id: int, *, account_id: int, now: datetime) -> None:
    """Say that one has read why a deed of one's own failed. Raises `NoSuchHeldDeed`."""
    deed = _locked(scope, deed_id)
    if deed.account_id != account_id or deed.state != "failed":
        raise _no_such(deed_id)
    deed.read_at, deed.sealed = now, None
    scope.session.flush()


def _try(scope: Scope, command: Carried[...], serial_no: str, order: Order, arguments: Mapping[str, Any]) -> None:
    """Carry the command out and undo all of it, so that what it refuses is told at once."""
    attempt = scope.session.begin_nested()
    try:
        command(scope, serial_no, order, **arguments)
        scope.session.flush()
    finally:
        attempt.rollback()


def _given_before(scope: Scope, command_id: str | None) -> HeldDeed | None:
    return scope.session.scalar(
        select(HeldDeed).where(HeldDeed.tenant_id == scope.tenant.id, HeldDeed.command_id == command_id)
    )


def _locked(scope: Scope, deed_id: int) -> HeldDeed:
    """Return a deed with its ticket locked before it, as whoever gives one does. Raises `NoSuchHeldDeed`."""
    deed = scope.session.get(HeldDeed, (scope.tenant.id, deed_id))
    if deed is None:
        raise _no_such(deed_id)
    lock_ticket_of_id(scope, deed.ticket_id)
    scope.session.refresh(deed, with_for_update=True)
    return deed


def _no_such(deed_id: int) -> NoSuchHeldDeed:
    return NoSuchHeldDeed(said("没有编号为 {deed_id} 的可撤销操作，或者它是别人的。请刷新后再看。", deed_id=deed_id))


def _moment(scope: Scope, ticket: Ticket, deed: HeldDeed) -> datetime:
    """Return the moment that counts: that of the click, or of the ticket's newest entry where time wrote one since."""
    newest = scope.session.scalar(
        select(TicketEvent.at).where(
            TicketEvent.tenant_id == ticket.tenant_id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.seq == ticket.version,
        )
    )
    return max(deed.ordered_at, newest) if newest else deed.ordered_at


def _fail(scope: Scope, deed: HeldDeed, why: str, *, now: datetime) -> None:
    if find_staff_of(scope, deed.account_id, now=now) is not None:
        _keep_typed(scope, deed, now=now)
    deed.state, deed.ended_at, deed.why = "failed", now, why
    scope.session.flush()


def _end(deed: HeldDeed, state: str, *, now: datetime) -> None:
    deed.state, deed.ended_at, deed.sealed = state, now, None


def _keep_typed(scope: Scope, deed: HeldDeed, *, now: datetime) -> None:
    """Make what was typed the draft of its form again, so that it stands there when the form is opened."""
    name, page, title, typed = _read(scope, deed)["form"]
    if not name:
        return
    said = [(field, value) for field, value in typed]
    try:
        with scope.session.begin_nested():
            keep_draft(scope, deed.account_id, name, said, page=page, title=title, base=None, now=now)
    except Refused:  # too many drafts: the list of what failed still has the words
        return


def _read(scope: Scope, deed: HeldDeed) -> dict[str, Any]:
    if deed.sealed is None:
        return {"arguments": {}, "form": ["", "", "", []]}
    said = scope.keys.decrypt(deed.sealed, tenant_id=scope.tenant.id, field=SEALED, row_id=deed.id)
    read: dict[str, Any] = json.loads(said)
    return read


def _own(scope: Scope, deed: HeldDeed, *, now: datetime) -> Own:
    _name, page, _title, typed = _read(scope, deed)["form"]
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, deed.ticket_id))
    stands = pending(deed, now=now)
    return Own(
        id=deed.id,
        serial_no=ticket.serial_no,
        title=ticket.title,
        doing=deed.doing,
        seconds_left=stands.seconds_left,
        is_late=now >= deed.due_at + GRACE,
        failed_because=deed.why,
        ordered_at=deed.ordered_at,
        page=page,
        typed=tuple((field, value) for field, value in typed),
    )


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as JSON can hold them."""
    return {name: _forth(value) for name, value in arguments.items()}


def _forth(value: Any) -> Any:
    if isinstance(value, datetime):
        return {AT: value.isoformat()}
    if isinstance(value, list | tuple):
        return [_forth(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _forth(each) for name, each in value.items()}
    return value


def _back(value: Any) -> Any:
    if isinstance(value, dict) and AT in value:
        return datetime.fromisoformat(value[AT])
    if isinstance(value, list):
        return [_back(each) for each in value]
    return value
