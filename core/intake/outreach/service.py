"""Keeping occasions and what was said there. Flushes, never commits."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.hooks.values import OutreachKind
from core.intake.outreach.labels import OUTREACH_STATE_LABELS
from core.intake.outreach.models import Outreach, OutreachLine
from core.intake.outreach.rules import Occasion, Said
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone
from core.tickets.timeline import Actor
from core.units.queries import DirectoryUnit

SEALED = "outreach.line"
"""The field under which the words of a line are encrypted."""


class NoSuchOutreach(Refused):
    """The tenant held no occasion of this number, or it is another unit's."""

    code = "no-such-outreach"


class NoSuchLine(Refused):
    """The occasion has no such line, or it is no draft any more."""

    code = "no-such-line"


class OutreachSettled(Refused):
    """The occasion is past what was to be done with it."""

    code = "outreach-settled"


def keep_occasion(
    scope: Scope, occasion: Occasion, kind: OutreachKind, unit: DirectoryUnit, *, actor: Actor, now: datetime
) -> Outreach:
    """Open an occasion for entry."""
    kept = Outreach(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        kind=kind.id,
        label=kind.label,
        sort=kind.sort,
        held_at=occasion.held_at,
        area=occasion.area,
        place=occasion.place,
        unit_id=unit.id,
        host=occasion.host,
        attendants=occasion.attendants,
        subject=occasion.subject,
        opened_by=actor.name,
        opened_by_id=actor.id,
        opened_at=now,
    )
    scope.session.add(kept)
    scope.session.flush()
    return kept


def get_outreach(scope: Scope, outreach_id: int) -> Outreach:
    """Return an occasion, to be looked at. Raises `NoSuchOutreach`."""
    found = scope.session.get(Outreach, (scope.tenant.id, outreach_id))
    if found is None:
        raise no_such(outreach_id)
    return found


def lock_outreach(scope: Scope, outreach_id: int) -> Outreach:
    """Return an occasion, locked. Raises `NoSuchOutreach`."""
    found = scope.session.scalar(
        select(Outreach)
        .where(Outreach.tenant_id == scope.tenant.id, Outreach.id == outreach_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise no_such(outreach_id)
    return found


def no_such(outreach_id: int) -> NoSuchOutreach:
    """Return the refusal for an occasion that there is not, or that the visitor may not see: the two look the same."""
    return NoSuchOutreach(said("没有编号为 {outreach_id} 的会议或走访。请回到列表重新选择。", outreach_id=outreach_id))


def refuse_state(outreach: Outreach, *states: str, deed: str) -> None:
    """Raise `OutreachSettled` unless the occasion is in one of these states."""
    if outreach.state not in states:
        raise OutreachSettled(
            said(
                "这次{label}{outreach_state}，不能再{deed}。请刷新后再看。",
                label=word(outreach.label),
                outreach_state=word(OUTREACH_STATE_LABELS[outreach.state]),
                deed=word(deed),
            )
        )


def next_number(scope: Scope, outreach: Outreach) -> int:
    """Return the number of the next line; the occasion is locked, so that nobody else has it."""
    highest = scope.session.scalar(
        select(func.max(OutreachLine.number)).where(*_of(scope, outreach), OutreachLine.state != "returned")
    )
    return (highest or 0) + 1


def known_keys(scope: Scope, outreach: Outreach, keys: Collection[str]) -> dict[str, OutreachLine]:
    """Return the lines that came before under one of these keys, by key; one that was taken out again did not."""
    rows = scope.session.scalars(select(OutreachLine).where(*_of(scope, outreach), OutreachLine.key.in_(list(keys))))
    return {line.key: line for line in rows}


def keep_line(
    scope: Scope, outreach: Outreach, said: Said, *, number: int, key: str, actor: Actor, now: datetime
) -> OutreachLine:
    """Keep a line as a draft, encrypted. The caller knows that its key is new."""
    line = OutreachLine(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        outreach_id=outreach.id,
        number=number,
        key=key,
        kind=said.kind,
        state="draft",
        sealed=None,
        phone_hash=None,
        entered_by=actor.name,
        entered_at=now,
    )
    write_line(scope, line, said)
    scope.session.add(line)
    return line


def keep_returned(
    scope: Scope,
    outreach: Outreach,
    row: Sequence[str],
    *,
    number: int,
    key: str,
    why: str,
    actor: Actor,
    now: datetime,
) -> OutreachLine:
    """Keep a row of a file that could not be read, as it came, for the file that is to be mended."""
    line_id = scope.new_id()
    line = OutreachLine(
        tenant_id=scope.tenant.id,
        id=line_id,
        outreach_id=outreach.id,
        number=number,
        key=key,
        kind="handle",
        state="returned",
        sealed=_seal(scope, line_id, list(row)),
        phone_hash=None,
        entered_by=actor.name,
        entered_at=now,
        failure=why,
    )
    scope.session.add(line)
    return line


def write_line(scope: Scope, line: OutreachLine, said: Said) -> None:
    """Write the words of a draft, over those that it had."""
    phone = normal_phone(said.phone)
    line.kind, line.failure = said.kind, ""
    line.sealed = _seal(scope, line.id, {name: value for name, value in asdict(said).items() if value})
    line.phone_hash = scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone") if phone else None


def said_in(scope: Scope, line: OutreachLine) -> Said:
    """Return the words of a draft."""
    return Said(**_open(scope, line))


def row_in(scope: Scope, line: OutreachLine) -> tuple[str, ...]:
    """Return the cells of a row that was returned."""
    return tuple(_open(scope, line))


def drop_line(line: OutreachLine) -> None:
    """Take a draft, or a row that was returned, out: its words are gone, that it was there stays."""
    line.state, line.sealed, line.phone_hash, line.failure = "dropped", None, None, ""


def hand_over(line: OutreachLine, ticket_id: int) -> None:
    """Say which ticket a draft became: its words are the ticket's from now on."""
    line.state, line.sealed, line.phone_hash, line.failure = "taken_in", None, None, ""
    line.ticket_id = ticket_id


def lines_of(scope: Scope, outreach: Outreach, *states: str) -> Sequence[OutreachLine]:
    """Return the lines of an occasion in these states, in their order."""
    return scope.session.scalars(
        select(OutreachLine)
        .where(*_of(scope, outreach), OutreachLine.state.in_(states))
        .order_by(OutreachLine.number, OutreachLine.id)
    ).all()


def draft_of(scope: Scope, outreach: Outreach, line_id: int) -> OutreachLine:
    """Return a draft of the occasion. Raises `NoSuchLine`."""
    line = scope.session.get(OutreachLine, (scope.tenant.id, line_id))
    if line is None or line.outreach_id != outreach.id or line.state != "draft":
        raise NoSuchLine("没有这一条，或它已经提交、已经删去。请刷新后再看。")
    return line


def _of(scope: Scope, outreach: Outreach) -> tuple[Any, ...]:
    return OutreachLine.tenant_id == scope.tenant.id, OutreachLine.outreach_id == outreach.id


def _seal(scope: Scope, line_id: int, value: Any) -> bytes:
    written = json.dumps(value, ensure_ascii=False)
    return scope.keys.encrypt(written, tenant_id=scope.tenant.id, field=SEALED, row_id=line_id)


def _open(scope: Scope, line: OutreachLine) -> Any:
    assert line.sealed is not None, "a line that is still a draft, or was returned"
    return json.loads(scope.keys.decrypt(line.sealed, tenant_id=line.tenant_id, field=SEALED, row_id=line.id))
