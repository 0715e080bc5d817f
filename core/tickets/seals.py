"""Sealing 封存: once a day over the newest entries of all timelines and the records beside them, under a key that is not
in the database.

Who can write every table can also write a timeline anew with right hashes, or take a ticket away with all its rows. Against
what was sealed both show; and nobody makes a seal anew without the key.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import groupby, islice
from typing import Any

from sqlalchemy import CursorResult, Select, exists, insert, literal, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from core.kit.db import insert_rows
from core.kit.saying import said
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Scope
from core.tickets.legible import legible, read
from core.tickets.models import Seal, SealedHead, SealedRecord, Ticket
from core.tickets.sealed_records import Sealable, Summed, covers_of, summed_by_seal, unsealed_records
from core.tickets.tampering import Fault, Finding

STREAMED = {"yield_per": 10_000}
"""Heads are read as a stream: a tenant may have millions."""
LISTED = 1_000
"""Records that are listed in one statement."""
LONG = "SET LOCAL statement_timeout = '15min'"
"""The statements that look at everything have more time than one of a page."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of one seal, summed up: how many, and the SHA-256 of all of them in the order of their tickets."""

    count: int
    content: bytes


NO_HEADS = Heads(0, hashlib.sha256().digest())


@dataclass(frozen=True, slots=True)
class SealsChecked:
    """What became of a tenant's seals: how many there are, the newest one, those that prove nothing, and why."""

    count: int
    newest: Seal | None
    broken: frozenset[int]
    findings: tuple[Finding, ...]
    seals: tuple[Seal, ...] = field(repr=False)


def see_one_moment(scope: Scope) -> None:
    """Let the transaction see the database as it is now until it ends, and take its time. Must be its first act."""
    scope.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    scope.session.execute(text(LONG))


def seal_timelines(scope: Scope, *, records: Sequence[Sealable] = (), now: datetime) -> Seal:
    """Seal the newest entry of every timeline that has moved since it was sealed, and every new record of these kinds.

    Must be the transaction's first act.
    Raises `Collision` when somebody else made a seal at the same moment.
    """
    see_one_moment(scope)
    return _seal(scope, records, now)


def seal_day(scope: Scope, *, records: Sequence[Sealable] = (), now: datetime) -> Seal | None:
    """Seal as `seal_timelines` does, unless that was done on this local day already; then return None."""
    see_one_moment(scope)
    if scope.session.execute(sealed_today(scope.tenant, now)).first():
        return None
    return _seal(scope, records, now)


def sealed_today(tenant: TenantFacts, now: datetime) -> Select[int]:
    """Return the query for a seal that was made since midnight of the tenant's day."""
    midnight = datetime.combine(now.astimezone(tenant.zone).date(), time(), tenant.zone)
    return select(Seal.number).where(Seal.tenant_id == tenant.id, Seal.sealed_at >= midnight).limit(1)


def newest_seal(scope: Scope) -> Seal | None:
    """Return the tenant's newest seal, if it has any."""
    return scope.session.scalar(
        select(Seal).where(Seal.tenant_id == scope.tenant.id).order_by(Seal.number.desc()).limit(1)
    )


def check_seals(scope: Scope, *, only: Iterable[int] | None = None) -> SealsChecked:
    """Check every seal against its key, the seal before it and its heads; with `only` no more than these seals."""
    rows = _all_seals(scope)
    seals = {seal.number: seal for seal in rows}
    wanted = None if only is None else frozenset(only)
    # The seal before is looked at too: when its digest alone was changed, the one it should have still holds.
    looked_at = None if wanted is None else wanted | {number - 1 for number in wanted}
    heads, records = _heads_by_seal(scope, looked_at), summed_by_seal(scope, looked_at)
    findings = [] if wanted is not None else [*_seals_removed(sorted({*seals, *heads, *records}), seals)]
    broken = {*heads, *records} - set(seals)
    right: tuple[bytes, ...] = (b"",)
    for number, seal in seals.items():
        before = right if number == 1 or number - 1 in seals else ()
        sealed, listed = heads.get(number, NO_HEADS), records.get(number) or Summed()
        right = _right_digests(scope, seal, before, sealed, listed)
        if before and seal.digest not in right and (wanted is None or number in wanted):
            broken.add(number)
            findings.append(_seal_changed(seal, sealed, listed))
        right = (seal.digest, *right)
    return SealsChecked(len(seals), rows[-1] if rows else None, frozenset(broken), tuple(findings), tuple(rows))


def removed_tickets(scope: Scope) -> Iterator[SealedHead]:
    """Yield the newest sealed head of every ticket that was sealed and is there no more."""
    gone = ~exists().where(Ticket.tenant_id == SealedHead.tenant_id, Ticket.id == SealedHead.ticket_id)
    yield from scope.session.scalars(
        select(SealedHead)
        .where(SealedHead.tenant_id == scope.tenant.id, gone)
        .ext(distinct_on(SealedHead.ticket_id))
        .order_by(SealedHead.ticket_id, SealedHead.seq.desc())
    )


def find_sealed_head(scope: Scope, serial_no: str) -> SealedHead | None:
    """Return the newest sealed head under this serial number, if there is one."""
    return scope.session.scalar(
        select(SealedHead)
        .where(SealedHead.tenant_id == scope.tenant.id, SealedHead.serial_no == serial_no)
        .order_by(SealedHead.seq.desc())
        .limit(1)
    )


def _all_seals(scope: Scope) -> list[Seal]:
    rows = scope.session.execute(select(*legible(Seal)).where(Seal.tenant_id == scope.tenant.id).order_by(Seal.number))
    return [read(Seal, row) for row in rows]


def _seal(scope: Scope, records: Sequence[Sealable], now: datetime) -> Seal:
    before = newest_seal(scope)
    number = before.number + 1 if before else 1
    unsealed = _unsealed(scope)
    heads = _summed_up(scope.session.execute(unsealed.order_by("ticket_id"), execution_options=STREAMED))
    listed = Summed()
    for record in unsealed_records(scope, records):
        listed.add(record)
    seal = Seal(
        tenant_id=scope.tenant.id,
        number=number,
        sealed_at=now,
        heads=heads.count,
        digest=b"",
        records=listed.count,
        covers=covers_of(records),
    )
    content = _content(seal, before.digest if before else b"", heads, listed)
    seal.digest = scope.keys.seal(content, tenant_id=scope.tenant.id)
    insert_rows(scope.session, [seal])
    written = scope.session.execute(
        insert(SealedHead).from_select(
            ["ticket_id", "seq", "serial_no", "hash", "tenant_id", "seal_number"],
            unsealed.add_columns(literal(scope.tenant.id), literal(number)),
        ),
        execution_options={"preserve_rowcount": True},
    )
    assert isinstance(written, CursorResult)
    assert written.rowcount == heads.count, "what was sealed is what was written"
    assert _list_records(scope, records, number) == listed.count, "what was sealed is what was listed"
    return seal


def _list_records(scope: Scope, records: Sequence[Sealable], number: int) -> int:
    """Write the list of a seal's records, reading them again rather than keeping them; return how many there are."""
    count, remaining = 0, unsealed_records(scope, records)
    while batch := list(islice(remaining, LISTED)):
        count += len(batch)
        rows = [
            {
                "tenant_id": scope.tenant.id,
                "of": each.of,
                "key": each.key,
                "seal_number": number,
                "at": each.at,
                "hash": each.hash,
            }
            for each in batch
        ]
        scope.session.execute(insert(SealedRecord), rows)
    return count


def _unsealed(scope: Scope) -> Select[int, int, str, bytes]:
    sealed = exists().where(
        SealedHead.tenant_id == Ticket.tenant_id,
        SealedHead.ticket_id == Ticket.id,
        SealedHead.seq == Ticket.version,
    )
    return select(Ticket.id.label("ticket_id"), Ticket.version.label("seq"), Ticket.serial_no, Ticket.head_hash).where(
        Ticket.tenant_id == scope.tenant.id, Ticket.version > 0, ~sealed
    )


def _heads_by_seal(scope: Scope, numbers: frozenset[int] | None) -> dict[int, Heads]:
    query = select(
        SealedHead.seal_number, SealedHead.ticket_id, SealedHead.seq, SealedHead.serial_no, SealedHead.hash
    ).where(SealedHead.tenant_id == scope.tenant.id)
    if numbers is not None:
        query = query.where(SealedHead.seal_number.in_(numbers))
    rows = scope.session.execute(
        query.order_by(SealedHead.seal_number, SealedHead.ticket_id, SealedHead.seq), execution_options=STREAMED
    )
    return {number: _summed_up(row[1:] for row in group) for number, group in groupby(rows, key=lambda row: row[0])}


def _summed_up(heads: Iterable[Sequence[Any]]) -> Heads:
    count, content = 0, hashlib.sha256()
    for ticket_id, seq, serial_no, head_hash in heads:
        count += 1
        content.update(_canonical([ticket_id, seq, serial_no, head_hash.hex()]))
    return Heads(count, content.digest())


def _content(seal: Seal, before: bytes, heads: Heads, listed: Summed) -> bytes:
    """Return what a seal's digest is made over, in one canonical form; seals of before knew of no records."""
    records = {"covers": seal.covers, "records": seal.records, "listed": listed.content.hexdigest()}
    return _canonical(
        {
            "tenant": seal.tenant_id,
            "number": seal.number,
            "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "before": before.hex(),
            "heads": seal.heads,
            "content": heads.content.hex(),
            **(records if seal.covers or seal.records or listed.count else {}),
        }
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _right_digests(
    scope: Scope, seal: Seal, before: Iterable[bytes], heads: Heads, listed: Summed
) -> tuple[bytes, ...]:
    """Return the digests a seal may have: with each possible digest of the seal before, under each of our keys."""
    return tuple(
        digest
        for each in before
        for digest in scope.keys.possible_seals(_content(seal, each, heads, listed), tenant_id=seal.tenant_id)
    )


def _seal_changed(seal: Seal, heads: Heads, listed: Summed) -> Finding:
    differs = (
        said("：写作 {heads} 件，清单有 {count} 件", heads=seal.heads, count=heads.count)
        if seal.heads != heads.count
        else ""
    )
    if seal.records != listed.count:
        differs += said("：写作 {records} 条留证记录，清单有 {count} 条", records=seal.records, count=listed.count)
    return Finding(Fault.SEAL_CHANGED, said("被改动{differs}", differs=differs), at=seal.sealed_at, seal=seal.number)


def _seals_removed(numbers: Sequence[int], seals: Mapping[int, Seal]) -> Iterator[Finding]:
    """Yield each seal that was removed: one whose heads are still there, and those between two others."""
    last = 0
    for number in numbers:
        if number - last > 1:
            yield Finding(Fault.SEAL_REMOVED, "被删除", seal=last + 1, until=number - 1 if number - last > 2 else None)
        if number not in seals:
            yield Finding(Fault.SEAL_REMOVED, "被删除，清单还在", seal=number)
        last = number
